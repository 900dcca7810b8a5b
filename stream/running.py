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
from stream import set_up
from stream.collecting import run_pass
from stream.scheduler import Scheduler

log = logging.getLogger("sada")


def run(settings: Settings, deployment: Deployment, name: str | None, port: int, demo: bool, with_dashboard: bool) -> None:
    """Run until interrupted."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    knowledge = learn(deployment)
    with set_up.writing(settings, deployment) as store, _dashboard(name, port, with_dashboard):
        scheduler = Scheduler(*_polling(store, settings, deployment, knowledge), set_up.now)
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


def _polling(store: Store, settings: Settings, deployment: Deployment, knowledge: Knowledge):  # type: ignore[no-untyped-def]
    known = {source.id: (collector, client) for collector, client, source in ready(settings, deployment)}
    sources = [source for _, _, source in ready(settings, deployment)]

    def poll(source: Source) -> Pass:
        collector, client = known[source.id]
        answers = collector.ask(client, source, store.cursor(source.id), set_up.now())
        return run_pass(store, source, answers, lambda posts: understand(posts, knowledge), set_up.now)

    return sources, poll


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
