"""Elasticsearch for posts and PostgreSQL for the ledger, as one store."""

from __future__ import annotations

from collections.abc import Sequence

from elasticsearch import Elasticsearch

from core.errors import BadSettings
from core.post import Post
from core.settings import Settings
from core.theme import Theme
from store.base import Batch, Follower, Pass, Saved
from store.elastic import ElasticStore
from store.ledger import SqlLedger, open_ledger


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
        self._ledger.save(batch.cursors, batch.passes)
        return saved

    def cursor(self, source: str) -> str | None:
        """How far this source has been read and stored."""
        return self._ledger.cursor(source)

    def passes(self, source: str | None = None, limit: int = 100) -> list[Pass]:
        """The ledger, newest first."""
        return self._ledger.passes(source, limit)

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
    return Elasticsearch(str(settings.elasticsearch), request_timeout=60, **credentials(settings))  # type: ignore[arg-type]


def credentials(settings: Settings) -> dict[str, tuple[str, str]]:
    """User and password for the client, where they are set."""
    user, password = settings.others.get("ELASTICSEARCH_USER"), settings.credential("ELASTICSEARCH_PASSWORD")
    return {"basic_auth": (user, password)} if user and password else {}
