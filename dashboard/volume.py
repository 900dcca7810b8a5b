"""Posts by sentiment over time: the chart of the Now page and, smaller, of each topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from dashboard import charts, foot, frame, opening, sums
from dashboard.charts import Axis, Line
from dashboard.dates import clock, short_day
from dashboard.figures import whole
from dashboard.frame import Desk
from dashboard.periods import Window
from dashboard.style import SENTIMENT_COLOURS
from store.query import Count

ORDER = ("negative", "neutral", "positive", "unsure", "")


def draw(desk: Desk, counts: Sequence[Count], window: Window, key: str, height: int = 320, small: bool = False,
         of: Mapping[str, object] | None = None) -> None:  # fmt: skip
    """Stacked bars, blind stretches hatched; a click on a bar offers its posts, `of` saying which beside their time. The sentiment is
    the last key of each count.
    """
    at = sums.starts(window)
    lines = [line for line in (_line(desk, counts, at, sentiment, window) for sentiment in ORDER) if any(line.values)]
    if not lines:
        frame.empty(desk, "now.empty")
        return
    w = desk.words
    steps = charts.ticks(max(map(sum, zip(*(line.values for line in lines), strict=True))), about=2 if small else 4)
    ticks = Axis(at=tuple(steps), labels=charts.tick_labels(steps, w), title="" if small else w("axis.posts"))
    axis = Axis(at=tuple(at), labels=charts.every_nth([tick(desk, t, window) for t in at], 3 if small else 8))
    blind = sums.blind(at, window.now, foot.passes_seen(desk))
    figure = charts.stacked(axis, lines, blind, w("now.blind"), ticks, height)
    figure.update_layout(showlegend=not small)
    opening.in_time(desk, frame.clickable(desk, figure, "now.volume_alt", key), at, window.now, of or {})


def tick(desk: Desk, at: datetime, window: Window) -> str:
    """How a bar's time is written below it."""
    local = at.astimezone(desk.about.zone)
    return clock(local, desk.words) if window.bucket in ("quarter", "hour") else short_day(local.date(), desk.about.calendar, desk.words)


def _line(desk: Desk, counts: Sequence[Count], at: Sequence[datetime], sentiment: str, window: Window) -> Line:
    w = desk.words
    values = sums.series(counts, at, sentiment, -1)
    name = w(f"sentiment.{sentiment or 'untold'}")
    hover = tuple(f"{tick(desk, t, window)} · {name}: {whole(n, w)}" for t, n in zip(at, values, strict=True))
    return Line(name=name, values=tuple(values), colour=SENTIMENT_COLOURS[sentiment], hover=hover)
