"""A dashboard in its own process on the invented city, and a real browser to look at it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from dashboard.commands import launch
from tests.dashboard import factory

CHROMIUM = Path(os.environ.get("SADA_BROWSER", "/usr/bin/chromium"))
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
PATIENCE_S = 120  # a busy machine may take long over what is quick; nothing waits longer than it must
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
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("SADA_")}, "SADA_DATA": str(journey_city / "var"),
        "SADA_DEPLOYMENT": str(journey_city / "madina.toml"), "SADA_NOW": factory.NOW.isoformat(),
    }  # fmt: skip
    child = subprocess.Popen(
        [sys.executable, *launch(port)[1:]], env=environment, cwd=journey_city, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    )
    try:
        _ready(f"http://localhost:{port}/_stcore/health", child)
        yield f"http://localhost:{port}"
    finally:
        child.terminate()
        child.wait(PATIENCE_S)


def _ready(health: str, child: subprocess.Popen[bytes]) -> None:
    """Until the server answers; ends early if it died."""
    for _ in range(PATIENCE_S * 5):
        assert child.poll() is None, "the dashboard's process ended before it answered"
        try:
            with urllib.request.urlopen(health, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            try:
                child.wait(0.2)
            except subprocess.TimeoutExpired:
                continue
    pytest.fail(f"the dashboard did not answer within {PATIENCE_S} s")


@pytest.fixture(scope="session")
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


def opened(browser: Browser, width: int = 1440, height: int = 900) -> Page:
    """A page in a browser of its own, with patience for a busy machine; whoever asks for it closes its context."""
    context = browser.new_context(viewport=ViewportSize(width=width, height=height), accept_downloads=True)
    context.set_default_timeout(PATIENCE_S * 1000)
    return context.new_page()
