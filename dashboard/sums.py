"""From a store's counts to what pages draw: totals, series and what rose. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from dashboard.periods import Window
from store.base import Gap, Pass
from store.buckets import floor
from store.query import Count

LEAST_POSTS = 5  # fewer posts of a topic say nothing about a rise


def totals(counts: Sequence[Count], at: int = 0) -> dict[str, int]:
    """Posts by the value of one dimension."""
    found: dict[str, int] = {}
    for line in counts:
        found[line.keys[at]] = found.get(line.keys[at], 0) + line.posts
    return found


def starts(window: Window, since: datetime | None = None, until: datetime | None = None) -> list[datetime]:
    """The beginnings of every bucket from `since` to `until` (else the window's), as the store names them, with or without posts."""
    zone = ZoneInfo(window.timezone)
    local = floor((since or window.since).astimezone(zone), window.bucket)
    last = min(until or window.until, window.now)
    found = []
    while local.astimezone(UTC) < last:
        found.append(local.astimezone(UTC))
        local = _next(local, window, zone)
    return found


def _next(local: datetime, window: Window, zone: ZoneInfo) -> datetime:
    steps = {"quarter": timedelta(minutes=15), "hour": timedelta(hours=1)}
    if step := steps.get(window.bucket):
        return (local.astimezone(UTC) + step).astimezone(zone)
    return floor(local + {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=32)}[window.bucket], window.bucket)


def series(counts: Sequence[Count], at: Sequence[datetime], key: str | None = None, dimension: int = 0) -> list[int]:
    """Posts in each bucket of `at`, 0 where there were none; of one value of a dimension, or of all."""
    found = dict.fromkeys(at, 0)
    for line in counts:
        if line.start in found and (key is None or line.keys[dimension] == key):
            found[line.start] += line.posts
    return list(found.values())


class Rise(msgspec.Struct, frozen=True, kw_only=True):
    """Something spoken of in this period against its usual number."""

    keys: tuple[str, ...]
    now: int
    usual: float | None  # mean of the periods before; None: there is no earlier post to tell from

    @property
    def times(self) -> float | None:
        """How many times the usual; one post is added to both, so that a rise from nothing stays finite."""
        return None if self.usual is None else (self.now + 1) / (self.usual + 1)


def rises(now: Sequence[Count], usual: Sequence[Sequence[Count]]) -> list[Rise]:
    """Every value of now and before with its usual number, the strongest rise first; posts without a value are left out.

    A period before the first post there is says nothing of what is usual and does not count.
    """
    usual = [period for period in usual if period]
    before: dict[tuple[str, ...], int] = {}
    for period in usual:
        for line in period:
            before[line.keys] = before.get(line.keys, 0) + line.posts
    here = {line.keys: line.posts for line in now}
    found = [
        Rise(keys=keys, now=here.get(keys, 0), usual=before.get(keys, 0) / len(usual) if usual else None)
        for keys in dict.fromkeys([*here, *before])
        if all(keys)
    ]
    return sorted(found, key=lambda rise: (-(rise.times or 0.0), -rise.now, rise.keys))


def risen(found: Sequence[Rise], least: int = LEAST_POSTS, times: float = 1.5) -> list[Rise]:
    """Those which rose so much that a person should look."""
    return [rise for rise in found if rise.now >= least and (rise.times or 0.0) >= times]


def gaps_of(passes: Sequence[Pass], since: datetime, until: datetime) -> list[tuple[str, Gap]]:
    """Every (source, gap) that touches [since, until), oldest first."""
    found = {(p.source, g.since, g.until): (p.source, g) for p in passes for g in p.gaps if g.since < until and since < g.until}
    return sorted(found.values(), key=lambda pair: pair[1].since)


def blind(at: Sequence[datetime], until: datetime, passes: Sequence[Pass]) -> list[float]:
    """For each bucket, which share of all sources' time we know that we do not know completely: 0 to 1."""
    gaps: dict[str, list[Gap]] = {p.source: [] for p in passes}
    for one in passes:
        gaps[one.source] += one.gaps
    return [
        sum(_unknown(mine, start, end) for mine in gaps.values()) / len(gaps) if gaps else 0.0
        for start, end in zip(at, [*at[1:], until], strict=True)
    ]


def _unknown(gaps: Sequence[Gap], start: datetime, end: datetime) -> float:
    """The share of [start, end) that gaps, which may overlap, cover."""
    covered, reached = timedelta(), start
    for gap in sorted(gaps, key=lambda g: g.since):
        since, until = max(gap.since, reached), min(gap.until, end)
        if since < until:
            covered, reached = covered + (until - since), until
    return covered / (end - start) if end > start else 0.0
