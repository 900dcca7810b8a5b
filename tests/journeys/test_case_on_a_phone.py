"""On a phone the open case stands before the queue; on a wide screen beside it; nothing runs over the edge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cases import desk
from cases.identity import case_id
from cases.roles import Role
from store.base import Batch
from tests.cases.factory import complaint
from tests.dashboard import factory
from tests.journeys.town import EN, Town, now, open_town, someone

pytestmark = pytest.mark.browser
CASE = case_id("x:8001")


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Town]:
    """A dashboard with a few open cases and a supervisor."""
    factory.build(tmp_path)
    posts = [complaint(n, created_at=now() - timedelta(hours=1), observed_at=now()) for n in range(8001, 8005)]
    with open_town(tmp_path, tmp_path / "madina.toml", {"sami": Role.SUPERVISOR}) as made:
        made.posts.save(Batch(posts=tuple(posts)))
        desk.receive(posts, made.about, made.cases, now(), 1)
        yield made


def opened(city: Town, browser: Browser, width: int, **view: str) -> Page:
    return someone(browser, city.address, "sami", width, **view)


def places(page: Page) -> tuple[dict[str, float], dict[str, float]]:
    """Where the case's moves and the queue's first button stand."""
    moves, queue = page.locator(".st-key-moves"), page.locator(".st-key-batch")
    expect(moves).to_be_visible()
    expect(queue).to_be_visible()
    return moves.bounding_box() or {}, queue.bounding_box() or {}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_on_a_phone_the_case_comes_before_the_queue(city: Town, browser: Browser, language: str) -> None:
    page = opened(city, browser, 390, case=CASE)
    if language != "en":
        page.goto(f"{city.address}/complaints?lang={language}&case={CASE}")
    moves, queue = places(page)
    assert moves["y"] < queue["y"]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_on_a_wide_screen_the_queue_stands_beside_the_case(city: Town, browser: Browser) -> None:
    moves, queue = places(opened(city, browser, 1440, case=CASE))
    assert queue["x"] + queue["width"] <= moves["x"] + 1


@pytest.mark.parametrize("part", ["outbox", "news", "words", "table"])
def test_no_part_runs_over_a_phones_edge(city: Town, browser: Browser, part: str) -> None:
    page = opened(city, browser, 390, part=part)
    expect(page.get_by_role("heading", name=EN("complaints.title"))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
