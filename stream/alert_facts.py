"""What a rule looks at, asked of the store and the cases. How to ask for each kind of rule, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time, timedelta

import msgspec
from sqlalchemy import select

from cases.store import CaseStore
from cases.tables import cases as case_table
from collectors.base import Source
from core.account import AccountSample
from core.deployment import AlertRule, Deployment
from core.post import Kind
from store.base import Pass, Store
from store.query import AccountHistory, CountPosts, Filter
from stream.alerting import Audience, Facts, Mood, Near, Silence
from stream.ledger import LATE, red_lights

HOURS = {"sentiment_fall": 24.0, "follower_drop": 7 * 24.0, "target_near": 2.0}  # where the rule says none
USUAL_DAYS = 28  # four whole weeks, so that every hour of the week is in it as often
ENOUGH = 20  # passes of a source that tell its health
MANY = 5000  # looked through for the last whole pass of a source that fails again and again: a fortnight, asked every five minutes
CITIZENS = tuple(kind.value for kind in Kind if kind != Kind.OWN)
THEMES_SINCE = timedelta(days=30)
HOUR = timedelta(hours=1)


class World(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to ask. `started`: since when this process has asked the sources; before a source's rhythm has passed it is not called silent."""

    store: Store
    cases: CaseStore
    deployment: Deployment
    sources: tuple[Source, ...] = ()
    started: datetime


def gather(rule: AlertRule, world: World, now: datetime) -> Facts:
    """The facts this rule asks for. Raises StoreFailed."""
    return msgspec.structs.replace(_ASKS[rule.when](rule, world, now), timezone=world.deployment.timezone)


def _themes(rule: AlertRule, world: World, now: datetime) -> Facts:
    return Facts(themes=tuple(world.store.themes(now - THEMES_SINCE)))


def _mood(rule: AlertRule, world: World, now: datetime) -> Facts:
    until = now.replace(minute=0, second=0, microsecond=0)
    since = until - timedelta(hours=hours(rule))
    midnight = datetime.combine(since.astimezone(world.deployment.zone).date(), time(), world.deployment.zone)
    here = _sentiments(rule, world, since, until)
    usual = _sentiments(rule, world, (midnight - timedelta(days=USUAL_DAYS)).astimezone(UTC), midnight.astimezone(UTC))
    mood = Mood(negative=here["negative"], known=here.total(), usual_negative=usual["negative"], usual_known=usual.total(),
                since=since, until=until)  # fmt: skip
    return Facts(mood=mood)


def _sentiments(rule: AlertRule, world: World, since: datetime, until: datetime) -> Counter[str]:
    topics, places = ((value,) if value else () for value in (rule.topic, rule.place))
    which = Filter(since=since, until=until, kinds=CITIZENS, topics=topics, places=places, sentiments=("negative", "neutral", "positive"))
    counts = world.store.count(CountPosts(filter=which, by=("sentiment",), timezone=world.deployment.timezone))
    return Counter({c.keys[0]: c.posts for c in counts})


def _audiences(rule: AlertRule, world: World, now: datetime) -> Facts:
    keys = tuple(account.key for account in world.deployment.accounts)
    samples = world.store.account_history(AccountHistory(accounts=keys, since=now - timedelta(hours=hours(rule)), until=now, daily=True))
    told = [s for s in samples if s.followers is not None]
    return Facts(audiences=tuple(audience([s for s in told if s.account == key]) for key in keys if any(s.account == key for s in told)))


def audience(samples: list[AccountSample]) -> Audience:
    """One account's samples, oldest first and with followers told, as the most there were and what there is now."""
    most, last = max(reversed(samples), key=lambda s: s.followers or 0), samples[-1]  # the newest of equals: one fall, one day
    return Audience(account=last.account, most=most.followers or 0, most_at=most.at, followers=last.followers or 0, at=last.at)


def _silences(rule: AlertRule, world: World, now: datetime) -> Facts:
    ripe = [s for s in world.sources if now - world.started >= LATE * timedelta(minutes=s.every_minutes)]
    asked = ((source, _passes(world.store, source)) for source in ripe)
    return Facts(silences=tuple(silence(source, passes, now) for source, passes in asked if passes))


def _passes(store: Store, source: Source) -> list[Pass]:
    """A source's newest passes, as far back as the last whole one."""
    newest = store.passes(source.id, ENOUGH)
    return newest if len(newest) < ENOUGH or any(p.came_to_its_end for p in newest) else store.passes(source.id, MANY)


def silence(source: Source, passes: list[Pass], now: datetime) -> Silence:
    """A source as its passes (newest first) tell of it."""
    heard = max((p.finished or p.started for p in passes if p.came_to_its_end), default=None)
    return Silence(source=source.id, heard=heard, asked=passes[-1].started, is_red=bool(red_lights(source, passes, now)))


def _near(rule: AlertRule, world: World, now: datetime) -> Facts:
    """Cases by department and by the hour in which their clock runs out, of hours that begin within the rule's."""
    c, last = case_table.c, (now + timedelta(hours=hours(rule))).replace(minute=0, second=0, microsecond=0) + HOUR
    asked = select(c.department, c.due).where(c.is_open, c.due > now, c.due < last)
    for column, value in ((c.category, rule.topic), (c.place, rule.place)):
        asked = asked.where(column == value) if value else asked
    with world.cases.reading() as db:
        return Facts(near=near((str(department) if department else None, due) for department, due in db.execute(asked)))


def near(found: Iterable[tuple[str | None, datetime]]) -> tuple[Near, ...]:
    """Departments and moments as one line an hour."""
    counted = Counter((department, due.replace(minute=0, second=0, microsecond=0)) for department, due in found)
    ordered = sorted(counted.items(), key=lambda line: (line[0][1], line[0][0] or ""))
    return tuple(Near(department=department, hour=hour, cases=count) for (department, hour), count in ordered)


def hours(rule: AlertRule) -> float:
    """How far a rule looks back, or ahead."""
    return HOURS[rule.when] if rule.hours is None else rule.hours


_ASKS: dict[str, Callable[[AlertRule, World, datetime], Facts]] = {
    "theme": _themes, "sentiment_fall": _mood, "follower_drop": _audiences, "source_silent": _silences, "target_near": _near,
}  # fmt: skip
