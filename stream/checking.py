"""What is set up and what is in the way: credentials, sources, their health."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from collectors import own_keys, speaking
from collectors.base import Checks, Collector, Finding, Source
from collectors.findings import troubled
from collectors.table import PACIFIC
from core.deployment import Deployment
from core.errors import BadInput, CredentialMissing, PlatformProblem, StoreFailed
from core.settings import Settings
from store.base import Store
from stream import ledger, reconcile, set_up
from stream.collecting import left_of_budget
from stream.every import COLLECTORS

ENOUGH = 20  # passes of a source that tell its health
YOUTUBE_DAY = 10_000  # units of the Data API, where Google granted no more
A_DAY_OF_PASSES = 1_500


def findings(settings: Settings, deployment: Deployment, now: datetime, offline: bool) -> Iterator[Finding]:
    """One line for the deployment, each platform's credential and what it may read, and each source that needs a look."""
    sources = {collector.PLATFORM: collector.sources(deployment) for collector in COLLECTORS}
    count = sum(map(len, sources.values()))
    yield Finding(what="deployment", state="ok", says=f"{deployment.id}: {len(deployment.accounts)} accounts, {count} sources")
    for collector in COLLECTORS:
        for name in dict.fromkeys(source.keys for source in sources[collector.PLATFORM]):
            theirs = [source for source in sources[collector.PLATFORM] if source.keys == name]
            found = _platform(collector, theirs, settings, _asked_with(name, collector, deployment), now, offline)
            yield from found if name is None else (_of_keys(name, one) for one in found)
    yield from _desk(settings)
    yield from _answers(settings, deployment, now)
    yield from _alerts(deployment)
    yield from _health([source for some in sources.values() for source in some], settings, deployment, now)


def _asked_with(name: str | None, collector: Collector, deployment: Deployment) -> Deployment:
    """`deployment` with those accounts only that are asked with the keys of that name; None: those without a name."""
    named = own_keys.names(collector, deployment)
    theirs = tuple(account for account in deployment.accounts if account.platform != collector.PLATFORM or named.get(account.key) == name)
    return msgspec.structs.replace(deployment, accounts=theirs)


def _of_keys(name: str, found: Finding) -> Finding:
    """A finding about keys that have a name says which; one about an account names that already."""
    return found if ":" in found.what else msgspec.structs.replace(found, what=f"{found.what} {name}")


def _platform(
    collector: Collector, sources: list[Source], settings: Settings, deployment: Deployment, now: datetime, offline: bool
) -> Iterator[Finding]:
    name = collector.PLATFORM
    try:
        client = own_keys.client_of(sources[0], collector, settings)
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
        yield troubled(f"{name} credential", name, problem)
    except Exception as error:  # the loop's edge: what one platform answers must not hide what is known of the others
        says = f"{name}: what it answered could not be looked at ({type(error).__name__}); a mistake of ours"
        yield Finding(what=f"{name} credential", state="warning", says=says)


def _answers(settings: Settings, deployment: Deployment, now: datetime) -> Iterator[Finding]:
    """Who answers on each platform, and who waits for keys of its own; nothing where no answers are sent."""
    for platform, who in speaking.speakers(settings, lambda _: None, lambda: now, deployment).items():
        speak, wait = who.who()
        yield Finding(what=f"{platform} answers", state="ok", says=f"{platform}: answers go out as {', '.join(speak) or 'its keys say'}")
        for key in wait:
            says = f"{platform}: the keys of {key} are not all there; its answers wait, and nobody speaks in its place"
            yield Finding(what=f"{platform} answers", state="warning", says=says, then="read docs/credentials.md#who-answers")


def _spent(store: Store, source: Source, now: datetime) -> Iterator[Finding]:
    """What is left of a source's own monthly budget."""
    if source.budget is None or (left := left_of_budget(store, source, now)) is None:
        return
    says, then = (
        f"{source.budget - left:,} of {source.budget:,} reads of this month are spent",
        "raise monthly_reads in the deployment file, or wait for the month's end",
    )
    is_short = left < source.budget / 10
    yield Finding(what=f"{source.id} budget", state="warning" if is_short else "ok", says=says, then=then if is_short else "")


def _day_of_youtube(store: Store, sources: list[Source], now: datetime) -> Iterator[Finding]:
    """YouTube tells no quota: what we spent since its day began (midnight Pacific) says what is left, if nobody else uses the key."""
    midnight = now.astimezone(PACIFIC).replace(hour=0, minute=0, second=0, microsecond=0)
    ours = [source for source in sources if source.platform == "youtube"]
    spent = sum(p.spend for source in ours for p in store.passes(source.id, A_DAY_OF_PASSES) if p.started >= midnight)
    if spent:
        is_short = spent > 0.9 * YOUTUBE_DAY
        yield Finding(what="youtube quota", state="warning" if is_short else "ok", says=f"{spent:,} of the day's {YOUTUBE_DAY:,} units are spent",
                      then="ask for more in the Google Cloud console, or make every_minutes larger" if is_short else "")  # fmt: skip


def _desk(settings: Settings) -> Iterator[Finding]:
    """Whether cases, people and the audit can be opened; nothing where there are none yet."""
    if not settings.postgres and not (settings.data / "cases.db").is_file():
        return
    from cases.store import open_cases  # its libraries cost memory that a single pass, which shares this module's commands, does not need

    try:
        open_cases(settings).close()
    except StoreFailed as error:
        yield Finding(what="cases", state="failed", says=str(error), then="nobody can sign in or work on cases before this is mended")


def _alerts(deployment: Deployment) -> Iterator[Finding]:
    """Whom alerts do not reach."""
    from stream import alert_checking, alert_sending  # as above: they bring the cases' libraries

    yield from alert_checking.unreached(deployment, alert_sending.environment())


def _health(sources: list[Source], settings: Settings, deployment: Deployment, now: datetime) -> Iterator[Finding]:
    """Red lights of the ledger; nothing where nothing was collected yet."""
    try:
        with set_up.reading(settings, deployment) as store:
            for source in sources:
                nightly = ledger.lost(store.passes(source.id + reconcile.SUFFIX, ENOUGH))
                for why in (*ledger.red_lights(source, store.passes(source.id, ENOUGH), now), *([nightly] if nightly else [])):
                    yield Finding(what=source.id, state="warning", says=why, then=f"look at `sada ledger --source {source.id}`")
                yield from _spent(store, source, now)
            yield from _day_of_youtube(store, sources, now)
    except BadInput:
        return
    except StoreFailed as error:
        yield Finding(what="data", state="failed", says=str(error), then="nothing is collected or shown before this is mended")
