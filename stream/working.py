"""sada work: one worker of the distributed set-up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from cases import desk
from cases.store import open_cases
from core.deployment import Deployment
from core.errors import BadSettings, SadaError
from core.post import Post
from core.settings import Settings
from enrich.knowledge import learn
from enrich.pipeline import understand
from store.base import Store
from store.distributed import open_distributed
from store.elastic_indexer import open_indexer
from stream import app as application
from stream import metrics, set_up
from stream.agents import Parts, add_agents
from stream.alert_running import alerting
from stream.dead_letters import Limit
from stream.following import ThemeJoin, count_themes

log = logging.getLogger("sada.work")


class Halted:
    """Why the worker stopped by itself, if it did."""

    reason: SadaError | None = None


def work(settings: Settings, deployment: Deployment, stages: Sequence[str], metrics_port: int | None = None) -> None:
    """Run a worker until it is stopped. Raises the SadaError for which it stopped by itself, BadSettings where an address is missing."""
    address = required(settings)
    knowledge = learn(deployment)
    prefix = settings.topic_prefix
    app = application.build(address, prefix)
    halted = Halted()

    def halt(error: SadaError) -> None:
        halted.reason = halted.reason or error
        asyncio.get_running_loop().create_task(app.stop())

    store = open_distributed(settings)
    parts = Parts(
        understand=lambda posts: understand(posts, knowledge), indexer=open_indexer(settings, metrics.RETRIES.inc),
        store=store, ledger=store.ledger, clock=set_up.now, limit=Limit(), halt=halt, after=_desk(settings, deployment),
        counts=partial(count_themes, deployment=deployment), themes=ThemeJoin(store, deployment, set_up.now).step if "themes" in stages else None,
    )  # fmt: skip
    app.on_before_shutdown.connect(_closing(parts), weak=False)
    add_agents(app, application.topics(app, prefix), parts, stages)
    if metrics_port:
        metrics.serve(metrics_port, lambda: app.started and not app.should_stop)
    with _alerts(store, settings, deployment, "themes" in stages):
        application.run(app, settings.others.get("LOG_LEVEL", "ERROR"))
    if halted.reason is not None:
        raise halted.reason


@contextmanager
def _alerts(store: Store, settings: Settings, deployment: Deployment, wanted: bool) -> Iterator[None]:
    """Alerts beside the worker that joins themes. Where several do, each alert is still raised once and each message tried by one of them."""
    running = alerting(store, open_cases(settings), settings, deployment) if wanted else None
    if running:
        running.start()
    try:
        yield
    finally:
        if running:
            running.stop()


def _desk(settings: Settings, deployment: Deployment) -> Callable[[Sequence[Post]], None]:
    """What opens cases of durable posts; a page that comes twice opens nothing twice."""
    cases = open_cases(settings)

    def receive(posts: Sequence[Post]) -> None:
        desk.receive(posts, deployment, cases, set_up.now(), 0)

    return receive


def _closing(parts: Parts):  # type: ignore[no-untyped-def]
    async def close(*_: object, **__: object) -> None:
        await parts.indexer.close()

    return close


def required(settings: Settings) -> str:
    """The broker's address. Raises BadSettings naming the engine whose address is missing."""
    for key, value in (("SADA_KAFKA", settings.kafka), ("SADA_ELASTICSEARCH", settings.elasticsearch), ("SADA_POSTGRES", settings.postgres)):
        if not value:
            raise BadSettings(f"{key}: is not set; a worker needs it. On one machine use `sada run` instead.")
    return str(settings.kafka)

