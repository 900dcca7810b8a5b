"""make screens: photographs every page as a supervisor sees it, in Arabic and English, on a desk and on a phone, with the demo's invented posts."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from cases import users
from cases.query import FindCases
from cases.roles import Role
from cases.store import open_cases
from core.settings import read
from dashboard.commands import launch
from dashboard.frame import PAGES
from dashboard.keeping import COOKIE

CHROMIUM = os.environ.get("SADA_BROWSER", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
WIDTHS = {"wide": 1440, "phone": 390}
TALLEST = {"wide": 2200, "phone": 2600}  # pixels; below it is more of the same
LANGUAGES = ("ar", "en")
DEPLOYMENT = "momra"
STAFF = "supervisor"
PATIENCE_S = 120
DRAWN = """() => !document.querySelector("[data-testid*=Skeleton], [data-stale=true]")
    && [...document.querySelectorAll("[data-testid=stPlotlyChart]")].every(chart => chart.querySelector(".main-svg"))"""


def main(folder: Path, deployment: str = DEPLOYMENT, data: Path | None = None) -> None:
    """Write <page>-<language>-<width>.png of every page into `folder`; `data` may name a folder that already holds a demo, which then has one account more."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sada-screens-") as made:
        environment = {**os.environ, "SADA_DATA": str(data or made), "SADA_DEPLOYMENT": deployment}
        if data is None:
            subprocess.run([sys.executable, "-m", "sada", "demo", "--deployment", deployment, "--once"], env=environment, check=True)  # noqa: S603
        environment.setdefault("SADA_NOW", datetime.now(UTC).isoformat())
        with _served(environment) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            token, case = _staff(environment)
            for width in WIDTHS:
                context = _signed_in(browser, address, token, width)
                for page, language in ((p, c) for c in LANGUAGES for p in PAGES):
                    asked = urlencode({"lang": language} | ({"case": case} if page == "complaints" else {}))
                    _photograph(context, f"{address}/{_path(page)}?{asked}", folder / f"{page}-{language}-{width}.png", width)
                context.close()
            browser.close()


def _staff(environment: Mapping[str, str]) -> tuple[str, str]:
    """The session of a supervisor, who is given an account if there is none, and the case that waits most."""
    at = datetime.fromisoformat(environment["SADA_NOW"])
    store = open_cases(read(environment))
    if STAFF not in {user.name for user in users.everybody(store)}:
        users.add(store, STAFF, Role.SUPERVISOR, (), None, at, "screens")
    token, waiting = users.trust(store, STAFF, at), store.find(FindCases(limit=1)).cases
    store.close()
    return token, waiting[0].id if waiting else ""


def _signed_in(browser: Browser, address: str, token: str, width: str) -> BrowserContext:
    """A browser that keeps the session as it does after signing in."""
    context = browser.new_context(viewport={"width": WIDTHS[width], "height": 900})
    context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
    return context


@contextlib.contextmanager
def _served(environment: dict[str, str]) -> Iterator[str]:
    """A dashboard of its own on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    child = subprocess.Popen(launch(port), env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        _wait(f"http://localhost:{port}/_stcore/health")
        yield f"http://localhost:{port}"
    finally:
        child.terminate()
        child.wait(10)


def _wait(health: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with contextlib.suppress(OSError), urllib.request.urlopen(health, timeout=5):  # noqa: S310
            return
        time.sleep(0.3)
    raise SystemExit(f"the dashboard did not answer within {PATIENCE_S} s")


def _path(page: str) -> str:
    """The first page is the one that opens without a path."""
    return "" if page == next(iter(PAGES)) else page


def _photograph(context: BrowserContext, address: str, file: Path, width: str) -> None:
    page = context.new_page()
    page.goto(address)
    _settled(page)
    tall = min(page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight"), TALLEST[width])
    page.set_viewport_size({"width": WIDTHS[width], "height": tall})
    _settled(page)
    _saved(page.screenshot(), file)
    page.close()
    print(file, file=sys.stderr)


def _saved(picture: bytes, file: Path) -> None:
    """As a PNG of 256 colours: a page has few, and the repository stays small."""
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)


def _settled(page: Page) -> None:
    """Until the foot and every chart are drawn, nothing is grey or faded, and all have had a moment."""
    page.locator(".st-key-foot [data-testid=stExpander]").first.wait_for(timeout=PATIENCE_S * 1000)
    page.wait_for_function(DRAWN, timeout=PATIENCE_S * 1000)
    page.wait_for_timeout(1500)
    page.wait_for_function(DRAWN, timeout=PATIENCE_S * 1000)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/screens"), *sys.argv[2:3], *map(Path, sys.argv[3:4]))
