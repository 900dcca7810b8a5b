"""How a case moves: a table and pure functions. Every change adds one line to its history; the rest follows from the lines."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from cases.history import ENDING, derived, doer, standing
from cases.roles import Role
from core.case import Case, Status, Step
from core.deployment import Deployment
from core.errors import AskedWrongly, MoveRefused, NotAllowed

UNDO_WITHIN = timedelta(minutes=1)
_S, _O, _V, _D, _C = Role.SUPERVISOR, Role.OFFICER, Role.VERIFIER, Role.DEPARTMENT, Role.CITIZEN


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One arrow of the table: who may take it, and what must be true of it."""

    by: frozenset[Role]
    says_why: bool = False
    by_another: bool = False  # than the one who says it is done
    names_department: bool = False
    unverified: bool = False  # only where the deployment does not ask for a second team's look first
    not_for: frozenset[str] = frozenset()  # intents


def _move(*by: Role, **more: object) -> Move:
    return Move(by=frozenset(by), **more)  # type: ignore[arg-type]


_REFERRED = _move(_O, _V, _S, names_department=True)
_REJECTED = _move(_O, _V, _S, says_why=True)
_RETURNED = _move(_D, _S, says_why=True)  # "not ours": the referral was wrong
_NOT_FIXED = _move(_D, _S, says_why=True)
_REOPENED = _move(_O, _V, _S, _C, says_why=True)
_TOLD_AT_ONCE = _move(_O, _S, not_for=frozenset({"complaint"}))  # an inquiry or a suggestion needs no repair before an answer

MOVES: dict[Status, dict[Status, Move]] = {
    Status.RECEIVED: {
        Status.VERIFIED: _move(_V, _S),
        Status.REJECTED: _REJECTED,
        Status.REFERRED: _move(_O, _V, _S, names_department=True, unverified=True),
        Status.ANSWERED: _TOLD_AT_ONCE,
    },
    Status.VERIFIED: {Status.REFERRED: _REFERRED, Status.REJECTED: _REJECTED, Status.ANSWERED: _TOLD_AT_ONCE, Status.NOT_FIXED: _move(_S, says_why=True)},
    Status.REFERRED: {Status.IN_HAND: _move(_D, _S), Status.VERIFIED: _RETURNED, Status.NOT_FIXED: _NOT_FIXED},
    Status.IN_HAND: {Status.DONE: _move(_D, _S), Status.VERIFIED: _RETURNED, Status.NOT_FIXED: _NOT_FIXED},
    Status.DONE: {
        Status.CONFIRMED: _move(_V, _O, _S, by_another=True),
        Status.IN_HAND: _move(_V, _O, _S, says_why=True, by_another=True),  # looked at: it is not done
    },
    Status.CONFIRMED: {Status.ANSWERED: _move(_O, _S)},
    Status.ANSWERED: {Status.CLOSED: _move(_O, _S), Status.REOPENED: _REOPENED},
    Status.CLOSED: {Status.REOPENED: _REOPENED},
    Status.NOT_FIXED: {Status.REOPENED: _REOPENED},
    Status.REJECTED: {Status.REOPENED: _move(_V, _S, _C, says_why=True)},
    Status.REOPENED: {Status.VERIFIED: _move(_V, _S), Status.REFERRED: _REFERRED, Status.REJECTED: _REJECTED, Status.ANSWERED: _TOLD_AT_ONCE},
}  # fmt: skip
"""Every move there is. An administrator keeps the system and moves no case; viewers and analysts look."""


JOINED = "joined"  # what nothing follows from: a case of ten thousand posts is not read from its first line for each


def moves(case: Case, who: str, role: Role, deployment: Deployment) -> tuple[Status, ...]:
    """Where this person may move the case now."""
    return tuple(to for to in MOVES[case.status] if not _refusal(case, to, who, role, deployment))


def move(case: Case, to: Status, who: str, role: Role, at: datetime, why: str, deployment: Deployment,
         department: str | None = None) -> Case:  # fmt: skip
    """The case after `who` moved it to `to`, with the line in its history that says so.

    Raises MoveRefused naming the moves there are, NotAllowed naming who may, AskedWrongly for a reason or department that is missing.
    """
    if refusal := _refusal(case, to, who, role, deployment):
        raise refusal
    _complete(case, to, why, department, deployment)
    what = "returned" if to == Status.VERIFIED and case.status in (Status.REFERRED, Status.IN_HAND) else "moved"
    return add(case, Step(who=who, at=at, was=case.status, now=to, why=why, what=what, department=department), deployment)


