"""Counts in Elasticsearch's language, there and back. Pure.

Two forms of one question: levels within levels, answered at once, for the few hundred lines that a page draws; and one flat list in pages, which
costs several times as much and has no limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from core.errors import StoreFailed
from store.buckets import Raw, whole_days
from store.elastic_bodies import DIMENSIONS, EVERY, Body, query
from store.query import Bucket, CountPosts

ONCE = 10_000  # lines of the list asked for at once: each request goes over all the posts again
VALUES = 1000  # of a dimension in levels; where there are more, the list is asked for
STARTS = 400  # bars in levels: an engine spends memory on every one of them at every level
SHORTEST: dict[Bucket, timedelta] = {"quarter": timedelta(minutes=15), "hour": timedelta(hours=1), "day": timedelta(days=1),
                                     "week": timedelta(days=7), "month": timedelta(days=28)}  # fmt: skip
LONG = timedelta(days=3)  # a shorter period is counted as fast as its parts are asked for
SUMMED: Body = {"interactions": {"sum": {"field": "interactions"}}}


class TooManyLines(StoreFailed):
    """An answer has more lines than the engine gives at once."""


def is_few(question: CountPosts) -> bool:
    """Whether the answer is short enough for levels, as far as the question tells."""
    if question.bucket is None:
        return True
    since, until = question.filter.since, question.filter.until
    return since is not None and until is not None and until - since <= STARTS * SHORTEST[question.bucket]


def parts(question: CountPosts) -> list[CountPosts]:
    """The question about whole local days, and about what hangs over at either end; their lines are summed.

    The engine remembers what it answered of a month that has not changed since, if it is asked for the same moments: those of whole days stay the
    same all day, while pages ask for the earlier period up to the present time of day.
    """
    since, until = question.filter.since, question.filter.until
    if since and until and until - since < LONG:
        return [question]
    whole, edges = whole_days(question.filter, question.timezone)
    return [msgspec.structs.replace(question, filter=which) for which in (*filter(None, (whole,)), *edges)]


def total(question: CountPosts) -> Body:
    """All posts in one line."""
    return {"size": 0, "track_total_hits": True, "query": query(question.filter), "aggs": SUMMED}


def levels(question: CountPosts) -> Body:
    """Each dimension within the one before it, in the bars of time."""
    aggs = SUMMED
    for name in reversed(_names(question)):
        aggs = {name: _level(question, name) | {"aggs": aggs}}
    return {"size": 0, "track_total_hits": False, "query": query(question.filter), "aggs": aggs}


def _names(question: CountPosts) -> tuple[str, ...]:
    return ("start", *question.by) if question.bucket else question.by


def _level(question: CountPosts, name: str) -> Body:
    if name == "start":
        return {"date_histogram": _starts(question) | {"min_doc_count": 1}}
    return {"terms": {"field": DIMENSIONS[name], "size": VALUES, "missing": ""}}


def _starts(question: CountPosts) -> Body:
    return {"field": "created_at", "time_zone": question.timezone, **EVERY[question.bucket or "day"]}


def of_levels(question: CountPosts, answer: Body) -> list[Raw]:
    """The lines of an answer in levels. Raises TooManyLines if a dimension has more values than were asked for."""
    if not _is_whole(_names(question), answer):
        raise TooManyLines(f"a dimension of {', '.join(question.by)} has more than {VALUES} values")
    bars = [(at(bar["key"]), bar) for bar in answer["start"]["buckets"]] if question.bucket else [(None, answer)]
    return [
        (start, keys, line["doc_count"], int(line["interactions"]["value"]))
        for start, bar in bars
        for keys, line in _lines(question.by, bar)
    ]


def _is_whole(names: tuple[str, ...], answer: Body) -> bool:
    if not names:
        return True
    level = answer[names[0]]
    return not level.get("sum_other_doc_count") and all(_is_whole(names[1:], line) for line in level["buckets"])


def _lines(names: tuple[str, ...], within: Body) -> Iterator[tuple[tuple[str, ...], Body]]:
    if not names:
        yield (), within
        return
    for one in within[names[0]]["buckets"]:
        for keys, line in _lines(names[1:], one):
            yield (one["key"], *keys), line


def listed(question: CountPosts, after: Body | None = None) -> Body:
    """One line a combination, the next ONCE behind `after`."""
    sources: list[Body] = [{"start": {"date_histogram": _starts(question)}}] if question.bucket else []
    sources += [{d: {"terms": {"field": DIMENSIONS[d], "missing_bucket": True}}} for d in question.by]
    composite: Body = {"size": ONCE, "sources": sources} | ({"after": after} if after else {})
    return {"size": 0, "query": query(question.filter), "aggs": {"lines": {"composite": composite, "aggs": SUMMED}}}


def of_list(question: CountPosts, lines: Iterator[Body]) -> Iterator[Raw]:
    """The lines of an answer in a list."""
    for line in lines:
        start = at(line["key"]["start"]) if question.bucket else None
        yield start, tuple(line["key"][d] or "" for d in question.by), line["doc_count"], int(line["interactions"]["value"])


def at(milliseconds: float) -> datetime:
    """The moment of a bucket's key."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
