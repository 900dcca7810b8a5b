"""A dashboard in its own process on the invented city, and a real browser to look at it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from store.embedded import EmbeddedStore
from tests.dashboard import factory
from tests.journeys.town import PATIENCE_S, dashboard

CHROMIUM = Path(os.environ.get("SADA_BROWSER", "/usr/bin/chromium"))
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
expect.set_options(timeout=PATIENCE_S * 1000)


@pytest.fixture(scope="session")
def journey_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the invented city."""
    folder = tmp_path_factory.mktemp("journey")
    factory.build(folder)
    return folder


@pytest.fixture(scope="session")
def address(journey_city: Path) -> Iterator[str]:
    """Where the dashboard of the invented city listens."""
    told = {
        "SADA_DATA": str(journey_city / "var"),
        "SADA_DEPLOYMENT": str(journey_city / "madina.toml"),
        "SADA_NOW": factory.NOW.isoformat(),
    }
    with dashboard(told, journey_city) as listens:
        yield listens


@pytest.fixture(scope="module")  # no longer: its event loop would stand in the way of whatever is tested after it
def browser() -> Iterator[Browser]:
    """Chromium; where it is missing the journeys are skipped, but never in CI."""
    if not CHROMIUM.exists():
        says = f"{CHROMIUM} is not there: install Debian's package chromium, or name another in SADA_BROWSER"
        if os.environ.get("CI"):
            pytest.fail(says)
        pytest.skip(says)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A wide window of its own."""
    made = opened(browser)
    yield made
    made.context.close()


@pytest.fixture(scope="session")
def store(journey_city: Path) -> Iterator[EmbeddedStore]:
    """What the dashboard of the invented city reads."""
    made = EmbeddedStore(journey_city / "var" / "posts.db", "Asia/Riyadh", read_only=True)
    yield made
    made.close()


def opened(browser: Browser, width: int = 1440, height: int = 900, theme: Literal["light", "dark"] = "light") -> Page:
    """A page in a browser of its own, with patience for a busy machine; whoever asks for it closes its context."""
    context = browser.new_context(viewport=ViewportSize(width=width, height=height), color_scheme=theme, accept_downloads=True)
    context.set_default_timeout(PATIENCE_S * 1000)
    return context.new_page()
