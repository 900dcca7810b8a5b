"""Each selector of dashboard/style.py, held in a browser: an upgrade of Streamlit that breaks one is seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import opened

pytestmark = pytest.mark.browser


def drawn(browser: Browser, address: str, width: int, path: str) -> Iterator[Page]:
    page = opened(browser, width)
    page.goto(f"{address}/{path}")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    page.locator("[data-testid=stExpander]").last.wait_for()
    yield page
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


def style(page: Page, selector: str, *names: str) -> list[str]:
    return page.locator(selector).first.evaluate("(e, names) => names.map(n => getComputedStyle(e)[n])", list(names))


def middle(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2


@pytest.mark.parametrize(
    "selector", ["[data-testid=stHeading]", "[data-testid=stHeading] h1", ".stMarkdown", ".stMetric", ".stMetric label"]
)
def test_words_begin_at_the_right(wide: Page, selector: str) -> None:
    assert style(wide, selector, "textAlign", "direction") == ["start", "rtl"]


def test_the_title_stands_right_of_the_middle_and_the_periods_left(wide: Page) -> None:
    assert middle(wide, "h1 span") > 720 > middle(wide, "[data-testid=stButtonGroup]")


def test_charts_stay_left_to_right_inside(wide: Page) -> None:
    assert style(wide, "[data-testid=stPlotlyChart]", "direction") == ["ltr"]
    assert style(wide, "#js-plotly-tester", "direction") == ["ltr"]


def test_axis_labels_are_not_cut_off(wide: Page) -> None:
    chart, labels = wide.locator(".js-plotly-plot .main-svg").first.bounding_box(), wide.locator(".js-plotly-plot .ytick text")
    assert chart is not None
    assert labels.count() >= 2
    for n in range(labels.count()):
        box = labels.nth(n).bounding_box()
        assert box is not None
        assert box["x"] >= chart["x"] - 1


def test_the_first_choice_of_a_group_is_round_at_the_right(wide: Page) -> None:
    first, last = "[data-testid=stButtonGroup] button:first-of-type", "[data-testid=stButtonGroup] button:last-of-type"
    assert style(wide, first, "borderTopLeftRadius")[0] == "0px" != style(wide, first, "borderTopRightRadius")[0]
    assert style(wide, last, "borderTopRightRadius")[0] == "0px" != style(wide, last, "borderTopLeftRadius")[0]
    assert style(wide, first, "marginRight", "marginLeft") == ["0px", "-1px"]
    assert style(wide, last, "marginLeft") == ["0px"]
    assert style(wide, "[data-testid=stButtonGroup] [role=radiogroup]", "paddingLeft") == ["2px"]


def test_no_choice_of_a_group_lacks_a_side(wide: Page) -> None:
    borders = "bs => bs.map(b => getComputedStyle(b)).map(c => c.borderLeftColor === c.borderRightColor)"
    assert all(wide.locator("[data-testid=stButtonGroup]").first.locator("button").evaluate_all(borders))


def test_a_posts_text_takes_its_own_direction(wide: Page) -> None:
    assert style(wide, "[data-testid=stText] > span", "unicodeBidi", "textAlign", "whiteSpace") == ["plaintext", "start", "pre-wrap"]


def test_a_tables_first_column_is_at_the_right(ledger: Page) -> None:
    boxes = [ledger.locator("[data-testid=stTable] th").nth(n).bounding_box() for n in (0, 1)]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["x"] > boxes[1]["x"]
    assert style(ledger, "[data-testid=stTable] td", "textAlign") == ["start"]


def test_the_closed_side_bar_covers_nothing_on_a_phone(phone: Page) -> None:
    assert style(phone, "[data-testid=stSidebar][data-collapsed=true]", "visibility", "transform") == ["hidden", "none"]


def test_nothing_on_a_phone_is_wider_than_the_phone(phone: Page) -> None:
    assert phone.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


def test_numbers_stand_two_in_a_row_on_a_phone(phone: Page) -> None:
    boxes = [phone.locator(".st-key-numbers [data-testid=stColumn]").nth(n).bounding_box() for n in (0, 1, 2)]
    assert all(boxes)
    first, second, third = (box for box in boxes if box)
    assert abs(first["y"] - second["y"]) < 2 < third["y"] - first["y"]
    assert first["x"] > second["x"]


def test_arabic_is_set_in_vazirmatn_and_kazakh_in_noto(wide: Page) -> None:
    wide.evaluate("document.fonts.ready")
    loaded = wide.evaluate("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)")
    assert any("Vazirmatn" in family for family in loaded)
