"""A second look at old posts: for their numbers, new answers below them, and whether they are still there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

import msgspec

from collectors import own_keys, table
from collectors.base import Answer, Collector, Refreshes, Source
from core.deployment import Deployment, OfficialAccount
from core.post import Kind, Moment, Post
from store.base import Gap, Pass, Store
from store.query import Filter
from stream.collecting import Clock, Understand, left_of_budget, run_pass

QUARTER, HOUR, DAY, WEEK = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1), timedelta(days=7)
OWN_AGES = (
    *(QUARTER * n for n in range(1, 9)), *(HOUR * n for n in range(3, 25)), *(DAY * n for n in range(2, 15)), *(WEEK * n for n in range(3, 13)),
)  # fmt: skip
"""At which ages an own post is looked at again: every 15 min for 2 h, hourly for a day, daily for 14 days, weekly for 90."""
OTHERS_AGES = tuple(age for age in OWN_AGES if age >= DAY)  # others' posts: for deletions and numbers (docs/decisions/0604)
MOST = 5_000  # posts looked at again in one pass
AGAIN = "again"  # Source.what of second looks
MOST_SUSPECTS = 1_000
SURE_AFTER = HOUR  # a post missing twice, so far apart, is gone

Window = tuple[datetime, datetime]
One = TypeVar("One")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """How far the second looks came, and which posts were missing when; kept as the source's cursor."""

    at: Moment
    suspects: dict[str, Moment] = {}


def sources(collector: Collector, deployment: Deployment) -> list[Source]:
    """One source a platform that can look again and has accounts here, and one more for each name of keys an account of it has."""
    ours = [account for account in deployment.accounts if account.platform == collector.PLATFORM]
    if not ours or not isinstance(collector, Refreshes):
        return []
    named = own_keys.names(collector, deployment)
    by_name = _grouped(ours, lambda account: named.get(account.key))
    return [_source(collector.PLATFORM, name, theirs) for name, theirs in by_name.items()]


def _source(platform: str, name: str | None, theirs: Sequence[OfficialAccount]) -> Source:
    told = [account.monthly_reads for account in theirs if account.monthly_reads is not None]
    return Source(
        id=f"{platform}.{AGAIN}.{name}" if name else f"{platform}.{AGAIN}", platform=platform, what=AGAIN, keys=name, every_minutes=15,
        budget=sum(told) if told else None,
    )  # fmt: skip


def poll(
    store: Store, collector: Collector, client: Any, source: Source, deployment: Deployment, understand: Understand, clock: Clock
) -> Pass:
    """One pass of second looks."""
    now = clock()
    place = read(store.cursor(source.id), now)
    within = msgspec.structs.replace(source, budget_left=left_of_budget(store, source, now))
    return run_pass(store, within, answers(store, collector, client, within, deployment, place, now), understand, clock)


def read(cursor: str | None, now: datetime) -> Place:
    """The place a cursor tells; without one, or with one that cannot be read, a quarter of an hour ago."""
    try:
        return msgspec.json.decode(cursor or "", type=Place)
    except msgspec.MsgspecError:
        return Place(at=now - QUARTER)


def answers(
    store: Store, collector: Any, client: Any, source: Source, deployment: Deployment, place: Place, now: datetime
) -> Iterator[Answer]:
    """The collector's answers about every post that is due, suspicions turned into deletions, and at the end the new place."""
    named = own_keys.names(collector, deployment)
    ours = (post for post in due_posts(store, source.platform, place, now) if named.get(post.account or "") == source.keys)
    due = list(islice(ours, MOST + 1))
    if len(due) > MOST:
        yield Answer(gap=Gap(since=place.at, until=now, cause=f"more than {MOST} posts were due for a second look"))
    suspects = dict(place.suspects)
    accounts = {account.key: account for account in deployment.accounts}
    left = source.budget_left
    for key, posts in _grouped(due[:MOST], lambda post: post.account).items():
        if left == 0:
            raise table.problem(source.platform, now, code="our-budget", detail=f"{source.budget} reads a month")
        about = msgspec.structs.replace(_about(source, accounts.get(key or "")), budget_left=left)
        for answer in collector.refresh(client, about, posts, now):
            left = None if left is None else max(0, left - answer.spend)
            suspects, gone = judge(suspects, answer, now)
            yield msgspec.structs.replace(answer, deleted=answer.deleted + gone)
    yield Answer(cursor=msgspec.json.encode(Place(at=now, suspects=_latest(suspects))).decode())


def due_posts(store: Store, platform: str, place: Place, now: datetime) -> Iterator[Post]:
    """Posts whose time for a look came since the last one, and those under suspicion; each once."""
    seen: set[str] = set()
    ripe = [id for id, since in place.suspects.items() if now - since >= SURE_AFTER]
    for post in (*store.get(ripe), *_scheduled(store, platform, place.at, now)):
        if post.id not in seen and post.deleted_at is None and post.kind not in (Kind.DIRECT, Kind.CALL):
            seen.add(post.id)
            yield post


def _scheduled(store: Store, platform: str, previous: datetime, now: datetime) -> Iterator[Post]:
    for since, until in windows(OWN_AGES, previous, now):
        yield from store.posts(Filter(platforms=(platform,), kinds=(Kind.OWN.value,), since=since, until=until))
    for since, until in windows(OTHERS_AGES, previous, now):
        yield from store.posts(Filter(platforms=(platform,), since=since, until=until))


def windows(ages: Iterable[timedelta], previous: datetime, now: datetime) -> list[Window]:
    """When posts were written that reached one of `ages` since `previous`; newest first, overlapping ones joined."""
    joined: list[Window] = []
    for since, until in sorted(((previous - age, now - age) for age in ages), reverse=True):
        if joined and until >= joined[-1][0]:
            joined[-1] = (since, joined[-1][1])
        else:
            joined.append((since, until))
    return joined


def _grouped(ones: Iterable[One], by: Callable[[One], str | None]) -> dict[str | None, list[One]]:
    found: dict[str | None, list[One]] = defaultdict(list)
    for one in ones:
        found[by(one)].append(one)
    return found


def _about(source: Source, account: OfficialAccount | None) -> Source:
    if account is None:
        return source
    return msgspec.structs.replace(source, account=account.key, handle=account.handle, native_id=account.id)


def judge(suspects: dict[str, datetime], answer: Answer, now: datetime) -> tuple[dict[str, datetime], tuple[str, ...]]:
    """The suspicions after `answer`, and the posts that are gone: missing now and missing an hour or more ago.

    A post that is seen again is no longer under suspicion.
    """
    seen = {post.id for post in answer.posts} | {sample.post_id for sample in answer.samples}
    gone = tuple(id for id in answer.missing if id in suspects and now - suspects[id] >= SURE_AFTER)
    still = {id: since for id, since in suspects.items() if id not in seen and id not in gone}
    return still | {id: now for id in answer.missing if id not in still and id not in gone}, gone


def _latest(suspects: dict[str, datetime]) -> dict[str, datetime]:
    return dict(sorted(suspects.items(), key=lambda one: one[1])[-MOST_SUSPECTS:])
