"""Hours of the week as SQL for the SQLite file. Pure: a question in, one SELECT a stretch without a change of clocks out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from store.embedded_sql import moment, where
from store.query import WeekHours

QUARTER = 900_000_000  # microseconds; every zone's hours begin at a quarter of an hour of UTC
QUARTERS = 7 * 24 * 4  # of a week
SUMS = "COUNT(*), SUM(COALESCE(interactions, 0)), SUM(COALESCE(views, 0)), SUM(CASE WHEN views IS NULL THEN 0 ELSE COALESCE(interactions, 0) END)"


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """One SELECT: its rows are the quarter of the week of UTC, posts, interactions, views, seen; local times are `offset` later."""

    sql: str
    values: list[object]
    offset: timedelta


def stretches(question: WeekHours, first: datetime, last: datetime) -> list[Stretch]:
    """What to ask where the oldest post is of `first` and the newest of `last`."""
    f, end = question.filter, last + timedelta(microseconds=1)
    since, until = max(f.since or first, first), min(f.until or end, end)
    return [_stretch(question, a, b, offset) for a, b, offset in steady(ZoneInfo(question.timezone), since, until)]


def _stretch(question: WeekHours, since: datetime, until: datetime, offset: timedelta) -> Stretch:
    said, values = where(msgspec.structs.replace(question.filter, since=since, until=until))
    return Stretch(sql=f"SELECT created / {QUARTER} % {QUARTERS}, {SUMS} FROM posts WHERE {said} GROUP BY 1", values=values, offset=offset)


def steady(zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """[since, until) cut where the zone's clocks change, each piece with its offset from UTC."""
    while since < until:
        offset = _offset(zone, since)
        end = _change(zone, since, until, offset)
        yield since, end, offset
        since = end


def _change(zone: ZoneInfo, since: datetime, until: datetime, offset: timedelta) -> datetime:
    """The first moment after `since` with another offset, else `until`; clocks change at most once a day, at a whole second."""
    before, after = since, min(since + timedelta(days=1), until)
    while after < until and _offset(zone, after) == offset:
        before, after = after, min(after + timedelta(days=1), until)
    if _offset(zone, after) == offset:
        return until
    while after - before > timedelta(microseconds=1):
        middle = before + (after - before) // 2
        before, after = (middle, after) if _offset(zone, middle) == offset else (before, middle)
    return after


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def read(stretch: Stretch, rows: Iterable[Sequence[int]]) -> Iterator[tuple[datetime, int, int, int, int]]:
    """The rows of a stretch, each with a moment that has the weekday and hour of the local ones."""
    for quarter, posts, interactions, views, seen in rows:
        yield moment(quarter * QUARTER) + stretch.offset, posts, interactions, views, seen
