"""Events that staff note on a day (a campaign began, a pipe burst, an account was verified), to be seen beside the curves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Select, delete, insert, select

from cases.query import AuditLine
from cases.roles import Person, Right, must
from cases.store import CaseStore, note
from cases.tables import events
from core.errors import AskedWrongly
from core.post import Moment

LONGEST = 80  # characters: more does not fit beside a curve
MOST_A_DAY = 5


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event as it was noted."""

    number: int
    day: date  # of the deployment's time zone
    text: str
    who: str
    at: Moment


def put(store: CaseStore, person: Person, day: date, text: str, at: datetime) -> None:
    """Note an event on a day. Raises NotAllowed, and AskedWrongly where there is nothing to note, too long a text or too many that day."""
    must(person, Right.TRIAGE)
    said = " ".join(text.split())
    if not 0 < len(said) <= LONGEST:
        raise AskedWrongly(f"an event is told in 1 to {LONGEST} characters, not {len(said)}; nothing was noted", key="event")
    with store.writing() as db:
        there = list(db.scalars(select(events.c.text).where(events.c.day == day)))
        if said in there:
            raise AskedWrongly(f"this event is noted on {day:%Y-%m-%d} already")
        if len(there) >= MOST_A_DAY:
            raise AskedWrongly(f"{day:%Y-%m-%d} has {MOST_A_DAY} events, as many as can be told apart; remove one first")
        db.execute(insert(events).values(day=day, text=said, who=person.name, at=at))
        note(db, AuditLine(at=at, who=person.name, what="event_noted", about=f"{day:%Y-%m-%d}"))


def remove(store: CaseStore, person: Person, number: int, at: datetime) -> None:
    """Take an event away; one that is gone already stays gone. Raises NotAllowed."""
    must(person, Right.TRIAGE)
    with store.writing() as db:
        day = db.scalar(select(events.c.day).where(events.c.number == number))
        if day is not None:
            db.execute(delete(events).where(events.c.number == number))
            note(db, AuditLine(at=at, who=person.name, what="event_removed", about=f"{day:%Y-%m-%d}"))


def between(store: CaseStore, first: date, last: date) -> Sequence[Event]:
    """The events from `first` to `last`, both included, in order of their days."""
    with store.reading() as db:
        return [Event(**row._asdict()) for row in db.execute(_between(first, last))]


def explain(store: CaseStore, first: date, last: date) -> str:
    """The SQL behind `between`."""
    return store.explained(_between(first, last))


def _between(first: date, last: date) -> Select[Any]:
    return select(events).where(events.c.day >= first, events.c.day <= last).order_by(events.c.day, events.c.number)
