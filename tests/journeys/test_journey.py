"""One reader's way in a real browser: open, switch to Arabic, filter, drill down, export; every number against the store."""

from __future__ import annotations

import csv
import io
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Position, expect

from dashboard import figures
from dashboard.words import Words, words
from store.embedded import EmbeddedStore
from store.query import CountPosts, Filter
from tests.dashboard import factory
from tests.journeys.seen import still, whole

pytestmark = pytest.mark.browser
ARABIC, ENGLISH = words("ar"), words("en")
DAY = Filter(since=factory.NOW - timedelta(hours=24), until=factory.NOW)


def counted(store: EmbeddedStore, which: Filter) -> int:
    return sum(c.posts for c in store.count(CountPosts(filter=which)))


def says(page: Page, name: str, number: int, language: Words = ENGLISH) -> None:
    """The number under a name comes to be this one, in the language's digits and with its separators."""
    value = page.get_by_test_id("stMetric").filter(has_text=name).get_by_test_id("stMetricValue").first
    expect(value).to_have_text(figures.whole(number, language))


def test_the_journey(page: Page, address: str, store: EmbeddedStore) -> None:
    # Open: the first chart is there
    page.goto(f"{address}/?lang=en", wait_until="commit")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    page.goto("about:blank")  # the server is warm now, as it is for a reader
    began = time.monotonic()
    page.goto(f"{address}/?lang=en", wait_until="commit")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    print(f"\nfirst chart after {time.monotonic() - began:.2f} s")
    says(page, "Posts", counted(store, DAY))

    # Switch to Arabic: the document turns round
    page.get_by_test_id("stSelectbox").first.click()
    page.get_by_role("option", name="العربية").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    expect(page.get_by_role("heading", name=ARABIC("now.title"), exact=True)).to_be_visible()
    page.wait_for_url(re.compile("lang=ar"))
    says(page, ARABIC("now.posts"), counted(store, DAY), ARABIC)

    # Filter by topic: the address says so, and the number is the store's
    page.get_by_role("button", name=ARABIC("filter.topic")).click()
    page.get_by_test_id("stPopoverBody").get_by_role("combobox").click()
    page.get_by_role("option", name="المياه", exact=True).click()
    page.wait_for_url(re.compile("topic=water"))
    page.keyboard.press("Escape")
    water = counted(store, Filter(since=DAY.since, until=DAY.until, topics=("water",)))
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(ARABIC.digits(str(water)))

    # Drill down: the number opens exactly its posts
    whole(page).get_by_test_id("stPageLink").first.get_by_role("link").click()
    page.wait_for_url(re.compile("/posts.*topic=water"))
    expect(page.get_by_role("heading", name=ARABIC("posts.title"), exact=True)).to_be_visible()
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(ARABIC.digits(str(water)))
    expect(page.locator("html")).to_have_attribute("dir", "rtl")

    # Export: the same posts, readable by a spreadsheet
    with page.expect_download() as download:
        page.get_by_role("button", name=ARABIC("posts.export")).click()
    data = Path(download.value.path()).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert len(rows) == water
    assert all("water" in row["topics"] for row in rows)

    # The address alone brings the same page back
    there = page.url
    page.goto("about:blank")
    page.goto(there)
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(ARABIC.digits(str(water)))


def test_strangers_text_runs_nowhere(page: Page, address: str) -> None:
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.goto(f"{address}/posts?lang=en&sentiment=unsure&period=1h")
    text = page.get_by_test_id("stText").filter(has_text="alert(1)").first
    expect(text).to_contain_text("<script>alert(1)</script> **bold** [x](javascript:alert(1))")
    expect(page.get_by_text('<img src=x onerror="alert(1)"> **B**')).to_be_visible()
    assert still(page).locator("[data-testid=stText] a, [data-testid=stText] script, img[src='x']").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    assert alerts == []


def test_a_page_opened_by_its_own_address_keeps_it(page: Page, address: str) -> None:
    page.goto(f"{address}/growth?lang=fa&period=90d&scale=indexed")
    expect(page.get_by_role("heading", name=words("fa")("growth.title"), exact=True)).to_be_visible()
    expect(page.get_by_role("radio", name=words("fa")("scale.indexed"))).to_be_checked()
    expect(page.get_by_role("radio", name=words("fa")("period.90d"))).to_be_checked()
    page.wait_for_url(lambda url: all(part in url for part in ("/growth", "lang=fa", "period=90d", "scale=indexed")))


def test_the_navigation_keeps_language_and_filters(page: Page, address: str) -> None:
    page.goto(f"{address}/?lang=ru&topic=roads")
    whole(page).get_by_test_id("stTopNavLink").filter(has_text=words("ru")("themes.title")).click()
    expect(page.get_by_role("heading", name=words("ru")("themes.title"), exact=True)).to_be_visible()
    page.wait_for_url(re.compile("/themes.*lang=ru.*topic=roads"))


def test_nothing_is_fetched_from_another_machine(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/?lang=kk")
    whole(page)
    assert asked
    assert [url for url in asked if not url.startswith((address, "data:", "blob:", address.replace("http", "ws")))] == []


def test_a_cell_of_the_map_opens_exactly_its_posts(page: Page, address: str, store: EmbeddedStore) -> None:
    page.goto(f"{address}/themes?lang=en&period=7d")
    whole(page)  # so that nothing moves under the pointer
    cells = page.locator(".js-plotly-plot").first.locator(".nsewdrag").first
    box = cells.bounding_box()
    assert box is not None
    first = Position(x=box["width"] / 6, y=box["height"] / 10)  # of three columns and five rows
    cells.hover(position=first)
    page.locator(".hoverlayer .hovertext").first.wait_for()  # the chart knows where the pointer is
    cells.click(position=first)
    link = page.get_by_test_id("stPageLink").filter(has_text=" · ").filter(has_text="Show posts").get_by_role("link")
    link.click()
    page.wait_for_url(re.compile("/posts.*topic=.*place="))
    asked = dict(re.findall(r"(topic|place)=(\w+)", page.url))
    since = factory.NOW.replace(hour=21, minute=0) - timedelta(days=7)  # midnight in Riyadh, today being the last of seven days
    expected = counted(store, Filter(since=since, until=factory.NOW, topics=(asked["topic"],), places=(asked["place"],)))
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(str(expected))
