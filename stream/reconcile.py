"""Are we missing posts? Every night the newest days of each source are read again and compared with what is stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from collectors.base import Answer, Collector, Source
from store.base import Pass, Store
from stream.collecting import Clock, Understand, left_of_budget, run_pass

DAYS = timedelta(days=3)
MOST_PAGES = 5  # a sample: platforms bill what is read
SETTLED = timedelta(minutes=10)  # posts younger than this before the last pass may not have been due yet
SUFFIX = ".reconcile"
NIGHT_HOUR = 3


def sources(regular: list[Source]) -> list[Source]:
    """A nightly source for every one that can be read again."""
    return [msgspec.structs.replace(s, id=s.id + SUFFIX, every_minutes=24 * 60) for s in regular if s.rereadable]


def is_nightly(source: Source) -> bool:
    """Whether this is such a source."""
    return source.id.endswith(SUFFIX)


def next_night(now: datetime, zone: ZoneInfo) -> datetime:
    """The next time that it is three at night there."""
    there = now.astimezone(zone).replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    return (there if there > now else there + timedelta(days=1)).astimezone(now.tzinfo)


def poll(store: Store, collector: Collector, client: Any, nightly: Source, understand: Understand, clock: Clock) -> Pass:
    """Read the newest days again. What was missing is stored under its regular source; `share_missing` of the pass tells how much it was."""
    now = clock()
    within = msgspec.structs.replace(nightly, budget_left=left_of_budget(store, nightly, now))
    regular = msgspec.structs.replace(within, id=nightly.id.removesuffix(SUFFIX))
    last = next((p for p in store.passes(regular.id, 20) if p.came_to_its_end), None)
    settled = (last.started if last else now) - SETTLED
    return run_pass(store, within, sample(collector.ask(client, regular, None, now), now - DAYS, settled), understand, clock)


def sample(answers: Iterator[Answer], since: datetime, until: datetime) -> Iterator[Answer]:
    """The first pages, as far as `since`, with only those posts that an earlier pass should have brought; no cursor."""
    for number, answer in enumerate(answers, 1):
        posts = tuple(p for p in answer.posts if since <= p.created_at < until)
        yield msgspec.structs.replace(answer, posts=posts, samples=(), cursor=None, next=None, gap=None)
        if number == MOST_PAGES or any(p.created_at < since for p in answer.posts):
            return


def share_missing(line: Pass) -> float | None:
    """Of the posts that should have been there, the share that was not; None where nothing was compared."""
    compared = line.stored + line.duplicates
    return line.stored / compared if line.source.endswith(SUFFIX) and compared else None
