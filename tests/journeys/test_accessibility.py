"""What a reader needs who does not use a mouse, does not see the page, or sees it with little contrast: held in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect

from dashboard.words import words
from tests.journeys.conftest import PATIENCE_S

pytestmark = pytest.mark.browser

FAINT = r"""() => {
  const parse = c => { const m = c.match(/rgba?\(([^)]+)\)/); if (!m) { const s=c.match(/color\(srgb ([^)]+)\)/); if(!s) return null; const v=s[1].split(/[ \/]+/).map(Number); return [v[0]*255,v[1]*255,v[2]*255,v.length>3?v[3]:1]; } const v = m[1].split(/[ ,\/]+/).map(Number); return [v[0], v[1], v[2], v.length > 3 ? v[3] : 1]; };
  const over = (a, b) => [0,1,2].map(i => a[i]*a[3] + b[i]*(1-a[3])).concat([1]);
  const lum = c => { const f = v => { v /= 255; return v <= .03928 ? v/12.92 : ((v+.055)/1.055)**2.4 }; return .2126*f(c[0]) + .7152*f(c[1]) + .0722*f(c[2]); };
  const ratio = (a, b) => { const x = lum(a), y = lum(b); return (Math.max(x,y)+.05)/(Math.min(x,y)+.05); };
  const base = parse(getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor);
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim(), el = walk.currentNode.parentElement;
    if (!text || !el || el.closest('[disabled],[aria-disabled=true],script,style,[data-stale=true],[data-testid=stSidebar],[class*=VisuallyHidden],.heatmap-label')) continue;
    const box = el.getBoundingClientRect(), style = getComputedStyle(el);
    if (!box.width || !box.height || style.visibility !== 'visible' || box.width < 2) continue;
    if (style.fontFamily.includes('Material')) continue;
    let opacity = 1, layers = [];
    for (let e = el; e; e = e.parentElement) { const s = getComputedStyle(e); opacity *= +s.opacity; const b = parse(s.backgroundColor); if (b && b[3]) layers.push(b); }
    let back = base; for (const layer of layers.reverse()) back = over(layer, back);
    const ink = parse(el.closest('svg') ? style.fill : style.color); if (!ink || opacity === 0) continue;
    const seen = over([ink[0], ink[1], ink[2], ink[3]*opacity], back);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && +style.fontWeight >= 700);
    const is = ratio(seen, back);
    if (is < (large ? 3 : 4.5)) found.push([Math.round(is*100)/100, text.slice(0, 40), style.color, el.className.toString().slice(0,60), el.closest('[data-testid]')?.dataset.testid]);
  }
  return found;
}"""
"""Every visible text whose contrast with what lies below it is less than WCAG's AA asks for: its ratio, words, and where it stands."""

DRAWN = """() => !document.querySelector("[data-testid*=Skeleton], [data-stale=true]")
    && [...document.querySelectorAll("[data-testid=stPlotlyChart]")].every(chart => chart.querySelector(".main-svg"))"""
FOCUSED = """() => { const e = document.activeElement, s = getComputedStyle(e);
    return {says: (e.innerText || e.getAttribute("aria-label") || "").trim(), tag: e.tagName,
            seen: (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== "none"} }"""


def shown(browser: Browser, address: str, name: str, theme: str = "light") -> Page:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=theme)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_S * 1000)
    page = context.new_page()
    page.goto(f"{address}/{name}")
    page.locator(".st-key-foot [data-testid=stExpander]").last.wait_for()
    page.wait_for_function(DRAWN)
    return page


@pytest.fixture
def pages(browser: Browser, address: str) -> Iterator[Any]:
    """Opens pages, and closes them afterwards."""
    made: list[Page] = []

    def open_(name: str, theme: str = "light") -> Page:
        made.append(shown(browser, address, name, theme))
        return made[-1]

    yield open_
    for page in made:
        page.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_keeps_aa_contrast(pages: Any, theme: str) -> None:
    for name in ("?lang=en", "themes?lang=ar&period=7d", "posts?lang=kk&period=24h", "ledger?lang=ru", "growth?lang=fa"):
        page = pages(name, theme)
        try:  # what is being drawn anew is faint for a moment
            page.wait_for_function(f"() => ({FAINT})().length === 0", timeout=60_000)
        except TimeoutError:
            pytest.fail(f"{name}: {page.evaluate(FAINT)[:5]}")


def test_who_tabs_through_a_page_sees_where_they_are(pages: Any) -> None:
    page = pages("?lang=en")
    met: list[dict[str, Any]] = []
    for _ in range(24):
        page.keyboard.press("Tab")
        met.append(page.evaluate(FOCUSED))
    unseen = [one["says"] for one in met if not one["seen"] and one["tag"] in ("A", "BUTTON")]
    assert unseen == []
    said = " ".join(one["says"] for one in met)
    assert all(words("en")(key) in said for key in ("growth.title", "ledger.title", "filter.topic", "posts.open"))


def test_a_link_is_followed_by_the_keyboard_alone(pages: Any) -> None:
    page = pages("?lang=en&topic=water")
    page.get_by_test_id("stPageLink").first.get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=words("en")("posts.title"), exact=True)).to_be_visible()
    assert "topic=water" in page.url


@pytest.mark.parametrize("name", ["?lang=en", "growth?lang=en", "engagement?lang=en", "themes?lang=en&period=7d", "ledger?lang=en"])
def test_every_chart_and_table_says_in_words_what_it_shows(pages: Any, name: str) -> None:
    page = pages(name)
    charts = page.locator("[data-testid=stPlotlyChart]").evaluate_all("every => every.map(e => e.getAttribute('aria-label') || '')")
    assert charts
    assert min(map(len, charts)) > 10
    tables = page.locator("[data-testid=stTable]").evaluate_all(
        "every => every.map(e => (e.querySelector('[aria-label]') || e).getAttribute('aria-label') || e.querySelector('caption')?.innerText || '')"
    )
    assert all(tables)


@pytest.mark.parametrize("code", ["ar", "ru"])
def test_the_document_tells_a_screen_reader_its_language_and_one_title(pages: Any, code: str) -> None:
    page = pages(f"?lang={code}")
    expect(page.locator("html")).to_have_attribute("lang", code)
    assert page.locator("h1").count() == 1
    unnamed = page.locator("button:visible").evaluate_all(
        "every => every.filter(e => !(e.innerText.trim() || e.getAttribute('aria-label') || e.title)).length"
    )
    assert unnamed == 0
