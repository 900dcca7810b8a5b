"""The demo played on after its history, the way sources are polled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from cases.store import open_cases
from collectors.base import Source
from collectors.demo.live import Live
from core.deployment import Deployment
from core.settings import Settings
from store.base import Store
from stream import demo, showing


def begun(store: Store, settings: Settings, deployment: Deployment, seed: int, now: datetime, understand: demo.Understand) -> demo.State:
    """The demo's history in `store` and in the cases, made now if it is not there; shows how far it is."""
    with showing.progress("making the demo", "posts") as step:
        case_store = open_cases(settings)
        try:
            return demo.loaded(store, case_store, deployment, seed, now, understand, step, Path(settings.data))
        finally:
            case_store.close()


def ready(state: demo.State, deployment: Deployment, speed: float) -> Iterator[tuple[Live, None, Source]]:
    """The demo's sources, each with its collector; there is no client, since nobody is asked."""
    live = Live(deployment, state.until, state.seed, speed)
    yield from ((live, None, source) for source in live.sources())
