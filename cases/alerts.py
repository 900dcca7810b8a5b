"""Alerts as they are kept: raised once, seen by somebody, muted, judged right or wrong; and how often they were right."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, Subquery, delete, func, insert, select, update

from cases import alert_outbox
from cases.alert_outbox import Delivery
from cases.alert_tables import alert_judgements, alert_mutes, alerts
from cases.query import AuditLine
from cases.roles import Person, Right, must
from cases.store import CaseStore, keep_first, note
from core.errors import AskedWrongly
from core.post import Moment

Matter = tuple[str, str]
"""A rule's id and what it found: a theme, an account, a source, the cases of a department and hour."""


ANY = ""  # in place of a rule's id: every rule, also one that is made later


class Alert(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing a rule found, in numbers; no citizen's text stands in it."""

    id: str
    rule: str
    when: str  # the rule's
    matter: str  # id of a theme or source, key of an account, …
    raised_at: Moment
    name: str = ""  # a theme's
    topic: str | None = None
    place: str | None = None
    department: str | None = None
    count: int = 0  # posts, or cases
    authors: int = 0
    now: float | None = None  # posts an hour, the share of negatives, or followers
    usual: float | None = None  # the same, before
    probability: float | None = None
    since: Moment | None = None
    until: Moment | None = None


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """An alert with when it may be told and to whom."""

    alert: Alert
    tell_at: Moment
    deliveries: tuple[Delivery, ...] = ()
    new_since: Moment | None = None  # passed over if its matter was raised after this


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """An alert and what became of it."""

    alert: Alert
    tell_at: Moment
    acknowledged_at: Moment | None = None
    acknowledged_by: str | None = None
    escalated_at: Moment | None = None
    is_right: bool | None = None  # None: nobody has said
    judged_by: str | None = None
    muted_until: Moment | None = None


class Precision(msgspec.Struct, frozen=True, kw_only=True):
    """How many alerts of a kind were judged, and how many of them were right."""

    when: str
    right: int
    judged: int


def alert_id(rule: str, matter: str, day: date) -> str:
    """The same rule, matter and day give the same id, in every process."""
    return "a-" + hashlib.sha256("\n".join((rule, matter, day.isoformat())).encode()).hexdigest()[:20]


def evidence(alert: Alert) -> tuple[str, dict[str, list[str]]]:
    """The dashboard's page that shows what an alert is about, and what its address says beside the language."""
    said = {name: [value] for name in ("topic", "place") if (value := getattr(alert, name))}
    if alert.when == "theme":
        return "posts", {"theme": [alert.matter]}
    if alert.when == "sentiment_fall":
        times = {name: [at.isoformat()] for name in ("since", "until") if (at := getattr(alert, name))}
        return "posts", {"sentiment": ["negative"]} | said | times
    if alert.when == "follower_drop":
        return "growth", {"account": [alert.matter]}
    return ("complaints", said) if alert.when == "target_near" else ("ledger", {})


def keep(store: CaseStore, planned: Sequence[Planned], now: datetime) -> list[Alert]:
    """Keep what is new of these, with the messages that are to go out, in one transaction; returns what was new.

    What is known already or muted now is passed over, so it may be done again and again.
    """
    if not planned:
        return []
    with store.writing() as db:
        quiet = muted(db, now)
        meant = (one for one in planned if not _is_quiet(one.alert, quiet) and not _is_old(db, one))
        return [one.alert for one in meant if _keep(store, db, one, now)]


def _is_quiet(alert: Alert, quiet: Collection[Matter]) -> bool:
    return (alert.rule, alert.matter) in quiet or (ANY, alert.matter) in quiet


def _is_old(db: Connection, one: Planned) -> bool:
    if one.new_since is None:
        return False
    c = alerts.c
    same = (c.rule == one.alert.rule, c.matter == one.alert.matter, c.raised_at > one.new_since)
    return db.scalar(select(c.id).where(*same).limit(1)) is not None


def _keep(store: CaseStore, db: Connection, one: Planned, now: datetime) -> bool:
    alert = one.alert
    row = {"id": alert.id, "rule": alert.rule, "kind": alert.when, "matter": alert.matter, "raised_at": alert.raised_at,
           "tell_at": one.tell_at, "record": msgspec.msgpack.encode(alert)}  # fmt: skip
    is_new = db.execute(keep_first(store.database, alerts).values(row).returning(alerts.c.id)).first() is not None
    if is_new:
        alert_outbox.add(store, db, one.deliveries, now)
    return is_new


def muted(db: Connection, now: datetime) -> set[Matter]:
    """What nothing is raised, told or escalated of now."""
    asked = select(alert_mutes.c.rule, alert_mutes.c.matter).where(alert_mutes.c.until > now)
    return {(str(rule), str(matter)) for rule, matter in db.execute(asked)}


def acknowledge(store: CaseStore, person: Person, id: str, at: datetime) -> None:
    """Somebody has seen it: it is not escalated, and what was not told yet is not told. Raises NotAllowed, AskedWrongly."""
    acknowledge_all(store, person, (id,), at)


def acknowledge_all(store: CaseStore, person: Person, ids: Sequence[str], at: datetime) -> None:
    """The same of several at once: all of them or, where one is unknown, none. Raises NotAllowed, AskedWrongly."""
    must(person, Right.TRIAGE)
    with store.writing() as db:
        for id in ids:
            _fetch(db, id)
            unseen = (alerts.c.id == id, alerts.c.acknowledged_at.is_(None))
            db.execute(update(alerts).where(*unseen).values(acknowledged_at=at, acknowledged_by=person.name))
            note(db, AuditLine(at=at, who=person.name, what="alert_seen", about=id))
        alert_outbox.drop(db, ids, at)


def mute(store: CaseStore, person: Person, id: str, until: datetime, at: datetime) -> None:
    """Raise, tell and escalate nothing more of this matter until then. Raises NotAllowed, AskedWrongly."""
    must(person, Right.TRIAGE)
    with store.writing() as db:
        alert = _fetch(db, id)
        matter = (alert.rule, alert.matter)
        db.execute(delete(alert_mutes).where(alert_mutes.c.rule == matter[0], alert_mutes.c.matter == matter[1]))
        db.execute(insert(alert_mutes).values(rule=matter[0], matter=matter[1], until=until, who=person.name, at=at))
        same = db.scalars(select(alerts.c.id).where(alerts.c.rule == matter[0], alerts.c.matter == matter[1]))
        alert_outbox.drop(db, list(same), at)
        note(db, AuditLine(at=at, who=person.name, what="alert_muted", about=id, detail=f"until {until:%Y-%m-%d %H:%M} UTC"))


def unmute(store: CaseStore, person: Person, id: str, at: datetime) -> None:
    """Let this rule raise this matter again from now on, so that it is no longer muted for every rule. Raises NotAllowed, AskedWrongly."""
    must(person, Right.TRIAGE)
    with store.writing() as db:
        alert = _fetch(db, id)
        db.execute(delete(alert_mutes).where(alert_mutes.c.rule.in_((alert.rule, ANY)), alert_mutes.c.matter == alert.matter))
        note(db, AuditLine(at=at, who=person.name, what="alert_muted", about=id, detail="no longer"))


def judge(store: CaseStore, person: Person, id: str, is_right: bool, at: datetime) -> None:
    """Say whether an alert was right; the last word on it holds. Raises NotAllowed, AskedWrongly."""
    must(person, Right.TRIAGE)
    with store.writing() as db:
        _fetch(db, id)
        db.execute(insert(alert_judgements).values(alert=id, is_right=is_right, who=person.name, at=at))
        note(db, AuditLine(at=at, who=person.name, what="alert_judged", about=id, detail="right" if is_right else "wrong"))


def newest(store: CaseStore, now: datetime, limit: int = 50, offset: int = 0, ids: Collection[str] | None = None) -> list[Standing]:
    """What was raised last, newest first, each with what became of it; only these alerts if any are named."""
    asked = _newest(limit, offset)
    with store.reading() as db:
        return [_as_standing(row, now) for row in db.execute(asked if ids is None else asked.where(alerts.c.id.in_(ids)))]


def unseen(store: CaseStore) -> int:
    """How many alerts nobody has acknowledged."""
    with store.reading() as db:
        return db.scalar(_unseen()) or 0


def raised(store: CaseStore, since: datetime) -> int:
    """How many alerts were raised since then."""
    with store.reading() as db:
        return db.scalar(_raised(since)) or 0


def precision(store: CaseStore, since: datetime | None = None) -> list[Precision]:
    """How often alerts raised since then were right, by kind, of those that people judged."""
    asked = _precision()
    with store.reading() as db:
        found = db.execute(asked.where(alerts.c.raised_at >= since) if since else asked)
        return [Precision(when=str(kind), right=int(good or 0), judged=int(judged)) for kind, good, judged in found]


def explain(store: CaseStore, since: datetime, limit: int = 50, offset: int = 0) -> dict[str, str]:
    """The SQL behind each of the questions above, by its name."""
    asked = {"newest": _newest(limit, offset), "unseen": _unseen(), "raised": _raised(since), "precision": _precision()}
    return {name: store.explained(question) for name, question in asked.items()}


def _newest(limit: int, offset: int) -> Select[Any]:
    return _standing().order_by(alerts.c.raised_at.desc(), alerts.c.id).limit(limit).offset(offset)


def _unseen() -> Select[Any]:
    return select(func.count()).select_from(alerts).where(alerts.c.acknowledged_at.is_(None))


def _raised(since: datetime) -> Select[Any]:
    return select(func.count()).select_from(alerts).where(alerts.c.raised_at >= since)


def _precision() -> Select[Any]:
    last = _last_judgements()
    right = func.count().filter(last.c.is_right)
    return (
        select(alerts.c.kind, right, func.count()).join(last, last.c.alert == alerts.c.id).group_by(alerts.c.kind).order_by(alerts.c.kind)
    )


def _last_judgements() -> Subquery:
    newest = select(func.max(alert_judgements.c.number)).group_by(alert_judgements.c.alert)
    return select(alert_judgements).where(alert_judgements.c.number.in_(newest)).subquery()


def _standing() -> Select[Any]:
    c, last = alerts.c, _last_judgements()
    muted = (alert_mutes.c.rule == c.rule) & (alert_mutes.c.matter == c.matter)
    columns = (c.record, c.tell_at, c.acknowledged_at, c.acknowledged_by, c.escalated_at, last.c.is_right, last.c.who, alert_mutes.c.until)
    return select(*columns).outerjoin(last, last.c.alert == c.id).outerjoin(alert_mutes, muted)


def _as_standing(row: Row, now: datetime) -> Standing:  # type: ignore[type-arg]
    record, tell_at, seen_at, seen_by, escalated_at, is_right, judged_by, muted = row
    return Standing(
        alert=to_alert(record), tell_at=tell_at, acknowledged_at=seen_at, acknowledged_by=seen_by, escalated_at=escalated_at,
        is_right=is_right, judged_by=judged_by, muted_until=muted if muted and muted > now else None,
    )  # fmt: skip


def _fetch(db: Connection, id: str) -> Alert:
    record = db.scalar(select(alerts.c.record).where(alerts.c.id == id))
    if record is None:
        raise AskedWrongly(f"alert {id}: there is none; the page Alerts shows those there are")
    return to_alert(record)


to_alert = msgspec.msgpack.Decoder(Alert).decode
