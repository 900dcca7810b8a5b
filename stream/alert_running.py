"""Alerts on the move: ask the rules, keep what they find, send what is ready. In a thread of its own, since an address may be slow."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

import msgspec

from cases import alert_outbox, alert_rules, alerts
from cases.alert_outbox import Delivery
from cases.alerts import Alert, Planned
from cases.store import CaseStore
from core.deployment import AlertRule, Deployment
from core.errors import SadaError
from core.settings import Settings
from store.base import Store
from stream import alert_facts, alert_sending, set_up
from stream.alert_facts import World
from stream.alert_message import Message, Reader, compose
from stream.alert_sending import Address, Environment
from stream.alert_times import tell_at
from stream.alerting import due
from stream.every import COLLECTORS
from stream.repeating import Repeating

log = logging.getLogger("sada.alerts")
EVERY_S = 15.0
SELDOM = timedelta(minutes=5)  # how often what changes slowly is asked for: everything but themes
TOO_LATE = timedelta(days=1)  # what could have been escalated before is left alone
Send = Callable[[Address, Message], str | None]
_alert = msgspec.msgpack.Decoder(Alert).decode


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
            try:
                self._raise(rule, told, now)
            except SadaError as error:  # one rule's question failed; the others are still asked
                log.error("rule %s: %s", rule.id, error)
            self._escalate(rule, told, now)
        deliver(self._world, rules, told, self._dashboard, now, self._send)

    def _raise(self, rule: AlertRule, told: Environment, now: datetime) -> None:
        last = self._asked.get(rule.id)
        if not rule.is_on or (rule.when != "theme" and last and now - last < SELDOM):
            return
        self._asked[rule.id] = now
        found = due(rule, alert_facts.gather(rule, self._world, now), now)
        for alert in alerts.keep(self._world.cases, [planned(rule, alert, self._world.deployment, told, now) for alert in found], now):
            log.info("alert %s of rule %s", alert.id, alert.rule)

    def _escalate(self, rule: AlertRule, told: Environment, now: datetime) -> None:
        if not rule.is_on or rule.escalate_minutes is None:
            return
        until = now - timedelta(minutes=rule.escalate_minutes)
        for alert in alerts.to_escalate(self._world.cases, rule.id, until - TOO_LATE, until):
            at = tell_at(msgspec.structs.replace(rule, digest_at=None), now, self._world.deployment.zone)
            to = alert_sending.addresses(rule.escalate_to or rule.to, told)
            alerts.escalate(self._world.cases, alert, deliveries(rule, alert, "escalated", to, at, self._world.deployment), now)


def alerting(store: Store, cases: CaseStore, settings: Settings, deployment: Deployment) -> Alerting:
    """The alerts of this process."""
    sources = tuple(source for collector in COLLECTORS for source in collector.sources(deployment))
    world = World(store=store, cases=cases, deployment=deployment, sources=sources, started=set_up.now())
    return Alerting(world, settings.others.get("DASHBOARD_URL"), set_up.now)


def planned(rule: AlertRule, alert: Alert, deployment: Deployment, told: Environment, now: datetime) -> Planned:
    """An alert with the messages it asks for. Pure."""
    at = tell_at(rule, now, deployment.zone)
    return Planned(
        alert=alert, tell_at=at, deliveries=deliveries(rule, alert, "first", alert_sending.addresses(rule.to, told), at, deployment)
    )


def deliveries(
    rule: AlertRule, alert: Alert, step: str, to: Sequence[Address], at: datetime, deployment: Deployment
) -> tuple[Delivery, ...]:
    """One message to each address. Pure."""
    language = rule.language or next(iter(deployment.languages), "en")
    return tuple(
        Delivery(id=alert_outbox.digest(alert.id, step, one.digest), alert=alert.id, step=step, address=one.digest, to=one.to, language=language, next_at=at)
        for one in to
    )  # fmt: skip


def deliver(world: World, rules: Sequence[AlertRule], told: Environment, dashboard: str | None, now: datetime, send: Send) -> int:
    """Send what may go out: what waits for the same reader goes as one message. Returns how many messages were taken."""
    known = {digest: address for rule in rules for digest, address in alert_sending.of_rule(rule, told).items()}
    waiting = sorted(alert_outbox.ready(world.cases, now), key=_reader)
    taken = 0
    for (digest, language), some in groupby(waiting, _reader):
        mine = [(claimed, _alert(record)) for one, record in some if (claimed := alert_outbox.claim(world.cases, one, now))]
        if mine:
            reader = Reader(deployment=world.deployment, language=language, dashboard=dashboard)
            taken += _deliver(world, known.get(digest), reader, mine, now, send)
    return taken


def _reader(line: tuple[Delivery, bytes]) -> tuple[str, str]:
    return line[0].address, line[0].language


def _deliver(
    world: World, address: Address | None, reader: Reader, mine: Sequence[tuple[Delivery, Alert]], now: datetime, send: Send
) -> bool:
    """One message about all these alerts to one address; the outcome is written down for each."""
    many = [delivery for delivery, _ in mine]
    if address is None:
        alert_outbox.settle(world.cases, many, now, f"{many[0].to}: no rule names this address any more", is_final=True)
        return False
    problem = send(address, compose([(alert, delivery.step) for delivery, alert in mine], reader, now))
    if problem:
        log.warning("%d alerts were not taken: %s", len(many), problem)
    alert_outbox.settle(world.cases, many, now, problem, is_final=address.url is None)
    return problem is None
