"""What people say of themes where they see them: right, wrong, or nothing more of it for a while; and how often themes were right."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, case, delete, func, insert, select

from cases import alert_outbox, alert_rules
from cases.alert_tables import alert_judgements, alert_mutes, alerts
from cases.alerts import ANY
from cases.query import AuditLine
from cases.roles import Person, Right, must
from cases.store import CaseStore, note
from core.deployment import Deployment
from core.post import Moment

THEME = "theme:"  # stands before the id of a theme that no rule raised an alert of


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of one theme."""

    is_right: bool | None = None  # None: nobody has said
    by: str | None = None
    muted_until: Moment | None = None


def judge(store: CaseStore, person: Person, theme: str, is_right: bool, at: datetime) -> None:
    """Say whether a theme is right, and with it the newest alert about it; the last word holds. Raises NotAllowed."""
    must(person, Right.TRIAGE)
    with store.writing() as db:
        newest = select(alerts.c.id).where(*_of([theme])).order_by(alerts.c.raised_at.desc(), alerts.c.id).limit(1)
        about = db.scalar(newest) or THEME + theme
        db.execute(insert(alert_judgements).values(alert=about, is_right=is_right, who=person.name, at=at))
        note(db, AuditLine(at=at, who=person.name, what="theme_judged", about=theme, detail="right" if is_right else "wrong"))


def mute(store: CaseStore, person: Person, theme: str, until: datetime, at: datetime, deployment: Deployment) -> None:
    """No rule raises, tells or escalates anything of this theme until then. Raises NotAllowed."""
    must(person, Right.TRIAGE)
    rules = [ANY, *(rule.id for rule in alert_rules.every(store, deployment) if rule.when == "theme")]
    with store.writing() as db:
        db.execute(delete(alert_mutes).where(alert_mutes.c.matter == theme, alert_mutes.c.rule.in_(rules)))
        db.execute(insert(alert_mutes), [{"rule": rule, "matter": theme, "until": until, "who": person.name, "at": at} for rule in rules])
        alert_outbox.drop(db, list(db.scalars(select(alerts.c.id).where(*_of([theme])))), at)
        note(db, AuditLine(at=at, who=person.name, what="theme_muted", about=theme, detail=f"until {until:%Y-%m-%d %H:%M} UTC"))


def unmute(store: CaseStore, person: Person, theme: str, at: datetime) -> None:
    """Every rule may raise this theme again from now on. Raises NotAllowed."""
    must(person, Right.TRIAGE)
    with store.writing() as db:
        db.execute(delete(alert_mutes).where(alert_mutes.c.matter == theme))
        note(db, AuditLine(at=at, who=person.name, what="theme_muted", about=theme, detail="no longer"))


def said(store: CaseStore, themes: Sequence[str], now: datetime) -> dict[str, Judged]:
    """What was said of each of these themes; those of which nothing was said are left out."""
    muted = select(alert_mutes.c.matter, func.max(alert_mutes.c.until).label("until")).where(
        alert_mutes.c.rule == ANY, alert_mutes.c.matter.in_(themes), alert_mutes.c.until > now
    )
    with store.reading() as db:
        until = {row.matter: row.until for row in db.execute(muted.group_by(alert_mutes.c.matter))}
        last = _last(db, themes)
    return {theme: _judged(last.get(theme), until.get(theme)) for theme in {**until, **last}}


def _judged(last: tuple[bool, str] | None, muted_until: datetime | None) -> Judged:
    is_right, by = last or (None, None)
    return Judged(is_right=is_right, by=by, muted_until=muted_until)


def so_far(store: CaseStore) -> tuple[int, int]:
    """Of how many themes people said that they were right, and of how many they said anything."""
    with store.reading() as db:
        last = _last(db).values()
    return sum(is_right for is_right, _ in last), len(last)


def _last(db: Connection, themes: Collection[str] | None = None) -> dict[str, tuple[bool, str]]:
    """The last word on each theme, on whichever of its alerts it was said."""
    c = alert_judgements.c
    theme = case((alerts.c.kind == "theme", alerts.c.matter), else_=func.substr(c.alert, len(THEME) + 1))
    asked = (
        select(theme.label("theme"), c.is_right, c.who).outerjoin_from(alert_judgements, alerts, alerts.c.id == c.alert).order_by(c.number)
    )
    asked = asked.where((alerts.c.kind == "theme") | c.alert.startswith(THEME, autoescape=True))
    if themes is not None:
        asked = asked.where(theme.in_(themes))
    return {str(id): (bool(is_right), str(who)) for id, is_right, who in db.execute(asked)}


def _of(themes: Collection[str]):  # type: ignore[no-untyped-def]
    return alerts.c.kind == "theme", alerts.c.matter.in_(themes)
