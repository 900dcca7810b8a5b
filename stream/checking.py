"""What is set up and what is in the way: credentials, sources, their health."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from collectors.base import Checks, Collector, Finding, Source
from core.deployment import Deployment
from core.errors import BadInput, CredentialMissing, PlatformProblem
from core.settings import Settings
from stream import ledger, reconcile, set_up
from stream.every import COLLECTORS

ENOUGH = 20  # passes of a source that tell its health


def findings(settings: Settings, deployment: Deployment, now: datetime, offline: bool) -> Iterator[Finding]:
    """One line for the deployment, each platform's credential and what it may read, and each source that needs a look."""
    sources = {collector.PLATFORM: collector.sources(deployment) for collector in COLLECTORS}
    count = sum(map(len, sources.values()))
    yield Finding(what="deployment", state="ok", says=f"{deployment.id}: {len(deployment.accounts)} accounts, {count} sources")
    for collector in COLLECTORS:
        if sources[collector.PLATFORM]:
            yield from _platform(collector, sources[collector.PLATFORM], settings, deployment, now, offline)
    yield from _health([source for some in sources.values() for source in some], settings, deployment, now)


def _platform(
    collector: Collector, sources: list[Source], settings: Settings, deployment: Deployment, now: datetime, offline: bool
) -> Iterator[Finding]:
    name = collector.PLATFORM
    try:
        client = collector.client(settings)
    except CredentialMissing as missing:
        then = f"read docs/credentials.md#{name} and put the key into .env"
        yield Finding(what=f"{name} credential", state="warning", says=f"{missing} ({len(sources)} sources wait)", then=then)
        return
    if offline or not isinstance(collector, Checks):
        yield Finding(what=f"{name} credential", state="ok", says=f"{len(sources)} sources have what they need; not tested")
        return
    try:
        yield from collector.check(client, deployment, now)
    except PlatformProblem as problem:
        state = "failed" if problem.then in ("credential", "stop") else "warning"
        yield Finding(what=f"{name} credential", state=state, says=problem.says, then=f"docs/credentials.md#{name}")


def _health(sources: list[Source], settings: Settings, deployment: Deployment, now: datetime) -> Iterator[Finding]:
    """Red lights of the ledger; nothing where nothing was collected yet."""
    try:
        with set_up.reading(settings, deployment) as store:
            for source in sources:
                nightly = ledger.lost(store.passes(source.id + reconcile.SUFFIX, ENOUGH))
                for why in (*ledger.red_lights(source, store.passes(source.id, ENOUGH), now), *([nightly] if nightly else [])):
                    yield Finding(what=source.id, state="warning", says=why, then=f"look at `sada ledger --source {source.id}`")
    except BadInput:
        return
