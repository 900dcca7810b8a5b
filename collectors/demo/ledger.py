"""The demo's passes: when each of its sources was asked and what came, with blind hours and a missed poll here and there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import numpy as np

from collectors.demo.rhythm import HOUR, Clock, generator, moment
from core.deployment import DemoChannel
from store.base import Gap, Pass

SPOKEN = ("hotline", "form")  # a desk and a form have nobody to be cut off from
DAILY_UNTIL = timedelta(days=3)  # before that one line a day, after it one an hour
CAUSES = (
    "demo: the platform's allowance was used up before the old posts were reached",
    "demo: no connection",
    "demo: the poll was missed",
)


def source_id(channel: DemoChannel) -> str:
    """The ledger's name for a channel; its first word says that it is the demo's."""
    platform, _, handle = channel.account.partition(":")
    return f"demo.{platform}.{channel.kind}{'.live' if channel.weekly else ''}.{handle}"


def blind_hours(account: str, clock: Clock, seed: int) -> tuple[tuple[float, float], ...]:
    """Intervals (seconds since 1970) in which nothing of `account` could be read; never the last six hours."""
    if account.partition(":")[0] in SPOKEN:
        return ()
    rng, since, until = generator(seed, "blind", account), clock.since.timestamp(), clock.until.timestamp() - 6 * HOUR
    long_ago = [since + rng.random() * (until - since) for _ in range(int(rng.integers(1, 4)))]
    lately = [until - rng.random() * 5 * 24 * HOUR] if rng.random() < 0.4 else []
    starts = sorted(s // HOUR * HOUR for s in long_ago + lately if s - HOUR > since)
    return tuple((s, min(s + int(rng.integers(2, 9)) * HOUR, until // HOUR * HOUR)) for s in starts if s < until // HOUR * HOUR)


def passes(channel: DemoChannel, times: Sequence[float], clock: Clock, seed: int) -> Iterator[Pass]:
    """Ledger lines of one channel whose posts were written at `times` (ascending)."""
    blind = blind_hours(channel.account, clock, seed)
    edges = _edges(clock)
    counted = np.searchsorted(times, edges)
    for n in range(len(edges) - 1):
        yield _line(channel, edges[n], edges[n + 1], int(counted[n + 1] - counted[n]), blind, clock)


def _edges(clock: Clock) -> list[float]:
    since, until = clock.since.timestamp(), clock.until.timestamp()
    lately = max(since, until - DAILY_UNTIL.total_seconds())
    return [*np.arange(since, lately, 24 * HOUR), *np.arange(lately, until, HOUR), until + 1]


def _line(channel: DemoChannel, since: float, until: float, posts: int, blind: tuple[tuple[float, float], ...], clock: Clock) -> Pass:
    source = source_id(channel)
    gaps = tuple(
        Gap(since=moment(a), until=moment(b), cause=CAUSES[int(a // HOUR) % len(CAUSES)]) for a, b in blind if since <= b - 1 < until
    )  # fmt: skip
    done = min(moment(until), clock.until)
    return Pass(
        id=f"{source}@{moment(since).isoformat()}", source=source, platform=channel.account.partition(":")[0], started=done, finished=done,
        window=(moment(since), done), pages=1 + posts // 100, returned=posts, stored=posts, gaps=gaps, cursor_after=done.isoformat(),
        state="partial" if gaps else "ok",
    )  # fmt: skip
