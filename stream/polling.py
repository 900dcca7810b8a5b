"""Everything that is polled: the sources, the second looks at old posts, and the nightly comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from collectors.base import Collector, Source
from core.deployment import Deployment
from store.base import Pass, Store
from stream import collecting, reconcile, repoll
from stream.collecting import Clock, Understand
from stream.scheduler import Scheduler, first_time

Ready = Iterable[tuple[Collector, Any, Source]]


def scheduler(store: Store, ready: Ready, deployment: Deployment, understand: Understand, clock: Clock) -> Scheduler:
    """A scheduler over every ready source; a limit that a platform set before the last stop still holds."""
    jobs = {source.id: (source, poll) for source, poll in _jobs(store, list(ready), deployment, understand, clock)}

    def first(source: Source) -> datetime:
        last = next(iter(store.passes(source.id, 1)), None)
        if source.what == "reconcile" and last is None:
            return reconcile.next_night(clock(), deployment.zone)
        return first_time(source, last, clock())

    return Scheduler([source for source, _ in jobs.values()], lambda source: jobs[source.id][1](), clock, first)


def _jobs(
    store: Store, ready: list[tuple[Collector, Any, Source]], deployment: Deployment, understand: Understand, clock: Clock
) -> Iterable[tuple[Source, Callable[[], Pass]]]:
    again: dict[str, tuple[Collector, Any]] = {}
    for collector, client, source in ready:
        again[collector.PLATFORM] = (collector, client)
        yield source, partial(collecting.poll, store, collector, client, source, understand, clock)
        for nightly in reconcile.sources([source]):
            yield nightly, partial(reconcile.poll, store, collector, client, source, understand, clock)
    for collector, client in again.values():
        for source in repoll.sources(collector, deployment):
            yield source, partial(repoll.poll, store, collector, client, source, deployment, understand, clock)
