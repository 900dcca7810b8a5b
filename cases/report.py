"""Numbers that do not lie: how many were received, handled and closed, how fast, and how sure a share is. Pure.

`received` counts citizens' reports: every complaint and inquiry, rejected ones too; suggestions have a register of their own.
`handled`: the department did what it could. `closed`: closed as solved after somebody else confirmed it; what was closed without
being fixed is handled, never closed. Hours are those a citizen waits, by the wall clock; targets and `overdue` are in working hours.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from cases.history import runs_out
from core.case import Case, Status
from core.deployment import Branch, Department, Deployment, Place, Topic, label

HANDLED = frozenset({Status.DONE, Status.CONFIRMED, Status.ANSWERED, Status.CLOSED, Status.NOT_FIXED})
LEAST = 30  # cases; below it a share is too unsure to rank by
Z = 1.959964  # of 95 %, both sides; scipy knows this formula too, and costs two seconds to load
WITHOUT = ""  # the key of cases that have none


class Span(msgspec.Struct, frozen=True):
    """A stretch of time, [since, until); None: open on that side."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether a moment lies in it."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


ALWAYS = Span()


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a table of cases."""

    key: str
    label: str
    received: int  # cases
    posts: int  # the posts that told of them
    citizens: int
    handled: int
    share_handled: float | None
    handled_interval: tuple[float, float] | None  # Wilson, 95 %
    closed: int
    share_closed: float | None
    closed_interval: tuple[float, float] | None
    answered: int
    not_fixed: int
    rejected: int
    reopened: int
    median_hours_first_answer: float | None
    p90_hours_first_answer: float | None
    median_hours_to_close: float | None
    p90_hours_to_close: float | None
    answered_within_target: float | None  # of those answered or overdue for an answer
    closed_within_target: float | None  # of those solved, given up or overdue for a solution
    overdue: int
    rank: int | None = None  # by share handled; none below LEAST cases


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one dimension, most received first, and their sum."""

    by: str
    rows: tuple[Row, ...]
    total: Row


DIMENSIONS: dict[str, Callable[[Case], str | None]] = {
    "category": lambda case: case.category,
    "department": lambda case: case.department,
    "branch": lambda case: case.branch,
    "place": lambda case: case.place,
    "channel": lambda case: case.account or case.platform,
}


def categories(cases: Iterable[Case], deployment: Deployment, now: datetime, language: str = "en") -> list[dict[str, object]]:
    """A line per category, as `sada report categories` prints it: COMMANDS.md's keys and those of Row."""
    return named(table(cases, "category", deployment, now, language))


def named(table: Table) -> list[dict[str, object]]:
    """The rows with their key under the dimension's own name, as JSON has them."""
    return [{table.by: told.pop("key"), **told} for told in map(msgspec.to_builtins, table.rows)]


def table(cases: Iterable[Case], by: str, deployment: Deployment, now: datetime, language: str = "en", opened: Span = ALWAYS) -> Table:
    """The table of citizens' reports by one of DIMENSIONS, of the cases that were opened within a span of time."""
    key = DIMENSIONS[by]
    groups: dict[str, list[Case]] = {}
    for case in reports(case for case in cases if opened.holds(case.opened_at)):
        groups.setdefault(key(case) or WITHOUT, []).append(case)
    names = labels(by, deployment, language)
    rows = [row(group, name, names.get(name, name or "-"), now) for name, group in groups.items()]
    everything = [case for group in groups.values() for case in group]
    return Table(by=by, rows=ranked(sorted(rows, key=lambda r: (-r.received, r.key))), total=row(everything, "total", "Total", now))


def reports(cases: Iterable[Case]) -> Iterable[Case]:
    """Citizens' reports: what asks for something to be done, or for an answer.

    A duplicate is no case of its own: its posts and citizens are counted with its original, if that is among them.
    """
    asked = [case for case in cases if case.intent != "suggestion"]
    duplicates = [case for case in asked if case.duplicate_of]
    if not duplicates:
        return asked
    known = {case.id: case for case in asked}
    for case in duplicates:
        original = _original(case, known)
        if original:
            known[original.id] = _with_told(original, case)
    return [known[case.id] for case in asked if not _original(case, known)]


def _original(case: Case, known: Mapping[str, Case]) -> Case | None:
    """The case at the end of a chain of duplicates; None for one that is nobody's, or whose chain bites its own tail."""
    found, seen = known.get(case.duplicate_of or ""), {case.id}
    while found and found.duplicate_of and found.duplicate_of in known:
        if found.id in seen:
            return None
        seen.add(found.id)
        found = known[found.duplicate_of]
    return found


def _with_told(original: Case, duplicate: Case) -> Case:
    """The original with the posts and citizens that told of it in a duplicate."""
    told = [who for who in (duplicate.citizen or duplicate.id, *duplicate.others) if who != original.citizen]
    posts = (*(original.posts or (original.id,)), *(duplicate.posts or (duplicate.id,)))
    return msgspec.structs.replace(original, posts=posts, others=tuple(dict.fromkeys((*original.others, *told))))


