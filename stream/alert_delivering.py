"""Messages that wait go out: by each rule as it stands now, in no quiet hour, and no more to one reader than can be read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

import msgspec

from cases import alert_outbox
from cases.alert_outbox import Delivery
from cases.alerts import Alert, Planned, to_alert
from cases.store import CaseStore
from core.deployment import AlertRule, Deployment
from stream import alert_sending
from stream.alert_message import Message, Reader, compose, language_of
from stream.alert_sending import Address, Environment
from stream.alert_times import after_quiet, is_quiet, tell_at

log = logging.getLogger("sada.alerts")
AT_ONCE = 3  # so many messages a reader gets as they come …
PACE = timedelta(minutes=15)  # … within so long; what follows is gathered and told together (docs/decisions/0353)
Send = Callable[[Address, Message], str | None]
Line = tuple[Delivery, Alert]


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """What one round of sending goes by. `clock` is asked at each attempt, since an address may be slow."""

    cases: CaseStore
    deployment: Deployment
    rules: Mapping[str, AlertRule]  # by id
    told: Environment
    dashboard: str | None = None
    clock: Callable[[], datetime]
    send: Send


def planned(rule: AlertRule, alert: Alert, deployment: Deployment, told: Environment, now: datetime) -> Planned:
    """An alert with the messages it asks for. Pure."""
    at, to = tell_at(rule, now, deployment.zone), alert_sending.addresses(rule.to, told)
    return Planned(alert=alert, tell_at=at, deliveries=deliveries(rule, alert, "first", to, at, deployment))


def deliveries(
    rule: AlertRule, alert: Alert, step: str, to: Sequence[Address], at: datetime, deployment: Deployment
) -> tuple[Delivery, ...]:
    """One message to each address, in its reader's language. Pure."""
    return tuple(
        Delivery(id=alert_outbox.digest(alert.id, step, one.digest), alert=alert.id, step=step, address=one.digest, to=one.to,
                 language=one.language or language_of(rule, deployment), next_at=at)
        for one in to
    )  # fmt: skip


def deliver(this: Round) -> int:
    """Send what may go out: what waits for the same reader goes as one message. Returns how many messages were taken."""
    waiting = [(one, to_alert(record)) for one, record in alert_outbox.ready(this.cases, this.clock())]
    for line in waiting:
        _aim(this, *line)
    ready = sorted((line for line in waiting if _may_go(this, *line)), key=_reader)
    return sum(_tell(this, digest, language, list(some)) for (digest, language), some in groupby(ready, _reader))


def _reader(line: Line) -> tuple[str, str]:
    return line[0].address, line[0].language


def _aim(this: Round, one: Delivery, alert: Alert) -> None:
    """Where the rule was given other addresses meanwhile, the message goes to those, each once."""
    rule = this.rules.get(alert.rule)
    if rule is None or not rule.is_on or one.address in alert_sending.of_rule(rule, this.told):
        return
    to = alert_sending.addresses(rule.to if one.step == "first" else rule.escalate_to or rule.to, this.told)
    now = this.clock()
    with this.cases.writing() as db:
        alert_outbox.add(this.cases, db, deliveries(rule, alert, one.step, to, now, this.deployment), now)


def _may_go(this: Round, one: Delivery, alert: Alert) -> bool:
    """Whether its rule lets this message go now; what it never will is ended, and what it will later waits."""
    rule, now = this.rules.get(alert.rule), this.clock()
    if rule is None or not rule.is_on:
        alert_outbox.give_up(this.cases, one, now, "dropped")
        return False
    if one.address not in (named := alert_sending.of_rule(rule, this.told)):
        alert_outbox.give_up(this.cases, one, now, "dropped" if named else "failed", f"{one.to}: its rule names this address no longer")
        return False
    if is_quiet(rule, now, this.deployment.zone):
        alert_outbox.hold(this.cases, one, after_quiet(rule, now, this.deployment.zone))
        return False
    return True


def _tell(this: Round, digest: str, language: str, some: Sequence[Line]) -> bool:
    """One message about all these alerts to one reader, unless he had enough of late; the outcome is written down for each."""
    now = this.clock()
    if until := _breath(this, digest, now):
        for one, _ in some:
            alert_outbox.hold(this.cases, one, until)
        return False
    mine = [(claimed, alert) for one, alert in some if (claimed := alert_outbox.claim(this.cases, one, now))]
    return bool(mine) and _send(this, _address(this, digest, mine), language, mine)


def _breath(this: Round, digest: str, now: datetime) -> datetime | None:
    """Until when this reader is left alone."""
    had = alert_outbox.taken(this.cases, digest, now - PACE)
    return had[-AT_ONCE] + PACE if len(had) >= AT_ONCE else None


def _address(this: Round, digest: str, mine: Sequence[Line]) -> Address:
    return alert_sending.of_rule(this.rules[mine[0][1].rule], this.told)[digest]


def _send(this: Round, address: Address, language: str, mine: Sequence[Line]) -> bool:
    now, many = this.clock(), [delivery for delivery, _ in mine]
    reader = Reader(deployment=this.deployment, language=language, dashboard=this.dashboard)
    problem = this.send(address, compose([(alert, delivery.step) for delivery, alert in mine], reader, now))
    if problem:
        log.warning("%d alerts were not taken: %s", len(many), problem)
    alert_outbox.settle(this.cases, many, this.clock(), problem, is_final=address.url is None)
    return problem is None
