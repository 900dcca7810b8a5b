"""Who may do what: a table."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from core.errors import NotAllowed


class Role(StrEnum):
    """What somebody is to the cases. A citizen has no account here; what he does comes in as posts."""

    VIEWER = "viewer"
    OFFICER = "officer"  # triages, refers, answers
    VERIFIER = "verifier"  # the second team: is it so, and was it really done?
    DEPARTMENT = "department"  # solves what was referred to it, and sees nothing else
    SUPERVISOR = "supervisor"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"
    CITIZEN = "citizen"


class Right(StrEnum):
    """Something that may be done beyond the moves of cases/workflow.py."""

    FIGURES = "figures"  # see counts and tables
    CASES = "cases"  # see cases with their texts
    PERSON = "person"  # see who the citizen is
    TRIAGE = "triage"
    HOLD = "hold"  # take a batch from the queue
    ASSIGN = "assign"
    ENTER = "enter"  # write down a telephone call or a visit
    ANSWER = "answer"
    APPROVE = "approve"  # let another's answer or broadcast go out
    BROADCAST = "broadcast"
    PLAN = "plan"  # the road map, campaigns, the suggestion register
    TEACH = "teach"  # routing, canned answers, the procedure guide
    LINK = "link"  # give a department a link to one case
    EXPORT = "export"
    AUDIT = "audit"
    USERS = "users"


_A, _R = Role, Right
_STAFF = frozenset({_R.FIGURES, _R.CASES, _R.PERSON, _R.TRIAGE, _R.HOLD, _R.ENTER})
RIGHTS: dict[Role, frozenset[Right]] = {
    _A.VIEWER: frozenset({_R.FIGURES}),
    _A.OFFICER: _STAFF | {_R.ANSWER, _R.LINK},
    _A.VERIFIER: _STAFF,
    _A.DEPARTMENT: frozenset({_R.FIGURES, _R.CASES}),
    _A.SUPERVISOR: _STAFF | {_R.ANSWER, _R.LINK, _R.ASSIGN, _R.APPROVE, _R.BROADCAST, _R.PLAN, _R.TEACH, _R.EXPORT, _R.AUDIT},
    _A.ANALYST: frozenset({_R.FIGURES, _R.CASES, _R.EXPORT}),  # texts, never persons
    _A.ADMINISTRATOR: frozenset(Right) - {_R.ANSWER, _R.APPROVE, _R.BROADCAST},  # keeps the system; does not speak for the city
    _A.CITIZEN: frozenset(),
}


HOLDERS = frozenset(role for role, rights in RIGHTS.items() if Right.HOLD in rights) - {Role.ADMINISTRATOR}
"""Who works the queue; an administrator may, and is given nothing."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts: a user, a department's link, the desk itself."""

    name: str
    role: Role
    departments: tuple[str, ...] = ()  # of a department's people: the only ones they see


def may(person: Person, right: Right) -> bool:
    """Whether this person may do that."""
    return right in RIGHTS[person.role]


def must(person: Person, right: Right) -> None:
    """Raises NotAllowed, naming the roles that may, if this person may not."""
    if not may(person, right):
        able = ", ".join(role.value for role in Role if right in RIGHTS[role])
        raise NotAllowed(f"{person.name} is {person.role.value}, who may not do this ({right.value}); ask one of: {able}", key="role")
