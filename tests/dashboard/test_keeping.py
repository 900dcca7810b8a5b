"""The cookie of a session: set for a ticket, once, in time, for our own pages; read by no script, sent to no other site."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard import keeping
from dashboard.keeping import COOKIE, TICKET_FOR, Tickets

NOW = datetime(2026, 5, 11, 9, tzinfo=UTC)


@pytest.fixture
def tickets() -> Tickets:
    return Tickets()


def browser(tickets: Tickets, at: datetime = NOW, address: str = "http://city.example") -> TestClient:
    return TestClient(Starlette(routes=keeping.routes(lambda: at, tickets)), base_url=address)


def test_a_ticket_becomes_a_cookie_that_no_script_reads_and_no_other_site_sends(tickets: Tickets) -> None:
    answer = browser(tickets).post("/session", content=tickets.give("the token", NOW))
    told = answer.headers["set-cookie"]
    assert answer.status_code == 204 and told.startswith(f'{COOKIE}="the token"')
    assert "HttpOnly" in told and "SameSite=strict" in told and "Max-Age=43200" in told and "Secure" not in told


@pytest.mark.parametrize(
    ("address", "forwarded"), [("https://city.example", ""), ("http://127.0.0.1", "https"), ("http://127.0.0.1", "https, http")]
)
def test_behind_tls_the_cookie_travels_by_tls_only(tickets: Tickets, address: str, forwarded: str) -> None:
    headers = {"x-forwarded-proto": forwarded} if forwarded else {}
    answer = browser(tickets, address=address).post("/session", content=tickets.give("t", NOW), headers=headers)
    assert "Secure" in answer.headers["set-cookie"]


def test_a_ticket_is_good_once(tickets: Tickets) -> None:
    ticket = tickets.give("t", NOW)
    assert [browser(tickets).post("/session", content=ticket).status_code for _ in range(2)] == [204, 403]


@pytest.mark.parametrize(("later", "status"), [(TICKET_FOR - timedelta(seconds=1), 204), (TICKET_FOR, 403)])
def test_a_ticket_is_good_for_half_a_minute(tickets: Tickets, later: timedelta, status: int) -> None:
    assert browser(tickets, NOW + later).post("/session", content=tickets.give("t", NOW)).status_code == status


@pytest.mark.parametrize("body", [b"", b"guess", b"x" * 5000, "ة".encode(), b"\xff\xfe"])
def test_nothing_else_opens(tickets: Tickets, body: bytes) -> None:
    tickets.give("t", NOW)
    answer = browser(tickets).post("/session", content=body)
    assert answer.status_code == 403 and "set-cookie" not in answer.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_other_sites_neither_sign_in_nor_out(tickets: Tickets, site: str) -> None:
    page = browser(tickets)
    assert page.post("/session", content=tickets.give("t", NOW), headers={"sec-fetch-site": site}).status_code == 403
    assert page.delete("/session", headers={"sec-fetch-site": site}).status_code == 403


def test_signing_out_takes_the_cookie_away(tickets: Tickets) -> None:
    page = browser(tickets)
    page.post("/session", content=tickets.give("t", NOW))
    assert page.cookies.get(COOKIE) is not None
    page.delete("/session")
    assert page.cookies.get(COOKIE) is None


def test_what_nobody_fetched_is_let_go(tickets: Tickets) -> None:
    for _ in range(keeping.MOST_TICKETS * 2):
        tickets.give("t", NOW)
    assert len(tickets._open) <= keeping.MOST_TICKETS + 1
    old = tickets.give("t", NOW)
    tickets.give("t", NOW + timedelta(hours=1))
    assert old not in tickets._open


def test_the_token_stands_in_no_script() -> None:
    tickets = Tickets()
    assert "the token" not in keeping._script(tickets.give("the token", NOW))
