"""Elasticsearch for posts and PostgreSQL for the ledger, as one store."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from elasticsearch import Elasticsearch

from core.errors import BadSettings, StoreFailed
from core.post import Post
from core.settings import Settings
from core.theme import Theme
from store.base import Batch, Follower, Pass, Saved
from store.elastic import ElasticStore
from store.elastic_bodies import whole
from store.elastic_patience import Failure
from store.elastic_saving import bulks, indexed
from store.ledger import SqlLedger, open_ledger
from store.query import FindPasses, Question

log = logging.getLogger("sada.store")
RECENT = 3  # passes of a source that are copied when one ends: workers have counted the pages of those before it meanwhile


class DistributedStore(ElasticStore):
    """What many machines share: posts are durable in Elasticsearch before a cursor is in PostgreSQL."""

    def __init__(self, client: Elasticsearch, ledger: SqlLedger, prefix: str = "sada") -> None:
        super().__init__(client, prefix)
        self._ledger = ledger

    @property
    def ledger(self) -> SqlLedger:
        """Where cursors and passes lie."""
        return self._ledger

    def save(self, batch: Batch) -> Saved:
        """Posts and samples first; then cursors and passes in one transaction."""
        saved = super().save(batch)
        self.keep(batch)
        return saved

    def keep(self, batch: Batch) -> None:
        """Cursors and passes in one transaction; then, where passes have ended, analysts' copy of the last ones of their sources.

        The copy may fail without harm: the next pass of the source, or `sada setup`, makes it good.
        """
        self._ledger.save(batch.cursors, batch.passes)
        ended = {line.source for line in batch.passes if line.finished}
        try:
            self._copy([line for source in sorted(ended) for line in self._ledger.passes(source, RECENT)])
        except StoreFailed as error:
            log.warning("the ledger's copy for analysts waits: %s", error)

    def copy_ledger(self) -> int:
        """Make analysts' copy whole where it lacks passes; returns how many lines were written."""
        there = self._search(f"{self._prefix}-ledger", {"size": 0, "track_total_hits": True})["hits"]["total"]["value"]
        return self._copy(self._ledger.every()) if there < self._ledger.count_passes() else 0

    def _copy(self, lines: Iterable[Pass]) -> int:
        """Write passes to the index `ledger`; asked once, since nobody's work should wait for a copy."""
        written = 0
        for request in bulks(
            indexed({"_index": f"{self._prefix}-ledger", "_id": line.id}, msgspec.json.encode(whole(line))) for line in lines
        ):
            answer = self._ask(request)
            if isinstance(answer, Failure):
                raise StoreFailed(f"Elasticsearch did not take {len(request.lines)} lines of the ledger ({answer.why or 'not reached'})")
            written += sum(item["index"]["status"] < 300 for item in answer)
        return written

    def cursor(self, source: str) -> str | None:
        """How far this source has been read and stored."""
        return self._ledger.cursor(source)

    def passes(self, source: str | None = None, limit: int = 100) -> list[Pass]:
        """The ledger, newest first."""
        return self._ledger.passes(source, limit)

    def explain(self, question: Question) -> str:
        """The query behind a chart: Elasticsearch's, or the ledger's SQL."""
        return self._ledger.explain(question) if isinstance(question, FindPasses) else super().explain(question)

    def changes(self, after: int, limit: int) -> list[tuple[int, Post]]:
        """Nothing: here what follows the posts reads the topic `posts`."""
        return []

    def save_themes(self, themes: Sequence[Theme], follower: Follower | None = None) -> None:
        """Themes first, then how far who found them has come: stopped in between, the same themes are saved again."""
        super().save_themes(themes)
        if follower:
            self._ledger.save_follower(follower)

    def follower(self, name: str) -> Follower | None:
        """How far this follower has come."""
        return self._ledger.follower(name)

    def close(self) -> None:
        """Let go of all connections."""
        super().close()
        self._ledger.close()


def open_distributed(settings: Settings) -> DistributedStore:
    """The store that SADA_ELASTICSEARCH and SADA_POSTGRES name. Raises BadSettings where one of them is missing."""
    if not (settings.elasticsearch and settings.postgres):
        missing = "SADA_POSTGRES" if settings.elasticsearch else "SADA_ELASTICSEARCH"
        raise BadSettings(f"{missing}: is not set; with several machines both SADA_ELASTICSEARCH and SADA_POSTGRES are needed")
    return DistributedStore(connect(settings), open_ledger(settings), settings.index_prefix)


def connect(settings: Settings) -> Elasticsearch:
    """A client of the engine that SADA_ELASTICSEARCH names."""
    return Elasticsearch(str(settings.elasticsearch), request_timeout=60, **credentials(settings))


def credentials(settings: Settings) -> dict[str, Any]:
    """User, password and the authority that the server's certificate is held to, for the client, where they are set."""
    user, password = settings.others.get("ELASTICSEARCH_USER"), settings.credential("ELASTICSEARCH_PASSWORD")
    signed: dict[str, Any] = {"basic_auth": (user, password)} if user and password else {}
    authority = settings.others.get("ELASTICSEARCH_CA")
    return signed | ({"ca_certs": authority} if authority else {})
