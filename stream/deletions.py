"""A deletion is carried out again for a day: the post it means may still be on its way through the topics when it is heard.

Deletions and posts travel in topics of their own, so a post that was deleted soon after it was written can reach the engine, or the
cases, after its deletion did, as when the engine was away for an hour. Carrying a deletion out twice changes nothing.

What a worker heard is in its memory. So whoever takes over partitions, as after a start or when another worker died, asks the topic
for the deletions of the last day.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec

from core.errors import StoreFailed
from core.post import Moment, Post
from store.base import Batch
from store.elastic import ElasticStore
from stream import kafka
from stream.topics import SAMPLES, prefixed

Deleted = tuple[str, datetime]  # a post's id, and when its platform said that it is gone
Heard = tuple[datetime, Deleted]  # when we heard of it
AGES = tuple(timedelta(minutes=n) for n in (0.5, 2, 10, 60, 6 * 60, 24 * 60))
"""So long after it was heard a deletion is carried out again; a page waits in a topic for hours only while an engine is away."""
MOST = 500  # carried out in one go


def delete(store: ElasticStore, after: Callable[[Sequence[Post]], None], deleted: Sequence[Deleted]) -> None:
    """Make tombstones of these posts as far as they are there, and let what follows posts forget them. Raises StoreFailed."""
    store.save_posts(Batch(deleted=tuple(deleted)))
    after(store.get([id for id, _ in deleted]))


class _Gone(msgspec.Struct, frozen=True):
    """What one message of the topic says is gone; the rest of it is not read."""

    deleted: tuple[tuple[str, Moment], ...] = ()


_decode = msgspec.msgpack.Decoder(_Gone).decode


def told_since(address: str, prefix: str, since: datetime) -> Iterator[Heard]:
    """Every deletion that the topic still tells of since then. Raises StoreFailed."""
    for at, message in kafka.read_since(address, prefixed(SAMPLES, prefix), since):
        with suppress(msgspec.DecodeError):  # what cannot be read was put aside by the agent
            yield from ((at, one) for one in _decode(message).deleted)


class Deletions:
    """What was heard within a day; `told` says it again to one that has just taken over. Safe to use from several threads."""

    def __init__(
        self, carry_out: Callable[[Sequence[Deleted]], None], clock: Callable[[], datetime], told: Callable[[datetime], Iterable[Heard]]
    ) -> None:
        self._carry_out, self._clock, self._told = carry_out, clock, told
        self._waiting: list[tuple[datetime, datetime, Deleted]] = []  # when due, when heard; a heap
        self._lock = threading.Lock()
        self._recalls = threading.Event()

    def recall(self) -> None:
        """Ask at the next turn what others may have heard."""
        self._recalls.set()

    def hear(self, deleted: Sequence[Deleted]) -> None:
        """Carry these out now, and remember them. Raises StoreFailed where that cannot be done; whoever told of them tells again."""
        self._carry_out(deleted)
        now = self._clock()
        for one in deleted:
            self._wait(now, now, one)

    def again(self) -> None:
        """Carry out those that are due. Raises StoreFailed; then they stay due."""
        if self._recalls.is_set():
            self._ask()
        while due := self._due():
            try:
                self._carry_out([one for _, _, one in due])
            except StoreFailed:
                with self._lock:
                    for entry in due:
                        heapq.heappush(self._waiting, entry)
                raise
            for at, heard, one in due:
                self._wait(heard, max(at, self._clock()), one)

    def _ask(self) -> None:
        """Take what was told within the day and is not remembered as due now."""
        self._recalls.clear()  # before asking: who takes over meanwhile asks again
        now = self._clock()
        try:
            told = list(self._told(now - AGES[-1]))
        except StoreFailed:
            self._recalls.set()
            raise
        with self._lock:
            known = {one for _, _, one in self._waiting}
            for heard, one in told:
                if one not in known:
                    heapq.heappush(self._waiting, (now, heard, one))

    def _wait(self, heard: datetime, now: datetime, one: Deleted) -> None:
        """Until the next age that is not past; no more after the last."""
        at = next((heard + age for age in AGES if heard + age > now), None)
        if at is not None:
            with self._lock:
                heapq.heappush(self._waiting, (at, heard, one))

    def _due(self) -> list[tuple[datetime, datetime, Deleted]]:
        now, found = self._clock(), []
        with self._lock:
            while self._waiting and self._waiting[0][0] <= now and len(found) < MOST:
                found.append(heapq.heappop(self._waiting))
        return found
