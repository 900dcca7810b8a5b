"""From an engine's rows to the answer: local time buckets and several values a post. Pure; every engine uses it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import product
from zoneinfo import ZoneInfo

import msgspec

from store.query import Bucket, Count, CountPosts, Filter, WeekHour

MANY = ("topic", "place")
Raw = tuple[date | None, tuple[str, ...], int, int]  # a moment or local day, keys, posts, interactions


def gather(question: CountPosts, rows: Iterable[Raw]) -> list[Count]:
    """Sum raw rows into the buckets asked for; "|a|b|" counts under a and under b."""
    sums: dict[tuple[datetime | None, tuple[str, ...]], list[int]] = defaultdict(lambda: [0, 0])
    chosen = {"topic": question.filter.topics, "place": question.filter.places}
    cut = _cutter(question.bucket, question.timezone)
    for start, keys, posts, interactions in rows:
        for key in _each(question.by, keys, chosen):
            line = sums[(cut(start), key)]
            line[0] += posts
            line[1] += interactions or 0
    lines = sorted(sums.items(), key=lambda line: (line[0][0] or datetime.min.replace(tzinfo=UTC), line[0][1]))
    return [Count(start=start, keys=keys, posts=n, interactions=i) for (start, keys), (n, i) in lines if n]


def _each(by: tuple[str, ...], keys: tuple[str, ...], chosen: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    values = []
    for dimension, key in zip(by, keys, strict=True):
        if dimension not in MANY:
            values.append([key or ""])
            continue
        single = (key or "").strip("|").split("|")
        only = chosen[dimension]
        values.append([v for v in single if not only or v in only])
    yield from product(*values)


def _cutter(bucket: Bucket | None, name: str):  # type: ignore[no-untyped-def]
    zone = ZoneInfo(name)

    @lru_cache(maxsize=100_000)
    def cut(start: date | None) -> datetime | None:
        if bucket is None or start is None:
            return None
        local = start.astimezone(zone) if isinstance(start, datetime) else datetime.combine(start, time(), zone)
        return floor(local, bucket).astimezone(UTC)

    return cut


def floor(local: datetime, bucket: Bucket) -> datetime:
    """The beginning of the quarter of an hour, hour, day, week (Monday) or month in which local time `local` lies."""
    if bucket == "quarter":
        return local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0)
    if bucket == "hour":
        return local.replace(minute=0, second=0, microsecond=0)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if bucket == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if bucket == "month" else day


def whole_days(which: Filter, name: str) -> tuple[Filter | None, tuple[Filter, ...]]:
    """A filter's time cut at midnights of a zone: its whole local days (None if there is none), and what hangs over at either end."""
    zone = ZoneInfo(name)
    first = _midnight(which.since, zone, up=True) if which.since else None
    last = _midnight(which.until, zone, up=False) if which.until else None
    if first and last and first >= last:
        return None, (which,)
    edges = [(which.since, first)] if which.since != first else []
    edges += [(last, which.until)] if which.until != last else []
    return _between(which, first, last), tuple(_between(which, *edge) for edge in edges)


def _midnight(at: datetime, zone: ZoneInfo, up: bool) -> datetime:
    """The local midnight at or before `at`, or at or after it."""
    local = at.astimezone(zone)
    before = datetime.combine(local.date(), time(), zone)
    return before if not up or before == local else datetime.combine(local.date() + timedelta(days=1), time(), zone)


def _between(which: Filter, since: datetime | None, until: datetime | None) -> Filter:
    return msgspec.structs.replace(which, since=since, until=until)


def week_hours(name: str, rows: Iterable[tuple[datetime, int, int, int, int]]) -> list[WeekHour]:
    """Sum (moment, posts, interactions, views, seen) by local hour of the week."""
    zone = ZoneInfo(name)
    sums: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for at, *numbers in rows:
        local = at.astimezone(zone)
        line = sums[(local.weekday(), local.hour)]
        for i, n in enumerate(numbers):
            line[i] += n
    return [WeekHour(weekday=w, hour=h, posts=n[0], interactions=n[1], views=n[2], seen=n[3]) for (w, h), n in sorted(sums.items())]
