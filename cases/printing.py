"""Cases and reports as text for a terminal."""

from __future__ import annotations

from datetime import datetime

from rich.console import Console
from rich.table import Table as Lines

from cases.history import runs_out
from cases.query import FoundCases
from cases.report import LEAST, Row, Table

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


def report(table: Table) -> str:
    """The table with its sum."""
    lines = Lines("", "received", "handled", "", "closed", "", "not fixed", "first answer, h", "to close, h", "overdue")
    for row in (*table.rows, table.total):
        lines.add_row(*_cells(row), end_section=row is (table.rows or (table.total,))[-1])
    return f"{_text(lines)}Hours are medians by the wall clock; ± is Wilson's 95 % interval; below {LEAST} cases no share is ranked."


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
