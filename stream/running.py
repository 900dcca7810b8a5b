"""Everything on one machine, in one process but for the dashboard."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from collectors.base import Collector, Source
from collectors.every import COLLECTORS
from core.deployment import Deployment
from core.errors import CredentialMissing
from core.settings import Settings
from enrich.knowledge import Knowledge, learn
from enrich.pipeline import understand
from store.base import Pass, Store
from stream import collecting, set_up
from stream.scheduler import Scheduler

log = logging.getLogger("sada")


def run(settings: Settings, deployment: Deployment, name: str | None, port: int, demo: bool, with_dashboard: bool) -> None:
    """Run until interrupted."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    knowledge = learn(deployment)
    with set_up.writing(settings, deployment) as store, _dashboard(name, port, with_dashboard):
        scheduler = _scheduler(store, settings, deployment, knowledge)
        scheduler.start()
        stopped = _until_stopped()
        stopped.wait()
        log.info("stopping: what is stored stays, sources go on where they stood")
        scheduler.stop()


def ready(settings: Settings, deployment: Deployment) -> Iterator[tuple[Collector, object, Source]]:
    """Every source that has what it needs, with its client; the others are named with what they wait for."""
    for collector in COLLECTORS:
        sources = collector.sources(deployment)
        if not sources:
            continue
        try:
            client = collector.client(settings)
        except CredentialMissing as missing:
            log.warning("%s", missing)
            continue
        yield from ((collector, client, source) for source in sources)


def _scheduler(store: Store, settings: Settings, deployment: Deployment, knowledge: Knowledge) -> Scheduler:
    """One thread a source; a limit the platform set before the last stop still holds."""
    known = {source.id: (collector, client, source) for collector, client, source in ready(settings, deployment)}

    def poll(source: Source) -> Pass:
        collector, client, _ = known[source.id]
        return collecting.poll(store, collector, client, source, lambda posts: understand(posts, knowledge), set_up.now)

    def last(source: Source) -> Pass | None:
        return next(iter(store.passes(source.id, 1)), None)

    return Scheduler([source for _, _, source in known.values()], poll, set_up.now, last)


@contextmanager
def _dashboard(name: str | None, port: int, wanted: bool) -> Iterator[None]:
    """The dashboard as a child process that ends with us."""
    if not wanted:
        yield
        return
    environment = os.environ | ({"SADA_DEPLOYMENT": str(set_up.find_deployment(name))} if name else {})
    child = subprocess.Popen([sys.executable, "-m", "sada", "dashboard", "--port", str(port)], env=environment)  # noqa: S603
    try:
        yield
    finally:
        child.terminate()
        child.wait(10)


def _until_stopped() -> threading.Event:
    stopped = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stopped.set())
    return stopped
