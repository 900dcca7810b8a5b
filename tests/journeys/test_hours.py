"""An hour of the week opens what was published each time it came."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.deployment_file import load
from dashboard import engaging, questions
from dashboard.filters import View
from dashboard.periods import window
from store.embedded import EmbeddedStore
from store.query import CountPosts, Filter
from tests.dashboard import factory
from tests.journeys.seen import whole
from tests.journeys.test_opening import pointed

pytestmark = pytest.mark.browser


def test_the_best_hour_of_the_week_opens_its_posts(page: Page, address: str, journey_city: Path, store: EmbeddedStore) -> None:
    about = load(journey_city / "madina.toml")
    asked = questions.engagement(View(), about, window("90d", factory.NOW, about.timezone)).hours
    cell = engaging.best(store.week_hours(asked))
    assert cell is not None
    (start, posts, _), *others = engaging.at_hour(store.count(questions.slots(asked)), cell.weekday, cell.hour, about.zone)
    page.goto(f"{address}/engagement?period=90d&lang=en")
    whole(page)
    drawn = page.locator(".st-key-engagement_hours .nsewdrag").first
    drawn.scroll_into_view_if_needed()
    box = drawn.bounding_box()
    assert box is not None
    at = {
        "x": box["width"] * (cell.hour + 0.5) / 24,
        "y": box["height"] * (cell.weekday + 0.5) / 7,
    }  # the week of the city begins on Monday
    drawn.click(position=pointed(page, "engagement_hours", drawn, at))  # type: ignore[arg-type]
    slots = page.get_by_test_id("stPageLink").filter(has_text=re.compile("posts: .* interactions: "))
    expect(slots).to_have_count(len(others) + 1)
    slots.first.get_by_role("link").click()
    page.wait_for_url(re.compile("/posts.*kind=own.*since="))
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(str(posts))
    hour = Filter(kinds=("own",), since=start, until=start + timedelta(hours=1))
    assert posts == sum(c.posts for c in store.count(CountPosts(filter=hour)))
