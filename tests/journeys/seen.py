"""What a page comes to. Streamlit draws piece by piece, its style among the pieces: nothing is asked of a page once, but until it is so."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, TimeoutError

STILL = """() => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning"
    && !document.querySelector("[data-testid*=Skeleton], [data-stale=true]")
    && [...document.querySelectorAll("[data-testid=stPlotlyChart]")].every(chart => chart.querySelector(".main-svg"))"""
"""The script has run to its end, nothing of what was before it is left, and every chart is drawn."""


def comes(page: Page, question: str, arg: object = None, shows: str = "") -> None:
    """Wait until a question in JavaScript is answered with yes; fails with the question, and with what the expression `shows` gives then."""
    try:
        page.wait_for_function(question, arg=arg)
    except TimeoutError:
        pytest.fail(f"{page.url}: never so: {question}" + (f"; there is {page.evaluate(shows, arg)}" if shows else ""))


def still(page: Page) -> Page:
    """The page when all of it stands."""
    page.wait_for_function(STILL)
    return page


def whole(page: Page) -> Page:
    """A page of figures when all of it stands, its foot included."""
    page.locator(".st-key-foot [data-testid=stExpander]").last.wait_for()
    return still(page)
