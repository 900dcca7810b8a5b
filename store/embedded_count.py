"""Counting questions as SQL: whole local days from the daily counts, what hangs over at either end from the posts. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from store.buckets import whole_days
from store.embedded_sql import COLUMN, CUBES, FETCH, MANY, SINGLE, Plan, chosen, where
from store.query import CountPosts, Filter


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One SELECT of an answer; its rows are start, keys, posts and interactions. The rows of all parts are summed."""

    sql: str
    values: list[object]
    in_days: bool  # a start is a day's ordinal, not a number of units


def parts(question: CountPosts, zone: str, using: Plan = FETCH) -> list[Part]:
    """What to ask for a count. `using`: how to look for words."""
    cube = _cube(question, zone)
    whole, edges = whole_days(question.filter, zone) if cube else (None, ())
    if cube is None or whole is None:
        return [_from_posts(question, using)]
    return [_from_cube(_about(question, whole), cube), *(_from_posts(_about(question, edge), using) for edge in edges)]


def _about(question: CountPosts, which: Filter) -> CountPosts:
    return msgspec.structs.replace(question, filter=which)


def raw_unit(question: CountPosts) -> int:
    """Microseconds of the unit in which times are counted: an hour, or a quarter where local hours begin at +:30 or +:45."""
    return 3_600_000_000 if question.bucket != "quarter" and _hours_do(question.timezone) else 900_000_000


def _hours_do(name: str) -> bool:
    """Whether hours of this zone begin at hours of UTC (not so at +03:30 and +05:45)."""
    offset = datetime(2026, 1, 1, tzinfo=ZoneInfo(name)).utcoffset() or timedelta()
    return offset % timedelta(hours=1) == timedelta()


def _cube(question: CountPosts, zone: str) -> str | None:
    """The smallest table of daily counts that can answer, if any can."""
    f = question.filter
    if question.bucket in ("quarter", "hour") or question.timezone != zone or f.deleted or not _is_covered(question):
        return None
    needed = {COLUMN.get(d, d) for d in question.by}
    needed |= {column for name, column in (SINGLE | MANY).items() if getattr(f, name)}
    return next((name for name, dims in CUBES.items() if needed <= set(dims)), None)


def _is_covered(question: CountPosts) -> bool:
    f = question.filter
    return not (f.ids or f.sources or f.author or f.search or "source" in question.by)


def _from_cube(question: CountPosts, cube: str) -> Part:
    zone = ZoneInfo(question.timezone)
    said, values = chosen(question.filter)
    for bound, at in ((">=", question.filter.since), ("<", question.filter.until)):
        if at is not None:
            said.append(f"day {bound} ?")
            values.append(at.astimezone(zone).date().toordinal())
    sql = _select(question, "day", "SUM(posts), SUM(interactions)", cube, " AND ".join(said) or "1")
    return Part(sql=sql, values=values, in_days=True)


def _from_posts(question: CountPosts, using: Plan) -> Part:
    said, values = where(question.filter, using)
    start = f"created / {raw_unit(question)}"
    return Part(
        sql=_select(question, start, "COUNT(*), SUM(COALESCE(interactions, 0))", _source(question, using), said),
        values=values,
        in_days=False,
    )


def _source(question: CountPosts, using: Plan) -> str:
    if question.filter.kinds == ("own",) and not using.walk:
        return "posts"  # few, and in an index of their own, which the engine finds
    return "posts INDEXED BY posts_by_time" if using.walk or _is_covered(question) else "posts"


def _select(question: CountPosts, start: str, sums: str, source: str, said: str) -> str:
    columns = [COLUMN.get(d, d) for d in question.by]
    groups = ", ".join(str(i + 1) for i in range(len(columns) + 1))
    return f"SELECT {', '.join([start if question.bucket else '0', *columns])}, {sums} FROM {source} WHERE {said} GROUP BY {groups}"
