"""Asking Elasticsearch: each question is one request, or the same one again from where its answer ended; `explain` shows that very request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import elasticsearch
import msgspec
from elasticsearch import Elasticsearch

from core.account import AccountSample
from core.errors import StoreFailed
from core.post import EngagementSample
from store import buckets, elastic_bodies
from store.elastic_bodies import POSTS, Body
from store.query import COUNT_LIMIT, AccountHistory, Count, CountPosts, FindPosts, Found, WeekHour, WeekHours

SEVERAL = 1000  # documents read at once
MOST_SOURCES = 10_000
NEWEST_MONTH_FIRST: dict[str, Any] = {"max_concurrent_shard_requests": 1, "pre_filter_shard_size": 1}
"""Months one after another, in the order asked for: once a page is full, the others see by their first and last post that they have nothing for it."""
RETRIED = (elasticsearch.ConnectionError, elasticsearch.ConnectionTimeout)
Question = CountPosts | FindPosts | WeekHours | AccountHistory
Q = TypeVar("Q", CountPosts, WeekHours)


class ElasticAsking:
    """What can be asked of the indices under a prefix. Every verb raises StoreFailed."""

    def __init__(self, client: Elasticsearch, prefix: str = "sada") -> None:
        self._client, self._prefix = client, prefix
        self._alias = POSTS if prefix == "sada" else f"{prefix}-{POSTS}"

    @property
    def alias(self) -> str:
        """Under which name all posts are found."""
        return self._alias

    def count(self, question: CountPosts) -> list[Count]:
        """Posts and interactions by time and dimensions."""
        if not (question.by or question.bucket):
            answer = self._search(self._alias, elastic_bodies.count(question))
            total, summed = answer["hits"]["total"]["value"], int(answer["aggregations"]["interactions"]["value"])
            return [Count(posts=total, interactions=summed)] if total else []
        return buckets.gather(question, (_raw(question, bucket) for bucket in self._composite(question, elastic_bodies.count)))

    def _composite(self, question: Q, body: Callable[[Q, Body | None], Body]) -> Iterator[Body]:
        found: Body = {}
        while not found or len(found["buckets"]) == elastic_bodies.ONCE:
            found = self._search(self._alias, body(question, found.get("after_key")))["aggregations"]["lines"]
            yield from found["buckets"]

    def find(self, question: FindPosts) -> Found:
        """One page of posts, and how many there are up to COUNT_LIMIT."""
        first, *more = elastic_bodies.parts(question)
        page, counted = self._several(elastic_bodies.find(first), elastic_bodies.total(question))
        for part in more:
            if len(page["hits"]["hits"]) == question.limit:
                break
            (page,) = self._several(elastic_bodies.find(part))
        total = counted["hits"]["total"]["value"]
        return Found(
            posts=tuple(elastic_bodies.post_of(h["_source"]) for h in page["hits"]["hits"]),
            total=min(total, COUNT_LIMIT),
            total_is_exact=total <= COUNT_LIMIT,
        )

    def week_hours(self, question: WeekHours) -> list[WeekHour]:
        """Sums by local hour of the week."""
        lines = self._composite(question, elastic_bodies.week_hours)
        rows = (
            (_at(b["key"]["start"]), b["doc_count"], int(b["interactions"]["value"]), int(b["views"]["value"]), int(b["seen"]["interactions"]["value"]))
            for b in lines
        )  # fmt: skip
        return buckets.week_hours(question.timezone, rows)

    def account_history(self, question: AccountHistory) -> list[AccountSample]:
        """Samples, oldest first; with `daily` the last of each UTC day and account."""
        found = [msgspec.convert(hit, AccountSample) for hit in self._samples(elastic_bodies.history(question))]
        if question.daily:
            found = list({(s.account, s.at.astimezone(UTC).date()): s for s in found}.values())
        return sorted(found, key=lambda s: s.at)

    def samples(self, post_ids: Sequence[str]) -> list[EngagementSample]:
        """What was told of these posts' numbers over time, oldest first."""
        return [msgspec.convert(hit, EngagementSample) for hit in self._samples(elastic_bodies.growth(post_ids))]

    def _samples(self, body: Body) -> Iterator[Body]:
        """The documents of a question about samples, page by page; nobody changes a sample, so pages need no point in time."""
        while hits := self._search(f"{self._prefix}-samples", body)["hits"]["hits"]:
            yield from (hit["_source"] for hit in hits)
            if len(hits) < body["size"]:
                return
            body = body | {"search_after": hits[-1]["sort"]}

    def newest(self) -> dict[str, datetime]:
        """When each source's newest post was written."""
        body = {
            "size": 0,
            "aggs": {"s": {"terms": {"field": "source", "size": MOST_SOURCES}, "aggs": {"at": {"max": {"field": "created_at"}}}}},
        }
        return {b["key"]: _at(b["at"]["value"]) for b in self._search(self._alias, body)["aggregations"]["s"]["buckets"]}

    def explain(self, question: Question) -> str:
        """The request behind a chart, as it can be pasted into Kibana's console; where its answer comes in pages, the first.

        Of posts in order of time it is the whole question; its page is looked for first in a part of the period, by the same query.
        """
        if isinstance(question, FindPosts):
            parameters = "&".join(f"{name}={value}" for name, value in NEWEST_MONTH_FIRST.items())
            lines = [
                json.dumps(line, ensure_ascii=False)
                for line in self._searches(elastic_bodies.find(question), elastic_bodies.total(question))
            ]
            return "\n".join([f"GET /_msearch?{parameters}", *lines])
        if isinstance(question, AccountHistory):
            return f"GET /{self._prefix}-samples/_search?ignore_unavailable=true\n{_shown(elastic_bodies.history(question))}"
        body = elastic_bodies.count(question) if isinstance(question, CountPosts) else elastic_bodies.week_hours(question)
        return f"GET /{self._alias}/_search?ignore_unavailable=true\n{_shown(body)}"

    def _search(self, index: str, body: Body) -> Any:
        with _told():
            return self._client.search(index=index, ignore_unavailable=True, **body)

    def _several(self, *bodies: Body) -> list[Any]:
        with _told():
            answers = self._client.msearch(searches=self._searches(*bodies), **NEWEST_MONTH_FIRST)["responses"]
        for answer in answers:
            if "error" in answer:
                raise StoreFailed(f"Elasticsearch answered {answer['status']} ({answer['error']['type']}) to a question")
        return list(answers)

    def _searches(self, *bodies: Body) -> list[Body]:
        return [line for body in bodies for line in ({"index": self._alias, "ignore_unavailable": True}, body)]


@contextmanager
def _told() -> Iterator[None]:
    """The engine's refusal as ours."""
    try:
        yield
    except RETRIED as error:
        raise StoreFailed(
            "Elasticsearch cannot be reached; the rest of the page still works. Start it or mend SADA_ELASTICSEARCH."
        ) from error
    except elasticsearch.ApiError as error:
        raise StoreFailed(f"Elasticsearch answered {error.status_code} ({error.error}) to a question") from error


def _shown(body: Body) -> str:
    return json.dumps(body, indent=1, ensure_ascii=False)


def _raw(question: CountPosts, bucket: Body) -> buckets.Raw:
    start = _at(bucket["key"]["start"]) if question.bucket else None
    keys = tuple(bucket["key"][d] or "" for d in question.by)
    return start, keys, bucket["doc_count"], int(bucket["interactions"]["value"])


def _at(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
