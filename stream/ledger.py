"""The ledger as programs and people read it, and what in it is a red light. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from rich.table import Table

from collectors.base import Source
from store.base import Pass
from stream.reconcile import share_missing

LATE = 3  # data older than so many cadences is a red light
STUCK = 3  # so many passes that brought posts and moved no cursor
BUSY = 10  # passes of which nine in ten brought something: a normally busy source
SILENT = 6  # so many empty passes of such a source are not normal


def shape(line: Pass) -> dict[str, Any]:
    """One pass under the names of COMMANDS.md."""
    return {
        "source": line.source, "platform": line.platform, "started": _iso(line.started), "finished": _iso(line.finished),
        "window": {"from": _iso(line.window[0]), "to": _iso(line.window[1])}, "pages": line.pages, "returned": line.returned,
        "stored": line.stored, "duplicates": line.duplicates, "refused": line.refused,
        "gaps": [{"from": _iso(g.since), "to": _iso(g.until), "cause": g.cause} for g in line.gaps], "waited_s": line.waited_s,
        "spend": line.spend, "cursor_before": line.cursor_before, "cursor_after": line.cursor_after, "state": line.state,
        "error": line.error, "next_at": _iso(line.next_at), "share_missing": share_missing(line),
    }  # fmt: skip


def _iso(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


def drawn(passes: Sequence[Pass]) -> Table:
    """A table that fits a terminal; `--json` tells all."""
    table = Table("source", "began (UTC)", "state", "brought", "says", box=None)
    table.columns[0].overflow = "fold"
    for p in passes:
        brought = f"{p.stored} new of {p.returned}" + (f", {p.refused} refused" if p.refused else "")
        table.add_row(p.source, f"{p.started:%m-%d %H:%M}", p.state, brought, p.error or "; ".join(g.cause for g in p.gaps))
    return table


def red_lights(source: Source, passes: Sequence[Pass], now: datetime) -> list[str]:
    """Why this source needs a look, from its passes (newest first); empty: nothing is known to be wrong.

    Health comes from the age of what was heard, never from "the last call said 200".
    """
    done = [p for p in passes if p.state != "running"]
    checks = (_late(source, done, now), _stuck(done), _silent(done), _repeats(done))
    return [f"{source.id}: {why}" for why in checks if why]


def lost(nightly: Sequence[Pass]) -> str | None:
    """What the last nightly comparison of a source found missing."""
    compared = next(((p, share) for p in nightly if (share := share_missing(p)) is not None), None)
    if compared is None or compared[1] == 0:
        return None
    line, share = compared
    return f"{line.source}: {line.stored} of {line.stored + line.duplicates} posts of the last days had been missed ({share:.1%}); they are stored now"


def _late(source: Source, done: Sequence[Pass], now: datetime) -> str | None:
    whole = next((p for p in done if p.came_to_its_end), None)
    if whole is None:
        return f"no pass has come to its end yet; the last one says: {done[0].error}" if done else None
    age = now - (whole.finished or whole.started)
    late = age > LATE * timedelta(minutes=source.every_minutes)
    return f"was last heard {_age(age)} ago, though it is asked every {source.every_minutes} minutes" if late else None


def _stuck(done: Sequence[Pass]) -> str | None:
    """New posts come and the cursor stays, or passes end early and the same is read again and again."""
    for last in ([p for p in done if p.stored][:STUCK], [p for p in done if p.returned and p.state != "ok"][:STUCK]):
        if len(last) == STUCK and len({p.cursor_after for p in last}) == 1 and last[0] in done[:STUCK]:
            return f"its cursor has not moved in {STUCK} passes that brought posts"
    return None


def _silent(done: Sequence[Pass]) -> str | None:
    recent, before = done[:SILENT], done[SILENT : SILENT + BUSY]
    was_busy = len(before) == BUSY and sum(p.returned > 0 for p in before) >= 0.9 * BUSY
    return f"is silent since {SILENT} passes, though it is normally busy" if was_busy and not any(p.returned for p in recent) else None


def _repeats(done: Sequence[Pass]) -> str | None:
    gap = next((g for p in done[:1] for g in p.gaps if "repeated a page" in g.cause), None)
    return "the platform repeated a page instead of the next one" if gap else None


def _age(age: timedelta) -> str:
    hours = age / timedelta(hours=1)
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours" if hours >= 2 else f"{age / timedelta(minutes=1):.0f} minutes"
