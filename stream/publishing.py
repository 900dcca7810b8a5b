"""The store as a collector of the distributed set-up sees it: what it saves goes to Kafka, and the cursor only after Kafka confirmed."""

from __future__ import annotations

from collections.abc import Iterator

from core.page import Page, split
from store.base import Batch, Pass, Saved
from store.ledger import SqlLedger
from stream.kafka import Publisher
from stream.topics import RAW, SAMPLES, Samples, encode


class PublishingStore:
    """`save` publishes pages and samples, waits for the broker, then keeps cursors and passes. Stored and known are counted later, by the workers."""

    def __init__(self, publisher: Publisher, ledger: SqlLedger) -> None:
        self._publisher, self._ledger = publisher, ledger

    def save(self, batch: Batch) -> Saved:
        """Publish, confirm, then write the ledger. Raises StoreFailed with the cursor unmoved."""
        if batch.posts:
            self._publisher.publish(RAW, map(encode, pages(batch)))
        if batch.accounts or batch.account_samples or batch.samples or batch.deleted:
            self._publisher.publish(SAMPLES, [encode(_samples(batch))])
        self._ledger.save(batch.cursors, batch.passes)
        return Saved()

    def cursor(self, source: str) -> str | None:
        """How far this source has been read and confirmed."""
        return self._ledger.cursor(source)

    def passes(self, source: str | None = None, limit: int = 100) -> list[Pass]:
        """The ledger, newest first."""
        return self._ledger.passes(source, limit)

    def close(self) -> None:
        """Let go of the ledger."""
        self._ledger.close()


def pages(batch: Batch) -> Iterator[Page]:
    """The batch's posts as pages under both limits, named by its ledger line."""
    line = batch.passes[-1] if batch.passes else None
    first = batch.posts[0]
    whole = Page(source=line.source if line else first.source, pass_id=line.id if line else "", number=line.pages if line else 1,
                 fetched_at=first.observed_at, posts=batch.posts)  # fmt: skip
    return split(whole)


def _samples(batch: Batch) -> Samples:
    source = batch.passes[-1].source if batch.passes else ""
    return Samples(source=source, accounts=batch.accounts, account_samples=batch.account_samples, samples=batch.samples, deleted=batch.deleted)
