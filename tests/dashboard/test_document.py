"""The document arrives in its language, its direction and our style; the first page is found under its name too."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.file_util import get_static_dir

from dashboard import document, style
from dashboard.frame import PAGES

FIRST, *OTHERS = PAGES


@pytest.fixture
def browser() -> TestClient:
    return TestClient(Starlette(routes=document.routes()), follow_redirects=False)


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("fa", "rtl"), ("en", "ltr"), ("ru", "ltr"), ("kk", "ltr")])
def test_the_first_byte_is_in_the_language_of_the_address(browser: TestClient, language: str, direction: str) -> None:
    told = browser.get(f"/growth?lang={language}").text
    assert f'<html lang="{language}" dir="{direction}">' in told and told.count("<html") == 1


@pytest.mark.usefixtures("desk_here")
@pytest.mark.parametrize("asked", ["/", "/?lang=", "/?lang=xx", "/posts?lang=%22%3E%3Cscript%3E"])
def test_without_a_language_we_speak_it_is_the_deployments(browser: TestClient, asked: str) -> None:
    told = browser.get(asked).text
    assert '<html lang="ar" dir="rtl">' in told and '"><script>' not in told


def test_a_deployment_that_cannot_be_read_still_gets_a_document(browser: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SADA_DEPLOYMENT", "no-such-place")
    answer = browser.get("/")
    assert answer.status_code == 200 and '<html lang="en" dir="ltr">' in answer.text


@pytest.mark.parametrize("path", ["/", *(f"/{page}" for page in OTHERS)])
def test_every_page_comes_with_the_style_behind_streamlits_own(browser: TestClient, path: str) -> None:
    answer = browser.get(f"{path}?lang=en")
    assert answer.headers["cache-control"] == "no-cache" and answer.headers["content-type"].startswith("text/html")
    assert answer.text.index("</head>") < answer.text.index(style.BLOCK + document.ROOT)


def test_nothing_else_of_streamlits_document_is_changed() -> None:
    plain = (Path(get_static_dir()) / "index.html").read_text(encoding="utf-8")
    drawn = document.drawn(plain, "en").replace(style.BLOCK, "").replace(' dir="ltr"', "").replace("<title>Sada<", "<title>Streamlit<")
    assert drawn == plain


@pytest.mark.parametrize("query", ["", "lang=fa&period=7d", "q=%2F%2Fexample.org", "next=//example.org"])
def test_the_first_page_under_its_name_leads_to_where_it_is(browser: TestClient, query: str) -> None:
    answer = browser.get(f"/{FIRST}?{query}" if query else f"/{FIRST}")
    assert answer.is_redirect and answer.headers["location"] == (f"./?{query}" if query else "./")
