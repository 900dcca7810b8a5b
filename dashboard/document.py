"""The document that Streamlit draws into, with what no page should have to wait for: its language, its direction and our style.

What a page itself puts there (style.py) arrives a moment after its first words, which until then stood in another order; so the server
sends the same beforehand. Under another server than ours the pages are the same, but for that moment.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from streamlit.file_util import get_static_dir

from core.errors import SadaError
from dashboard import data, filters, style
from dashboard.frame import PAGES
from dashboard.words import LANGUAGES, words

FIRST, *OTHERS = PAGES
ROOT = '<div id="root"></div>'


def routes() -> list[Route]:
    """An address for each page; the first is there without a name, and under its name leads to that."""
    return [Route(f"/{FIRST}", to_first), Route("/", sent), *(Route(f"/{page}", sent) for page in OTHERS)]


async def to_first(request: Request) -> Response:
    """Streamlit knows its first page under no name and would say that there is no such page."""
    return RedirectResponse(f"./?{request.url.query}" if request.url.query else "./")


async def sent(request: Request) -> Response:
    """The document in the language that is asked for, else in the deployment's."""
    asked = request.query_params.get("lang", "")
    language = asked if asked in LANGUAGES else await run_in_threadpool(_first_language)
    return HTMLResponse(drawn(_plain(), language), headers={"Cache-Control": "no-cache"})


def drawn(plain: str, language: str) -> str:
    """Streamlit's document in a language. Our style stands behind what Streamlit adds to the head, or it would not count; and before what a
    page itself adds to it, as what a dark page needs."""
    turned = plain.replace('<html lang="en">', f'<html lang="{language}" dir="{words(language).direction}">', 1)
    return turned.replace("<title>Streamlit</title>", "<title>Sada</title>", 1).replace(ROOT, style.BLOCK + ROOT, 1)


def _first_language() -> str:
    try:
        return filters.first_language(data.deployment(data.settings()))
    except SadaError:
        return "en"


@cache
def _plain() -> str:
    return (Path(get_static_dir()) / "index.html").read_text(encoding="utf-8")
