"""From a point of a chart to the posts it counts: a click offers them, and the address says which they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dashboard import cards
from dashboard.dates import exact
from dashboard.frame import Desk

ICON = ":material/arrow_outward:"
Points = Sequence[Mapping[str, Any]]  # of a chart, as Streamlit tells which were clicked


def place(points: Points, key: str, of: int) -> int | None:
    """Which of `of` places was clicked, by its number on an axis or in its trace; None for none, and for what an older chart said."""
    told = points[0].get(key) if points else None
    return int(told) if isinstance(told, int | float) and 0 <= told < of else None


def in_time(desk: Desk, points: Points, at: Sequence[datetime], until: datetime, of: Mapping[str, object]) -> None:
    """Offer the posts of the stretch of time that was clicked: `at` begins each, `until` ends the last, `of` says which posts."""
    i = place(points, "x", len(at))
    if i is not None:
        end = at[i + 1] if i + 1 < len(at) else until
        said = desk.words("posts.open_at", at=exact(at[i], desk.about.zone, desk.about.calendar, desk.words))
        cards.opens(desk, said, {**of, "since": at[i], "until": end}, ICON)


def midnights(desk: Desk, over: Sequence[date]) -> list[datetime]:
    """When each of these local days began, and when the last ends."""
    every = [*over, over[-1] + timedelta(days=1)]
    return [datetime.combine(day, time(), desk.about.zone).astimezone(UTC) for day in every]
