"""Charts: gaps stay gaps, blind hours are hatched, labels are safe, ticks are round."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import charts
from dashboard.charts import Axis, Line
from dashboard.style import ACCENT, SERIES
from dashboard.words import words

AXIS = Axis(at=(0, 1, 2), labels=("a", "", "c"))
TICKS = Axis(at=(0, 5), labels=("0", "5"), title="posts")


def line(*values: float | None, name: str = "x") -> Line:
    return Line(name=name, values=values, colour="#000", hover=tuple(map(str, values)))


def test_a_missing_value_breaks_the_line() -> None:
    (trace,) = charts.lined(AXIS, [line(1, None, 3)], TICKS).data
    assert trace.y == (1, None, 3)
    assert trace.connectgaps is False


def test_blind_bars_are_hatched_from_above_as_far_as_they_are_blind() -> None:
    *_, hatch = charts.stacked(AXIS, [line(1, 2, 3)], [0.0, 1.0, 0.5], "blind", TICKS).data
    assert (list(hatch.y), list(hatch.base), hatch.yaxis, hatch.marker.pattern.shape) == ([0.0, 1.0, 0.5], [1.0, 0.0, 0.5], "y2", "/")


def test_lines_are_hatched_where_nothing_was_read_and_only_there() -> None:
    drawn = charts.lined(AXIS, [line(1, 2, 3)], TICKS)
    assert len(charts.hatched(drawn, [0.0, 0.0, 0.0], "blind").data) == 1
    *_, hatch = charts.hatched(drawn, [0.0, 0.5, 0.0], "blind").data
    assert (list(hatch.y), hatch.yaxis) == ([0.0, 0.5, 0.0], "y2")


def test_even_a_small_gap_can_be_seen() -> None:
    *_, hatch = charts.stacked(AXIS, [line(1, 2, 3)], [0.0, 0.001, 0.0], "blind", TICKS).data
    assert list(hatch.y) == [0.0, charts.LEAST_HATCH, 0.0]


def test_many_lines_are_grey_beyond_the_first_and_named_on_hovering() -> None:
    figure = charts.lined(AXIS, [line(n, n, n) for n in range(9)], TICKS)
    assert [trace.showlegend for trace in figure.data] == [True] * 6 + [False] * 3
    assert figure.layout.hovermode == "closest"


def test_ticks_that_would_read_the_same_are_written_in_full() -> None:
    assert charts.tick_labels([0, 1000], words("en")) == ("0", "1K")
    assert charts.tick_labels([7600, 7610], words("en")) == ("7,600", "7,610")


def test_nothing_blind_is_not_hatched() -> None:
    assert len(charts.stacked(AXIS, [line(1, 2, 3)], [0.0, 0.0, 0.0], "blind", TICKS).data) == 1


def test_a_name_cannot_write_html_into_a_chart() -> None:
    figure = charts.stacked(AXIS, [line(1, 2, 3, name="<a href='javascript:x'>x</a>")], [], "", TICKS)
    assert "<" not in figure.data[0].name


def test_only_labelled_places_are_written_below_the_axis() -> None:
    figure = charts.lined(AXIS, [line(1, 2, 3)], TICKS)
    assert list(figure.layout.xaxis.tickvals) == [0, 2]
    assert figure.layout.yaxis.title.text.strip("\u2068\u2069") == "posts"


def test_a_heat_maps_first_row_is_at_the_top() -> None:
    figure = charts.heat(["p"], ["t1", "t2"], [[1], [None]], [["one"], ["none"]], ((0, "#fff"), (1, "#000")))
    assert figure.layout.yaxis.autorange == "reversed"


@pytest.mark.parametrize(
    ("most", "least", "expected"), [(15, 0, [0, 5, 10, 15]), (0, 0, [0]), (412_000, 390_000, [390_000, 400_000, 410_000])]
)
def test_ticks_are_round(most: float, least: float, expected: list[float]) -> None:
    assert charts.ticks(most, least)[: len(expected)] == expected


@given(st.floats(0, 1e9), st.integers(2, 8), st.booleans())
def test_ticks_are_few_and_rise(most: float, about: int, whole: bool) -> None:
    found = charts.ticks(most, 0, about, whole)
    assert found == sorted(set(found))
    assert 1 <= len(found) <= 3 * about + 2


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(2, 8))
def test_there_is_no_half_of_a_post_on_an_axis(one: int, other: int, about: int) -> None:
    assert all(tick % 1 == 0 for tick in charts.ticks(max(one, other), min(one, other), about))


def test_a_rate_is_cut_finer_than_into_ones() -> None:
    assert charts.ticks(0.02, whole=False) == [0, 0.005, 0.01, 0.015, 0.02]


@pytest.mark.parametrize("whole", [True, False])
def test_a_line_that_never_moves_has_one_tick(whole: bool) -> None:
    assert charts.ticks(10_400, 10_400, 2, whole) == [10_400]


def test_labels_thin_out_evenly() -> None:
    assert charts.every_nth("abcdefgh", 4) == ("a", "", "c", "", "e", "", "g", "")


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return sum(
        w * (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4) for w, c in zip((0.2126, 0.7152, 0.0722), parts, strict=True)
    )


def contrast(colour: str, page: str) -> float:
    dark, light = sorted((luminance(colour), luminance(page)))
    return (light + 0.05) / (dark + 0.05)


def test_labels_can_be_read_on_light_and_dark_pages() -> None:
    for theme, page in (("light", "#FFFFFF"), ("dark", "#12191A")):
        assert contrast(charts.INK[theme], page) >= 4.5  # WCAG AA


def test_every_series_can_be_told_from_a_dark_page() -> None:
    for colour in SERIES:
        assert contrast(charts.ON_DARK.get(colour, colour), "#12191A") >= 3


def test_a_cell_that_is_clicked_is_numbered_row_by_row_and_says_what_it_is() -> None:
    _, points = charts.pickable(
        charts.heat(["a", "b"], ["x", "y"], [[1.0, None], [3.0, 4.0]], [["ax", "bx"], ["ay", "by"]], ((0.0, "#000"), (1.0, "#fff")))
    ).data
    assert [(x.strip("\u2068\u2069"), y.strip("\u2068\u2069")) for x, y in zip(points.x, points.y, strict=True)] == [
        ("a", "x"),
        ("b", "x"),
        ("a", "y"),
        ("b", "y"),
    ]
    assert [said.strip("\u2068\u2069") for said in points.customdata] == ["ax", "bx", "ay", "by"]
    drawn = charts.pickable(charts.heat(["a", "b", "c"], ["x", "y"], [[1.0] * 3] * 2, [["s"] * 3] * 2, ((0.0, "#000"), (1.0, "#fff"))))
    assert (drawn.layout.xaxis.range, drawn.layout.yaxis.range, drawn.layout.yaxis.autorange) == ((-0.5, 2.5), (1.5, -0.5), None)
    assert (points.marker.opacity, points.selected.marker.opacity, points.unselected.marker.opacity) == (0, 0, 0)


def test_a_dark_page_changes_colours_and_nothing_else() -> None:
    light = charts.lined(AXIS, [msgspec.structs.replace(line(1, None, 3), colour=ACCENT)], TICKS)
    dark = charts.inked(light, "dark")
    assert dark.data[0].line.color == charts.ON_DARK[ACCENT]
    assert (list(dark.data[0].y), dark.data[0].name, dark.layout.xaxis.range) == (
        [1, None, 3],
        light.data[0].name,
        light.layout.xaxis.range,
    )
    assert light.data[0].line.color == ACCENT


def test_the_pale_end_of_a_scale_is_dark_on_a_dark_page() -> None:
    heat = charts.inked(charts.heat(["a"], ["b"], [[1.0]], [["x"]], ((0.0, "#EEF3F3"), (1.0, ACCENT))), "dark")
    assert [colour for _, colour in heat.data[0].colorscale] == [charts.ON_DARK["#EEF3F3"], charts.ON_DARK[ACCENT]]
