"""Staying signed in over a reload: a cookie no script can read, set and taken away by two small addresses beside the pages.

The page never tells the browser its token: it gives a ticket that is good once and for half a minute, and the answer to it sets the cookie.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from cases.users import AT_MOST

COOKIE = "sada_session"
HERE = "session"  # beside the pages, wherever they are served
TICKET_FOR = timedelta(seconds=30)
MOST_BYTES = 200
MOST_TICKETS = 1000


class Tickets:
    """Tickets given out and not taken in yet, each for one token."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, tuple[str, datetime]] = {}

    def give(self, token: str, at: datetime) -> str:
        """A ticket for a token."""
        ticket = secrets.token_urlsafe(24)
        with self._lock:
            self._open = {t: kept for t, kept in list(self._open.items())[-MOST_TICKETS:] if kept[1] > at}
            self._open[ticket] = (token, at + TICKET_FOR)
        return ticket

    def take(self, ticket: str, at: datetime) -> str | None:
        """The token of a ticket, the first time and in time."""
        with self._lock:
            token, until = self._open.pop(ticket, ("", at))
        return token if until > at else None


TICKETS = Tickets()


def remember(token: str, at: datetime) -> None:
    """Let the browser keep this session from the next drawing of the page on."""
    st.session_state["keep_ticket"] = TICKETS.give(token, at)


def forget() -> None:
    """Let the browser forget its session with the next drawing of the page."""
    st.session_state["keep_ticket"] = ""


def draw() -> None:
    """Carry out `remember` or `forget`, once."""
    ticket = st.session_state.pop("keep_ticket", None)
    if ticket is not None:
        st.html(_script(ticket), unsafe_allow_javascript=True)


def _script(ticket: str) -> str:
    """Nothing of a stranger stands in it: a ticket is letters, digits, - and _."""
    how = f"{{method: 'POST', body: '{ticket}'}}" if ticket else "{method: 'DELETE'}"
    return f"<script>fetch('{HERE}', {how});</script>"


def kept() -> str | None:
    """The token in the browser's cookie, as it came with the page's connection."""
    told = st.context.cookies.get(COOKIE)
    return told if isinstance(told, str) else None  # without a browser (AppTest) Streamlit has no real cookies


def routes(clock: Callable[[], datetime] = lambda: datetime.now(UTC), tickets: Tickets = TICKETS) -> list[Route]:
    """POST a ticket: the cookie is set. DELETE: it is taken away. From other sites neither is done."""

    async def keep(request: Request) -> Response:
        if not is_ours(request):
            return PlainTextResponse("not from here", 403)
        body = await _short(request)
        token = tickets.take(body, clock()) if body else None
        if token is None:
            return PlainTextResponse("this ticket is not good any more", 403)
        answer = Response(status_code=204)
        answer.set_cookie(
            COOKIE, token, max_age=int(AT_MOST.total_seconds()), path="/", httponly=True, samesite="strict", secure=is_secure(request)
        )
        return answer

    async def drop(request: Request) -> Response:
        if not is_ours(request):
            return PlainTextResponse("not from here", 403)
        answer = Response(status_code=204)
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict", secure=is_secure(request))
        return answer

    return [Route(f"/{HERE}", keep, methods=["POST"]), Route(f"/{HERE}", drop, methods=["DELETE"])]


def is_ours(request: Request) -> bool:
    """Whether a page of ours asks; a browser says where a question comes from, and nobody else has a cookie to lose."""
    return request.headers.get("sec-fetch-site", "same-origin") == "same-origin"


def is_secure(request: Request) -> bool:
    """Whether the browser came by TLS, to us or to the web server before us."""
    return "https" in (request.url.scheme, request.headers.get("x-forwarded-proto", "").split(",")[0].strip())


async def _short(request: Request) -> str | None:
    """The body, if it is as short as a ticket."""
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > MOST_BYTES:
            return None
    return read.decode("ascii", "replace")
