"""Alerts on the move: ask the rules, keep what they find, send what is ready. In a thread of its own, since an address may be slow."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from cases import alert_rules, alert_waiting, alerts
from cases.store import CaseStore
from core.deployment import AlertRule, Deployment
from core.errors import SadaError
from core.settings import Settings
from store.base import Store
from stream import alert_facts, alert_sending, set_up
from stream.alert_delivering import Round, Send, deliver, deliveries, planned
from stream.alert_facts import World
from stream.alert_sending import Environment
from stream.alert_times import after_quiet, tell_at
from stream.alerting import due
from stream.every import COLLECTORS
from stream.repeating import Repeating

log = logging.getLogger("sada.alerts")
EVERY_S = 15.0
SELDOM = timedelta(minutes=5)  # how often what changes slowly is asked for: everything but themes
TOO_LATE = timedelta(days=1)  # what could have been escalated before is left alone
Step = Callable[[AlertRule, Environment, datetime], None]


class Alerting:
    """Runs the rules until stopped. Everything it must know after a restart lies in the database."""

    def __init__(self, world: World, dashboard: str | None, clock: Callable[[], datetime], told: Callable[[], Environment] = alert_sending.environment,
                 send: Send = alert_sending.send) -> None:  # fmt: skip
        self._world, self._dashboard, self._clock, self._environment, self._send = world, dashboard, clock, told, send
        self._asked: dict[str, datetime] = {}
        self._repeating = Repeating("alerts", {"rules": self.once}, EVERY_S)

    def start(self) -> None:
        """Begin; returns at once."""
        self._repeating.start()

    def stop(self, seconds: float = 10) -> None:
        """End after the current message."""
        self._repeating.stop(seconds)

    def once(self) -> None:
        """Raise, escalate and send what is due now."""
        now, told = self._clock(), self._environment()
        rules = alert_rules.every(self._world.cases, self._world.deployment)
        for rule in rules:
            for step in (self._raise, self._escalate, self._retime):
                _try(step, rule, told, now)
        deliver(Round(cases=self._world.cases, deployment=self._world.deployment, rules={rule.id: rule for rule in rules}, told=told,
                      dashboard=self._dashboard, clock=self._clock, send=self._send))  # fmt: skip

    def _raise(self, rule: AlertRule, told: Environment, now: datetime) -> None:
        last = self._asked.get(rule.id)
        if not rule.is_on or (rule.when != "theme" and last and now - last < SELDOM):
            return
        self._asked[rule.id] = now
        found = due(rule, alert_facts.gather(rule, self._world, now), now)
        plans = [
            msgspec.structs.replace(planned(rule, alert, self._world.deployment, told, now), new_since=new_since(rule, now))
            for alert in found
        ]
        for alert in alerts.keep(self._world.cases, plans, now):
            log.info("alert %s of rule %s", alert.id, alert.rule)

    def _escalate(self, rule: AlertRule, told: Environment, now: datetime) -> None:
        if not rule.is_on or rule.escalate_minutes is None:
            return
        until = now - timedelta(minutes=rule.escalate_minutes)
        for alert in alert_waiting.to_escalate(self._world.cases, rule.id, until - TOO_LATE, until):
            at = after_quiet(rule, now, self._world.deployment.zone)
            to = alert_sending.addresses(rule.escalate_to or rule.to, told)
            alert_waiting.escalate(self._world.cases, alert, deliveries(rule, alert, "escalated", to, at, self._world.deployment), now)

    def _retime(self, rule: AlertRule, told: Environment, now: datetime) -> None:
        """A rule edited while alerts wait for their hour: they go by its hours as they are now."""
        for waiting in alert_waiting.yet_to_tell(self._world.cases, rule.id, now):
            at = tell_at(rule, waiting.alert.raised_at, self._world.deployment.zone)
            if at != waiting.tell_at:
                alert_waiting.retime(self._world.cases, waiting.alert.id, max(at, now))


def new_since(rule: AlertRule, now: datetime) -> datetime | None:
    """Since when nothing of its matter may have been raised: a sentiment that falls has no beginning, and the same posts are told of once. Pure."""
    return now - timedelta(hours=alert_facts.hours(rule)) if rule.when == "sentiment_fall" else None


def _try(step: Step, rule: AlertRule, told: Environment, now: datetime) -> None:
    """What fails with one rule keeps no other silent."""
    try:
        step(rule, told, now)
    except SadaError as error:
        log.error("rule %s: %s", rule.id, error)
    except Exception as error:  # the rules' loop has its edge here
        log.error("rule %s broke (%s); the others are still asked", rule.id, type(error).__name__)


def alerting(store: Store, cases: CaseStore, settings: Settings, deployment: Deployment) -> Alerting:
    """The alerts of this process."""
    sources = tuple(source for collector in COLLECTORS for source in collector.sources(deployment))
    world = World(store=store, cases=cases, deployment=deployment, sources=sources, started=set_up.now())
    return Alerting(world, settings.others.get("DASHBOARD_URL"), set_up.now)
