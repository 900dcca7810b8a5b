"""What every journey of cases begins with: a town with people's accounts, its dashboard in a process of its own, and browsers that sign in."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from cases import users
from cases.roles import Role
from cases.store import CaseStore, open_cases
from core.deployment import Deployment
from core.deployment_file import load
from core.settings import Settings, read
from dashboard.commands import launch
from dashboard.words import words
from store.embedded import EmbeddedStore
from tests.journeys.seen import still
from tests.ports import free_port

PATIENCE_S = 120  # a busy machine may take long over what is quick; nothing waits longer than it must
PASSWORD = "a very long password"
EN = words("en")


@dataclass
class Town:
    """The organisation of a journey: its stores, and where its dashboard listens."""

    settings: Settings
    about: Deployment
    posts: EmbeddedStore
    cases: CaseStore
    address: str


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def dashboard(told: Mapping[str, str], folder: Path, port: int | None = None) -> Iterator[str]:
    """The dashboard in a process of its own while the block lasts; gives its address."""
    port = port or free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SADA_")} | dict(told)
    child = subprocess.Popen(
        [sys.executable, *launch(port)[1:]], env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
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


@contextmanager
def open_town(folder: Path, file: Path, people: Mapping[str, Role], **more: str) -> Iterator[Town]:
    """The town of a deployment file, with an account for each of `people` and its dashboard; `more` are further settings."""
    told = {"SADA_DATA": str(folder / "var"), "SADA_DEPLOYMENT": str(file)} | more
    settings, about = read(told), load(file)
    posts, cases = EmbeddedStore(folder / "var" / "posts.db", about.timezone), open_cases(settings)
    for name, role in people.items():
        departments = tuple(d.id for d in about.departments) if role == Role.DEPARTMENT else ()
        users.add(cases, name, role, departments, PASSWORD, now(), "test")
    try:
        with dashboard(told, folder) as address:
            yield Town(settings, about, posts, cases, address)
    finally:
        posts.close()
        cases.close()


def window(context: BrowserContext, address: str, **view: str) -> Page:
    """The page of complaints in one more window of a browser."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
    page.goto(complaints(address, **view))
    return page


def complaints(address: str, **view: str) -> str:
    """The address of the page of complaints, in English where the view names no other language."""
    return f"{address}/complaints?" + "&".join(f"{key}={value}" for key, value in {"lang": "en", **view}.items())


def sign_in(page: Page, name: str) -> Page:
    """Type name and password, and wait to be let in."""
    page.locator("input[autocomplete=username]").fill(name)
    page.locator("input[autocomplete=current-password]").fill(PASSWORD)
    with page.expect_response(lambda answer: answer.url.endswith("/session")) as kept:
        page.get_by_role("button", name=EN("sign_in.do"), exact=True).click()
    assert kept.value.status == 204, kept.value.text()
    expect(page.get_by_role("button", name=EN("sign_in.out"))).to_be_visible()
    return page


def turn(page: Page, address: str, **view: str) -> Page:
    """The page of somebody who has signed in, at another address of theirs, freshly loaded."""
    page.goto(complaints(address, **view))
    expect(page.get_by_role("button", name=EN("sign_in.out"))).to_be_visible()
    return still(page)


def someone(browser: Browser, address: str, name: str, width: int = 1440, **view: str) -> Page:
    """A browser of their own in which somebody has signed in."""
    return sign_in(window(browser.new_context(viewport=ViewportSize(width=width, height=1000)), address, **view), name)