def add(case: Case, step: Step, deployment: Deployment, **changed: object) -> Case:
    """The case with one more line, what follows from it, and the next version. Raises MoveRefused if the line is older than the last."""
    if case.steps and step.at < case.steps[-1].at:
        raise MoveRefused(f"case {case.id}: {step.at:%Y-%m-%d %H:%M:%S} UTC lies before its last change; is this machine's clock right?")
    steps = (*case.steps, step)
    moved = msgspec.structs.replace(case, status=step.now, steps=steps, version=case.version + 1, **changed)
    return moved if step.what == JOINED and not changed else derived(moved, deployment)


def wait(case: Case, who: str, at: datetime, why: str, deployment: Deployment) -> Case:
    """The case waiting for the citizen's word: both clocks stand still. Raises MoveRefused."""
    if case.waiting_since or case.status in ENDING:
        raise MoveRefused(
            f"case {case.id} {'waits already' if case.waiting_since else f'is {case.status.value}'}; there is nothing to wait for"
        )
    return add(case, _same(case, who, at, why, "waiting"), deployment)


def heard(case: Case, who: str, at: datetime, why: str, deployment: Deployment) -> Case:
    """The case after the citizen was heard: both clocks run on. Raises MoveRefused."""
    if not case.waiting_since:
        raise MoveRefused(f"case {case.id} does not wait for the citizen")
    return add(case, _same(case, who, at, why, "heard"), deployment)


def noted(case: Case, who: str, at: datetime, why: str, deployment: Deployment, what: str = "noted", **changed: object) -> Case:
    """The case with a line that moves nothing: a note, an assignment, a joined post, an answer that was given."""
    return add(case, _same(case, who, at, why, what), deployment, **changed)


def undo(case: Case, who: str, at: datetime, deployment: Deployment) -> Case:
    """The case as it stood before this person's own last move, if that is at most a minute old. Both lines stay in the history."""
    last = case.steps[-1] if case.steps else None
    if not last or last.what not in ("moved", "returned") or last.was is None or last.who != who:
        raise MoveRefused(f"case {case.id}: the last change is not a move of {who}; only one's own last move can be undone")
    if at - last.at > UNDO_WITHIN:
        raise MoveRefused(f"case {case.id}: that move is more than a minute old; make the move back instead, with its reason")
    return add(case, Step(who=who, at=at, was=last.now, now=last.was, what="undone"), deployment)


def _same(case: Case, who: str, at: datetime, why: str, what: str) -> Step:
    return Step(who=who, at=at, was=case.status, now=case.status, why=why, what=what)


def _refusal(case: Case, to: Status, who: str, role: Role, deployment: Deployment) -> Exception | None:
    """Why this person may not make this move, if so."""
    there = {s: m for s, m in MOVES[case.status].items() if case.intent not in m.not_for and not (m.unverified and deployment.verify_first)}
    if to not in there:
        can = ", ".join(s.value for s in there) or "nothing"
        return MoveRefused(f"case {case.id} is {case.status.value}; it can become {can}, not {to.value}")
    if role not in there[to].by:
        able = ", ".join(r.value for r in Role if r in there[to].by)
        return NotAllowed(f"case {case.id}: {who} is {role.value}; {case.status.value} → {to.value} is for: {able}", key="role")
    if there[to].by_another and who == doer(standing(case.steps)):
        return NotAllowed(f"case {case.id}: {who} said that it is done; somebody else must confirm it", key="own_work")
    return None


def _complete(case: Case, to: Status, why: str, department: str | None, deployment: Deployment) -> None:
    arrow = MOVES[case.status][to]
    if arrow.says_why and not why.strip():
        raise AskedWrongly(f"case {case.id}: {case.status.value} → {to.value} needs a reason", key="reason")
    known = [d.id for d in deployment.departments]
    if arrow.names_department and department not in known:
        raise AskedWrongly(
            f"case {case.id}: to which department? There are: {', '.join(known) or 'none in the deployment file'}", key="department"
        )