def labels(by: str, deployment: Deployment, language: str) -> dict[str, str]:
    """Names of a dimension's keys in one language."""
    if by == "channel":
        return {a.key: label(a.name, language) or a.handle for a in deployment.accounts}
    known: dict[str, Sequence[Topic | Department | Branch | Place]] = {
        "category": deployment.topics, "department": deployment.departments, "branch": deployment.branches, "place": deployment.places,
    }  # fmt: skip
    return {line.id: label(line.name, language) for line in known[by]}


def row(cases: Sequence[Case], key: str, name: str, now: datetime) -> Row:
    """What is true of these cases together."""
    handled, closed = sum(map(is_handled, cases)), sum(map(is_closed, cases))
    first, last = _hours(cases, "first_answer_at"), _hours([c for c in cases if is_closed(c)], "closed_at")
    return Row(
        key=key, label=name, received=len(cases), posts=sum(max(len(c.posts), 1) for c in cases), citizens=len({who for c in cases for who in (c.citizen or c.id, *c.others)}),
        handled=handled, share_handled=share(handled, len(cases)), handled_interval=interval(handled, len(cases)),
        closed=closed, share_closed=share(closed, len(cases)), closed_interval=interval(closed, len(cases)),
        answered=sum(c.first_answer_at is not None for c in cases), not_fixed=_with(cases, Status.NOT_FIXED), rejected=_with(cases, Status.REJECTED),
        reopened=sum(c.reopened > 0 for c in cases),
        median_hours_first_answer=_quantile(first, 50), p90_hours_first_answer=_quantile(first, 90),
        median_hours_to_close=_quantile(last, 50), p90_hours_to_close=_quantile(last, 90),
        answered_within_target=_met([_answered_in_time(c, now) for c in cases]), closed_within_target=_met([_solved_in_time(c, now) for c in cases]),
        overdue=sum(is_overdue(c, now) for c in cases),
    )  # fmt: skip


def is_handled(case: Case) -> bool:
    """Whether the department did what it could."""
    return case.handled_at is not None or case.status in HANDLED


def is_closed(case: Case) -> bool:
    """Whether it is closed as solved."""
    return case.status == Status.CLOSED


def is_overdue(case: Case, now: datetime) -> bool:
    """Whether a clock that runs has run out."""
    at = runs_out(case)
    return at is not None and at < now


def ranked(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows with their rank by share handled; those with too few cases for it have none, nor has what belongs nowhere."""
    shares = [r.share_handled or 0.0 for r in rows if _is_ranked(r)]
    return tuple(msgspec.structs.replace(r, rank=_rank(r, shares) if _is_ranked(r) else None) for r in rows)


def _is_ranked(row: Row) -> bool:
    return row.received >= LEAST and row.key != WITHOUT


def _rank(row: Row, shares: Sequence[float]) -> int:
    return 1 + sum(share > (row.share_handled or 0.0) for share in shares)


def share(part: int, whole: int) -> float | None:
    """A share, to four places; None of nothing."""
    return round(part / whole, 4) if whole else None


def interval(part: int, whole: int) -> tuple[float, float] | None:
    """The 95 % interval of a share (Wilson 1927): where it would lie in a longer period that is like this one."""
    if not whole:
        return None
    p, z2 = part / whole, Z * Z / whole
    middle, half = (p + z2 / 2) / (1 + z2), Z * math.sqrt(p * (1 - p) / whole + z2 / whole / 4) / (1 + z2)
    return round(max(middle - half, 0.0), 4), round(min(middle + half, 1.0), 4)


def _hours(cases: Iterable[Case], until: str) -> list[float]:
    """Hours waited; what is said to have ended before it began (clocks of imported histories) is not known."""
    return [(at - c.opened_at) / timedelta(hours=1) for c in cases if (at := getattr(c, until)) and at >= c.opened_at]


def _quantile(hours: Sequence[float], percent: int) -> float | None:
    if not hours:
        return None
    if len(hours) == 1 or percent == 50:
        return round(statistics.median(hours), 2)
    return round(statistics.quantiles(hours, n=10, method="inclusive")[percent // 10 - 1], 2)


def _met(decided: Iterable[bool | None]) -> float | None:
    """Of those whose target is decided, met or missed, the share that met it."""
    known = [met for met in decided if met is not None]
    return share(sum(known), len(known))


def _answered_in_time(case: Case, now: datetime) -> bool | None:
    """Whether the first answer came in time; None as long as that is open, and of what was rejected without one: nobody owed it."""
    if case.status == Status.REJECTED and case.first_answer_at is None:
        return None
    return _in_time(case, case.answer_due, case.first_answer_at, now)


def _solved_in_time(case: Case, now: datetime) -> bool | None:
    """Whether it was solved in time; what was closed without being fixed never was, and what was rejected is not asked."""
    if case.status == Status.REJECTED:
        return None
    if case.status == Status.NOT_FIXED:
        return False
    return _in_time(case, case.closing_due, case.closed_at, now)


def _in_time(case: Case, due: datetime | None, done: datetime | None, now: datetime) -> bool | None:
    if due is None:
        return None
    if done is not None:
        return done <= due
    stood_still = case.waiting_since is not None and case.waiting_since <= due
    return False if due < now and not stood_still else None


def _with(cases: Iterable[Case], status: Status) -> int:
    return sum(case.status == status for case in cases)
