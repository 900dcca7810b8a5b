"""Asking Elasticsearch: each question is one request, or the same one again from where its answer ended; `explain` shows that very request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import elasticsearch
import msgspec
from elasticsearch import Elasticsearch

from core.account import AccountSample
from core.errors import StoreFailed
from core.post import EngagementSample
from store import buckets, elastic_bodies, elastic_counting
from store.elastic_bodies import POSTS, Body
from store.elastic_counting import TooManyLines
from store.query import COUNT_LIMIT, AccountHistory, Count, CountPosts, FindPosts, FindThemes, Found, PostQuestion, WeekHour, WeekHours

SEVERAL = 1000  # documents read at once
MOST_SOURCES = 10_000
NEWEST_MONTH_FIRST: dict[str, Any] = {"max_concurrent_shard_requests": 1, "pre_filter_shard_size": 1}
"""Months one after another, in the order asked for: once a page is full, the others see by their first and last post that they have nothing for it."""
WHOLE = "allow_partial_search_results=false&ignore_unavailable=true"
"""An answer of all months or a refusal: where one of them cannot be read, the others' sums would look like all there is."""
RETRIED = (elasticsearch.ConnectionError, elasticsearch.ConnectionTimeout)


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
            answer = self._search(self._alias, elastic_counting.total(question))
            total, summed = answer["hits"]["total"]["value"], int(answer["aggregations"]["interactions"]["value"])
            return [Count(posts=total, interactions=summed)] if total else []
        return buckets.gather(question, self._raw(question))

    def _raw(self, question: CountPosts) -> Iterable[buckets.Raw]:
        if elastic_counting.is_few(question):
            with suppress(TooManyLines):
                return self._in_levels(question)
        return self._in_a_list(question)

    def _in_levels(self, question: CountPosts) -> list[buckets.Raw]:
        """The lines of an answer that is short. Raises TooManyLines if it is not."""
        bodies = [elastic_counting.levels(part) for part in elastic_counting.parts(question)]
        answers = [self._search(self._alias, bodies[0])] if len(bodies) == 1 else self._several(bodies)
        return [line for answer in answers for line in elastic_counting.of_levels(question, answer["aggregations"])]

    def _in_a_list(self, question: CountPosts) -> Iterator[buckets.Raw]:
        lines = self._composite(self._alias, lambda after: elastic_counting.listed(question, after), elastic_counting.ONCE)
        return elastic_counting.of_list(question, lines)

    def _composite(self, index: str, body: Callable[[Body | None], Body], most: int) -> Iterator[Body]:
        """The lines of a list, page by page; the last page is not full."""
        found: Body = {}
        while not found or len(found["buckets"]) == most:
            found = self._search(index, body(found.get("after_key")))["aggregations"]["lines"]
            yield from found["buckets"]

    def find(self, question: FindPosts) -> Found:
        """One page of posts, and how many there are up to COUNT_LIMIT."""
        first, *more = elastic_bodies.parts(question)
        page, counted = self._several([elastic_bodies.find(first), elastic_bodies.total(question)], **NEWEST_MONTH_FIRST)
        for part in more:
            if len(page["hits"]["hits"]) == question.limit:
                break
            (page,) = self._several([elastic_bodies.find(part)], **NEWEST_MONTH_FIRST)
        total = counted["hits"]["total"]["value"]
        return Found(
            posts=tuple(elastic_bodies.post_of(h["_source"]) for h in page["hits"]["hits"]),
            total=min(total, COUNT_LIMIT),
            total_is_exact=total <= COUNT_LIMIT,
        )

    def week_hours(self, question: WeekHours) -> list[WeekHour]:
        """Sums by local hour of the week."""
        lines = self._composite(self._alias, lambda after: elastic_bodies.week_hours(question, after), elastic_bodies.HOURS)
        rows = (
            (elastic_counting.at(b["key"]["start"]), b["doc_count"], int(b["interactions"]["value"]), int(b["views"]["value"]), int(b["seen"]["interactions"]["value"]))
            for b in lines
        )  # fmt: skip
        return buckets.week_hours(question.timezone, rows)

    def account_history(self, question: AccountHistory) -> list[AccountSample]:
        """Samples, oldest first; with `daily` the last of each UTC day and account."""
        told = list(islice(self._samples(elastic_bodies.history(question)), elastic_bodies.SAMPLES if question.daily else None))
        if question.daily and len(told) == elastic_bodies.SAMPLES:  # so many that the engine should look for the last of each day
            told = list(self._daily(question))
        found = [msgspec.convert(one, AccountSample) for one in told]
        if question.daily:
            found = list({(s.account, s.at.astimezone(UTC).date()): s for s in found}.values())
        return sorted(found, key=lambda s: s.at)

    def _daily(self, question: AccountHistory) -> Iterator[Body]:
        lines = self._composite(f"{self._prefix}-samples", lambda after: elastic_bodies.daily(question, after), elastic_bodies.SAMPLES)
        return (line["last"]["hits"]["hits"][0]["_source"] for line in lines)

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
        return {b["key"]: elastic_counting.at(b["at"]["value"]) for b in self._search(self._alias, body)["aggregations"]["s"]["buckets"]}

    def explain(self, question: PostQuestion) -> str:
        """The request behind a chart, as it can be pasted into Kibana's console; where its answer comes in pages, the first.

        Of posts in order of time it is the whole question; its page is looked for first in a part of the period, by the same query.
        """
        if isinstance(question, FindPosts):
            parameters = "&".join(f"{name}={value}" for name, value in NEWEST_MONTH_FIRST.items())
            return self._shown_several([elastic_bodies.find(question), elastic_bodies.total(question)], f"?{parameters}")
        if isinstance(question, AccountHistory):
            return _shown(f"{self._prefix}-samples", elastic_bodies.history(question))
        if isinstance(question, FindThemes):
            return _shown(f"{self._prefix}-themes", elastic_bodies.themes(question))
        bodies = _counted(question) if isinstance(question, CountPosts) else [elastic_bodies.week_hours(question)]
        return _shown(self._alias, bodies[0]) if len(bodies) == 1 else self._shown_several(bodies)

    def _shown_several(self, bodies: Sequence[Body], parameters: str = "") -> str:
        return "\n".join([f"GET /_msearch{parameters}", *(json.dumps(line, ensure_ascii=False) for line in self._searches(bodies))])

    def _search(self, index: str, body: Body) -> Any:
        with told():
            return self._client.search(index=index, ignore_unavailable=True, allow_partial_search_results=False, **body)

    def _several(self, bodies: Sequence[Body], **how: Any) -> list[Any]:
        with told():
            answers = self._client.msearch(searches=self._searches(bodies), **how)["responses"]
        for answer in answers:
            if "error" in answer:
                raise _refusal(answer["status"], answer["error"]["type"], answer["error"])
        return list(answers)

    def _searches(self, bodies: Sequence[Body]) -> list[Body]:
        head = {"index": self._alias, "ignore_unavailable": True, "allow_partial_search_results": False}
        return [line for body in bodies for line in (head, body)]


@contextmanager
def told() -> Iterator[None]:
    """The engine's refusal as ours."""
    try:
        yield
    except RETRIED as error:
        raise StoreFailed(
            "Elasticsearch cannot be reached; the rest of the page still works. Start it or mend SADA_ELASTICSEARCH."
        ) from error
    except elasticsearch.ApiError as error:
        raise _refusal(error.status_code, error.error, error.body) from error


def _refusal(status: int, kind: str, body: Any) -> StoreFailed:
    failed = TooManyLines if "too_many_buckets_exception" in str(body) else StoreFailed
    return failed(f"Elasticsearch answered {status} ({kind}) to a question")


def _counted(question: CountPosts) -> list[Body]:
    """The searches with which counting begins."""
    if not (question.by or question.bucket):
        return [elastic_counting.total(question)]
    if not elastic_counting.is_few(question):
        return [elastic_counting.listed(question)]
    return [elastic_counting.levels(part) for part in elastic_counting.parts(question)]


def _shown(index: str, body: Body) -> str:
    return f"GET /{index}/_search?{WHOLE}\n{json.dumps(body, indent=1, ensure_ascii=False)}"
