"""Cases and reports as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table as Lines

from cases.history import runs_out
from cases.query import AuditLine, FoundCases
from cases.report import LEAST, Row, Table
from cases.users import User
from core.case import Case

SINGULAR = {"categories": "category", "departments": "department", "branches": "branch", "places": "place", "channels": "channel"}


def queue(found: FoundCases, now: datetime) -> str:
    """The queue, a case a line; no citizen's text or name in it."""
    lines = Lines("case", "status", "category", "department", "opened", "due", "holds")
    for case in found.cases:
        due = runs_out(case)
        late = "" if due is None else f"{due:%Y-%m-%d %H:%M}{' overdue' if due < now else ''}"
        lines.add_row(
            case.id,
            case.status.value,
            case.category or "-",
            case.department or "-",
            f"{case.opened_at:%Y-%m-%d %H:%M}",
            late,
            case.assignee or "-",
        )
    return f"{_text(lines)}{len(found.cases)} of {found.total} cases, times in UTC"


def card(case: Case, now: datetime) -> str:
    """One case with its history."""
    lines = Lines("when (UTC)", "who", "what", "from", "to", "why")
    for step in case.steps:
        lines.add_row(f"{step.at:%Y-%m-%d %H:%M:%S}", step.who, step.what, step.was.value if step.was else "-", step.now.value, step.why)
    due = runs_out(case)
    clock = "no clock runs" if due is None else f"due {due:%Y-%m-%d %H:%M} UTC{', overdue' if due < now else ''}"
    told = f"{case.id}: {case.intent}, {case.status.value}, version {case.version}; {clock}; {case.category or 'no topic'}, {case.place or 'no place'}"
    return f"{told}; {case.department or 'no department'} ({case.routed_because})\n{case.summary}\n{_text(lines)}"


def audit(told: Sequence[AuditLine]) -> str:
    """The audit, a line each."""
    lines = Lines("when (UTC)", "who", "what", "about", "detail")
    for line in told:
        lines.add_row(f"{line.at:%Y-%m-%d %H:%M:%S}", line.who, line.what, line.about, line.detail)
    return _text(lines)


def people(found: Sequence[User], now: datetime) -> str:
    """The accounts, a line each."""
    lines = Lines("name", "role", "departments", "state")
    for user in found:
        locked = user.locked_until is not None and user.locked_until > now
        lines.add_row(
            user.name, user.role.value, ", ".join(user.departments), "disabled" if user.disabled else "locked" if locked else "open"
        )
    return _text(lines)


def report(table: Table) -> str:
    """The table with its sum."""
    lines = Lines("", "received", "handled", "share", "closed", "share", "not fixed", "first answer, h", "to close, h", "overdue")
    for row in (*table.rows, table.total):
        lines.add_row(*_cells(row), end_section=row is (table.rows or (table.total,))[-1])
    return f"{_text(lines)}Hours are medians by the wall clock; in brackets Wilson's 95 % interval; below {LEAST} cases no share is ranked."


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.label, f"{row.received:,}", f"{row.handled:,}", _percent(row.share_handled, row.handled_interval), f"{row.closed:,}",
        _percent(row.share_closed, row.closed_interval), f"{row.not_fixed:,}", _number(row.median_hours_first_answer),
        _number(row.median_hours_to_close), f"{row.overdue:,}",
    )  # fmt: skip


def _percent(share: float | None, interval: tuple[float, float] | None) -> str:
    return "-" if share is None or interval is None else f"{share:.0%} ({interval[0]:.0%}-{interval[1]:.0%})"


def _number(hours: float | None) -> str:
    return "-" if hours is None else f"{hours:.1f}"


def _text(lines: Lines) -> str:
    console = Console(width=160)
    with console.capture() as captured:
        console.print(lines)
    return captured.get()
