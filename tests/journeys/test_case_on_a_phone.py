"""On a phone the open case stands before the queue; on a wide screen beside it; nothing runs over the edge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page, expect

from cases import desk, users
from cases.identity import case_id
from cases.roles import Role
from cases.store import open_cases
from core.deployment_file import load
from core.settings import read
from dashboard.words import words
from store.base import Batch
from store.embedded import EmbeddedStore
from tests.cases.factory import complaint
from tests.dashboard import factory
from tests.journeys.conftest import PATIENCE_S
from tests.journeys.test_case_journey import PASSWORD, dashboard

pytestmark = pytest.mark.browser
EN = words("en")
CASE = case_id("x:8001")


@pytest.fixture
def city(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """A dashboard with a few open cases and a supervisor."""
    factory.build(tmp_path)
    now = datetime.now(UTC)
    posts = [complaint(n, created_at=now - timedelta(hours=1), observed_at=now) for n in range(8001, 8005)]
    told = {"SADA_DATA": str(tmp_path / "var"), "SADA_DEPLOYMENT": str(tmp_path / "madina.toml")}
    store, cases = EmbeddedStore(tmp_path / "var" / "posts.db", "Asia/Riyadh"), open_cases(read(told))
    store.save(Batch(posts=tuple(posts)))
    desk.receive(posts, load(tmp_path / "madina.toml"), cases, now, 1)
    users.add(cases, "sami", Role.SUPERVISOR, (), PASSWORD, now, "test")
    store.close()
    cases.close()
    with dashboard(told, tmp_path) as address:
        yield SimpleNamespace(address=address)


def opened(city: SimpleNamespace, browser: Browser, width: int, **address: str) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
    page.goto(f"{city.address}/complaints?" + "&".join(f"{k}={v}" for k, v in {"lang": "en", **address}.items()))
    page.locator("input[autocomplete=username]").fill("sami")
    page.locator("input[autocomplete=current-password]").fill(PASSWORD)
    page.get_by_role("button", name=EN("sign_in.do"), exact=True).click()
    expect(page.get_by_role("button", name=EN("sign_in.out"))).to_be_visible()
    return page


def places(page: Page) -> tuple[dict[str, float], dict[str, float]]:
    """Where the case's moves and the queue's first button stand."""
    moves, queue = page.locator(".st-key-moves"), page.locator(".st-key-batch")
    expect(moves).to_be_visible()
    expect(queue).to_be_visible()
    return moves.bounding_box() or {}, queue.bounding_box() or {}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_on_a_phone_the_case_comes_before_the_queue(city: SimpleNamespace, browser: Browser, language: str) -> None:
    page = opened(city, browser, 390, case=CASE)
    if language != "en":
        page.goto(f"{city.address}/complaints?lang={language}&case={CASE}")
    moves, queue = places(page)
    assert moves["y"] < queue["y"]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_on_a_wide_screen_the_queue_stands_beside_the_case(city: SimpleNamespace, browser: Browser) -> None:
    moves, queue = places(opened(city, browser, 1440, case=CASE))
    assert queue["x"] + queue["width"] <= moves["x"] + 1


@pytest.mark.parametrize("part", ["outbox", "news", "words", "table"])
def test_no_part_runs_over_a_phones_edge(city: SimpleNamespace, browser: Browser, part: str) -> None:
    page = opened(city, browser, 390, part=part)
    expect(page.get_by_role("heading", name=EN("complaints.title"))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
