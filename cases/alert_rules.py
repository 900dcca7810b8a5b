"""The rules that hold: the deployment's, and over them those edited on the page."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec
from sqlalchemy import delete, insert, select

from cases.alert_outbox import digest
from cases.alert_tables import alert_rules
from cases.query import AuditLine
from cases.roles import Person, Right, must
from cases.store import CaseStore, note
from core.deployment import A_YEAR, LANGUAGES, AlertRule, Deployment, reader_of
from core.errors import AskedWrongly

NAMED = re.compile(r"\$ALERTS[A-Z0-9_]*")
"""What the page may send to: keys of the environment made for it. Whole addresses hold passwords and stand in no database."""

HIDDEN = "#"  # stands, with a digest, for a whole address of the deployment file

_rule = msgspec.msgpack.Decoder(AlertRule).decode


def every(store: CaseStore, deployment: Deployment) -> tuple[AlertRule, ...]:
    """The rules in the deployment's order, each as it was last edited, then those made on the page; also those that are off."""
    edited = {rule.id: _with_addresses(rule, deployment) for rule in _edited(store)}
    told = {rule.id: rule for rule in deployment.alerts}
    return tuple((told | edited).values())


def edited_ids(store: CaseStore) -> frozenset[str]:
    """Which rules stand over the deployment's or beside them."""
    return frozenset(rule.id for rule in _edited(store))


def keep(store: CaseStore, person: Person, rule: AlertRule, at: datetime, deployment: Deployment) -> None:
    """Let this rule hold from now on. Raises NotAllowed, AskedWrongly."""
    must(person, Right.TEACH)
    if problem := wrong(rule, deployment):
        raise AskedWrongly(f"rule {rule.id!r}: {problem}")
    with store.writing() as db:
        db.execute(delete(alert_rules).where(alert_rules.c.id == rule.id))
        record = msgspec.msgpack.encode(_without_addresses(rule))
        db.execute(insert(alert_rules).values(id=rule.id, record=record, who=person.name, at=at))
        note(db, AuditLine(at=at, who=person.name, what="alert_rule", about=rule.id))


def restore(store: CaseStore, person: Person, id: str, at: datetime) -> None:
    """Take what was edited away: the deployment's own rule holds again, or none. Raises NotAllowed."""
    must(person, Right.TEACH)
    with store.writing() as db:
        db.execute(delete(alert_rules).where(alert_rules.c.id == id))
        note(db, AuditLine(at=at, who=person.name, what="alert_rule", about=id, detail="restored"))


def wrong(rule: AlertRule, deployment: Deployment) -> str | None:
    """Why a rule cannot hold, as a sentence; None if it can. Pure."""
    told = next((r for r in deployment.alerts if r.id == rule.id), None)
    known = {*(told.to + told.escalate_to if told else ())}
    strange = next((to for to in (*rule.to, *rule.escalate_to) if to not in known and not NAMED.fullmatch(reader_of(to)[1])), None)
    checks = (
        (not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,60}", rule.id), "its name may have small letters, digits and hyphens only"),
        (strange is not None, "send to keys of the environment such as $ALERTS_TO; a whole address stands in the deployment file"),
        ((rule.quiet_from is None) != (rule.quiet_until is None), "quiet hours need a beginning and an end"),
        (rule.language is not None and rule.language not in LANGUAGES, f"its language must be one of {', '.join(LANGUAGES)}"),
        (rule.topic is not None and rule.topic not in {t.id for t in deployment.topics}, "its topic is not one of the deployment's"),
        (rule.place is not None and rule.place not in {p.id for p in deployment.places}, "its place is not one of the deployment's"),
        (rule.probability is not None and not 0 <= rule.probability <= 1, "its probability must lie between 0 and 1"),
        (any(n is not None and n < 0 for n in (rule.at_least, rule.hours, rule.escalate_minutes)), "its numbers must not be negative"),
        ((rule.hours or 0) > A_YEAR or (rule.escalate_minutes or 0) > A_YEAR * 60, "its hours and minutes must lie within a year"),
    )
    return next((says for is_wrong, says in checks if is_wrong), None)


def _edited(store: CaseStore) -> list[AlertRule]:
    with store.reading() as db:
        return [_rule(record) for record in db.scalars(select(alert_rules.c.record).order_by(alert_rules.c.at, alert_rules.c.id))]


def shown(to: str) -> str:
    """What of an address may be seen: the key's name, or the kind of service, and its reader's language."""
    language, address = reader_of(to)
    kind, mark, _ = address.partition("://")
    seen = address if address.startswith("$") else f"{kind}://…" if mark else "…"  # without a kind all of it may be a password
    return f"{language}:{seen}" if language else seen


def is_key(to: str) -> bool:
    """Whether it names a key of the environment and may be stored and shown whole."""
    return reader_of(to)[1].startswith("$")


def _without_addresses(rule: AlertRule) -> AlertRule:
    def hidden(many: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(to if is_key(to) else HIDDEN + digest(to) for to in many)

    return msgspec.structs.replace(rule, to=hidden(rule.to), escalate_to=hidden(rule.escalate_to))


def _with_addresses(rule: AlertRule, deployment: Deployment) -> AlertRule:
    """The rule with the addresses of the deployment file that it names; one that the file no longer has is left out."""
    known = {HIDDEN + digest(to): to for told in deployment.alerts for to in (*told.to, *told.escalate_to)}

    def found(many: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(known.get(to, to) for to in many if to in known or not to.startswith(HIDDEN))

    return msgspec.structs.replace(rule, to=found(rule.to), escalate_to=found(rule.escalate_to))
