"""News to those who asked for it: consent first, opt-out at once, each told once, and what became of every message."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from cases.query import AuditLine
from cases.roles import Person, Right, must
from cases.store import CaseStore, keep_first, note
from cases.tables import broadcasts, deliveries, subscribers
from core.deployment import Deployment
from core.errors import AskedWrongly, NotAllowed, PlatformProblem
from core.post import Kind, Post
from core.spelling import normal

STOP_WORDS = frozenset(map(normal, (
    "stop", "unsubscribe", "إيقاف", "ايقاف", "قف", "إلغاء الاشتراك", "الغاء الاشتراك", "لغو", "لغو اشتراک", "توقف",
    "стоп", "отписаться", "отписка", "тоқтат", "тоқтату", "бас тарту",
)))  # fmt: skip
ORDER = ("waiting", "sending", "sent", "delivered", "read")  # a receipt never takes a message back
ENDED = ("failed", "opted_out")


class Broadcaster(Protocol):
    """Sends one message to one subscriber of a platform and returns its native id; lives in collectors/. Raises PlatformProblem."""

    def tell(self, citizen: str, text: str, template: str | None) -> str: ...


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a broadcast's messages, by state."""

    broadcast: str
    states: dict[str, int]


def subscribe(store: CaseStore, platform: str, citizen: str, how: str, at: datetime) -> None:
    """Somebody asks for the news; `how` says where the consent was given. Who had left may come back."""
    with store.writing() as db:
        db.execute(keep_first(store.database, subscribers).values(platform=platform, citizen=citizen, consented_at=at, how=how))
        theirs = (subscribers.c.platform == platform, subscribers.c.citizen == citizen, subscribers.c.opted_out_at.is_not(None))
        db.execute(update(subscribers).where(*theirs).values(consented_at=at, how=how, opted_out_at=None))


def stops(post: Post) -> bool:
    """Whether a message says no more than that its author wants no more."""
    return post.kind == Kind.DIRECT and normal(post.text).strip(" .!؟?") in STOP_WORDS


def opt_out(db: Connection, platform: str, citizen: str, at: datetime) -> None:
    """No more news, from this moment on: what waits to be sent is not sent. Inside a transaction."""
    theirs = (subscribers.c.platform == platform, subscribers.c.citizen == citizen)
    db.execute(update(subscribers).where(*theirs, subscribers.c.opted_out_at.is_(None)).values(opted_out_at=at))
    waiting = (deliveries.c.platform == platform, deliveries.c.citizen == citizen, deliveries.c.state == "waiting")
    db.execute(update(deliveries).where(*waiting).values(state="opted_out", at=at))


def write(store: CaseStore, person: Person, text: str, at: datetime, deployment: Deployment, template: str | None = None) -> str:
    """Write news to everybody who asked for it; returns its id. Where answers need a second person, so does this. Raises NotAllowed."""
    must(person, Right.BROADCAST)
    if not text.strip():
        raise AskedWrongly("the news is empty")
    id = f"b-{secrets.token_hex(8)}"
    approved = None if deployment.desk.approve_answers else person.name
    with store.writing() as db:
        db.execute(insert(broadcasts).values(id=id, text=text.strip(), template=template, by=person.name, at=at, approved_by=approved))
        people = db.execute(select(subscribers.c.platform, subscribers.c.citizen).where(subscribers.c.opted_out_at.is_(None))).all()
        if people:
            db.execute(
                insert(deliveries), [{"broadcast": id, "platform": p, "citizen": c, "state": "waiting", "at": at} for p, c in people]
            )
        note(db, AuditLine(at=at, who=person.name, what="broadcast", about=id, detail=f"{len(people)} subscribers"))
    return id


def approve(store: CaseStore, person: Person, id: str, at: datetime) -> None:
    """Let another's news go out. Raises NotAllowed, AskedWrongly."""
    must(person, Right.APPROVE)
    with store.writing() as db:
        by = db.scalar(select(broadcasts.c.by).where(broadcasts.c.id == id, broadcasts.c.approved_by.is_(None)))
        if by is None:
            raise AskedWrongly(f"broadcast {id}: there is none that waits to be let out")
        if by == person.name:
            raise NotAllowed(f"{person.name} wrote this news; somebody else must let it go out")
        db.execute(update(broadcasts).where(broadcasts.c.id == id).values(approved_by=person.name))
        note(db, AuditLine(at=at, who=person.name, what="approved", about=id))


def send(store: CaseStore, senders: Mapping[str, Broadcaster], at: datetime, most: int = 200) -> int:
    """Tell the next of those who wait, each once; returns how many were told. With no senders (the default) nobody is told.

    What was being sent when a process died stays `sending`: it may have arrived, and nobody is told twice.
    """
    told = 0
    for row in _next(store, tuple(senders), most):
        if _claim(store, row, at):
            told += _tell(store, senders[row.platform], row, at)
    return told


def receipt(store: CaseStore, platform: str, native_id: str, state: str, at: datetime) -> None:
    """The platform says: delivered, read or failed. What was read is not delivered again; an unknown message is passed over."""
    before = ORDER[: ORDER.index(state)] if state in ORDER else ORDER[:3]
    theirs = (deliveries.c.platform == platform, deliveries.c.native_id == native_id, deliveries.c.state.in_(before))
    with store.writing() as db:
        db.execute(update(deliveries).where(*theirs).values(state=state if state in (*ORDER, *ENDED) else "failed", at=at))


def figures(store: CaseStore, id: str) -> Figures:
    """How many messages of a broadcast stand how."""
    asked = select(deliveries.c.state, func.count()).where(deliveries.c.broadcast == id).group_by(deliveries.c.state)
    with store.reading() as db:
        return Figures(broadcast=id, states={str(state): int(number) for state, number in db.execute(asked)})


def _next(store: CaseStore, platforms: tuple[str, ...], most: int) -> list[Row]:  # type: ignore[type-arg]
    asked = (
        select(deliveries.c.broadcast, deliveries.c.platform, deliveries.c.citizen, broadcasts.c.text, broadcasts.c.template)
        .join(broadcasts, broadcasts.c.id == deliveries.c.broadcast)
        .where(deliveries.c.state == "waiting", deliveries.c.platform.in_(platforms), broadcasts.c.approved_by.is_not(None))
        .order_by(broadcasts.c.at, deliveries.c.citizen).limit(most)
    )  # fmt: skip
    with store.reading() as db:
        return list(db.execute(asked))


def _claim(store: CaseStore, row: Row, at: datetime) -> bool:  # type: ignore[type-arg]
    with store.writing() as db:
        return (
            db.execute(update(deliveries).where(*_one(row), deliveries.c.state == "waiting").values(state="sending", at=at)).rowcount == 1
        )


def _tell(store: CaseStore, sender: Broadcaster, row: Row, at: datetime) -> int:  # type: ignore[type-arg]
    try:
        values = {"state": "sent", "native_id": sender.tell(row.citizen, row.text, row.template)}
    except PlatformProblem as problem:
        values = {"state": "waiting" if problem.then in ("retry", "wait") else "failed", "problem": problem.says}
    with store.writing() as db:
        db.execute(update(deliveries).where(*_one(row)).values(at=at, **values))
    return values["state"] == "sent"


def _one(row: Row):  # type: ignore[no-untyped-def,type-arg]
    return deliveries.c.broadcast == row.broadcast, deliveries.c.platform == row.platform, deliveries.c.citizen == row.citizen
