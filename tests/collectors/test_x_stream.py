"""X's filtered stream against a replay server: rules, what it brings, and what was not heard. Every text is invented."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from collectors import x, x_stream
from collectors.base import Answer
from collectors.x_client import Client
from collectors.x_connection import LONGEST_LINE
from core.deployment import Deployment, OfficialAccount, Watch
from core.errors import PlatformProblem
from core.post import Kind
from store.memory import MemoryStore
from stream import collecting
from tests.collectors.replay import Asked, Reply, Server, replay
from tests.collectors.scenarios import NOON

TOWN = Deployment(
    id="town", name={"en": "Town"}, timezone="Asia/Riyadh", languages=("ar", "en"), watch=Watch(keywords=("water leak", "حفرة"), stream=True),
    accounts=(OfficialAccount(platform="x", handle="CITY", id="1001"), OfficialAccount(platform="x", handle="PARKS", id="1002", monthly_reads=50)),
)  # fmt: skip
SOURCE = next(source for source in x.sources(TOWN) if source.what == "stream")
RULE = SOURCE.query or ""
RULES, STREAM = "/2/tweets/search/stream/rules", "/2/tweets/search/stream"
ALIVE = b"\r\n"


def line(number: int, **more: Any) -> bytes:
    body = {
        "data": {"id": str(2041 + number), "text": f"no water {number}", "author_id": "7"},
        "matching_rules": [{"id": "1", "tag": "sada"}],
        **more,
    }
    return json.dumps(body).encode() + b"\r\n"


def rules(*told: tuple[str, str, str]) -> Reply:
    return Reply({"data": [{"id": id, "value": value, "tag": tag} for id, value, tag in told], "meta": {"result_count": len(told)}})


@contextmanager
def listening(*streams: Reply, told: Reply | None = None, silence_s: float = 10.0) -> Iterator[tuple[Client, Server]]:
    """A client of a server that knows our rule and gives the streams one after another."""
    given, known = iter(streams), told or rules(("1", RULE, "sada"))

    def answer(asked: Asked) -> Reply:
        if asked.path == STREAM:
            return next(given, Reply({}, status=503))
        return known if asked.method == "GET" else Reply({"data": [], "meta": {}}, status=201)

    with replay(answer) as server:
        client = x.connect("a-test-token", server.url, stream_silence_s=silence_s)
        try:
            yield client, server
        finally:
            client.stream.close()


def heard(client: Client, cursor: str | None = None, now: Any = NOON, **more: Any) -> tuple[list[Answer], PlatformProblem | None]:
    found: list[Answer] = []
    try:
        for one in x_stream.listen(client, msgspec.structs.replace(SOURCE, **more), cursor, now, for_s=0):
            found.append(one)
    except PlatformProblem as trouble:
        return found, trouble
    return found, None


def texts(answers: list[Answer]) -> list[str]:
    return [post.text for answer in answers for post in answer.posts]


def everything(client: Client, passes: int = 20) -> tuple[list[str], PlatformProblem | None]:
    """What several passes hear until the stream ends: how the network cuts it into pieces is not ours to say."""
    said: list[str] = []
    for _ in range(passes):
        answers, trouble = heard(client)
        said += texts(answers)
        if trouble:
            return said, trouble
    return said, None


def test_the_stream_is_a_source_only_where_the_deployment_wants_it():
    assert (SOURCE.id, SOURCE.handle, SOURCE.native_id, SOURCE.budget) == ("x.stream", "CITY,PARKS", "1001,1002", 50)
    assert RULE == '(@CITY OR @PARKS OR "water leak" OR حفرة) -is:retweet'
    without = msgspec.structs.replace(TOWN, watch=Watch(keywords=("water leak",)))
    assert "stream" not in {source.what for source in x.sources(without)}


def test_what_comes_is_a_post_at_once_and_nothing_between_two_passes_is_lost():
    with listening(Reply(pieces=(ALIVE, line(1), line(2) + line(3)[:20], line(3)[20:], ALIVE, line(4)))) as (client, server):
        said, trouble = everything(client)
    assert said == [f"no water {n}" for n in (1, 2, 3, 4)]
    assert trouble is not None and (trouble.kind, trouble.then) == ("stream ended", "retry")
    assert [asked.path for asked in server.asked] == [RULES, STREAM]  # one connection for all passes
    assert server.asked[1].query["expansions"].startswith("author_id") and "note_tweet" in server.asked[1].query["tweet.fields"]
    assert server.asked[1].headers["authorization"] == "Bearer a-test-token"


def test_our_own_post_is_known_among_those_heard():
    with listening(Reply(pieces=(line(1, data={"id": "9", "text": "we come", "author_id": "1002"}),))) as (client, _):
        answers, _ = heard(client)
    assert [post.kind for answer in answers for post in answer.posts] == [Kind.OWN]


def test_the_cursor_says_when_we_last_listened_and_moves_in_a_quiet_town_too():
    with listening(Reply(pieces=(ALIVE,), silent=True)) as (client, _):
        answers, trouble = heard(client)
    assert trouble is None and [answer.cursor for answer in answers][-1] >= NOON.isoformat() and texts(answers) == []


@pytest.mark.parametrize(("away", "has_gap"), [(timedelta(seconds=20), False), (timedelta(minutes=3), True)])
def test_what_was_not_heard_is_a_gap(away, has_gap):
    since = NOON - away
    with listening(Reply(pieces=(line(1),))) as (client, _):
        answers, _ = heard(client, since.isoformat())
    gaps = [answer.gap for answer in answers if answer.gap]
    assert [(gap.since, gap.until) for gap in gaps] == ([(since, NOON)] if has_gap else [])
    assert texts(answers) == ["no water 1"]


def test_the_first_time_ever_there_is_no_gap():
    with listening(Reply(pieces=(line(1),))) as (client, _):
        assert [answer.gap for answer in heard(client)[0] if answer.gap] == []


@pytest.mark.parametrize(("stream", "kind", "then"), [
    (Reply({"title": "ConnectionException", "type": "https://api.x.com/2/problems/streaming-connection"}, status=429), "too many streams", "wait"),
    (Reply({"title": "Too Many Requests", "type": "about:blank"}, status=429), "rate limit", "wait"),
    (Reply({"title": "Unauthorized"}, status=401), "credential refused", "credential"),
    (Reply({"title": "Client Forbidden", "type": "https://api.x.com/2/problems/client-forbidden"}, status=403), "not in a project", "credential"),
    (Reply("<html>down</html>", status=503), "unavailable", "retry"),
    (Reply(silent=True), "silence", "retry"),
    (Reply(b"x" * 200_000, status=500), "unavailable", "retry"),
])  # fmt: skip
def test_a_refusal_lands_on_its_line_and_leaves_nothing_open(stream, kind, then):
    with listening(stream, silence_s=0.3 if stream.silent else 10) as (client, _):
        answers, trouble = heard(client)
        assert (trouble.kind, trouble.then, answers) == (kind, then, []) and not client.stream.is_open
    assert "a-test-token" not in f"{trouble} {client}"


def test_the_platforms_own_word_that_it_ends_comes_after_the_posts_before_it():
    ending = {"errors": [{"title": "operational-disconnect", "type": "https://api.x.com/2/problems/operational-disconnect"}]}
    with listening(Reply(pieces=(line(1) + json.dumps(ending).encode() + b"\r\n",), silent=True)) as (client, _):
        answers, trouble = heard(client)
    assert texts(answers) == ["no water 1"] and trouble.kind == "stream ended"


def test_silence_is_told_from_a_quiet_town():
    with listening(Reply(pieces=(line(1),), silent=True), silence_s=4) as (client, _):
        said, trouble = everything(client)
        assert (said, trouble.kind, client.stream.is_open) == (["no water 1"], "silence", False)


def test_a_line_nobody_can_read_is_counted_and_costs_no_other():
    broken = b'{"data": {"id": "5", "text": \r\n'
    with listening(Reply(pieces=(line(1) + broken + b"\xff\xfe\r\n" + line(2),), silent=True)) as (client, _):
        answers, trouble = heard(client)
    assert trouble is None and texts(answers) == ["no water 1", "no water 2"]
    assert sum(refusal.lost for answer in answers for refusal in answer.refused) == 2


def test_a_line_without_end_does_not_fill_the_memory():
    with listening(Reply(pieces=(b"x" * (LONGEST_LINE + 1),), silent=True)) as (client, _):
        assert everything(client, passes=100_000)[1].kind == "too big"


def test_the_budget_ends_the_stream_hard():
    with listening(Reply(pieces=(line(1) + line(2) + line(3),), silent=True)) as (client, _):
        answers, trouble = heard(client, budget=50, budget_left=2)
        assert (trouble.kind, trouble.then, client.stream.is_open) == ("budget", "stop", False)
    assert len(texts(answers)) == 3 and sum(answer.spend for answer in answers) == 3


def test_old_rules_of_ours_go_new_ones_come_and_others_stay():
    told = rules(("1", "old words", "sada"), ("2", "words of another program", "theirs"))
    with listening(Reply(pieces=(line(1),)), told=told) as (client, server):
        heard(client)
    asked = [json.loads(one.body) for one in server.asked if one.method == "POST"]
    assert asked == [{"delete": {"ids": ["1"]}}, {"add": [{"value": RULE, "tag": "sada"}]}]


@pytest.mark.parametrize(("error", "then"), [("duplicate-rules", None), ("invalid-rules", "stop"), ("rule-cap", "stop")])
def test_a_rule_x_does_not_take_stops_the_source_unless_it_is_there_already(error, then):
    def answer(asked: Asked) -> Reply:
        if asked.path == STREAM:
            return Reply(pieces=(line(1),))
        told = {"errors": [{"title": "Rule", "type": f"https://api.x.com/2/problems/{error}"}], "meta": {"summary": {"not_created": 1}}}
        return rules() if asked.method == "GET" else Reply(told, status=201)

    with replay(answer) as server:
        _, trouble = heard(x.connect("a-test-token", server.url))
    assert (trouble.then if trouble and trouble.kind != "stream ended" else None) == then


def test_through_the_ledger_a_lost_connection_is_a_failed_pass_and_then_a_gap():
    store = MemoryStore()
    with listening(Reply(pieces=(line(1),)), Reply(pieces=(line(2),))) as (client, _):

        def once(now: Any) -> Any:
            return collecting.run_pass(
                store, SOURCE, x_stream.listen(client, SOURCE, store.cursor(SOURCE.id), now, 0), lambda posts: posts, lambda: now
            )

        first, lost, again = once(NOON), once(NOON + timedelta(minutes=1)), once(NOON + timedelta(minutes=2))
    assert [p.state for p in (first, lost, again)] == ["ok", "failed", "partial"]
    assert lost.cursor_after == first.cursor_after and again.gaps[0].until == NOON + timedelta(minutes=2)
    assert {post.text for post in store.get(["x:2042", "x:2043"])} == {"no water 1", "no water 2"}
