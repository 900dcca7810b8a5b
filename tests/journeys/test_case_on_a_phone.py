"""On a phone the open case stands before the queue; on a wide screen beside it; nothing runs over the edge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from cases import desk
from cases.identity import case_id
from cases.roles import Role
from store.base import Batch
from tests.cases.factory import complaint
from tests.dashboard import factory
from tests.journeys.seen import comes, still
from tests.journeys.town import EN, Town, complaints, now, open_town, someone, turn

pytestmark = pytest.mark.browser
CASE = case_id("x:8001")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A dashboard with a few open cases and a supervisor; nobody here changes anything."""
    folder = tmp_path_factory.mktemp("phone")
    factory.build(folder)
    posts = [complaint(n, created_at=now() - timedelta(hours=1), observed_at=now()) for n in range(8001, 8005)]
    with open_town(folder, folder / "madina.toml", {"sami": Role.SUPERVISOR}) as made:
        made.posts.save(Batch(posts=tuple(posts)))
        desk.receive(posts, made.about, made.cases, now(), 1)
        yield made


@pytest.fixture(scope="module")
def phone(city: Town, browser: Browser) -> Iterator[Page]:
    """The supervisor's phone."""
    page = someone(browser, city.address, "sami", 390)
    yield page
    page.context.close()


# The page is drawn piece by piece, its style among them: what is asked for is where things come to stand.
MOVES, QUEUE = ".st-key-moves", ".st-key-batch"
BOXES = "([first, second]) => { const [a, b] = [first, second].map(s => document.querySelector(s)?.getBoundingClientRect()); return a && b && %s }"
ABOVE = BOXES % "a.y < b.y"
BESIDE = BOXES % "a.x >= b.right - 1"
FITS = "() => document.documentElement.scrollWidth <= window.innerWidth"


def drawn(page: Page) -> Page:
    expect(page.locator(MOVES)).to_be_visible()
    expect(page.locator(QUEUE)).to_be_visible()
    return page


@pytest.mark.parametrize("language", ["en", "ar"])
def test_on_a_phone_the_case_comes_before_the_queue(city: Town, phone: Page, language: str) -> None:
    phone.goto(complaints(city.address, lang=language, case=CASE))
    assert comes(drawn(phone), ABOVE, [MOVES, QUEUE])
    assert comes(still(phone), FITS)


def test_on_a_wide_screen_the_queue_stands_beside_the_case(city: Town, browser: Browser) -> None:
    page = someone(browser, city.address, "sami", case=CASE)
    assert comes(drawn(page), BESIDE, [MOVES, QUEUE])
    page.context.close()


@pytest.mark.parametrize("part", ["outbox", "news", "words", "table"])
def test_no_part_runs_over_a_phones_edge(city: Town, phone: Page, part: str) -> None:
    turn(phone, city.address, part=part)
    expect(phone.get_by_role("heading", name=EN("complaints.title"))).to_be_visible()
    assert comes(phone, FITS)
