"""When each source is polled: a thread a source, each at its cadence, none faster than its platform allows."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from collectors.base import Source
from store.base import Pass

log = logging.getLogger("sada.scheduler")
SOONEST = timedelta(seconds=15)
BACKOFF_MOST = timedelta(hours=1)
TRIES = 8  # so many failures one after another, then it is tried rarely
RARELY = timedelta(hours=6)  # also what needs a person: a refused credential asked for four times a day does no harm, and heals by itself
Poll = Callable[[Source], Pass]


def next_time(source: Source, last: Pass, failures: int, now: datetime) -> datetime:
    """When to poll again after `last`, the `failures`-th failure in a row."""
    if last.next_at is not None:
        return max(last.next_at, now + SOONEST)
    if last.state in ("credential", "stopped"):
        return now + RARELY
    if last.state in ("failed", "running"):
        return now + backoff(failures)
    return max(last.started + timedelta(minutes=source.every_minutes), now + SOONEST)


def backoff(failures: int) -> timedelta:
    """15 s, 30 s, 1 min … 32 min; after TRIES failures every 6 hours."""
    return RARELY if failures > TRIES else min(SOONEST * 2 ** max(0, failures - 1), BACKOFF_MOST)


def first_time(source: Source, last: Pass | None, now: datetime) -> datetime:
    """When to poll first in this process: at once, unless the platform told us earlier to wait, or it was done just now."""
    if last is None or last.state in ("failed", "running", "credential") or (last.state == "stopped" and last.next_at is None):
        return now
    return max(now, last.next_at or last.started + timedelta(minutes=source.every_minutes))


class Scheduler:
    """Runs `poll` for every source until stopped; what goes wrong with one leaves the others alone."""

    def __init__(
        self, sources: Iterable[Source], poll: Poll, clock: Callable[[], datetime], first: Callable[[Source], datetime] | None = None
    ) -> None:
        self._poll, self._clock, self._first = poll, clock, first
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._keep_polling, args=(s,), name=s.id, daemon=True) for s in sources]

    def start(self) -> None:
        """Begin; returns at once."""
        for thread in self._threads:
            thread.start()

    def lives(self) -> bool:
        """Whether every source still has its thread."""
        return all(thread.is_alive() for thread in self._threads)

    def stop(self, seconds: float = 10) -> None:
        """Ask every thread to end after its current page, and wait for them at most `seconds` in all."""
        self._stopped.set()
        until = self._clock() + timedelta(seconds=seconds)
        for thread in self._threads:
            thread.join(max(0.0, (until - self._clock()).total_seconds()))

    def _keep_polling(self, source: Source) -> None:
        failures = 0
        at = self._first(source) if self._first else self._clock()
        while not self._stopped.wait(max(0.0, (at - self._clock()).total_seconds())):
            last = self._poll_once(source)
            failures = failures + 1 if last is None or last.state == "failed" else 0
            now = self._clock()
            at = next_time(source, last, failures, now) if last else now + backoff(failures)
            if failures > TRIES:
                log.warning("%s: failed %d times in a row; it is tried every 6 hours now", source.id, failures)

    def _poll_once(self, source: Source) -> Pass | None:
        try:
            return self._poll(source)
        except Exception as error:  # the loop's edge: one source's bug must not silence the others
            log.error("%s: the pass broke (%s); it is tried again later", source.id, type(error).__name__)
            return None
