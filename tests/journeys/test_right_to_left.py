"""Each selector of dashboard/style.py, held in a browser: an upgrade of Streamlit that breaks one is seen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import opened
from tests.journeys.seen import comes, whole

pytestmark = pytest.mark.browser


def drawn(browser: Browser, address: str, width: int, path: str) -> Iterator[Page]:
    page = opened(browser, width)
    page.goto(f"{address}/{path}")
    yield whole(page)
    page.context.close()


@pytest.fixture(scope="module")
def wide(browser: Browser, address: str) -> Iterator[Page]:
    """The Now page in Arabic on a desk."""
    yield from drawn(browser, address, 1440, "?lang=ar")


@pytest.fixture(scope="module")
def phone(browser: Browser, address: str) -> Iterator[Page]:
    """The same on a phone."""
    yield from drawn(browser, address, 390, "?lang=ar")


@pytest.fixture(scope="module")
def ledger(browser: Browser, address: str) -> Iterator[Page]:
    """A page with tables."""
    yield from drawn(browser, address, 1440, "ledger?lang=ar")


@pytest.fixture(scope="module")
def tables(browser: Browser, address: str) -> Iterator[Page]:
    """The page with tables on a phone."""
    yield from drawn(browser, address, 390, "ledger?lang=ar")


@pytest.fixture(scope="module")
def themes(browser: Browser, address: str) -> Iterator[Page]:
    """The page with the map of topics and places on a phone."""
    yield from drawn(browser, address, 390, "themes?lang=ar")


BOXES = "(selectors) => { const [a, b, c] = selectors.map(s => document.querySelector(s)?.getBoundingClientRect()); return a && b && (%s) }"
LEFTMOST = """() => { const every = document.querySelectorAll(".js-plotly-plot")[0].querySelectorAll(".ytick text");
    const edge = document.querySelector(".js-plotly-plot .main-svg").getBoundingClientRect().x;
    return every.length >= 2 && [...every].every(e => e.getBoundingClientRect().x >= edge - 1) }"""
STYLES = """([selector, styles]) => { const one = document.querySelector(selector), looks = one && getComputedStyle(one);
    return looks && Object.fromEntries(Object.keys(styles).map(name => [name, looks[name]])) }"""
STYLED = f"""(told) => {{ const there = ({STYLES})(told); return there && Object.entries(told[1]).every(([name, value]) => there[name] === value) }}"""
GROUP = "[data-testid=stButtonGroup]"


def styled(page: Page, selector: str, **styles: str) -> bool:
    """Whether the first of a selector comes to have these styles."""
    return comes(page, STYLED, [selector, styles], shows=STYLES)


@pytest.mark.parametrize(
    "selector", ["[data-testid=stHeading]", "[data-testid=stHeading] h1", ".stMarkdown", ".stMetric", ".stMetric label"]
)
def test_words_begin_at_the_right(wide: Page, selector: str) -> None:
    assert styled(wide, selector, textAlign="start", direction="rtl")


def test_the_title_stands_right_of_the_middle_and_the_periods_left(wide: Page) -> None:
    assert comes(wide, BOXES % "a.x + a.width / 2 > 720 && b.x + b.width / 2 < 720", ["h1 span", GROUP])


def test_charts_stay_left_to_right_inside(wide: Page) -> None:
    assert styled(wide, "[data-testid=stPlotlyChart]", direction="ltr")
    assert styled(wide, "#js-plotly-tester", direction="ltr")


def test_axis_labels_are_not_cut_off(wide: Page) -> None:
    assert comes(wide, LEFTMOST)


def test_the_first_choice_of_a_group_is_round_at_the_right(wide: Page) -> None:
    first, last = f"{GROUP} button:first-of-type", f"{GROUP} button:last-of-type"
    round_ = re.compile("^[1-9]")
    expect(wide.locator(first).first).to_have_css("border-top-right-radius", round_)
    assert styled(wide, first, borderTopLeftRadius="0px", marginRight="0px", marginLeft="-1px")
    expect(wide.locator(last).first).to_have_css("border-top-left-radius", round_)
    assert styled(wide, last, borderTopRightRadius="0px", marginLeft="0px")
    assert styled(wide, f"{GROUP} [role=radiogroup]", paddingLeft="2px")


def test_no_choice_of_a_group_lacks_a_side(wide: Page) -> None:
    assert comes(wide, f"""() => {{ const every = [...document.querySelector("{GROUP}").querySelectorAll("button")].map(b => getComputedStyle(b));
        return every.length > 1 && every.every(c => c.borderLeftColor === c.borderRightColor) }}""")  # fmt: skip


def test_a_posts_text_takes_its_own_direction(wide: Page) -> None:
    assert styled(wide, "[data-testid=stText] > span", unicodeBidi="plaintext", textAlign="start", whiteSpace="pre-wrap")


def test_a_tables_first_column_is_at_the_right(ledger: Page) -> None:
    assert comes(ledger, BOXES % "a.x > b.x", ["[data-testid=stTable] th:nth-child(1)", "[data-testid=stTable] th:nth-child(2)"])
    assert styled(ledger, "[data-testid=stTable] td", textAlign="start")


def test_the_closed_side_bar_covers_nothing_on_a_phone(phone: Page) -> None:
    assert styled(phone, "[data-testid=stSidebar][data-collapsed=true]", visibility="hidden", transform="none")


def test_nothing_on_a_phone_is_wider_than_the_phone(phone: Page) -> None:
    assert comes(phone, "() => document.querySelector('[data-testid=stMain]').scrollWidth <= 390")


def test_numbers_stand_two_in_a_row_on_a_phone(phone: Page) -> None:
    columns = [f".st-key-numbers [data-testid=stColumn]:nth-child({n})" for n in (1, 2, 3)]
    assert comes(phone, BOXES % "c && Math.abs(a.y - b.y) < 2 && c.y - a.y > 2 && a.x > b.x", columns)


def test_arabic_is_set_in_vazirmatn(wide: Page) -> None:
    assert comes(wide, "() => [...document.fonts].some(f => f.status === 'loaded' && f.family.includes('Vazirmatn'))")


def test_a_long_name_of_a_source_leaves_room_for_what_is_said_of_it_on_a_phone(tables: Page) -> None:
    told = """() => { const [first, second] = document.querySelectorAll("[class*=st-key-wide_] tbody tr:first-child td");
        return first && first.offsetWidth <= 190 && second.offsetWidth >= 90 }"""
    assert comes(tables, told)


def test_a_map_keeps_cells_to_be_read_on_a_phone_and_is_pushed_aside_within_itself(themes: Page) -> None:
    told = """() => { const box = document.querySelector(".st-key-themes_map"), chart = box?.querySelector(".main-svg");
        return chart && chart.getBoundingClientRect().width >= 600 && box.clientWidth <= 390 && box.scrollWidth > box.clientWidth }"""
    assert comes(themes, told)
    assert comes(themes, "() => document.querySelector('[data-testid=stMain]').scrollWidth <= 390")


def test_a_group_of_choices_breaks_its_line_rather_than_hide_the_last(wide: Page, phone: Page) -> None:
    for page in (wide, phone):
        assert styled(page, f"{GROUP} [role=radiogroup]", flexWrap="wrap")
