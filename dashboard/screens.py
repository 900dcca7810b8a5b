"""make screens: photographs every page, in Arabic and English, on a desk and on a phone, with the demo's invented posts."""

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
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from dashboard.commands import launch
from dashboard.frame import PAGES

CHROMIUM = os.environ.get("SADA_BROWSER", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
WIDTHS = {"wide": 1440, "phone": 390}
TALLEST = {"wide": 2200, "phone": 2600}  # pixels; below it is more of the same
LANGUAGES = ("ar", "en")
DEPLOYMENT = "momra"
PATIENCE_S = 120
DRAWN = """() => !document.querySelector("[data-testid*=Skeleton], [data-stale=true]")
    && [...document.querySelectorAll("[data-testid=stPlotlyChart]")].every(chart => chart.querySelector(".main-svg"))"""


def main(folder: Path, deployment: str = DEPLOYMENT, data: Path | None = None) -> None:
    """Write <page>-<language>-<width>.png of every page into `folder`; `data` may name a folder that already holds a demo."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sada-screens-") as made:
        environment = {**os.environ, "SADA_DATA": str(data or made), "SADA_DEPLOYMENT": deployment}
        if data is None:
            subprocess.run([sys.executable, "-m", "sada", "demo", "--deployment", deployment, "--once"], env=environment, check=True)  # noqa: S603
        environment.setdefault("SADA_NOW", datetime.now(UTC).isoformat())
        with _served(environment) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            for page, language, width in ((p, c, w) for w in WIDTHS for c in LANGUAGES for p in PAGES):
                _photograph(browser, f"{address}/{_path(page)}?lang={language}", folder / f"{page}-{language}-{width}.png", width)
            browser.close()


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


def _photograph(browser: Browser, address: str, file: Path, width: str) -> None:
    page = browser.new_page(viewport={"width": WIDTHS[width], "height": 900})
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
