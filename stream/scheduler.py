"""When each source is polled: a thread a source, each at its cadence, none faster than its platform allows."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from collectors.base import Source
from store.base import Pass

log = logging.getLogger("sada.scheduler")
SOONEST = timedelta(seconds=15)
BACKOFF_MOST = timedelta(hours=1)
Poll = Callable[[Source], Pass]


def next_time(source: Source, last: Pass, failures: int, now: datetime) -> datetime | None:
    """When to poll again after `last`; None: not before a person has acted (a new credential, a stop without an end)."""
    if last.next_at is not None:
        return max(last.next_at, now + SOONEST)
    if last.state in ("credential", "stopped"):
        return None
    cadence = timedelta(minutes=source.every_minutes)
    if last.state == "failed":
        return now + min(SOONEST * 2 ** min(failures, 10), BACKOFF_MOST)
    return max(last.started + cadence, now + SOONEST)


class Scheduler:
    """Runs `poll` for every source until stopped; what goes wrong with one leaves the others alone."""

    def __init__(self, sources: list[Source], poll: Poll, clock: Callable[[], datetime]) -> None:
        self._poll, self._clock = poll, clock
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._keep_polling, args=(s,), name=s.id, daemon=True) for s in sources]

    def start(self) -> None:
        """Begin; returns at once."""
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 10) -> None:
        """Ask every thread to end after its current page, and wait for them at most `seconds` in all."""
        self._stopped.set()
        until = self._clock() + timedelta(seconds=seconds)
        for thread in self._threads:
            thread.join(max(0.0, (until - self._clock()).total_seconds()))

    def _keep_polling(self, source: Source) -> None:
        failures = 0
        while not self._stopped.is_set():
            last = self._poll_once(source)
            failures = failures + 1 if last is None or last.state == "failed" else 0
            at = next_time(source, last, failures, self._clock()) if last else self._clock() + min(SOONEST * 2**min(failures, 10), BACKOFF_MOST)
            if at is None:
                log.warning("%s: is not polled any more until its credential or setting is mended and sada is started again", source.id)
                return
            self._stopped.wait((at - self._clock()).total_seconds())

    def _poll_once(self, source: Source) -> Pass | None:
        try:
            return self._poll(source)
        except Exception as error:  # the loop's edge: one source's bug must not silence the others
            log.error("%s: the pass broke (%s); it is tried again later", source.id, type(error).__name__)
            return None
