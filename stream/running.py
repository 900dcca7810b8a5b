"""Everything on one machine, in one process but for the dashboard."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from cases.store import CaseStore, open_cases
from collectors import own_keys
from collectors.base import Collector, Source
from core.deployment import Deployment
from core.deployment_file import file_of
from core.errors import CredentialMissing
from core.settings import Settings
from store.base import Store
from stream import demo_playing, metrics, polling, set_up
from stream.alert_running import alerting
from stream.beside import beside
from stream.demo import SEED
from stream.every import COLLECTORS
from stream.following import following, on_one_machine
from stream.sending import Sending

log = logging.getLogger("sada")
USUAL_DEMO = "momra"  # the deployment whose demo is played where none is named


class Part(Protocol):
    """One part of the process, with threads of its own."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


def run(settings: Settings, deployment: Deployment, name: str | None, port: int, demo: bool, with_dashboard: bool, seed: int = SEED,
        speed: float = 1.0, metrics_port: int | None = None) -> None:  # fmt: skip
    """Run until interrupted."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    log.setLevel(logging.INFO)  # ours speak; the libraries only when something is wrong
    with set_up.collecting(settings, deployment) as (store, understand), _dashboard(name, port, with_dashboard), _desk(settings) as cases:
        sources = ready(settings, deployment)
        if demo:  # after the dashboard has started: it fills while somebody watches
            state = demo_playing.begun(store, settings, deployment, seed, set_up.now(), understand)
            sources = demo_playing.ready(state, deployment, speed)
        scheduler = polling.scheduler(store, sources, deployment, understand, set_up.now)
        parts: list[Part] = [scheduler, *_beside_collecting(store, cases, settings, deployment, understand)]
        stopped = _until_stopped()  # from here on a signal is an orderly end
        for part in parts:
            part.start()
        if metrics_port is not None:
            metrics.serve(metrics_port, scheduler.lives)
        stopped.wait()
        log.info("stopping: what is stored stays, sources go on where they stood")
        for part in parts:
            part.stop()


def _beside_collecting(
    store: Store, cases: CaseStore, settings: Settings, deployment: Deployment, understand: set_up.Understand
) -> Iterator[Part]:
    """What follows the posts, unless workers on Kafka do it, and what sends."""
    if not settings.kafka:
        yield following(on_one_machine(store, cases, deployment, set_up.now, understand))
        yield alerting(store, cases, settings, deployment)
    yield Sending(store, cases, settings, deployment, set_up.now)


def ready(settings: Settings, deployment: Deployment) -> Iterator[tuple[Collector, Any, Source]]:
    """Every source that has what it needs, with a client of its own (not all clients bear two threads); the others are named."""
    for collector in COLLECTORS:
        for source in collector.sources(deployment):
            try:
                yield collector, own_keys.client_of(source, collector, settings), source
            except CredentialMissing as missing:
                log.warning("%s (waiting: %s)", missing, source.id)


@contextmanager
def _desk(settings: Settings) -> Iterator[CaseStore]:
    cases = open_cases(settings)
    try:
        yield cases
    finally:
        cases.close()


@contextmanager
def _dashboard(name: str | None, port: int, wanted: bool) -> Iterator[None]:
    """The dashboard as a process that ends with us."""
    if not wanted:
        yield
        return
    environment = os.environ | ({"SADA_DEPLOYMENT": str(file_of(name))} if name else {})
    with beside([sys.executable, "-m", "sada", "dashboard", "--port", str(port)], environment):
        yield


def _until_stopped() -> threading.Event:
    stopped = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stopped.set())
    return stopped
