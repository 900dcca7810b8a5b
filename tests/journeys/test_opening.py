"""A click on a chart offers the posts that lie behind the point, and they are exactly those of the store."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Position, TimeoutError, expect

from core.deployment_file import load
from dashboard import filters
from dashboard.words import words
from store.embedded import EmbeddedStore
from store.query import CountPosts, Filter
from tests.journeys.seen import still, whole

pytestmark = pytest.mark.browser


def clicked(page: Page, chart: str, x: float, y: float) -> Locator:
    """The link that a click at this share of a chart's width and height offers."""
    whole(page)  # so that nothing moves under the pointer
    drawn = page.locator(f".st-key-{chart} .nsewdrag").first
    drawn.scroll_into_view_if_needed()
    box = drawn.bounding_box()
    assert box is not None
    at = pointed(page, chart, drawn, Position(x=box["width"] * x, y=box["height"] * y))
    before = page.get_by_test_id("stPageLink").count()
    drawn.click(position=at)
    expect(page.get_by_test_id("stPageLink")).to_have_count(before + 1)
    still(page)
    return page.get_by_test_id("stPageLink").filter(has_text=re.compile("Show (the )?posts( from|:)")).get_by_role("link").first


def pointed(page: Page, chart: str, drawn: Locator, at: Position) -> Position:
    """Move the pointer there, again where the chart was just being drawn anew, until the chart knows where it is."""
    said = page.locator(f".st-key-{chart} .hoverlayer .hovertext, .st-key-{chart} .hoverlayer .legend").first
    for i in range(30):
        place = Position(x=at["x"] + i % 3, y=at["y"])
        drawn.hover(position=place)
        with suppress(TimeoutError):
            said.wait_for(timeout=4000)
            return place
    pytest.fail(f"{chart} never said what lies under the pointer")


def meant(page: Page, journey_city: Path) -> Filter:
    """The posts that the address asks for."""
    view = filters.read(parse_qs(urlsplit(page.url).query), load(journey_city / "madina.toml"))
    asked = filters.as_filter(view, load(journey_city / "madina.toml"))
    return Filter(**{name: getattr(asked, name) for name in asked.__struct_fields__} | {"since": view.since, "until": view.until})


@pytest.mark.parametrize(
    ("name", "chart", "x", "y", "says"),
    [("growth?period=30d", "growth_lines", 0.8, 0.5, "kind=own"), ("engagement?period=30d", "engagement_lines", 0.9, 0.5, "kind=own"),
     ("ledger?period=7d", "coverage", 0.93, 0.2, "source=")],
)  # fmt: skip
def test_a_point_in_time_opens_exactly_its_posts(
    page: Page, address: str, journey_city: Path, store: EmbeddedStore, name: str, chart: str, x: float, y: float, says: str
) -> None:
    page.goto(f"{address}/{name}&lang=en")
    clicked(page, chart, x, y).click()
    page.wait_for_url(re.compile(f"/posts.*{says}"))
    page.wait_for_url(re.compile("since="))
    which = meant(page, journey_city)
    assert isinstance(which.since, datetime)
    expected = sum(c.posts for c in store.count(CountPosts(filter=which)))
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(f"{expected:,}")


def test_a_bar_of_an_account_opens_its_own_posts(page: Page, address: str) -> None:
    page.goto(f"{address}/engagement?period=30d&lang=en")
    clicked(page, "engagement_rates", 0.05, 0.25).click()
    page.wait_for_url(re.compile("/posts.*account=.*kind=own"))
    expect(page.get_by_role("heading", name=words("en")("posts.title"), exact=True)).to_be_visible()
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(re.compile("^[1-9][0-9,]*$"))


def test_an_hour_of_a_themes_life_opens_its_posts_of_that_hour(page: Page, address: str, store: EmbeddedStore) -> None:
    page.goto(f"{address}/themes?period=7d&lang=en")
    clicked(page, "themes_life", 0.3, 0.5).click()  # the later part is what is expected yet
    page.wait_for_url(re.compile("/posts.*theme=t-"))
    asked = parse_qs(urlsplit(page.url).query)
    (theme,) = (t for t in store.themes() if t.id == asked["theme"][0])
    since, until = (datetime.fromisoformat(asked[name][0]) for name in ("since", "until"))
    expected = sum(since <= post.created_at < until for post in store.get(theme.evidence))
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(str(expected))
