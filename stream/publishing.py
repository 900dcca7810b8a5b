"""The store as a collector of the distributed set-up sees it: what it saves goes to Kafka, and the cursor only after Kafka confirmed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from itertools import zip_longest

import msgspec

from core.errors import BadSettings
from core.page import Page, fits, in_parts, split
from core.settings import Settings
from store.base import Batch, Saved
from store.distributed import DistributedStore, connect
from store.ledger import open_ledger
from stream.kafka import Publisher
from stream.topics import RAW, SAMPLES, Samples, encode

log = logging.getLogger("sada.publishing")
TOGETHER = 500  # of each sort in one message: a platform's answer may tell of tens of thousands


class PublishingStore(DistributedStore):
    """`save` publishes pages and samples, waits for the broker, then keeps cursors and passes; stored and known are counted later, by the
    workers. What is asked (which posts are due for a second look) is answered by the engine as ever.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(connect(settings), open_ledger(settings), settings.index_prefix)
        self._publisher = Publisher(str(settings.kafka), settings.topic_prefix)

    def save(self, batch: Batch) -> Saved:
        """Publish, confirm, then write the ledger. Raises StoreFailed with the cursor unmoved.

        A post that no message can hold is refused: asked for again and again it would hold up its source for ever.
        """
        sent = msgspec.structs.replace(batch, posts=tuple(filter(fits, batch.posts)))
        if sent.posts:
            self._publisher.publish(RAW, map(encode, pages(sent)))
        self._publisher.publish(SAMPLES, map(encode, samples(batch)))
        self.keep(batch)
        if refused := len(batch.posts) - len(sent.posts):
            log.warning("%s: %d posts are larger than a message may be and were refused", batch.posts[0].source, refused)
        return Saved(refused=refused)


def pages(batch: Batch) -> Iterator[Page]:
    """The batch's posts as pages under both limits, named by its ledger line."""
    line = batch.passes[-1] if batch.passes else None
    first = batch.posts[0]
    whole = Page(source=line.source if line else first.source, pass_id=line.id if line else "", number=line.pages if line else 1,
                 fetched_at=first.observed_at, posts=batch.posts)  # fmt: skip
    return split(whole)


def samples(batch: Batch) -> Iterator[Samples]:
    """What the batch tells beside its posts, in as many messages as it takes."""
    source = batch.passes[-1].source if batch.passes else ""
    told = (batch.accounts, batch.account_samples, batch.samples, batch.deleted)
    for accounts, account_samples, some, deleted in zip_longest(*(in_parts(one, TOGETHER) for one in told), fillvalue=()):  # type: ignore[arg-type]
        yield Samples(source=source, accounts=accounts, account_samples=account_samples, samples=some, deleted=deleted)  # type: ignore[arg-type]


def open_publishing(settings: Settings) -> PublishingStore:
    """The store through which collectors of many machines write: SADA_KAFKA, SADA_ELASTICSEARCH and SADA_POSTGRES. Raises BadSettings."""
    missing = [key for key in ("kafka", "elasticsearch", "postgres") if not getattr(settings, key)]
    if missing:
        raise BadSettings(f"SADA_{missing[0].upper()}: is not set; with SADA_KAFKA collectors need all three engines")
    return PublishingStore(settings)
