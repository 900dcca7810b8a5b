"""Strangers' text stays text, and stays where it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dashboard.bidi import bare, escaped, foreign, isolate, plotted
from tests.dashboard.factory import HOSTILE

LRI, FSI, PDI = "\u2066", "\u2068", "\u2069"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("شكرًا @SAUDIMOMRA", f"شكرًا {LRI}@SAUDIMOMRA{PDI}"),
        ("وسم #Riyadh اليوم", f"وسم {LRI}#Riyadh{PDI} اليوم"),
        ("#انقطاع_المياه", "#انقطاع_المياه"),  # an Arabic tag already runs the right way
        ("انظر https://example.org/a_b?c=d الآن", f"انظر {LRI}https://example.org/a_b?c=d{PDI} الآن"),
        ("a@b.example", "a@b.example"),  # no handle
        ("x\u202eabc", "xabc"),  # an override of the stranger's own is dropped
    ],
)
def test_handles_tags_and_addresses_keep_their_order(text: str, shown: str) -> None:
    assert isolate(text) == shown


@given(st.text())
def test_every_isolate_that_is_opened_is_closed(text: str) -> None:
    shown = isolate(text)
    assert shown.count(LRI) == shown.count(PDI)
    assert shown.replace(LRI, "").replace(PDI, "") == bare(text)


@given(st.text())
def test_a_name_cannot_leave_its_isolate(text: str) -> None:
    shown = foreign(text)
    assert shown[0] == FSI
    assert shown[-1] == PDI
    assert not set(shown[1:-1]) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        "# heading",
        "- list",
        "[a](http://b)",
        "![a](b)",
        "<b>x</b>",
        "`code`",
        ":red[x]",
        "$x^2$",
        "1. a",
        "a\n\n# b",
        "&lt;",
        "~~x~~",
        "|a|b|",
    ],
)
def test_escaped_text_has_no_markup(text: str) -> None:
    html = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(escaped(text))
    assert html.count("<") == html.count("<p>") * 2 == 2
    assert all(f"\\{mark}" in escaped(text) for mark in ":$" if mark in text)  # Streamlit's own directives and formulas


def test_a_label_in_a_chart_is_no_html() -> None:
    assert plotted("<a href='x'>&</a>") == f"{FSI}&lt;a href='x'&gt;&amp;&lt;/a&gt;{PDI}"
