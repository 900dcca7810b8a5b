"""A case: something a citizen said that somebody must answer."""

from enum import StrEnum

import msgspec

from core.post import Moment


class Status(StrEnum):
    """Where a case stands; cases/workflow.py says which moves there are."""

    RECEIVED = "received"
    VERIFIED = "verified"
    REJECTED = "rejected"
    REFERRED = "referred"
    IN_HAND = "in_hand"
    DONE = "done"
    CONFIRMED = "confirmed"
    ANSWERED = "answered"
    CLOSED = "closed"
    NOT_FIXED = "not_fixed"
    REOPENED = "reopened"


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a case's history: who, when, from, to, why. Lines are added, never changed or taken away."""

    who: str
    at: Moment
    was: Status | None
    now: Status
    why: str = ""
    what: str = "moved"  # moved, undone, returned, waiting, heard, joined, assigned, answered, noted, edited, erased
    department: str | None = None  # to whom it was referred


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One matter of one citizen, from complaint to answer."""

    id: str
    status: Status
    intent: str  # complaint, inquiry or suggestion
    opened_at: Moment
    version: int = 1  # counts every change; a writer must name the one it read
    category: str | None = None  # a topic id of the deployment
    place: str | None = None
    department: str | None = None
    routed_because: str = ""
    platform: str | None = None
    account: str | None = None
    branch: str | None = None
    citizen: str | None = None  # the author's id
    others: tuple[str, ...] = ()  # ids of further citizens who told of the same
    posts: tuple[str, ...] = ()  # post ids, first the one that opened it
    summary: str = ""
    assignee: str | None = None
    handled_at: Moment | None = None  # the department did what it could
    first_answer_at: Moment | None = None
    closed_at: Moment | None = None
    answer_due: Moment | None = None
    closing_due: Moment | None = None
    reopened: int = 0
    duplicate_of: str | None = None
    reason: str = ""
    waiting_since: Moment | None = None  # we wait for the citizen: both clocks stand still
    considered: str | None = None  # a suggestion's place in the register: considered, adopted or declined
    answer_link: str | None = None  # where the answer stands, if it was given elsewhere
    steps: tuple[Step, ...] = ()
