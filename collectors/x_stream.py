"""X's filtered stream, opt-in (`stream = true` under [watch]): posts within seconds, by rules made of the deployment's accounts and words.

A pass listens for a minute; the connection outlives it. Why beside the searches, and what is a gap: docs/decisions/0606.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec
import tweepy

from collectors import table, told
from collectors.base import Answer, Source, context
from collectors.translating import decoded
from collectors.x_bodies import translate
from collectors.x_client import FIELDS, Client, call
from collectors.x_posts import PLATFORM
from core.errors import PlatformProblem
from store.base import Gap

WHAT = "stream"
TAG = "sada"  # the rules that are ours; others on the same app are left alone
LISTEN_S = 60.0
RECONNECTED = timedelta(seconds=45)  # between two passes the connection stays open; more than this was not heard
BETWEEN = "\n"  # of rules in a source's query


def listen(client: Client, source: Source, cursor: str | None, now: datetime, for_s: float = LISTEN_S) -> Iterator[Answer]:
    """Yield what the stream brings within `for_s` seconds. The cursor is when we last listened. Raises PlatformProblem where it ends."""
    began = time.monotonic()
    if not client.stream.is_open:
        keep_rules(client, (source.query or "").split(BETWEEN), now)
        client.stream.open(FIELDS, now)
        yield from _unheard(told.moment(cursor), now)
    left = source.budget_left
    for lines in client.stream.lines(now):
        for answer in _answers(lines, source, now):
            left = None if left is None else left - answer.spend
            yield answer
        if left is not None and left <= 0:
            client.stream.close()
            raise table.problem(PLATFORM, now, code="our-budget", detail=f"{source.budget} reads a month")
        if time.monotonic() - began >= for_s:
            break
    yield Answer(cursor=(now + timedelta(seconds=time.monotonic() - began)).isoformat())


def _unheard(heard: datetime | None, now: datetime) -> Iterator[Answer]:
    if heard and now - heard > RECONNECTED:
        yield Answer(gap=Gap(since=heard, until=now, cause="the stream was not connected"))


def _answers(lines: Sequence[bytes], source: Source, now: datetime) -> Iterator[Answer]:
    """The posts of some lines as one answer, then the problem that one of the lines is."""
    trouble: PlatformProblem | None = None
    bodies = []
    for body in map(decoded, lines):
        try:
            translate(body, context(source, now))
            bodies.append(body)
        except PlatformProblem as problem:
            trouble = problem if problem.kind != "not readable" else trouble  # a line nobody can read is counted below, and no end
            bodies += [None] if problem.kind == "not readable" else []
    if bodies:
        yield msgspec.structs.replace(translate(bodies, context(source, now)), cursor=None, next=None)
    if trouble:
        raise trouble


def keep_rules(client: Client, wanted: Sequence[str], now: datetime) -> None:
    """Make our rules of the stream those that are `wanted`. Raises PlatformProblem where X takes one of them not."""
    known = {told.text(rule.get("value")): told.native(rule.get("id")) for rule in _ours(call(client.rules.get_rules, now))}
    old = [id for value, id in known.items() if value not in wanted and id]
    if old:
        call(client.rules.delete_rules, now, ids=old)
    new = [tweepy.StreamRule(value=value, tag=TAG) for value in wanted if value and value not in known]
    if new:
        _judge(call(client.rules.add_rules, now, add=new), now)


def _ours(body: dict[str, object]) -> list[dict[str, object]]:
    return [rule for rule in told.rows(body.get("data")) if rule.get("tag") == TAG]


def _judge(body: dict[str, object], now: datetime) -> None:
    """A rule that is there already is no trouble; one that X does not understand is."""
    for error in told.rows(body.get("errors")):
        code = str(error.get("type") or "").rstrip("/").rsplit("/", 1)[-1]
        if (trouble := table.problem(PLATFORM, now, code=code)).then != "skip":
            raise trouble
