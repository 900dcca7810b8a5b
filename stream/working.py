"""sada work: one worker of the distributed set-up."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from cases import campaigns, desk
from cases.store import CaseStore, open_cases
from core.deployment import Deployment
from core.errors import BadSettings, SadaError
from core.post import Post
from core.settings import Settings
from enrich.knowledge import learn
from enrich.pipeline import understand
from store.distributed import open_distributed
from store.elastic_indexer import open_indexer
from stream import app as application
from stream import case_copies, metrics, set_up
from stream.agents import Parts, add_agents
from stream.agents_hand import Hand
from stream.alert_running import alerting
from stream.dead_letters import SHARE, Limit
from stream.deletions import Deletions, delete, told_since
from stream.following import ThemeJoin, beside_workers, count_themes, following
from stream.kafka import Publisher
from stream.repeating import Repeating
from stream.topics import GROUPS, READS, prefixed

log = logging.getLogger("sada.work")
DELETING_EVERY_S = 10.0
SWITCH_S = 0.05  # Kafka's thread interrupts a page's understanding less often than every 5 ms: a twentieth of the processor's time
CYCLES_AFTER = 50_000  # objects: posts hold no cycles, and looking for some after every 700 took a sixteenth of the time


class Halted:
    """Why the worker stopped by itself, if it did."""

    reason: SadaError | None = None

    def __call__(self, error: SadaError) -> None:
        """Stop this process as an operator would, and keep the first reason."""
        self.reason = self.reason or error
        os.kill(os.getpid(), signal.SIGTERM)


def work(
    settings: Settings, deployment: Deployment, stages: Sequence[str], metrics_port: int | None = None, most_dead: float = SHARE
) -> None:
    """Run a worker until it is stopped. Raises the SadaError for which it stopped by itself, BadSettings where an address is missing."""
    address = required(settings)
    sys.setswitchinterval(SWITCH_S)
    halted = Halted()
    cases = open_cases(settings)
    parts = _parts(settings, deployment, cases, stages, halted, most_dead)
    _spare_the_collector()
    apps = [_application(address, settings.topic_prefix, group, stages, parts) for group, of in GROUPS.items() if set(of) & set(stages)]
    if metrics_port:
        ready = [application.readiness(app) for app in apps]
        metrics.serve(metrics_port, lambda: all(is_ready() for is_ready in ready))
    with _beside(parts, cases, settings, deployment, "themes" in stages), _deleting(parts.deletions, "samples" in stages):
        application.run(apps, settings.others.get("LOG_LEVEL", "ERROR"))
    if halted.reason is not None:
        raise halted.reason


def _spare_the_collector() -> None:
    """Let the search for cycles leave out what was loaded for good, and come seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(CYCLES_AFTER)


def _parts(settings: Settings, deployment: Deployment, cases: CaseStore, stages: Sequence[str], halt: Halted, most_dead: float) -> Parts:
    knowledge = learn(deployment)
    store, after = open_distributed(settings), _desk(cases, deployment)
    return Parts(
        understand=lambda posts: understand(posts, knowledge), indexer=open_indexer(settings, metrics.RETRIES.inc),
        store=store, ledger=store.ledger, clock=set_up.now, limits=defaultdict(lambda: Limit(most_dead)), halt=halt, after=after,
        deletions=Deletions(partial(delete, store, after), set_up.now, partial(told_since, required(settings), settings.topic_prefix)),
        counts=partial(count_themes, deployment=deployment), themes=ThemeJoin(store, deployment, set_up.now).step if "themes" in stages else None,
    )  # fmt: skip


def _application(address: str, prefix: str, group: str, stages: Sequence[str], parts: Parts) -> application.App:
    """One consumer group with the agents it has here."""
    app = application.build(address, prefix, group)
    topics, hand = application.topics(app, prefix), Hand()
    here = [stage for stage in GROUPS[group] if stage in stages]
    add_agents(app, topics, parts, here, hand)
    application.finish(app, hand)
    if "index" in here:
        app.on_before_shutdown.connect(_closing(parts), weak=False)
    if "samples" in here:
        application.on_taking_over(app, parts.deletions.recall)
    for stage in here:
        metrics.LAG.labels(stage).set_function(partial(application.lag, app, prefixed(READS[stage], prefix)))
    return app


@contextmanager
def _beside(parts: Parts, cases: CaseStore, settings: Settings, deployment: Deployment, wanted: bool) -> Iterator[None]:
    """Beside the worker that joins themes: alerts, and what people wrote down or corrected by hand.

    Where several workers do, each alert is still raised once, each message tried by one of them, and what is taken in twice changes nothing twice.
    """
    if not wanted:
        yield
        return
    alerts = alerting(parts.store, cases, settings, deployment)
    publisher = Publisher(required(settings), settings.topic_prefix)
    copies = {"copies": partial(case_copies.copy, parts.store, settings.index_prefix, publisher, cases)}
    follower = following(beside_workers(parts.store, cases, parts.understand) | copies)
    alerts.start()
    follower.start()
    try:
        yield
    finally:
        alerts.stop()
        follower.stop()


@contextmanager
def _deleting(deletions: Deletions, wanted: bool) -> Iterator[None]:
    """Beside the worker that hears of deletions: they are carried out again while posts may still be on their way."""
    repeating = Repeating("deletions", {"deletions": deletions.again}, DELETING_EVERY_S)
    if wanted:
        repeating.start()
    try:
        yield
    finally:
        repeating.stop()


def _desk(cases: CaseStore, deployment: Deployment) -> Callable[[Sequence[Post]], None]:
    """What opens cases of posts and lets campaigns hear them; a page that comes twice changes nothing twice."""

    def receive(posts: Sequence[Post]) -> None:
        desk.receive(posts, deployment, cases, set_up.now(), 0)
        if deployment.campaigns:
            campaigns.receive(posts, deployment, cases, set_up.now(), 0)

    return receive


def _closing(parts: Parts):  # type: ignore[no-untyped-def]
    async def close(*_: object, **__: object) -> None:
        await parts.indexer.close()

    return close


def required(settings: Settings) -> str:
    """The broker's address. Raises BadSettings naming the engine whose address is missing."""
    for key, value in (
        ("SADA_KAFKA", settings.kafka),
        ("SADA_ELASTICSEARCH", settings.elasticsearch),
        ("SADA_POSTGRES", settings.postgres),
    ):
        if not value:
            raise BadSettings(f"{key}: is not set; a worker needs it. On one machine use `sada run` instead.")
    return str(settings.kafka)
