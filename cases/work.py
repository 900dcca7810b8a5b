"""What people do with cases. Each verb checks the right, makes one change, writes the audit, and does all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec
from sqlalchemy import select

from cases import rows, workflow
from cases.history import NOT_YET_REFERRED
from cases.holding import keep_holding, must_be_free
from cases.lessons import learn, lessons
from cases.query import AuditLine, FindCases, FoundCases
from cases.roles import Person, Right, Role, may, must
from cases.routing import route
from cases.store import CaseStore, fetch, note, replace, since
from cases.tables import cases as cases_table
from core.case import Case, Status
from core.deployment import Deployment
from core.errors import AskedWrongly, NotAllowed, Stale

CONSIDERED = ("considered", "adopted", "declined")


def read(store: CaseStore, person: Person, id: str, at: datetime) -> Case:
    """The case as this person may see it; that they looked stands in the audit. Raises NotAllowed, AskedWrongly."""
    must(person, Right.CASES)
    with store.writing() as db:
        case = fetch(db, id)
        must_be_theirs(person, case)
        note(db, AuditLine(at=at, who=person.name, what="read", about=id))
    return as_seen(person, case)


def look_again(store: CaseStore, person: Person, id: str) -> Case:
    """The case as `read` gave it to the same person a moment ago: a page that draws itself anew is no new look. Raises NotAllowed."""
    must(person, Right.CASES)
    case = store.get(id)
    must_be_theirs(person, case)
    return as_seen(person, case)


def queue(store: CaseStore, person: Person, asked: FindCases, at: datetime) -> FoundCases:
    """The cases meant that this person may see, without those that others hold. Raises NotAllowed."""
    found = store.find(meant(person, asked, at))
    return FoundCases(cases=tuple(as_seen(person, case) for case in found.cases), total=found.total)


def meant(person: Person, asked: FindCases, at: datetime) -> FindCases:
    """The question as this person may ask it. Raises NotAllowed."""
    must(person, Right.CASES)
    asked = msgspec.structs.replace(asked, free_for=person.name, free_at=at)
    return msgspec.structs.replace(asked, departments=person.departments or ("",)) if person.role == Role.DEPARTMENT else asked


def move(store: CaseStore, person: Person, id: str, version: int | None, to: Status, why: str, at: datetime, deployment: Deployment,
         department: str | None = None) -> Case:  # fmt: skip
    """Move a case. Raises MoveRefused, NotAllowed, AskedWrongly, and Stale if somebody changed it since `version`."""

    def how(case: Case) -> Case:
        return workflow.move(case, to, person.name, person.role, at, why, deployment, department)

    return change(store, person, id, version, how, at, f"→ {to.value}")


def duplicate(store: CaseStore, person: Person, id: str, version: int | None, of: str, at: datetime, deployment: Deployment) -> Case:
    """Reject a case as another one's duplicate: from then on it is counted with that one. Raises MoveRefused, NotAllowed, AskedWrongly, Stale."""
    with store.reading() as db:
        original = fetch(db, of)
    if of == id or original.duplicate_of:
        raise AskedWrongly(
            f"case {id}: {of} is {'the same case' if of == id else f'itself a duplicate of {original.duplicate_of}; name that one'}"
        )
    return move(store, person, id, version, Status.REJECTED, f"duplicate of {of}", at, deployment)


def resembling(store: CaseStore, person: Person, case: Case, most: int = 10) -> tuple[Case, ...]:
    """Cases that may tell of the same matter: the citizen's others, then open ones of the same topic at the same place. Raises NotAllowed."""
    must(person, Right.TRIAGE)
    asked = [FindCases(citizen=case.citizen, is_open=None, order="newest", limit=most)] if case.citizen else []
    asked += (
        [FindCases(categories=(case.category,), places=(case.place,), order="newest", limit=most)] if case.category and case.place else []
    )
    found = {other.id: other for question in asked for other in store.find(question).cases}
    return tuple(as_seen(person, other) for other in found.values() if other.id != case.id and not other.duplicate_of)[:most]


def undo(store: CaseStore, person: Person, id: str, at: datetime, deployment: Deployment) -> Case:
    """Take back one's own last move within a minute. Raises MoveRefused."""
    return change(store, person, id, None, lambda case: workflow.undo(case, person.name, at, deployment), at, "undone")


def wait(store: CaseStore, person: Person, id: str, version: int | None, why: str, at: datetime, deployment: Deployment) -> Case:
    """Wait for the citizen: both clocks stand still until he is heard. Raises MoveRefused, NotAllowed."""
    must(person, Right.TRIAGE)
    return change(store, person, id, version, lambda case: workflow.wait(case, person.name, at, why, deployment), at, "waiting")


def heard(store: CaseStore, person: Person, id: str, version: int | None, why: str, at: datetime, deployment: Deployment) -> Case:
    """The citizen was heard, by telephone for instance. Raises MoveRefused, NotAllowed."""
    must(person, Right.TRIAGE)
    return change(store, person, id, version, lambda case: workflow.heard(case, person.name, at, why, deployment), at, "heard")


