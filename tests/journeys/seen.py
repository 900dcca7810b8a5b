"""What a page comes to. Streamlit draws piece by piece, its style among the pieces: nothing is asked of a page once, but until it is so."""

from __future__ import annotations

from playwright.sync_api import Page, TimeoutError

STILL = """() => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning"
    && !document.querySelector("[data-testid*=Skeleton], [data-stale=true]")
    && [...document.querySelectorAll("[data-testid=stPlotlyChart]")].every(chart => chart.querySelector(".main-svg"))"""
"""The script has run to its end, nothing of what was before it is left, and every chart is drawn."""


def comes(page: Page, question: str, arg: object = None, shows: str = "") -> bool:
    """Whether a question in JavaScript comes to be answered with yes; where it does not, prints what the expression `shows` gives in the end."""
    try:
        page.wait_for_function(question, arg=arg)
    except TimeoutError:
        print(f"{page.url}: {question} never was so" + (f"; there is {page.evaluate(shows, arg)}" if shows else ""))
        return False
    return True


def still(page: Page) -> Page:
    """The page when all of it stands."""
    page.wait_for_function(STILL)
    return page


def whole(page: Page) -> Page:
    """A page of figures when all of it stands, its foot included."""
    page.locator(".st-key-foot [data-testid=stExpander]").last.wait_for()
    return still(page)
