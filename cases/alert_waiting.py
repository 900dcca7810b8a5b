"""Alerts that were raised and may not be told yet: when their time comes moves with the rule."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import select, update

from cases.alert_tables import alert_deliveries, alerts
from cases.alerts import Alert
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
        return [Waiting(alert=_alert(record), tell_at=at) for record, at in db.execute(asked.order_by(c.tell_at, c.id))]


def retime(store: CaseStore, alert: str, tell_at: datetime) -> None:
    """Let an alert be told from then on: it, and its messages that nobody tried to send."""
    c = alert_deliveries.c
    untried = (c.alert == alert, c.step == "first", c.state == "waiting", c.attempts == 0)
    with store.writing() as db:
        db.execute(update(alerts).where(alerts.c.id == alert).values(tell_at=tell_at))
        db.execute(update(alert_deliveries).where(*untried).values(next_at=tell_at))


_alert = msgspec.msgpack.Decoder(Alert).decode
