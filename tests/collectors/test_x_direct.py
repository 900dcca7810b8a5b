"""Private messages on X: asked with the account's own keys, each once, and whose they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from collectors import x, x_direct
from core.deployment import Deployment, Desk, OfficialAccount
from core.errors import PlatformProblem
from core.post import Kind
from core.settings import read
from tests.collectors.replay import Asked, Reply, replay

NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)
CITY = Deployment(
    id="city", name={}, timezone="UTC", languages=("en",), desk=Desk(speak_as=("x:city",)),
    accounts=(
        OfficialAccount(platform="x", handle="city", id="10", messages=True), OfficialAccount(platform="x", handle="east", id="11", keys="EAST", messages=True),
        OfficialAccount(platform="x", handle="west", id="12"),
    ),
)  # fmt: skip
KEYS = {"SADA_X_BEARER_TOKEN": "reads", "SADA_X_API_KEY": "app", "SADA_X_API_SECRET": "s", "SADA_X_ACCESS_TOKEN": "of-city", "SADA_X_ACCESS_SECRET": "s",
        "SADA_X_ACCESS_TOKEN__EAST": "of-east", "SADA_X_ACCESS_SECRET__EAST": "s"}  # fmt: skip
BASE = int((NOW - timedelta(hours=2)).timestamp() * 1000 - 1288834974657) << 22  # a snowflake of two hours ago


def event(number: int, sender: str = "4711", **more: Any) -> dict[str, Any]:
    return {"id": str(BASE + number), "event_type": "MessageCreate", "text": f"message {number}", "sender_id": sender,
            "dm_conversation_id": "10-4711", "created_at": "2026-04-06T10:00:00.000Z"} | more  # fmt: skip


def page(*events: dict[str, Any], following: str | None = None) -> Reply:
    users = [{"id": "4711", "name": "A resident", "username": "resident"}, {"id": "10", "name": "City", "username": "city"}]
    return Reply(
        {
            "data": list(events),
            "includes": {"users": users},
            "meta": {"result_count": len(events)} | ({"next_token": following} if following else {}),
        }
    )


def source(handle: str = "city", **more: Any) -> Any:
    found = next(s for s in x.sources(CITY) if s.id == f"x.direct.{handle}")
    return msgspec.structs.replace(found, **more)


def asked(
    answers: Any, cursor: str | None = None, handle: str = "city", keys: dict[str, str] = KEYS, **more: Any
) -> tuple[list[Any], list[Asked]]:
    with replay(answers) as server:
        client = x.client(read(keys | {"SADA_X_BASE_URL": server.url}))
        return list(x.ask(client, source(handle, **more), cursor, NOW)), server.asked


def test_only_accounts_that_wish_it_are_asked_and_each_with_its_own_keys() -> None:
    assert [s.id for s in x.sources(CITY) if s.what == x_direct.WHAT] == ["x.direct.city", "x.direct.east"]
    for handle, token in (("city", "of-city"), ("east", "of-east")):
        _, (request,) = asked({x_direct.EVENTS: page()}, handle=handle)
        assert f'oauth_token="{token}"' in request.headers["authorization"] and request.query["event_types"] == "MessageCreate"


def test_a_citizens_message_is_private_and_our_own_is_ours() -> None:
    (answer,), _ = asked({x_direct.EVENTS: page(event(2), event(1, sender="10"))})
    theirs, ours = answer.posts
    assert (theirs.kind, theirs.account, theirs.author.id, theirs.author.handle) == (Kind.DIRECT, "x:city", "x:4711", "resident")
    assert (ours.kind, answer.cursor, theirs.conversation_id) == (Kind.OWN, str(BASE + 2), ours.conversation_id)


def test_pages_are_read_until_what_is_known_and_nothing_twice() -> None:
    pages = [page(event(6), event(5), following="b"), page(event(4), event(3), following="c"), page(event(2), event(1))]
    answers, requests = asked({x_direct.EVENTS: pages}, cursor=str(BASE + 3))
    assert [post.text for answer in answers for post in answer.posts] == ["message 6", "message 5", "message 4"]
    assert [request.query.get("pagination_token") for request in requests] == [None, "b"]
    assert [answer.cursor for answer in answers] == [str(BASE + 6), None]


def test_where_nothing_is_new_the_place_stays() -> None:
    (answer,), _ = asked({x_direct.EVENTS: page(event(3))}, cursor=str(BASE + 3))
    assert (answer.posts, answer.cursor) == ((), None)


def test_what_lies_further_back_than_x_tells_is_a_gap() -> None:
    old = str(int((NOW - timedelta(days=40)).timestamp() * 1000 - 1288834974657) << 22)
    answers, _ = asked({x_direct.EVENTS: page(event(1))}, cursor=old)
    assert answers[0].gap.until == NOW - timedelta(days=30) and "30 days" in answers[0].gap.cause
    assert [post.text for answer in answers for post in answer.posts] == ["message 1"]


@pytest.mark.parametrize(("reply", "then"), [
    (Reply({"title": "Unauthorized", "status": 401}, 401), "credential"), (Reply({"title": "Too Many Requests"}, 429), "wait"),
    (Reply({"status": 403, "type": "https://api.twitter.com/2/problems/oauth1-permissions", "title": "Forbidden"}, 403), "credential"),
    (Reply("<html>", 502), "retry"),
])  # fmt: skip
def test_what_x_refuses_lands_on_its_line(reply: Reply, then: str) -> None:
    with pytest.raises(PlatformProblem) as caught:
        asked({x_direct.EVENTS: reply})
    assert caught.value.then == then and "of-city" not in caught.value.says


def test_without_the_accounts_own_keys_nobody_elses_inbox_is_read() -> None:
    keys = {key: value for key, value in KEYS.items() if not key.endswith("__EAST")}
    with pytest.raises(PlatformProblem) as caught:
        asked({x_direct.EVENTS: page()}, handle="east", keys=keys)
    assert caught.value.then == "credential" and "x:east" in caught.value.says


def test_a_months_budget_holds() -> None:
    _, (request,) = asked({x_direct.EVENTS: page(event(1))}, budget=500, budget_left=7)
    assert request.query["max_results"] == "7"
    with pytest.raises(PlatformProblem, match="budget"):
        asked({x_direct.EVENTS: page(event(1))}, budget=500, budget_left=0)


def test_keys_show_nothing_of_themselves() -> None:
    assert "of-city" not in repr(x.client(read(KEYS)).pens)
