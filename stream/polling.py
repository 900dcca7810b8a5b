"""Everything that is polled: the sources, the second looks at old posts, and the nightly comparison."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from collectors.base import Collector, Source
from core.deployment import Deployment
from store.base import Pass, Store
from stream import collecting, reconcile, repoll
from stream.collecting import Clock, Understand
from stream.scheduler import Scheduler, first_time

Ready = tuple[Collector, Any, Source]


def beside(collector: Collector, deployment: Deployment) -> list[Source]:
    """What is polled of a platform beside its own sources: second looks, and each night's comparison."""
    return [*repoll.sources(collector, deployment), *reconcile.sources(collector.sources(deployment))]


def poll(store: Store, ready: Ready, deployment: Deployment, understand: Understand, clock: Clock) -> Pass:
    """One pass over a source of any of these sorts."""
    collector, client, source = ready
    if source.what == repoll.AGAIN:
        return repoll.poll(store, collector, client, source, deployment, understand, clock)
    one = reconcile.poll if reconcile.is_nightly(source) else collecting.poll
    return one(store, collector, client, source, understand, clock)


def scheduler(store: Store, ready: Iterable[Ready], deployment: Deployment, understand: Understand, clock: Clock) -> Scheduler:
    """A scheduler over every ready source; a limit that a platform set before the last stop still holds."""
    jobs = {job[2].id: job for job in _with_those_beside(ready, deployment)}

    def first(source: Source) -> datetime:
        last = next(iter(store.passes(source.id, 1)), None)
        if last is None and reconcile.is_nightly(source):
            return reconcile.next_night(clock(), deployment.zone)
        return first_time(source, last, clock())

    def again(source: Source) -> Pass:
        return poll(store, jobs[source.id], deployment, understand, clock)

    return Scheduler([source for _, _, source in jobs.values()], again, clock, first)


def _with_those_beside(ready: Iterable[Ready], deployment: Deployment) -> Iterator[Ready]:
    """Each ready source; behind them those beside, with the client of their source or of one of their platform with the same keys."""
    platforms: dict[tuple[str, str | None], tuple[Collector, Any]] = {}
    for collector, client, source in ready:
        platforms[collector.PLATFORM, source.keys] = (collector, client)
        yield collector, client, source
        yield from ((collector, client, nightly) for nightly in reconcile.sources([source]))
    for (_, keys), (collector, client) in platforms.items():
        yield from ((collector, client, source) for source in repoll.sources(collector, deployment) if source.keys == keys)
