"""Who works on what: by hand, in turn, or whoever has least to do; and what one shift tells the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import func, insert, select

from cases import rows, workflow
from cases.query import AuditLine
from cases.roles import Person, Right, must
from cases.store import CaseStore, note, replace
from cases.tables import cases, handovers
from core.deployment import Deployment
from core.errors import AskedWrongly
from core.post import Moment

MOST = 500  # cases shared out at once


def share_out(ids: Sequence[str], officers: Sequence[str], how: str, loads: Mapping[str, int], first: int = 0) -> dict[str, str]:
    """Case → officer. `round_robin` goes on in turn from officer number `first`; `load` gives each to whoever has least. Pure."""
    if not officers or how == "hand":
        return {}
    if how == "round_robin":
        return {id: officers[(first + n) % len(officers)] for n, id in enumerate(ids)}
    busy = {officer: loads.get(officer, 0) for officer in officers}
    shared = {}
    for id in ids:
        shared[id] = min(busy, key=lambda officer: (busy[officer], officer))
        busy[shared[id]] += 1
    return shared


def assign_waiting(store: CaseStore, person: Person, officers: Sequence[str], at: datetime, deployment: Deployment) -> dict[str, str]:
    """Share out the open cases that are nobody's, as the deployment says; returns case → officer. Raises NotAllowed, AskedWrongly."""
    must(person, Right.ASSIGN)
    how = deployment.desk.assign
    if how == "hand" or not officers:
        raise AskedWrongly("cases are assigned by hand here; set desk.assign to round_robin or load, and name the officers on duty")
    with store.writing() as db:
        mine = db.execute(
            select(cases.c.assignee, func.count()).where(cases.c.is_open, cases.c.assignee.is_not(None)).group_by(cases.c.assignee)
        )
        loads = {str(name): int(number) for name, number in mine}
        free = (
            select(cases.c.record)
            .where(cases.c.is_open, cases.c.assignee.is_(None))
            .order_by(cases.c.due.asc().nulls_last(), cases.c.id)
            .limit(MOST)
        )
        waiting = {case.id: case for case in map(rows.to_case, db.scalars(free.with_for_update()))}
        shared = share_out(list(waiting), officers, how, loads, sum(loads.values()))
        for id, officer in shared.items():
            old = waiting[id]
            replace(db, old, workflow.noted(old, person.name, at, officer, deployment, "assigned", assignee=officer))
        note(db, AuditLine(at=at, who=person.name, what="assigned", about="queue", detail=f"{len(shared)} cases, {how}"))
    return shared


class Handover(msgspec.Struct, frozen=True, kw_only=True):
    """What a shift tells the next."""

    at: Moment
    who: str
    text: str


def hand_over(store: CaseStore, person: Person, text: str, at: datetime) -> None:
    """Leave a note for the next shift. Raises NotAllowed, AskedWrongly if it is empty."""
    must(person, Right.TRIAGE)
    if not text.strip():
        raise AskedWrongly("the handover note is empty", key="empty")
    with store.writing() as db:
        db.execute(insert(handovers).values(at=at, who=person.name, text=text.strip()))


def last_handovers(store: CaseStore, person: Person, most: int = 3) -> list[Handover]:
    """The newest notes. Raises NotAllowed."""
    must(person, Right.TRIAGE)
    asked = select(handovers.c.at, handovers.c.who, handovers.c.text).order_by(handovers.c.number.desc()).limit(most)
    with store.reading() as db:
        return [Handover(at=at, who=who, text=text) for at, who, text in db.execute(asked)]
