"""The store of many machines: Elasticsearch 9. Uses what the engine's core has, so that any distribution will do."""

from __future__ import annotations

import hashlib
import logging
import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

import elasticsearch
import msgspec

from core.account import Account
from core.errors import StoreFailed
from core.page import in_parts
from core.post import LONGEST_ID, Post
from core.theme import Theme
from store import elastic_bodies
from store.base import Batch, Follower, Saved
from store.elastic_asking import RETRIED as RETRIED
from store.elastic_asking import WHOLE, ElasticAsking, told
from store.elastic_bodies import Body
from store.elastic_patience import Failure, asking, patiently
from store.elastic_patience import wait_seconds as wait_seconds
from store.elastic_saving import SOUGHT, Answer, Bulk, Get, Outcome, Request, Seek, Wait, bulks, indexed, saving
from store.query import Filter, FindThemes

log = logging.getLogger("sada.store")
SEVERAL = 1000  # documents read at once for an export
BULK = "/_bulk?filter_path=items.*.status,items.*.error.type"  # of the answer what `saving` reads: a tenth of it
R = TypeVar("R", bound=msgspec.Struct)
T = TypeVar("T")


class ElasticStore(ElasticAsking):
    """Posts, accounts, samples and themes in indices; cursors and the ledger lie in the transactional database."""

    def save(self, batch: Batch) -> Saved:
        """Make the batch's posts, accounts and samples durable; cursors and passes are not kept here."""
        outcome = self.save_posts(batch)
        for reason, number in Counter(one.why for one in outcome.refused).items():
            log.warning("Elasticsearch will never take %d of %d posts (%s)", number, len(batch.posts), reason)
        return outcome.saved

    def save_posts(self, batch: Batch) -> Outcome:
        """The same, saying also which posts the engine refused for ever."""
        outcome = self._drive(patiently(saving(batch.posts, batch.deleted, self._prefix)))
        self._put("accounts", {a.id: a for a in batch.accounts})
        self._put("samples", {_sample_id(s.account, s.at): s for s in batch.account_samples})
        self._put("samples", {_sample_id(s.post_id, s.at): s for s in batch.samples})
        return outcome

    def _drive(self, steps: Generator[Request, Answer | Failure, T]) -> T:
        try:
            request = next(steps)
            while True:
                request = steps.send(self._ask(request))
        except StopIteration as done:
            value: T = done.value
            return value

    def _ask(self, request: Request) -> Answer | Failure:
        if isinstance(request, Wait):
            time.sleep(wait_seconds(request.turn))
            return []
        method, path, rest = call(request, self._alias)
        try:
            if isinstance(request, Seek) and request.fresh:
                self._client.indices.refresh(index=self._alias, ignore_unavailable=True)
            return answer_of(request, self._client.perform_request(method, path, **rest).body)
        except RETRIED:
            return Failure()
        except elasticsearch.ApiError as error:
            return Failure(error.status_code, error.error)

    def _put(self, name: str, records: dict[str, Any]) -> None:
        for request in bulks(
            indexed({"_index": f"{self._prefix}-{name}", "_id": id}, msgspec.json.encode(elastic_bodies.whole(record)))
            for id, record in records.items()
        ):
            answers = [answer for item in self._drive(asking(request)) for answer in item.values()]
            wrong = [answer["error"]["type"] for answer in answers if answer["status"] >= 300]
            if wrong:
                raise StoreFailed(f"Elasticsearch refused {len(wrong)} {name} ({wrong[0]}); is the template current? Run `sada setup`.")

    def save_themes(self, themes: Sequence[Theme], follower: Follower | None = None) -> None:
        """Keep each theme under its id; a follower's memory is not kept in the engine."""
        self._put("themes", {t.id: t for t in themes})

    def follower(self, name: str) -> Follower | None:
        """Nobody's: the transactional database keeps it."""
        return None

    def refresh(self) -> None:
        """Make everything saved searchable now; the engine does it by itself every second."""
        with told():
            self._client.indices.refresh(index=f"{self._prefix}-*")

    def get(self, ids: Sequence[str]) -> list[Post]:
        """The posts with these ids that there are, in the order asked."""
        known = {hit["_id"]: elastic_bodies.post_of(hit["_source"]) for some in in_parts(ids, SOUGHT) for hit in self._by_id(some)}
        return [known[id] for id in ids if id in known]

    def _by_id(self, ids: Sequence[str]) -> list[Body]:
        body: Body = {"query": {"ids": {"values": list(ids)}}, "size": len(ids), "track_total_hits": False}
        return list(self._search(self._alias, body)["hits"]["hits"])

    def posts(self, which: Filter) -> Iterator[Post]:
        """Every post meant, oldest first, a thousand at a time from one point in time."""
        yield from (
            elastic_bodies.post_of(hit)
            for hit in self._every(self._alias, elastic_bodies.query(which), [{"created_at": "asc"}, {"id": "asc"}])
        )

    def _every(self, index: str, query: Body, sort: list[Body]) -> Iterator[Body]:
        """All documents of a query through a point in time."""
        with told():
            pit = self._client.open_point_in_time(index=index, keep_alive="5m", ignore_unavailable=True)["id"]
        body: Body = {"query": query, "sort": sort, "size": SEVERAL, "pit": {"id": pit, "keep_alive": "5m"}, "track_total_hits": False}
        try:
            while hits := self._page(body):
                yield from (hit["_source"] for hit in hits)
                body["search_after"] = hits[-1]["sort"]
        finally:
            with suppress(elasticsearch.ApiError, elasticsearch.TransportError):  # the engine forgets it by itself
                self._client.close_point_in_time(id=pit)

    def _page(self, body: Body) -> list[Body]:
        with told():
            return list(self._client.search(allow_partial_search_results=False, **body)["hits"]["hits"])

    def accounts(self) -> list[Account]:
        """Every account seen."""
        return self._records("accounts", Account, {"match_all": {}}, [{"id": "asc"}])

    def themes(self, since: datetime | None = None) -> list[Theme]:
        """Themes raised since then, newest first."""
        found = self._records("themes", Theme, **elastic_bodies.themes(FindThemes(since=since)))
        return [t for t in found if since is None or t.raised_at >= since]

    def _records(self, name: str, kind: type[R], query: Body, sort: list[Body]) -> list[R]:
        return [msgspec.convert(hit, kind) for hit in self._every(f"{self._prefix}-{name}", query, sort)]

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


