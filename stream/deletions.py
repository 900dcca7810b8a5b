"""A deletion is carried out again for a day: the post it means may still be on its way through the topics when it is heard.

Deletions and posts travel in topics of their own, so a post that was deleted soon after it was written can reach the engine, or the
cases, after its deletion did, as when the engine was away for an hour. Carrying a deletion out twice changes nothing.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from core.errors import StoreFailed
from core.post import Post
from store.base import Batch
from store.elastic import ElasticStore

Deleted = tuple[str, datetime]  # a post's id, and when its platform said that it is gone
AGES = tuple(timedelta(minutes=n) for n in (0.5, 2, 10, 60, 6 * 60, 24 * 60))
"""So long after it was heard a deletion is carried out again; a page waits in a topic for hours only while an engine is away."""
MOST = 500  # carried out in one go


def delete(store: ElasticStore, after: Callable[[Sequence[Post]], None], deleted: Sequence[Deleted]) -> None:
    """Make tombstones of these posts as far as they are there, and let what follows posts forget them. Raises StoreFailed."""
    store.save_posts(Batch(deleted=tuple(deleted)))
    after(store.get([id for id, _ in deleted]))


class Deletions:
    """What was heard within a day, in memory: a worker that ends before forgets it. Safe to use from several threads."""

    def __init__(self, carry_out: Callable[[Sequence[Deleted]], None], clock: Callable[[], datetime]) -> None:
        self._carry_out, self._clock = carry_out, clock
        self._waiting: list[tuple[datetime, datetime, Deleted]] = []  # when due, when heard; a heap
        self._lock = threading.Lock()

    def hear(self, deleted: Sequence[Deleted]) -> None:
        """Carry these out now, and remember them. Raises StoreFailed where that cannot be done; whoever told of them tells again."""
        self._carry_out(deleted)
        now = self._clock()
        for one in deleted:
            self._wait(now, now, one)

    def again(self) -> None:
        """Carry out those that are due. Raises StoreFailed; then they stay due."""
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
