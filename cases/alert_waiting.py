"""Alerts that wait: for the hour at which they may be told, which moves with the rule; and then for somebody to see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select, update

from cases import alert_outbox
from cases.alert_outbox import Delivery
from cases.alert_tables import alert_deliveries, alerts
from cases.alerts import Alert, muted, to_alert
from cases.store import CaseStore
from core.post import Moment


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """An alert and the moment from which it may be told."""

    alert: Alert
    tell_at: Moment


def yet_to_tell(store: CaseStore, rule: str, now: datetime) -> list[Waiting]:
    """Alerts of a rule that nobody has seen and whose time has not come, the next one first."""
    c = alerts.c
    asked = select(c.record, c.tell_at).where(c.rule == rule, c.acknowledged_at.is_(None), c.escalated_at.is_(None), c.tell_at > now)
    with store.reading() as db:
        return [Waiting(alert=to_alert(record), tell_at=at) for record, at in db.execute(asked.order_by(c.tell_at, c.id))]


def retime(store: CaseStore, alert: str, tell_at: datetime) -> None:
    """Let an alert be told from then on: it, and its messages that nobody tried to send."""
    c = alert_deliveries.c
    untried = (c.alert == alert, c.step == "first", c.state == "waiting", c.attempts == 0)
    with store.writing() as db:
        db.execute(update(alerts).where(alerts.c.id == alert).values(tell_at=tell_at))
        db.execute(update(alert_deliveries).where(*untried).values(next_at=tell_at))


def to_escalate(store: CaseStore, rule: str, since: datetime, until: datetime) -> list[Alert]:
    """Alerts of a rule that might have been told between these moments, and that nobody has seen, muted or escalated since."""
    c = alerts.c
    asked = select(c.record).where(
        c.rule == rule, c.acknowledged_at.is_(None), c.escalated_at.is_(None), c.tell_at >= since, c.tell_at <= until
    )
    with store.reading() as db:
        quiet = muted(db, until)
        found = [to_alert(record) for record in db.scalars(asked.order_by(c.tell_at, c.id))]
    return [alert for alert in found if (alert.rule, alert.matter) not in quiet]


def escalate(store: CaseStore, alert: Alert, deliveries: Sequence[Delivery], now: datetime) -> bool:
    """Tell further people, once; no if somebody saw it meanwhile."""
    with store.writing() as db:
        mine = (alerts.c.id == alert.id, alerts.c.acknowledged_at.is_(None), alerts.c.escalated_at.is_(None))
        done = db.execute(update(alerts).where(*mine).values(escalated_at=now)).rowcount == 1
        if done:
            alert_outbox.add(store, db, deliveries, now)
        return done
