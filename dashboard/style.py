"""How pages look: one static style block and a fixed script that turns the document round. Nothing here comes from outside.

The selectors are internal to Streamlit 1.67; tests/journeys/test_right_to_left.py holds each of them.
"""

from __future__ import annotations

import streamlit as st

from dashboard.words import Words

NEGATIVE, NEUTRAL, POSITIVE, ACCENT, RISING = "#C1443C", "#9AA3AB", "#2E7FB8", "#0B6E69", "#D69A2D"
SERIES = (ACCENT, "#3B6FB5", RISING, "#7A5BA6", "#5B8C3E", NEGATIVE, NEUTRAL, "#2E7FB8")
SENTIMENT_COLOURS = {"negative": NEGATIVE, "neutral": NEUTRAL, "positive": POSITIVE, "unsure": "#C9CFD3", "": "#E3E7E9"}
FONT = "Noto Sans Variable, Vazirmatn Variable, sans-serif"

BLOCK = """<style>
html[dir=rtl] [data-testid=stHeading], html[dir=rtl] [data-testid=stHeading] *,
html[dir=rtl] .stMarkdown, html[dir=rtl] .stMarkdown *, html[dir=rtl] .stMetric, html[dir=rtl] .stMetric * {text-align: start}
[data-testid=stPlotlyChart], [data-testid=stDataFrame] {direction: ltr}
#js-plotly-tester {direction: ltr}
html[dir=rtl] [data-testid=stTimeInput] > div {direction: ltr; text-align: start}
html[dir=rtl] [data-testid=stSidebar][data-collapsed=true] {transform: none !important; visibility: hidden}
html[dir=rtl] [data-testid=stButtonGroup] button {margin: 0 0 0 -1px}
html[dir=rtl] [data-testid=stButtonGroup] button:last-of-type {margin: 0}
html[dir=rtl] [data-testid=stButtonGroup] button:not([aria-checked=true]) {border-color: #DFE5E5 !important}
html[dir=rtl] [data-testid=stButtonGroup] [role=radiogroup] {padding: 3px 2px}
html[dir=rtl] [data-testid=stMetricLabel] > span, html[dir=rtl] [data-testid=stHeading] .stTooltipIcon {margin-inline-start: .4rem}
html[dir=rtl] [data-testid=stButtonGroup] button:first-of-type {border-radius: 0 .5rem .5rem 0}
html[dir=rtl] [data-testid=stButtonGroup] button:last-of-type {border-radius: .5rem 0 0 .5rem}
html[dir=rtl] [data-testid=stButtonGroup] button:only-of-type {border-radius: .5rem}

[data-testid=stButtonGroup], [data-testid=stButtonGroup] * {max-width: 100%}
[data-testid=stButtonGroup] [role=radiogroup] {flex-wrap: wrap}
[data-testid=stBaseButton-tertiary], [data-testid=stBaseButton-tertiary] * {text-align: start}
.stMainBlockContainer {padding-top: 4.2rem; padding-bottom: 3rem; max-width: 1500px}
[data-testid=stText] {overflow-wrap: anywhere; line-height: 1.65}
[data-testid=stText] > span {unicode-bidi: plaintext; text-align: start; white-space: pre-wrap; width: 100%; font-family: inherit}
.stMarkdown p {overflow-wrap: anywhere}
[data-testid=stMetricValue] {font-variant-numeric: tabular-nums; letter-spacing: -.01em}
[data-testid=stHeading] h1 {padding: 0 0 .1rem}
[data-testid=stPageLink] a {padding: 0; background: none}
[data-testid=stPageLink] a, [data-testid=stPageLink] a * {white-space: normal; overflow: visible; height: auto}
[data-testid=stPageLink] a p {color: #0B6E69; font-size: .87rem}
[data-testid=stPageLink] a:hover p {text-decoration: underline}
.stApp [data-testid=stCaptionContainer] {opacity: .78}
.stApp [data-testid=stCode] code span {color: inherit !important}
.stApp a:focus-visible, [data-testid=stTopNavLink]:focus-visible {outline: 2px solid #0B6E69; outline-offset: 2px; border-radius: .3rem}
[data-testid=stTable] td, [data-testid=stTable] th {text-align: start !important; font-variant-numeric: tabular-nums}
@media print {
  header, [data-testid=stSidebar], [data-testid=stButtonGroup], .st-key-filters, .st-key-take, .st-key-foot, .st-key-above [data-testid=stSelectbox] {display: none !important}
  [data-testid=stApp], [data-testid=stMain], [data-testid=stAppViewContainer] {position: static !important; height: auto !important; overflow: visible !important}
  .stMainBlockContainer {padding: 0}
}
@media (max-width: 640px) {
  [data-testid=stMetricValue] > div, [data-testid=stMetricLabel] p, [data-testid=stMetricDelta] * {white-space: normal !important; overflow: visible; text-overflow: clip}
  [data-testid=stTable] {overflow-x: auto}
  [class*=st-key-wide_] td:first-child [data-testid=stMarkdownContainer] {width: 9rem}
  [class*=st-key-wide_] td:first-child p {overflow-wrap: anywhere}
  [class*=st-key-wide_] td:not(:first-child) {min-width: 6.5rem}
  .st-key-themes_map {overflow-x: auto}
  .st-key-themes_map [data-testid=stFullScreenFrame], .st-key-themes_map [data-testid=stPlotlyChart] {min-width: 640px}
  .stMainBlockContainer {padding-left: 1rem; padding-right: 1rem; padding-top: 4rem}
  .st-key-numbers [data-testid=stHorizontalBlock] {flex-wrap: wrap; gap: .6rem}
  .st-key-numbers [data-testid=stColumn] {flex: 1 1 calc(50% - .3rem) !important; min-width: calc(50% - .3rem) !important; width: calc(50% - .3rem) !important}
  [data-testid=stMetricValue] {font-size: 1.15rem; overflow-wrap: anywhere}
  .js-plotly-plot .ytick text {font-size: 10px !important}
  .st-key-desk_open > [data-testid=stLayoutWrapper] > [data-testid=stHorizontalBlock], .st-key-desk_open > [data-testid=stHorizontalBlock] {flex-direction: column-reverse}
  .st-key-desk_open > * > [data-testid=stColumn], .st-key-desk_open > * > * > [data-testid=stColumn] {width: 100% !important; min-width: 100% !important}
}
</style>"""

DARK = """<style>
html[dir=rtl] [data-testid=stButtonGroup] button:not([aria-checked=true]) {border-color: #334042 !important}
[data-testid=stPageLink] a p {color: #6CC5BF}
.stApp a:focus-visible, [data-testid=stTopNavLink]:focus-visible {outline-color: #6CC5BF}
[data-testid=stBaseButton-primary], [data-testid=stBaseButton-primaryFormSubmit] {color: #0C1213}
</style>"""
"""What a dark page needs beside it."""


def apply(words: Words) -> None:
    """Put the style block on the page and turn the document to the language's direction."""
    st.html(BLOCK + (DARK if st.context.theme.type == "dark" else ""))
    st.html(_SCRIPTS[words.language], unsafe_allow_javascript=True)


def _script(language: str, direction: str) -> str:
    return f"<script>document.documentElement.dir = '{direction}'; document.documentElement.lang = '{language}';</script>"


_SCRIPTS = {code: _script(code, "rtl" if code in ("ar", "fa") else "ltr") for code in ("ar", "en", "fa", "ru", "kk")}
