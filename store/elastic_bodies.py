"""Posts and questions in Elasticsearch's language. Pure; uses only what the engine's core has."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from core import spelling
from core.post import Post, interactions
from store.query import COUNT_LIMIT, AccountHistory, Filter, FindPosts, FindThemes, WeekHours

Body = dict[str, Any]
_encode = msgspec.json.Encoder().encode
TEMPLATES = Path(__file__).parent.parent / "index_templates"
POSTS = "posts"  # the alias over every month
HOURS = 10_000  # asked for at once, more than a year has: each request goes over all the posts again
SAMPLES = 10_000  # samples read at once, the most that the engine gives
PARTS = (1 / 64, 1 / 8)  # of a period, where its newest posts are looked for first: in a month every later post beats those before it

FIELDS = {"platforms": "platform", "accounts": "account", "kinds": "kind", "languages": "language.label", "sentiments": "sentiment.label",
          "intents": "intent.label", "topics": "topics.label", "places": "places.label", "sources": "source", "ids": "id"}  # fmt: skip
DIMENSIONS = {"platform": "platform", "account": "account", "kind": "kind", "language": "language.label", "sentiment": "sentiment.label",
              "intent": "intent.label", "topic": "topics.label", "place": "places.label", "source": "source"}  # fmt: skip
EVERY = {"quarter": {"fixed_interval": "15m"}, "hour": {"calendar_interval": "hour"}, "day": {"calendar_interval": "day"},
         "week": {"calendar_interval": "week"}, "month": {"calendar_interval": "month"}}  # fmt: skip
SORTS = {"newest": [{"created_at": "desc"}, {"id": "desc"}], "oldest": [{"created_at": "asc"}, {"id": "asc"}],
         "most": [{"interactions": {"order": "desc", "missing": "_last"}}, {"created_at": "desc"}],
         "least": [{"interactions": {"order": "asc", "missing": "_last"}}, {"created_at": "desc"}]}  # fmt: skip


def index_of(post: Post, prefix: str = "sada") -> str:
    """The month index a post lies in, by its own time in UTC."""
    at = post.created_at
    return f"{prefix}-posts-{at.year}.{at.month:02}"


def document(post: Post) -> Body:
    """A post as its index keeps it: the record's own fields, the words to search for, and the sum of its interactions."""
    built: Body = msgspec.json.decode(source(post))
    return built


def source(post: Post) -> bytes:
    """The same as JSON in one line, encoded once from the record: what the two fields add is written behind its own."""
    words = spelling.search_text(post.text) if post.normal is None else post.normal
    added = b',"words":' + _encode(words)
    if (count := interactions(post)) is not None:
        added += b',"interactions":%d' % count
    return _encode(msgspec.structs.replace(post, normal=None))[:-1] + added + b"}"


def whole(record: msgspec.Struct) -> Body:
    """A record as its index keeps it: also with values that are usual and that its own encoding leaves out, so that they can be asked for."""
    told = {name: getattr(record, name) for name in record.__struct_fields__}
    built: Body = msgspec.to_builtins({name: value for name, value in told.items() if value is not None and value != ()})
    return built


def post_of(source: Body) -> Post:
    """The post a document keeps."""
    return msgspec.convert(source, Post)


@cache
def template(name: str) -> Body:
    """One of index_templates/*.json."""
    read: Body = json.loads((TEMPLATES / f"{name}.json").read_text(encoding="utf-8"))
    return read


def query(which: Filter) -> Body:
    """The bool query of a filter."""
    said: list[Body] = []
    span = {key: at.isoformat() for key, at in (("gte", which.since), ("lt", which.until)) if at is not None}
    if span:
        said.append({"range": {"created_at": span}})
    said += [_any_of(field, chosen) for name, field in FIELDS.items() if (chosen := getattr(which, name))]
    if which.author is not None:
        said.append({"term": {"author.id": which.author}})
    if which.search:
        said += _searched(which.search)
    without = [] if which.deleted else [{"exists": {"field": "deleted_at"}}]
    return {"bool": {"filter": said, "must_not": without}}


def _any_of(field: str, chosen: tuple[str, ...]) -> Body:
    """Posts with one of the values; "" means posts with none."""
    told: list[Body] = [{"terms": {field: [c for c in chosen if c]}}]
    if "" in chosen:
        told.append({"bool": {"must_not": {"exists": {"field": field}}}})
    return {"bool": {"should": told, "minimum_should_match": 1}}


