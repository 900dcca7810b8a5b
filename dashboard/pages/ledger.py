"""Sources: is everything read, how old are the data, and where do we know that we do not know all?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from dashboard import cards, charts, foot, frame, heading, opening, questions, sums, volume
from dashboard.bidi import bare, escaped, foreign, plotted
from dashboard.cards import Number
from dashboard.dates import ago, exact, length
from dashboard.figures import NONE, whole
from dashboard.foot import COLOURS, Health
from dashboard.frame import Desk
from dashboard.periods import Window
from store.base import Gap, Pass

PERIODS = ("24h", "7d", "30d")
MEANS = ("now.sources", "ledger.gaps", "ledger.stored", "ledger.waited")
MOST_PASSES, MOST_OPEN = 50, 12
READ, FAILED, BLIND = 2, 1, 0  # how a stretch of time of a source went
SCALE = ((0.0, "#C1443C"), (0.33, "#C1443C"), (0.34, "#D69A2D"), (0.66, "#D69A2D"), (0.67, "#7FB5B1"), (1.0, "#7FB5B1"))


def show(desk: Desk) -> None:
    """The whole page."""
    frame.live(heading.head(desk, "ledger", PERIODS, "24h", ()), _draw, "30s")


def _draw(desk: Desk) -> None:
    window = desk.window()
    with frame.part(desk):
        every = foot.all_health(desk)
        known = desk.ask.passes(limit=questions.MOST_PASSES)
        passes = [p for p in known if p.started >= window.since]
        gaps = sums.gaps_of(passes, window.since, window.now)
        _numbers(desk, every, passes, gaps)
        if not every:
            frame.empty(desk, "ledger.empty")
            return
        _sources(desk, every)
        # all that is known, since the first stretch begins before the period
        _coverage(desk, [h.source for h in every if h.state != "imported"], known, gaps, window)
        _gaps(desk, gaps)
        _passes(desk, passes)
    with frame.part(desk):
        foot.draw(desk, MEANS, questions.Ledger())


def _numbers(desk: Desk, every: Sequence[Health], passes: Sequence[Pass], gaps: Sequence[tuple[str, Gap]]) -> None:
    w = desk.words
    asked = [h for h in every if h.state != "imported"]
    good = sum(h.state == "good" for h in asked)
    waited = sum(p.waited_s for p in passes)
    cards.numbers(desk, [
        Number(key="now.sources", value=w("figure.of", part=whole(good, w), of=whole(len(asked), w)) if asked else NONE),
        Number(key="ledger.gaps", value=whole(len(gaps), w), delta=w("growth.no_gaps") if asked and not gaps else None, good=True),
        Number(key="ledger.stored", value=whole(sum(p.stored for p in passes), w), opens={}),
        Number(key="ledger.waited", value=w("figure.seconds", count=whole(waited, w))),
    ])  # fmt: skip


def _sources(desk: Desk, every: Sequence[Health]) -> None:
    """The sources a person must look at; those that are well beside them if they are few, else folded away."""
    w = desk.words
    st.subheader(w("ledger.sources"), anchor=False)
    open_ones = every if len(every) <= MOST_OPEN else [h for h in every if h.state in ("late", "silent")]
    folded = [h for h in every if h not in open_ones]
    if open_ones:
        _table(desk, open_ones, "sources")
    if folded:
        with st.expander(w("ledger.well", count=whole(len(folded), w)), icon=":material/check:"):
            _table(desk, folded, "well")


def _table(desk: Desk, shown: Sequence[Health], key: str) -> None:
    w = desk.words
    columns = [w("filter.source"), w("ledger.state"), w("ledger.heard"), w("ledger.newest"), w("ledger.rhythm"), w("ledger.says")]
    _wide(key, [_row(desk, h) for h in shown], columns, w("ledger.sources"))


def _wide(key: str, rows: Sequence[tuple[str, ...]], columns: Sequence[str], alt: str) -> None:
    """A table that a phone shows at its full width, to be pushed aside (style.py)."""
    with st.container(key=f"wide_{key}"):
        st.table(pd.DataFrame(rows, columns=list(columns)), hide_index=True, border="horizontal", alt=alt)


def _row(desk: Desk, h: Health) -> tuple[str, ...]:
    w = desk.words
    state = f":{COLOURS[h.state]}-badge[{w(f'health.{h.state}')}]"
    said = h.last.error if h.last and h.last.error else ""
    return (
        foreign(escaped(h.source)), state, _age(desk, h.heard), _age(desk, h.newest),
        length(h.cadence, w) if h.state != "imported" else NONE, foreign(escaped(bare(said))) if said else NONE,
    )  # fmt: skip


def _age(desk: Desk, at: datetime | None) -> str:
    return ago(at, desk.now, desk.words) if at else desk.words("foot.never")


def _coverage(desk: Desk, sources: Sequence[str], passes: Sequence[Pass], gaps: Sequence[tuple[str, Gap]], window: Window) -> None:
    """For each source, which stretches of time were read, failed or are blind."""
    if not sources:
        return
    w, at = desk.words, sums.starts(window)
    st.subheader(w("ledger.coverage"), anchor=False)
    values = [covered(source, at, window.now, passes, gaps) for source in sources]
    names = [volume.tick(desk, t, window) for t in at]
    said = {READ: w("ledger.read"), FAILED: w("ledger.failed"), BLIND: w("now.blind"), None: w("ledger.not_asked")}
    hover = [
        [f"{foreign(source)} · {name}: {said[v]}" for name, v in zip(names, row, strict=True)]
        for source, row in zip(sources, values, strict=True)
    ]
    figure = charts.heat(
        [str(i) for i in range(len(at))],
        list(sources),
        values,
        hover,
        SCALE,
        height=80 + (24 if len(sources) > MOST_OPEN else 40) * len(sources),
    )
    figure.update_traces(zmin=BLIND, zmax=READ)
    shown = [i for i, label in enumerate(charts.every_nth(names)) if label]
    figure.update_layout(
        xaxis={
            "type": "category",
            "tickmode": "array",
            "tickvals": [str(i) for i in shown],
            "ticktext": [names[i] for i in shown],
        },
        yaxis={"tickmode": "array", "tickvals": list(range(len(sources))), "ticktext": [plotted(name) for name in _short(sources)]},
    )
    points = frame.clickable(desk, charts.pickable(figure), "ledger.coverage", "coverage")
    st.caption(w("ledger.colours"))
    if (i := opening.place(points, "point_index", len(at) * len(sources))) is not None:
        row, column = divmod(i, len(at))
        opening.in_time(desk, [{"x": column}], at, window.now, {"source": (sources[row],)})


def _short(sources: Sequence[str], most: int = 24) -> list[str]:
    """As much of each source's id as leaves room for its row on a phone, without the word that all begin with; hovering says the whole."""
    first = {source.partition(".")[0] for source in sources}
    told = [source.partition(".")[2] or source for source in sources] if len(first) == 1 else list(sources)
    return [name if len(name) <= most else f"{name[: most - 1]}…" for name in told]


