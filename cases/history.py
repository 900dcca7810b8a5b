"""What follows from a case's history: who did it, when it was handled, answered and closed, and until when it is due. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from cases import clocks
from core.case import Case, Status, Step
from core.deployment import Deployment

Span = tuple[datetime, datetime]
HANDLING = (Status.DONE, Status.NOT_FIXED, Status.ANSWERED)  # arrived there, the department did what it could
ENDING = (Status.CLOSED, Status.NOT_FIXED, Status.REJECTED)
DUPLICATE = re.compile(r"duplicate of (c-\S+)")
"""The reason of a case rejected for being another one's duplicate."""
NOT_YET_REFERRED = (Status.RECEIVED, Status.VERIFIED, Status.REJECTED)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the lines of a history say together."""

    handled_at: datetime | None = None
    first_answer_at: datetime | None = None
    closed_at: datetime | None = None
    reopened: int = 0
    department: str | None = None
    reason: str = ""
    duplicate_of: str | None = None
    waiting_since: datetime | None = None
    solving_since: datetime | None = None  # the clock to the solution starts anew when a case is reopened


def standing(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The lines that count: without those that were undone."""
    kept: list[Step] = []
    for step in steps:
        if step.what == "undone":
            kept.pop(_last_move(kept))
        else:
            kept.append(step)
    return tuple(kept)


def _last_move(steps: list[Step]) -> int:
    return max(n for n, step in enumerate(steps) if step.what in ("moved", "returned"))


def doer(steps: Sequence[Step]) -> str | None:
    """Who said last that it is done."""
    return next((step.who for step in reversed(steps) if step.now == Status.DONE and step.what == "moved"), None)


def derived(case: Case, deployment: Deployment) -> Case:
    """The case with everything that follows from its history."""
    lines = standing(case.steps)
    said = told(lines)
    answer_due, closing_due = dues(case, lines, said, deployment)
    told_where = any(step.department for step in case.steps)  # imported histories may not say where to
    return msgspec.structs.replace(
        case, handled_at=said.handled_at, first_answer_at=said.first_answer_at, closed_at=said.closed_at, reopened=said.reopened,
        department=said.department if told_where else case.department, reason=said.reason, duplicate_of=said.duplicate_of, waiting_since=said.waiting_since, answer_due=answer_due, closing_due=closing_due,
    )  # fmt: skip


def told(lines: Sequence[Step]) -> Standing:
    """What the lines say, read from the first to the last."""
    said = Standing()
    for step in lines:
        said = msgspec.structs.replace(said, **_of_move(said, step) if step.what in ("moved", "returned") else _of_note(said, step))
    return said


def _of_move(said: Standing, step: Step) -> dict[str, object]:
    now, new = step.now, dict[str, object]()
    if now in HANDLING:
        new |= {"handled_at": said.handled_at or step.at}
    if now == Status.ANSWERED:
        new |= {"first_answer_at": said.first_answer_at or step.at}
    if now in ENDING:
        new |= {"closed_at": step.at, "waiting_since": None}
    if now in (Status.NOT_FIXED, Status.REJECTED):
        new |= {"reason": step.why}
    if now == Status.REJECTED and (of := DUPLICATE.fullmatch(step.why)):
        new |= {"duplicate_of": of[1]}
    if now == Status.REFERRED:
        new |= {"department": step.department}
    if now == Status.REOPENED:
        new |= {
            "handled_at": None,
            "closed_at": None,
            "reason": "",
            "duplicate_of": None,
            "reopened": said.reopened + 1,
            "solving_since": step.at,
        }
    if step.what == "returned":
        new |= {"department": None}
    if step.was == Status.DONE and now == Status.IN_HAND:
        new |= {"handled_at": None}
    return new


def _of_note(said: Standing, step: Step) -> dict[str, object]:
    if step.what == "waiting":
        return {"waiting_since": step.at}
    if step.what == "heard":
        return {"waiting_since": None}
    if step.what == "answered":
        return {"first_answer_at": said.first_answer_at or step.at}
    return {}


def pauses(lines: Sequence[Step]) -> tuple[Span, ...]:
    """The spans in which we waited for the citizen and that have ended."""
    found: list[Span] = []
    began: datetime | None = None
    for step in lines:
        if step.what == "waiting":
            began = step.at
        elif began and (step.what == "heard" or step.now in ENDING):
            found.append((began, step.at))
            began = None
    return tuple(found)


def dues(case: Case, lines: Sequence[Step], said: Standing, deployment: Deployment) -> tuple[datetime | None, datetime | None]:
    """Until when the first answer and the solution are due, with what was waited for added."""
    allowed, waited = clocks.target(deployment, case.category), pauses(lines)
    return (
        clocks.deadline(clocks.reply_team(deployment), case.opened_at, allowed.first_answer_hours, waited),
        clocks.deadline(clocks.office(deployment), said.solving_since or case.opened_at, allowed.closing_hours, waited),
    )


def is_open(case: Case) -> bool:
    """Whether somebody must still do something about it."""
    return case.status not in ENDING


def runs_out(case: Case) -> datetime | None:
    """When the clock that runs now runs out: the one to the first answer until there is one, then the one to the solution.

    None where no clock runs: the case is settled, or waits for the citizen.
    """
    if not is_open(case) or case.waiting_since:
        return None
    waiting = [at for at, done in ((case.answer_due, case.first_answer_at), (case.closing_due, case.closed_at)) if at and not done]
    return min(waiting, default=None)
