"""What a reader needs who does not use a mouse, does not see the page, or sees it with little contrast: held in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.words import words
from tests.journeys.conftest import opened
from tests.journeys.seen import comes, whole

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

FOCUSED = """() => { const e = document.activeElement, s = getComputedStyle(e);
    return {says: (e.innerText || e.getAttribute("aria-label") || "").trim(), tag: e.tagName,
            seen: (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== "none"} }"""
CHARTS = "[...document.querySelectorAll('[data-testid=stPlotlyChart]')].map(e => e.getAttribute('aria-label') || '')"
TABLES = """[...document.querySelectorAll("[data-testid=stTable]")].map(
    e => (e.querySelector("[aria-label]") || e).getAttribute("aria-label") || e.querySelector("caption")?.innerText || "")"""
BUTTONS = """[...document.querySelectorAll("button")].filter(e => e.checkVisibility())
    .filter(e => !(e.innerText.trim() || e.getAttribute("aria-label") || e.title)).map(e => e.outerHTML)"""
READ = ("?lang=en", "themes?lang=ar&period=7d", "posts?lang=kk&period=24h", "ledger?lang=ru", "growth?lang=fa")
Opens = Callable[..., Page]


@pytest.fixture(scope="module")
def read(browser: Browser, address: str) -> Iterator[Opens]:
    """Gives a page that is only looked at, opened once for all who look at it."""
    made: dict[tuple[str, str], Page] = {}

    def open_(name: str, theme: str = "light") -> Page:
        if (name, theme) not in made:
            made[name, theme] = opened(browser, theme=theme)
            made[name, theme].goto(f"{address}/{name}")
        return whole(made[name, theme])

    yield open_
    for page in made.values():
        page.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_keeps_aa_contrast(read: Opens, theme: str) -> None:
    faint = f"({FAINT})()"
    for name in READ:
        page = read(name, theme)
        assert comes(page, f"() => {faint}.length === 0", shows=f"() => {faint}.slice(0, 5)")
        assert page.evaluate("() => document.querySelectorAll('[data-testid=stMain] p').length") > 5  # there was something to look at


def test_who_tabs_through_a_page_sees_where_they_are(page: Page, address: str) -> None:
    page.goto(f"{address}/?lang=en")
    whole(page)
    met: list[dict[str, Any]] = []
    for _ in range(24):
        page.keyboard.press("Tab")
        assert comes(page, f"() => {{ const at = ({FOCUSED})(); return at.seen || !['A', 'BUTTON'].includes(at.tag) }}", shows=FOCUSED)
        met.append(page.evaluate(FOCUSED))
    said = " ".join(one["says"] for one in met)
    assert all(words("en")(key) in said for key in ("growth.title", "ledger.title", "filter.topic", "posts.open"))


def test_a_link_is_followed_by_the_keyboard_alone(page: Page, address: str) -> None:
    page.goto(f"{address}/?lang=en&topic=water")
    whole(page).get_by_test_id("stPageLink").first.get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=words("en")("posts.title"), exact=True)).to_be_visible()
    page.wait_for_url(re.compile("/posts.*topic=water"))


@pytest.mark.parametrize("name", ["?lang=en", "growth?lang=fa", "engagement?lang=en", "themes?lang=ar&period=7d", "ledger?lang=ru"])
def test_every_chart_and_table_says_in_words_what_it_shows(read: Opens, name: str) -> None:
    page = read(name)
    assert comes(page, f"() => {{ const said = {CHARTS}; return said.length && said.every(one => one.length > 10) }}", shows=CHARTS)
    assert comes(page, f"() => {TABLES}.every(said => said)", shows=TABLES)


@pytest.mark.parametrize(("code", "name"), [("ar", "themes?lang=ar&period=7d"), ("ru", "ledger?lang=ru"), ("en", "?lang=en")])
def test_the_document_tells_a_screen_reader_its_language_and_one_title(read: Opens, code: str, name: str) -> None:
    page = read(name)
    expect(page.locator("html")).to_have_attribute("lang", code)
    expect(page.locator("h1")).to_have_count(1)
    assert comes(page, f"() => {BUTTONS}.length === 0", shows=BUTTONS)
