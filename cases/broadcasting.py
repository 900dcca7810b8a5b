"""News to those who asked for it: each told once, and what became of every message."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec
from sqlalchemy import Connection, Row, func, insert, or_, select, update

from cases.query import AuditLine
from cases.roles import Person, Right, must
from cases.store import CaseStore, note
from cases.subscribing import opt_out
from cases.tables import broadcasts, deliveries, subscribers
from core.deployment import Deployment
from core.errors import AskedWrongly, NotAllowed, PlatformProblem
from core.post import Moment

RETRY_AFTER = timedelta(minutes=1)  # who could not be told for a passing reason
ORDER = ("waiting", "sending", "sent", "delivered", "read")  # a receipt never takes a message back
ENDED = ("failed", "opted_out")
NOT_WANTED = "not wanted"  # the kind of a platform's refusal where the person told it so


class Broadcaster(Protocol):
    """Sends one message to one subscriber of a platform and returns its native id; lives in collectors/. Raises PlatformProblem."""

    def tell(self, citizen: str, text: str, template: str | None) -> str: ...


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a broadcast's messages, by state."""

    broadcast: str
    states: dict[str, int]


class Broadcast(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of news, who wrote it and let it out, and what became of its messages."""

    id: str
    text: str
    by: str
    at: Moment
    template: str | None = None
    approved_by: str | None = None  # None: it waits for a second person
    states: dict[str, int] = {}
    problem: str | None = None  # why the latest message that did not go out did not


def write(store: CaseStore, person: Person, text: str, at: datetime, deployment: Deployment, template: str | None = None) -> str:
    """Write news to everybody who asked for it; returns its id. Where answers need a second person, so does this. Raises NotAllowed."""
    must(person, Right.BROADCAST)
    if not text.strip():
        raise AskedWrongly("the news is empty", key="empty")
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
            raise NotAllowed(f"{person.name} wrote this news; somebody else must let it go out", key="own_words")
        db.execute(update(broadcasts).where(broadcasts.c.id == id).values(approved_by=person.name))
        note(db, AuditLine(at=at, who=person.name, what="approved", about=id))


def send(store: CaseStore, senders: Mapping[str, Broadcaster], at: datetime, most: int = 200) -> int:
    """Tell the next of those who wait, each once; returns how many were told. With no senders (the default) nobody is told.

    What was being sent when a process died stays `sending`: it may have arrived, and nobody is told twice.
    """
    told, resting = 0, set[str]()
    for row in _next(store, tuple(senders), most, at):
        if row.platform not in resting and _claim(store, row, at):
            state, rests = _tell(store, senders[row.platform], row, at)
            told += state == "sent"
            resting |= {row.platform} if rests else set()
    return told


def receipt(store: CaseStore, platform: str, native_id: str, state: str, at: datetime, why: str | None = None) -> None:
    """The platform says: delivered, read or failed, and `why`. What was read is not delivered again; an unknown message is passed over.

    Who told the platform that they want no such messages has left.
    """
    before = ORDER[: ORDER.index(state)] if state in ORDER else ORDER[:3]
    theirs = (deliveries.c.platform == platform, deliveries.c.native_id == native_id)
    with store.writing() as db:
        became = state if state in (*ORDER, *ENDED) else "failed"
        is_news = db.execute(update(deliveries).where(*theirs, deliveries.c.state.in_(before)).values(state=became, at=at)).rowcount > 0
        if is_news and why == NOT_WANTED and (citizen := db.scalar(select(deliveries.c.citizen).where(*theirs))):
            opt_out(db, store, platform, citizen, at)


def figures(store: CaseStore, id: str) -> Figures:
    """How many messages of a broadcast stand how."""
    asked = select(deliveries.c.state, func.count()).where(deliveries.c.broadcast == id).group_by(deliveries.c.state)
    with store.reading() as db:
        return Figures(broadcast=id, states={str(state): int(number) for state, number in db.execute(asked)})


def every(store: CaseStore, person: Person, most: int = 20) -> list[Broadcast]:
    """The newest pieces of news with what became of each. Raises NotAllowed."""
    must(person, Right.BROADCAST)
    c = broadcasts.c
    asked = select(c.id, c.text, c.by, c.at, c.template, c.approved_by).order_by(c.at.desc(), c.id).limit(most)
    with store.reading() as db:
        return [Broadcast(**row._mapping, **_became(db, row.id)) for row in db.execute(asked)]


def _became(db: Connection, id: str) -> dict[str, Any]:
    states = select(deliveries.c.state, func.count()).where(deliveries.c.broadcast == id).group_by(deliveries.c.state)
    undone = (deliveries.c.broadcast == id, deliveries.c.problem.is_not(None), deliveries.c.state.in_(("waiting", "failed", "sending")))
    problem = db.scalar(select(deliveries.c.problem).where(*undone).order_by(deliveries.c.at.desc()).limit(1))
    return {"states": {str(state): int(number) for state, number in db.execute(states)}, "problem": problem}


def _next(store: CaseStore, platforms: tuple[str, ...], most: int, at: datetime) -> list[Row]:  # type: ignore[type-arg]
    due = or_(deliveries.c.problem.is_(None), deliveries.c.at <= at - RETRY_AFTER)
    asked = (
        select(deliveries.c.broadcast, deliveries.c.platform, deliveries.c.citizen, broadcasts.c.text, broadcasts.c.template)
        .join(broadcasts, broadcasts.c.id == deliveries.c.broadcast)
        .where(deliveries.c.state == "waiting", deliveries.c.platform.in_(platforms), broadcasts.c.approved_by.is_not(None), due)
        .order_by(broadcasts.c.at, deliveries.c.citizen).limit(most)
    )  # fmt: skip
    with store.reading() as db:
        return list(db.execute(asked))


def _claim(store: CaseStore, row: Row, at: datetime) -> bool:  # type: ignore[type-arg]
    """Take a message in order to send it; not one to who has left, even if they left while an earlier attempt was under way."""
    waits = (*_one(row), deliveries.c.state == "waiting")
    with store.writing() as db:
        if _has_left(db, row):
            db.execute(update(deliveries).where(*waits).values(state="opted_out", at=at))
            return False
        return db.execute(update(deliveries).where(*waits).values(state="sending", at=at)).rowcount == 1


def _has_left(db: Connection, row: Row) -> bool:  # type: ignore[type-arg]
    theirs = (subscribers.c.platform == row.platform, subscribers.c.citizen == row.citizen, subscribers.c.opted_out_at.is_not(None))
    return db.scalar(select(subscribers.c.citizen).where(*theirs)) is not None


def _tell(store: CaseStore, sender: Broadcaster, row: Row, at: datetime) -> tuple[str, bool]:  # type: ignore[type-arg]
    """How the message stands now, and whether the platform takes no more of them for a while."""
    left = False
    try:
        values, rests = {"state": "sent", "native_id": sender.tell(row.citizen, row.text, row.template)}, False
    except PlatformProblem as problem:
        values, rests = {"state": after(problem), "problem": problem.says}, problem.then in ("wait", "credential")
        left = problem.kind == NOT_WANTED
    with store.writing() as db:
        if left:
            opt_out(db, store, row.platform, row.citizen, at)
        db.execute(update(deliveries).where(*_one(row)).values(at=at, **values))
    return values["state"], rests


def after(problem: PlatformProblem) -> str:
    """How a message stands that brought no receipt: what may have arrived stays `sending`, so that nobody is told twice. Pure."""
    if problem.kind == "no receipt":
        return "sending"
    return "waiting" if problem.then in ("retry", "wait", "credential") else "failed"


def _one(row: Row):  # type: ignore[no-untyped-def,type-arg]
    return deliveries.c.broadcast == row.broadcast, deliveries.c.platform == row.platform, deliveries.c.citizen == row.citizen
