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


# The page is drawn piece by piece, its style among them: what is asked for is where things come to stand.
MOVES, QUEUE = ".st-key-moves", ".st-key-batch"
BOXES = "([first, second]) => { const box = (one) => document.querySelector(one).getBoundingClientRect(); return %s }"
ABOVE = BOXES % "box(first).y < box(second).y"
BESIDE = BOXES % "box(first).x >= box(second).right - 1"
FITS = "() => document.documentElement.scrollWidth <= window.innerWidth"


def drawn(page: Page) -> Page:
    expect(page.locator(MOVES)).to_be_visible()
    expect(page.locator(QUEUE)).to_be_visible()
    return page


@pytest.mark.parametrize("language", ["en", "ar"])
def test_on_a_phone_the_case_comes_before_the_queue(city: Town, browser: Browser, language: str) -> None:
    page = opened(city, browser, 390, case=CASE)
    if language != "en":
        page.goto(f"{city.address}/complaints?lang={language}&case={CASE}")
    assert drawn(page).wait_for_function(ABOVE, arg=[MOVES, QUEUE])
    assert page.wait_for_function(FITS)


def test_on_a_wide_screen_the_queue_stands_beside_the_case(city: Town, browser: Browser) -> None:
    assert drawn(opened(city, browser, 1440, case=CASE)).wait_for_function(BESIDE, arg=[MOVES, QUEUE])


@pytest.mark.parametrize("part", ["outbox", "news", "words", "table"])
def test_no_part_runs_over_a_phones_edge(city: Town, browser: Browser, part: str) -> None:
    page = opened(city, browser, 390, part=part)
    expect(page.get_by_role("heading", name=EN("complaints.title"))).to_be_visible()
    assert page.wait_for_function(FITS)