def _searched(asked: str) -> list[Body]:
    terms = spelling.search_terms(asked)
    return [_term(words, prefix) for words, prefix in terms] or [{"match_none": {}}]


def _term(words: tuple[str, ...], prefix: bool) -> Body:
    if prefix:
        return {"prefix": {"words": words[0]}} if len(words) == 1 else {"match_phrase_prefix": {"words": " ".join(words)}}
    return {"term": {"words": words[0]}} if len(words) == 1 else {"match_phrase": {"words": " ".join(words)}}


def parts(question: FindPosts) -> Iterator[FindPosts]:
    """The same question about ever more of its period, beginning where its order begins, itself last: a full page of a part is the answer."""
    which = question.filter
    if question.order in ("newest", "oldest") and which.since and which.until:
        for share in PARTS:
            reach = (which.until - which.since) * share
            bound = {"since": which.until - reach} if question.order == "newest" else {"until": which.since + reach}
            yield msgspec.structs.replace(question, filter=msgspec.structs.replace(which, **bound))
    yield question


def find(question: FindPosts) -> Body:
    """One page of posts."""
    return {
        "query": query(question.filter),
        "sort": SORTS[question.order],
        "from": question.offset,
        "size": question.limit,
        "track_total_hits": False,
    }


def total(question: FindPosts) -> Body:
    """How many posts there are, up to COUNT_LIMIT and one. Asked apart from the page, so that neither needs more of the posts than it must."""
    return {"query": query(question.filter), "size": 0, "track_total_hits": COUNT_LIMIT + 1}


def week_hours(question: WeekHours, after: Body | None = None) -> Body:
    """Sums by hour (by quarter where local hours begin at another minute than UTC's)."""
    offset = datetime(2026, 1, 1, tzinfo=ZoneInfo(question.timezone)).utcoffset() or timedelta()
    every = "1h" if offset % timedelta(hours=1) == timedelta() else "15m"
    composite: Body = {"size": HOURS, "sources": [{"start": {"date_histogram": {"field": "created_at", "fixed_interval": every}}}]}
    if after:
        composite["after"] = after
    sums: Body = {name: {"sum": {"field": name}} for name in ("interactions", "views")}
    sums["seen"] = {"filter": {"exists": {"field": "views"}}, "aggs": {"interactions": {"sum": {"field": "interactions"}}}}
    return {"size": 0, "query": query(question.filter), "aggs": {"lines": {"composite": composite, "aggs": sums}}}


def history(question: AccountHistory) -> Body:
    """Samples of accounts, oldest first."""
    order = [{"at": "asc"}, {"account": "asc"}]
    return {"query": _of_accounts(question), "sort": order, "size": SAMPLES, "track_total_hits": False}


def daily(question: AccountHistory, after: Body | None = None) -> Body:
    """The last sample of each account and UTC day, however many there are of a day."""
    sources: list[Body] = [
        {"day": {"date_histogram": {"field": "at", "calendar_interval": "day"}}},
        {"account": {"terms": {"field": "account"}}},
    ]
    composite: Body = {"size": SAMPLES, "sources": sources} | ({"after": after} if after else {})
    last: Body = {"last": {"top_hits": {"size": 1, "sort": [{"at": "desc"}]}}}
    return {"size": 0, "query": _of_accounts(question), "aggs": {"lines": {"composite": composite, "aggs": last}}}


def _of_accounts(question: AccountHistory) -> Body:
    said: list[Body] = [{"exists": {"field": "account"}}]
    if question.accounts:
        said.append({"terms": {"account": list(question.accounts)}})
    span = {key: at.isoformat() for key, at in (("gte", question.since), ("lt", question.until)) if at is not None}
    if span:
        said.append({"range": {"at": span}})
    return {"bool": {"filter": said}}


def growth(post_ids: Sequence[str]) -> Body:
    """Samples of posts, oldest first."""
    return {
        "query": {"terms": {"post_id": list(post_ids)}},
        "sort": [{"at": "asc"}, {"post_id": "asc"}],
        "size": SAMPLES,
        "track_total_hits": False,
    }


def themes(question: FindThemes) -> Body:
    """What themes are meant, newest first. Moments are kept to the thousandth of a second, so what is found is held against the question once more."""
    meant: Body = {"range": {"raised_at": {"gte": question.since.isoformat()}}} if question.since else {"match_all": {}}
    return {"query": meant, "sort": [{"raised_at": "desc"}]}