def annotate(store: CaseStore, person: Person, id: str, text: str, at: datetime, deployment: Deployment) -> Case:
    """Write a note into the history. Raises NotAllowed, AskedWrongly."""
    must(person, Right.CASES)
    if not text.strip():
        raise AskedWrongly(f"case {id}: the note is empty", key="empty")
    return change(store, person, id, None, lambda case: workflow.noted(case, person.name, at, text, deployment), at, "noted")


def assign(store: CaseStore, person: Person, id: str, version: int | None, to: str | None, at: datetime, deployment: Deployment) -> Case:
    """Give a case to somebody, or to nobody. Raises NotAllowed."""
    if to != person.name or not may(person, Right.HOLD):  # everybody who works the queue may take one
        must(person, Right.ASSIGN)

    def how(case: Case) -> Case:
        return workflow.noted(case, person.name, at, to or "nobody", deployment, "assigned", assignee=to)

    return change(store, person, id, version, how, at, f"assigned to {to or 'nobody'}")


def classify(store: CaseStore, person: Person, id: str, version: int | None, category: str | None, place: str | None, at: datetime,
             deployment: Deployment) -> Case:  # fmt: skip
    """Correct what a case is about and where; before its referral this also proposes the department anew. Raises NotAllowed, AskedWrongly."""
    must(person, Right.TRIAGE)
    _known(category, [t.id for t in deployment.topics], "topic")
    _known(place, [p.id for p in deployment.places], "place")
    with store.reading() as db:
        learned = lessons(db)

    def how(case: Case) -> Case:
        told = {"category": category, "place": place}
        if case.status in NOT_YET_REFERRED:
            routed = route(category, place, deployment, learned)
            told |= {"department": routed.department, "routed_because": routed.because}
        return workflow.noted(case, person.name, at, f"{category or 'no topic'}, {place or 'no place'}", deployment, "edited", **told)

    return change(store, person, id, version, how, at, "classified")


def consider(
    store: CaseStore, person: Person, id: str, version: int | None, outcome: str, why: str, at: datetime, deployment: Deployment
) -> Case:
    """Put a suggestion's outcome into the register: considered, adopted or declined. Raises NotAllowed, AskedWrongly."""
    must(person, Right.PLAN)
    _known(outcome, CONSIDERED, "outcome")

    def how(case: Case) -> Case:
        if case.intent != "suggestion":
            raise AskedWrongly(f"case {id}: is a {case.intent}; only suggestions stand in the register")
        return workflow.noted(case, person.name, at, f"{outcome}: {why}", deployment, "considered", considered=outcome)

    return change(store, person, id, version, how, at, outcome)


def change(store: CaseStore, person: Person, id: str, version: int | None, how: Callable[[Case], Case], at: datetime, detail: str) -> Case:
    """One change by one person, with its line in the audit and what it teaches the routing. Raises what `how` raises, and Stale."""
    with store.writing() as db:
        old = fetch(db, id)
        must_be_theirs(person, old)
        must_be_free(db, id, person.name, at)
        if version is not None and old.version != version:
            raise Stale(since(old, version))
        new = how(old)
        replace(db, old, new)
        keep_holding(db, person.name, at)
        note(db, AuditLine(at=at, who=person.name, what="changed", about=id, detail=detail))
        learn(db, old, new, at)
    return as_seen(person, new)


def as_seen(person: Person, case: Case) -> Case:
    """The case without what this person may not see: who the citizens are."""
    if may(person, Right.PERSON):
        return case
    return msgspec.structs.replace(case, citizen=None, others=())


def must_be_theirs(person: Person, case: Case) -> None:
    """Raises NotAllowed if this is a department's person and the case was never referred to that department."""
    if person.role == Role.DEPARTMENT and (case.department not in person.departments or case.status in NOT_YET_REFERRED):
        raise NotAllowed(f"case {case.id} is not referred to {', '.join(person.departments) or 'any department of yours'}")


def _known(told: str | None, there: tuple[str, ...] | list[str], what: str) -> None:
    if told is not None and told not in there:
        raise AskedWrongly(f"{what} {told}: is not known; there are: {', '.join(there)}")


def held_by(store: CaseStore, person: Person, at: datetime) -> tuple[Case, ...]:
    """The cases in this person's batch now."""
    asked = select(cases_table.c.record).where(cases_table.c.held_by == person.name, cases_table.c.held_until > at)
    with store.reading() as db:
        return tuple(rows.to_case(record) for record in db.scalars(asked.order_by(cases_table.c.due, cases_table.c.id)))


def exported(store: CaseStore, person: Person, what: str, at: datetime) -> None:
    """Somebody took a file away; it stands in the audit. Raises NotAllowed."""
    must(person, Right.EXPORT)
    store.note(AuditLine(at=at, who=person.name, what="export", about=what))
