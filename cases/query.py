"""Questions about cases, as records."""

from __future__ import annotations

from typing import Literal

import msgspec

from core.case import Case
from core.post import Moment


class FindCases(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which cases, a page at a time: in the queue's order (overdue first), newest or oldest first. An empty tuple means all."""

    statuses: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    assignee: str | None = None
    citizen: str | None = None
    is_open: bool | None = True  # None: settled ones too
    overdue_at: Moment | None = None  # only those whose clock has run out by then
    due_since: Moment | None = None  # only those whose clock has not run out before
    is_still: bool = False  # only those whose clock stands still, since they wait for the citizen
    opened_since: Moment | None = None
    free_for: str | None = None  # leave out what other officers hold at `free_at`
    free_at: Moment | None = None
    order: Literal["queue", "newest", "oldest"] = "queue"
    limit: int = 50
    offset: int = 0


class FoundCases(msgspec.Struct, frozen=True, kw_only=True):
    """One page of cases and how many there are in all."""

    cases: tuple[Case, ...]
    total: int


class OpenCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many cases are open now, and how they stand."""

    open: int
    overdue: int
    waiting_for_citizen: int
    by_status: dict[str, int]


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what about which case, user or file, and when."""

    at: Moment
    who: str
    what: str
    about: str
    detail: str = ""
