"""Messages about alerts that are to go out, each with its attempts: at least once, and never again after a success."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, func, select, update

from cases.alert_tables import alert_deliveries, alerts
from cases.store import CaseStore, keep_first
from core.post import Moment

WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240))
"""How long after each attempt the next one may follow; after the last there is none."""
MOST = len(WAITS) + 1
UNKNOWN = "the process ended during the last attempt; it may have arrived"


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One message about one alert to one address."""

    id: str
    alert: str
    step: str  # first or escalated
    address: str  # its digest
    to: str  # what may be shown of it
    language: str
    next_at: Moment  # not before
    state: str = "waiting"  # waiting, sent, failed (given up), dropped (no longer needed)
    attempts: int = 0
    at: Moment | None = None  # of the last thing that happened to it
    problem: str | None = None


def digest(*parts: str) -> str:
    """What stands for an address, or for a message, in the table."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def add(store: CaseStore, db: Connection, deliveries: Sequence[Delivery], now: datetime) -> None:
    """Put messages into the outbox, inside the transaction that raised or escalated their alert."""
    for one in deliveries:
        row = msgspec.structs.asdict(one) | {"at": now}
        db.execute(keep_first(store.database, alert_deliveries).values(row))


def drop(db: Connection, ids: Sequence[str], at: datetime) -> None:
    """What waits to be told of these alerts is not told."""
    waiting = (alert_deliveries.c.alert.in_(ids), alert_deliveries.c.state == "waiting")
    db.execute(update(alert_deliveries).where(*waiting).values(state="dropped", at=at))


def ready(store: CaseStore, now: datetime, most: int = 100) -> list[tuple[Delivery, bytes]]:
    """Messages that may go out now, each with its alert's record, oldest first."""
    c = alert_deliveries.c
    asked = select(*_COLUMNS, alerts.c.record).join(alerts, alerts.c.id == c.alert).where(c.state == "waiting", c.next_at <= now)
    with store.reading() as db:
        return [(_delivery(row[:-1]), bytes(row[-1])) for row in db.execute(asked.order_by(c.next_at, c.id).limit(most))]


def taken(store: CaseStore, address: str, since: datetime) -> list[datetime]:
    """When messages to this address were taken since then, the first one first; what went as one message counts as one."""
    c = alert_deliveries.c
    asked = select(c.at).distinct().where(c.address == address, c.state == "sent", c.at > since).order_by(c.at)
    with store.reading() as db:
        return list(db.scalars(asked))


def hold(store: CaseStore, one: Delivery, until: datetime) -> None:
    """Let a message wait until then, as if nobody had looked at it."""
    c = alert_deliveries.c
    with store.writing() as db:
        db.execute(update(alert_deliveries).where(c.id == one.id, c.state == "waiting", c.attempts == one.attempts).values(next_at=until))


def give_up(store: CaseStore, one: Delivery, now: datetime, state: str, problem: str | None = None) -> None:
    """A message that waits is not sent: it failed, or is no longer needed (dropped)."""
    c = alert_deliveries.c
    with store.writing() as db:
        db.execute(update(alert_deliveries).where(c.id == one.id, c.state == "waiting").values(state=state, at=now, problem=problem))


def claim(store: CaseStore, one: Delivery, now: datetime) -> Delivery | None:
    """Write the attempt down before it is made; None if another process makes it, or there were too many."""
    c = alert_deliveries.c
    mine = (c.id == one.id, c.state == "waiting", c.attempts == one.attempts)
    with store.writing() as db:
        if one.attempts >= MOST:
            db.execute(update(alert_deliveries).where(*mine).values(state="failed", at=now, problem=UNKNOWN))
            return None
        wait = WAITS[min(one.attempts, len(WAITS) - 1)]
        done = db.execute(update(alert_deliveries).where(*mine).values(attempts=one.attempts + 1, at=now, next_at=now + wait)).rowcount == 1
    return msgspec.structs.replace(one, attempts=one.attempts + 1) if done else None


def settle(store: CaseStore, many: Sequence[Delivery], now: datetime, problem: str | None, is_final: bool = False) -> None:
    """Write down how an attempt went: sent, or to be tried again, or given up."""
    with store.writing() as db:
        for one in many:
            state = "sent" if problem is None else "failed" if is_final or one.attempts >= MOST else "waiting"
            mine = update(alert_deliveries).where(alert_deliveries.c.id == one.id)
            if state != "sent":  # somebody may have seen or muted the alert during the attempt: then it stays dropped
                mine = mine.where(alert_deliveries.c.state == "waiting")
            db.execute(mine.values(state=state, at=now, problem=problem))


def log(store: CaseStore, limit: int = 100, alert: str | None = None) -> list[Delivery]:
    """What became of messages, the last touched first."""
    c = alert_deliveries.c
    asked = select(*_COLUMNS).order_by(c.at.desc(), c.id).limit(limit)
    with store.reading() as db:
        return [_delivery(row) for row in db.execute(asked.where(c.alert == alert) if alert else asked)]


def failed(store: CaseStore, since: datetime) -> int:
    """How many messages were given up since then."""
    c = alert_deliveries.c
    with store.reading() as db:
        return db.scalar(select(func.count()).select_from(alert_deliveries).where(c.state == "failed", c.at >= since)) or 0


_COLUMNS = [alert_deliveries.c[name] for name in Delivery.__struct_fields__]


def _delivery(row) -> Delivery:  # type: ignore[no-untyped-def]
    return Delivery(**dict(zip(Delivery.__struct_fields__, row, strict=True)))
