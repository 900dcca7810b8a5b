"""The account that was addressed answers, with its own keys; nobody speaks in another's place; what was said in private stays there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import msgspec
import pytest

from collectors import speaking
from core.deployment import Deployment, Desk, OfficialAccount
from core.errors import PlatformProblem
from core.post import Author, Kind, Post
from core.settings import read
from tests import make
from tests.collectors.replay import Reply, replay

NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)
TEXT = "A team is on its way."
ACCOUNTS = tuple(OfficialAccount(platform=platform, handle=handle, id=id, keys=keys) for platform, handle, id, keys in (
    ("x", "city", "10", None), ("x", "east", "11", "EAST"), ("x", "west", "12", None), ("facebook", "city", "20", None), ("facebook", "east", "21", "EAST"),
))  # fmt: skip
CITY = Deployment(id="city", name={}, timezone="UTC", languages=("en",), accounts=ACCOUNTS)
X_KEYS = {"SADA_X_API_KEY": "app", "SADA_X_API_SECRET": "s", "SADA_X_ACCESS_TOKEN": "of-city", "SADA_X_ACCESS_SECRET": "s"}
KEYS = X_KEYS | {"SADA_X_ACCESS_TOKEN__EAST": "of-east", "SADA_X_ACCESS_SECRET__EAST": "s", "SADA_FACEBOOK_TOKEN": "of-city", "SADA_FACEBOOK_TOKEN__EAST": "of-east"}  # fmt: skip
TAKEN = {
    "/2/tweets": Reply({"data": {"id": "777"}}, 201),
    "/2/dm_conversations/*": Reply({"data": {"dm_conversation_id": "4711-10", "dm_event_id": "888"}}, 201),
    "/v25.0/me/messages": Reply({"message_id": "m_9"}),
    "/*": Reply({"id": "7_9"}),
}


@dataclass
class Outgoing:
    account: str | None = None
    text: str = TEXT
    reply_to: str | None = "it"
    template: str | None = None
    privately: bool = False


def mention(account: str | None = "x:city", **more: Any) -> Post:
    return make.post(**({"id": "x:501", "platform": "x", "account": account, "author": Author(id="x:4711")} | more))


def message(account: str | None = "x:city", platform: str = "x", age: timedelta = timedelta(hours=1), **more: Any) -> Post:
    told = {"id": f"{platform}:900", "platform": platform, "kind": Kind.DIRECT, "account": account, "created_at": NOW - age}
    return make.post(**(told | {"author": Author(id=f"{platform}:4711")} | more))


def send(post: Post, account: str | None = None, keys: dict[str, str] = KEYS, deployment: Deployment = CITY, answers: Any = TAKEN) -> Any:
    """(the receipt, what the platform was asked); raises PlatformProblem."""
    with replay(answers) as server:
        told = keys | {"SADA_SEND_ANSWERS": "yes", "SADA_X_BASE_URL": server.url, "SADA_FACEBOOK_BASE_URL": server.url}
        who = speaking.speakers(read(told), lambda _: post, lambda: NOW, deployment)[post.platform]
        return who.send(Outgoing(account or deployment.speaker(post.platform, post.account))), server.asked


def refused(post: Post, **more: Any) -> PlatformProblem:
    with pytest.raises(PlatformProblem) as caught:
        send(post, **more)
    return caught.value


def token_of(asked: Any) -> str:
    """Whose token it was asked with."""
    if asked.headers.get("authorization", "").startswith("OAuth"):
        return unquote(asked.headers["authorization"].split('oauth_token="')[1].split('"')[0])
    return str(json.loads(asked.body)["access_token"])


@pytest.mark.parametrize(("addressed", "speaks"), [
    ("x:city", "of-city"), ("x:east", "of-east"),
    ("x:11", "of-east"),  # a delivery that knows only the account's number
    ("x:west", "of-city"),  # no keys of its own
    (None, "of-city"), ("x:stranger", "of-city"),
])  # fmt: skip
def test_the_account_that_was_addressed_answers_with_its_own_keys(addressed: str | None, speaks: str) -> None:
    _, (asked,) = send(mention(addressed))
    assert token_of(asked) == speaks


@pytest.mark.parametrize(("told", "speaks"), [((), "x:city"), (("x:west",), "x:west"), (("facebook:east",), "x:city")])
def test_who_speaks_for_all_is_told_or_the_first(told: tuple[str, ...], speaks: str) -> None:
    deployment = msgspec.structs.replace(CITY, desk=Desk(speak_as=told))
    assert deployment.speaker("x", "x:nobody") == speaks
    assert (deployment.speaker("x", "x:east"), deployment.speaker("flickr", "x:east")) == ("x:east", None)


def test_each_page_of_facebook_answers_with_its_own_token() -> None:
    under = {"id": "facebook:7_8", "platform": "facebook", "kind": Kind.COMMENT, "parent_id": "facebook:7"}
    assert [token_of(send(mention(account, **under))[1][0]) for account in ("facebook:city", "facebook:east")] == ["of-city", "of-east"]


def test_where_an_accounts_own_keys_are_missing_nobody_speaks_in_its_place() -> None:
    problem = refused(mention("x:east"), keys=X_KEYS | {"SADA_X_ACCESS_TOKEN__EAST": "of-east"})
    assert (problem.then, "x:east" in problem.says, "docs/credentials.md#x" in problem.says) == ("credential", True, True)


def test_an_accounts_own_keys_are_enough_where_nobody_speaks_for_all() -> None:
    own = {key: value for key, value in KEYS.items() if "ACCESS" not in key or key.endswith("__EAST")}
    assert token_of(send(mention("x:east"), keys=own)[1][0]) == "of-east"
    assert refused(mention("x:city"), keys=own).then == "credential"


@pytest.mark.parametrize(("account", "speaks"), [("x:city", "of-city"), ("x:east", "of-east"), (None, "of-city")])
def test_on_x_a_private_message_is_answered_by_one(account: str | None, speaks: str) -> None:
    receipt, (asked,) = send(message(account))
    assert (asked.method, asked.path, json.loads(asked.body)) == ("POST", "/2/dm_conversations/with/4711/messages", {"text": TEXT})
    assert (receipt.native_id, receipt.url, token_of(asked)) == ("888", None, speaks)


@pytest.mark.parametrize(("platform", "account"), [("x", "x:west"), ("facebook", "facebook:north")])
def test_what_was_written_to_one_account_in_private_is_answered_by_no_other(platform: str, account: str) -> None:
    more = (*ACCOUNTS, OfficialAccount(platform="facebook", handle="north"))
    problem = refused(message(account, platform), deployment=msgspec.structs.replace(CITY, accounts=more))
    assert (problem.then, account in problem.says) == ("skip", True)


@pytest.mark.parametrize("author", [None, Author(id="x:@resident"), Author(name="somebody")])
def test_a_private_message_of_nobody_known_is_not_answered_in_public(author: Author | None) -> None:
    with replay(TAKEN) as server, pytest.raises(PlatformProblem) as caught:
        told = KEYS | {"SADA_SEND_ANSWERS": "yes", "SADA_X_BASE_URL": server.url}
        speaking.speakers(read(told), lambda _: message(author=author), lambda: NOW, CITY)["x"].send(Outgoing())
    assert (caught.value.then, server.asked) == ("skip", [])


@pytest.mark.parametrize(("reply", "then", "says"), [
    (Reply({"title": "Forbidden", "status": 403, "detail": "You do not have permission to DM one or more participants."}, 403), "skip", "takes no messages"),
    (Reply({"errors": [{"code": 349, "message": "You cannot send messages to this user."}]}, 403), "skip", "takes no messages"),
    (Reply({"errors": [{"code": 150, "message": "You cannot send messages to users who are not following you."}]}, 403), "skip", "takes no messages"),
    (Reply({"status": 403, "type": "https://api.twitter.com/2/problems/oauth1-permissions", "title": "Forbidden", "detail": "…"}, 403), "credential", "Direct message"),
    (Reply({"title": "Unauthorized", "status": 401}, 401), "credential", "docs/credentials.md#x"),
    (Reply({"title": "Too Many Requests", "status": 429}, 429, {"x-user-limit-24hour-remaining": "0", "x-user-limit-24hour-reset": "1775520000"}), "wait", "2026-04-07 00:00"),
    (Reply({"data": {}}, 201), "stop", "look there"), (Reply("<html>", 502), "stop", "look there"),
])  # fmt: skip
def test_what_x_says_to_a_private_message(reply: Reply, then: str, says: str) -> None:
    problem = refused(message(), answers={"/*": reply})
    assert (problem.then, says in problem.says, TEXT in problem.says) == (then, True, False)


@pytest.mark.parametrize(("age", "kind"), [
    (timedelta(hours=23), {"messaging_type": "RESPONSE"}), (timedelta(hours=25), {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}),
])  # fmt: skip
def test_in_messenger_an_answer_after_a_day_says_that_a_person_writes(age: timedelta, kind: dict[str, str]) -> None:
    _, (asked,) = send(message("facebook:city", "facebook", age))
    body = json.loads(asked.body)
    assert {name: body.get(name) for name in kind} == kind and body["recipient"] == {"id": "4711"} and asked.path == "/v25.0/me/messages"


@pytest.mark.parametrize("platform", ["x", "facebook", "instagram"])
def test_no_private_message_is_ever_answered_where_others_read_it(platform: str) -> None:
    public = {"/2/tweets", "/v25.0/900/comments", "/v25.0/900/replies", "/v25.0/900/mentions"}
    with replay(TAKEN) as server:
        told = (
            KEYS
            | {"SADA_SEND_ANSWERS": "yes", "SADA_INSTAGRAM_TOKEN": "i"}
            | {f"SADA_{p}_BASE_URL": server.url for p in ("X", "FACEBOOK", "INSTAGRAM")}
        )
        who = speaking.speakers(read(told), lambda _: message(None, platform), lambda: NOW, CITY)[platform]
        for privately in (False, True):
            who.send(Outgoing(privately=privately))
    assert len(server.asked) == 2 and not {asked.path for asked in server.asked} & public
