"""A batch of the queue for one officer: nobody else sees those cases, nor works on them, until they are given back."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, text, update

from cases import asking, rows
from cases.query import FindCases
from cases.roles import Person, Right, must
from cases.store import CaseStore
from cases.tables import cases
from core.case import Case, Status
from core.errors import Stale

BATCH = 20
IDLE = timedelta(minutes=10)  # then what is held goes back to the queue
FOR_THE_DESK = tuple(s.value for s in (Status.RECEIVED, Status.VERIFIED, Status.REOPENED, Status.DONE, Status.CONFIRMED, Status.ANSWERED))


def take(store: CaseStore, person: Person, at: datetime, most: int = BATCH, asked: FindCases | None = None) -> tuple[Case, ...]:
    """Fill this person's batch up to `most` from the queue, and return all of it. Raises NotAllowed.

    Cases of a citizen with whom another officer is busy are left out: two people never answer the same citizen.
    """
    must(person, Right.HOLD)
    asked = asked or FindCases(statuses=FOR_THE_DESK)
    with store.writing() as db:
        _in_turn(db)
        keep_holding(db, person.name, at)
        mine = db.scalars(select(cases.c.id).where(cases.c.held_by == person.name, cases.c.held_until > at)).all()
        if len(mine) < most:
            fresh = _free(db, person, at, asked, most - len(mine))
            db.execute(update(cases).where(cases.c.id.in_(fresh)).values(held_by=person.name, held_until=at + IDLE))
        held = select(cases.c.record).where(cases.c.held_by == person.name, cases.c.held_until > at)
        return tuple(
            rows.to_case(record) for record in db.scalars(held.order_by(cases.c.due.asc().nulls_last(), cases.c.opened_at, cases.c.id))
        )


def give_back(store: CaseStore, person: Person, ids: tuple[str, ...] = ()) -> int:
    """Give back these cases, or all, before the ten minutes are over; returns how many."""
    asked = update(cases).where(cases.c.held_by == person.name).values(held_by=None, held_until=None)
    with store.writing() as db:
        return db.execute(asked.where(cases.c.id.in_(ids)) if ids else asked).rowcount


def keep_holding(db: Connection, who: str, at: datetime) -> None:
    """Whoever does something is not idle: the whole batch stays for ten more minutes."""
    db.execute(update(cases).where(cases.c.held_by == who, cases.c.held_until > at).values(held_until=at + IDLE))


def must_be_free(db: Connection, id: str, who: str, at: datetime) -> None:
    """Raises Stale if somebody else holds the case."""
    held = db.execute(select(cases.c.held_by, cases.c.held_until).where(cases.c.id == id)).one()
    if held.held_by not in (None, who) and held.held_until > at:
        raise Stale(f"case {id} is in {held.held_by}'s batch until {held.held_until:%H:%M:%S} UTC; take another one", key="held")


def _free(db: Connection, person: Person, at: datetime, asked: FindCases, most: int) -> list[str]:
    """Ids of the next cases in the queue that nobody holds, one officer a citizen."""
    busy = set(
        db.scalars(select(cases.c.citizen).where(cases.c.held_by.is_not(None), cases.c.held_by != person.name, cases.c.held_until > at))
    )
    free = or_(cases.c.held_by.is_(None), cases.c.held_until <= at)
    others = or_(cases.c.citizen.is_(None), cases.c.citizen.not_in(busy - {None}))
    order = (cases.c.due.asc().nulls_last(), cases.c.opened_at, cases.c.id)
    return list(db.scalars(select(cases.c.id).where(asking.where(asked), free, others).order_by(*order).limit(most)))


def _in_turn(db: Connection) -> None:
    """Officers take one after the other. SQLite's writers do so anyway."""
    if db.dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(746373)"))