def covered(
    source: str, at: Sequence[datetime], until: datetime, passes: Sequence[Pass], gaps: Sequence[tuple[str, Gap]]
) -> list[int | None]:
    """How each stretch of time went: blind where a gap touches it, else as its passes went, None where there was none."""
    found: list[int | None] = []
    for start, end in zip(at, [*at[1:], until], strict=True):
        mine = [p for p in passes if p.source == source and start <= p.started < end]
        if any(s == source and g.since < end and start < g.until for s, g in gaps):
            found.append(BLIND)
        elif any(p.came_to_its_end for p in mine):
            found.append(READ)
        else:
            found.append(FAILED if mine else None)
    return found


def _gaps(desk: Desk, gaps: Sequence[tuple[str, Gap]]) -> None:
    w = desk.words
    st.subheader(w("ledger.gaps_list"), anchor=False)
    if not gaps:
        frame.empty(desk, "ledger.no_gaps")
        return
    rows = [(foreign(escaped(source)), _exact(desk, g.since), _exact(desk, g.until), foreign(escaped(bare(g.cause)))) for source, g in gaps]
    _wide("gaps", rows, [w("filter.source"), w("ledger.since"), w("ledger.until"), w("ledger.cause")], w("ledger.gaps_list"))


def _exact(desk: Desk, at: datetime) -> str:
    return exact(at, desk.about.zone, desk.about.calendar, desk.words)


def _passes(desk: Desk, passes: Sequence[Pass]) -> None:
    w = desk.words
    with st.expander(w("ledger.passes")):
        rows = [
            (foreign(escaped(p.source)), _exact(desk, p.started), w(f"pass.{p.state}") if w.has(f"pass.{p.state}") else p.state, *(whole(n, w) for n in (p.returned, p.stored, p.duplicates, p.refused)))
            for p in passes[:MOST_PASSES]
        ]  # fmt: skip
        columns = [
            w("filter.source"),
            w("ledger.started"),
            w("ledger.state"),
            w("ledger.returned"),
            w("ledger.stored"),
            w("ledger.duplicates"),
            w("ledger.refused"),
        ]
        _wide("passes", rows, columns, w("ledger.passes"))


if __name__ == "__main__":
    show(frame.here())
