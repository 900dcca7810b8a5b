"""Finding posts in the SQLite file, a page at a time. The records themselves are read only for that page."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from core.post import Post
from store.embedded_sql import FETCH, Plan, matched, micros, moment, where
from store.query import COUNT_LIMIT, Filter, FindPosts, Found

Ask = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]
COMMON = 2 * COUNT_LIMIT  # with more matches than this it is cheaper to walk along the order asked for than to fetch every match
MOST = 0.5  # of all time: beyond this the bounds cost more than they save
ORDERS = {
    "newest": "created DESC, number DESC",
    "oldest": "created, number",
    "most": "interactions DESC, created DESC",
    "least": "interactions IS NULL, interactions, created DESC",
}

_post = msgspec.msgpack.Decoder(Post).decode


def found(ask: Ask, question: FindPosts) -> Found:
    """One page of posts, and how many there are up to COUNT_LIMIT."""
    if question.filter.search:
        every = _numbers(ask, question, plan(ask, question.filter), COUNT_LIMIT + 1, 0)
        total, numbers = len(every), every[question.offset : question.offset + question.limit]
    else:
        numbers = _numbers(ask, question, FETCH, question.limit, question.offset)
        said, values = where(question.filter)
        total = ask(f"SELECT COUNT(*) FROM (SELECT 1 FROM posts WHERE {said} LIMIT {COUNT_LIMIT + 1})", values)[0][0]
    return Found(posts=_records(ask, numbers), total=min(total, COUNT_LIMIT), total_is_exact=total <= COUNT_LIMIT)


def plan(ask: Ask, f: Filter) -> Plan:
    """How to look for a filter's words: many matches are not fetched one by one, and of a short time only its own are counted."""
    match = matched(f.search) if f.search else ""
    if not match:
        return FETCH
    within = _within(ask, f)
    bounds = " AND rowid BETWEEN ? AND ?" if within else ""
    some = f"SELECT 1 FROM words WHERE words MATCH ?{bounds} LIMIT {COMMON + 1}"
    matches = ask(f"SELECT COUNT(*) FROM ({some})", [match, *(within or ())])[0][0]
    return Plan(walk=matches > COMMON, within=within)


def reach(ask: Ask) -> tuple[datetime, datetime]:
    """When the oldest and the newest post were written; 1970 where there is none."""
    oldest, newest = ask("SELECT (SELECT MIN(created) FROM posts), (SELECT MAX(created) FROM posts)", [])[0]
    return moment(oldest or 0), moment(newest or 0)


def _within(ask: Ask, f: Filter) -> tuple[int, int] | None:
    """The lowest and highest number of the posts in a filter's time; None if that is most of all time or none is named."""
    oldest, newest = map(micros, reach(ask))
    if f.since is None and f.until is None:
        return None
    since, until = micros(f.since) if f.since else oldest, micros(f.until) if f.until else newest + 1
    if min(until, newest) - max(since, oldest) > (newest - oldest) * MOST:
        return None
    row = ask("SELECT MIN(number), MAX(number) FROM posts INDEXED BY posts_by_time WHERE created >= ? AND created < ?", [since, until])[0]
    return (row[0], row[1]) if row[0] is not None else (0, -1)


def sql(question: FindPosts, using: Plan, limit: int, offset: int) -> tuple[str, list[object]]:
    """SQL for the numbers of the posts meant, in order."""
    said, values = where(question.filter, using)
    by_time = using.walk and question.order in ("newest", "oldest")
    source = "posts INDEXED BY posts_by_time" if by_time else "posts"
    return f"SELECT number FROM {source} WHERE {said} ORDER BY {ORDERS[question.order]} LIMIT ? OFFSET ?", [*values, limit, offset]


def _numbers(ask: Ask, question: FindPosts, using: Plan, limit: int, offset: int) -> list[int]:
    return [number for (number,) in ask(*sql(question, using, limit, offset))]


def _records(ask: Ask, numbers: Sequence[int]) -> tuple[Post, ...]:
    rows = ask("SELECT number, record FROM posts WHERE number IN (SELECT value FROM json_each(?))", [json.dumps(numbers)])
    by_number: dict[int, bytes] = dict(rows)
    return tuple(_post(by_number[number]) for number in numbers if number in by_number)
