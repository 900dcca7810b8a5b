"""The road map: what citizens ask for by theme and place, what is planned, for when, and how it stands. Nothing of a person in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Select, func, select

from cases.query import AuditLine
from cases.roles import Person, Right, must
from cases.store import CaseStore, note
from cases.tables import cases, plans
from core.deployment import Deployment, Words, label
from core.errors import AskedWrongly

STATES = ("considered", "planned", "in_work", "done", "declined")
FEWEST = 3  # a cell of fewer cases is not shown to the public: it might point at a person


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the road map."""

    id: str
    title: Words
    state: str = "considered"
    category: str | None = None
    place: str | None = None
    promised: date | None = None
    why: Words = {}
    published: bool = False


class PublicPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A line as everybody may see it."""

    title: str
    state: str
    category: str
    place: str
    promised: date | None
    late: bool  # promised for a day that has passed, and not done
    requests: int | None  # None: too few to be shown
    why: str


_pack = msgspec.msgpack.Encoder().encode
_plan = msgspec.msgpack.Decoder(Plan).decode


def keep(store: CaseStore, person: Person, plan: Plan, at: datetime, deployment: Deployment) -> None:
    """Keep a line under its id; a later one replaces it. Raises NotAllowed, AskedWrongly."""
    must(person, Right.PLAN)
    _check(plan, deployment)
    with store.writing() as db:
        db.execute(plans.delete().where(plans.c.id == plan.id))
        db.execute(
            plans.insert().values(id=plan.id, category=plan.category, place=plan.place, published=plan.published, at=at, record=_pack(plan))
        )
        note(db, AuditLine(at=at, who=person.name, what="plan", about=plan.id, detail=plan.state))


def every(store: CaseStore, published_only: bool = False) -> list[Plan]:
    """All lines, by id."""
    with store.reading() as db:
        return [_plan(record) for record in db.scalars(_kept(published_only))]


def requests(store: CaseStore) -> dict[tuple[str | None, str | None], int]:
    """How many cases ask for something, by topic and place."""
    with store.reading() as db:
        return {(category, place): int(number) for category, place, number in db.execute(_requests())}


def explain(store: CaseStore) -> dict[str, str]:
    """The SQL behind what everybody sees: the published lines, and how many asked for what."""
    return {"plans": store.explained(_kept(published_only=True)), "requests": store.explained(_requests())}


def _kept(published_only: bool) -> Select[Any]:
    asked = select(plans.c.record).order_by(plans.c.id)
    return asked.where(plans.c.published) if published_only else asked


def _requests() -> Select[Any]:
    return (
        select(cases.c.category, cases.c.place, func.count()).where(cases.c.status != "rejected").group_by(cases.c.category, cases.c.place)
    )


def public(store: CaseStore, deployment: Deployment, language: str, today: date) -> list[PublicPlan]:
    """The published lines with how many asked for each."""
    counted = requests(store)
    return [_shown(plan, asked_for(plan, counted.items()), deployment, language, today) for plan in every(store, published_only=True)]


def asked_for(plan: Plan, counted: Iterable[tuple[tuple[str | None, str | None], int]]) -> int:
    """How many cases a line answers to. Pure."""
    return sum(n for (category, place), n in counted if plan.category in (None, category) and plan.place in (None, place))


def _shown(plan: Plan, asked: int, deployment: Deployment, language: str, today: date) -> PublicPlan:
    topics, places = {t.id: t.name for t in deployment.topics}, {p.id: p.name for p in deployment.places}
    late = plan.promised is not None and plan.promised < today and plan.state not in ("done", "declined")
    return PublicPlan(
        title=label(plan.title, language), state=plan.state, category=label(topics.get(plan.category or "", {}), language),
        place=label(places.get(plan.place or "", {}), language), promised=plan.promised, late=late,
        requests=asked if asked >= FEWEST else None, why=label(plan.why, language),
    )  # fmt: skip


def _check(plan: Plan, deployment: Deployment) -> None:
    known = {"topic": (plan.category, [t.id for t in deployment.topics]), "place": (plan.place, [p.id for p in deployment.places])}
    for what, (told, there) in known.items():
        if told is not None and told not in there:
            raise AskedWrongly(f"plan {plan.id}: {what} {told} is not known; there are: {', '.join(there)}")
    if plan.state not in STATES or not any(plan.title.values()):
        raise AskedWrongly(f"plan {plan.id}: needs a title and one of the states {', '.join(STATES)}")