def _sample_id(whose: str, at: datetime) -> str:
    """The id of a sample; of one whose post's own is as long as an id may be, one made of it."""
    id = f"{whose}@{at.isoformat()}"
    return id if len(id.encode()) <= LONGEST_ID else hashlib.sha256(id.encode()).hexdigest()


def call(request: Bulk | Get | Seek, alias: str) -> tuple[str, str, Body]:
    """Method, path and the rest of the HTTP request for what `saving` asked."""
    headers = {"accept": "application/json", "content-type": "application/x-ndjson" if isinstance(request, Bulk) else "application/json"}
    if isinstance(request, Bulk):
        return "POST", BULK, {"headers": headers, "body": b"".join(request.lines)}
    if isinstance(request, Get):
        return "POST", "/_mget", {"headers": headers, "body": {"docs": list(request.docs)}}
    query = {"ids": {"values": list(request.ids)}}
    body = {"query": query, "size": len(request.ids), "seq_no_primary_term": True, "track_total_hits": False}
    return "POST", f"/{alias}/_search?{WHOLE}", {"headers": headers, "body": body}


def answer_of(request: Request, body: Any) -> Answer:
    """The part of the engine's answer that `saving` is waiting for."""
    if isinstance(request, Bulk):
        return list(body["items"])
    return list(body["docs"] if isinstance(request, Get) else body["hits"]["hits"])
