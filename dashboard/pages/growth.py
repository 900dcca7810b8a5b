"""Growth: how do the followers of each account grow, by how much, and which polls are missing?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pandas as pd
import streamlit as st

from dashboard import cards, charts, filters, foot, frame, growing, heading, noting, opening, questions
from dashboard.bidi import escaped, foreign
from dashboard.cards import Number
from dashboard.charts import Axis, Line
from dashboard.dates import short_day
from dashboard.figures import NONE, decimal, signed, signed_percent, whole
from dashboard.frame import Desk
from dashboard.growing import Grown
from dashboard.style import ACCENT

PERIODS = ("30d", "90d", "1y")
FILTERS = ("platform", "account")
MEANS = ("growth.followers", "growth.new", "growth.best", "growth.gaps")
SCALES = ("absolute", "indexed")


def show(desk: Desk) -> None:
    """The whole page."""
    frame.live(heading.head(desk, "growth", PERIODS, "30d", FILTERS), _draw, "60s")


def _draw(desk: Desk) -> None:
    window = desk.window()
    asked = questions.growth(desk.view, desk.about, window)
    over = growing.days(window.since.astimezone(desk.about.zone).date(), desk.now.astimezone(desk.about.zone).date())
    with frame.part(desk):
        every = growing.grown(desk.ask.history(asked.history), over, desk.about.zone)
        if every:
            _numbers(desk, every)
            _story(desk, every, over)
            _multiples(desk, every, over)
        else:
            frame.empty(desk, "growth.empty")
    with frame.part(desk):
        foot.draw(desk, MEANS, asked, noting.asked(desk, over))


def _numbers(desk: Desk, every: Sequence[Grown]) -> None:
    w = desk.words
    total, all_of_them = sum(g.last or 0 for g in every), growing.together(every)
    moved = [g for g in every if g.gained is not None]
    new = sum(g.gained or 0 for g in moved) if moved else None
    start = sum(g.first or 0 for g in moved)
    change = new / start if new is not None and start else None
    best = max((g for g in moved if g.share is not None), key=lambda g: g.share or 0, default=None)
    gaps = sum(g.gaps for g in every)
    own: dict[str, object] = {"kind": ("own",)}
    cards.numbers(desk, [
        Number(key="growth.followers", value=whole(total, w), delta=signed_percent(change, w, 1) if change is not None else None, rises=cards.rises(change),
               good=change > 0 if change else None, trend=tuple(float(n) for n in all_of_them if n is not None), opens=own),
        Number(key="growth.new", value=signed(new, w), opens=own),
        Number(key="growth.best", value=signed_percent(best.share, w, 1) if best else NONE, delta=desk.account(best.account) if best else None,
               opens={**own, "account": (best.account,)} if best else None),
        Number(key="growth.gaps", value=whole(gaps, w), delta=w("growth.no_gaps") if not gaps else None, good=True, opens={}, page="ledger"),
    ])  # fmt: skip


def _story(desk: Desk, every: Sequence[Grown], over: Sequence[date]) -> None:
    story, table = st.columns([3, 2], gap="medium")
    with story:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(desk.words("growth.lines"), anchor=False, width="stretch")
            scale = heading.segments(desk, "scale", SCALES, "indexed" if len(every) > charts.MOST_COLOURED else "")
        shown = noting.marks(desk, over)
        figure = noting.drawn(desk, _lines(desk, every, over, scale), shown, over)
        *at, end = opening.midnights(desk, over)
        opening.in_time(desk, frame.clickable(desk, figure, "growth.lines_alt", "growth_lines"), at, end, {"kind": ("own",)})
        noting.listed(desk, shown)
    with table:
        st.subheader(desk.words("growth.table"), anchor=False)
        st.table(_table(desk, every), hide_index=True, border="horizontal", alt=desk.words("growth.table"))


def _lines(desk: Desk, every: Sequence[Grown], over: Sequence[date], scale: str):  # type: ignore[no-untyped-def]
    w = desk.words
    values = [growing.indexed(g.daily) if scale == "indexed" else g.daily for g in every]
    said = (lambda n: decimal(n, w)) if scale == "indexed" else (lambda n: whole(n, w))
    dates = [short_day(day, desk.about.calendar, w) for day in over]
    lines = [
        Line(name=desk.account(g.account), values=line, colour=charts.series_colour(i), dash=charts.series_dash(i),
             hover=tuple(f"{day} · {foreign(desk.account(g.account))}: {said(n)}" for day, n in zip(dates, line, strict=True)))
        for i, (g, line) in enumerate(zip(every, values, strict=True))
    ]  # fmt: skip
    return charts.lined(_days(dates), lines, _ticks(desk, values, scale))


def _days(dates: Sequence[str], about: int = 6) -> Axis:
    return Axis(at=tuple(dates), labels=charts.every_nth(dates, about))


def _ticks(desk: Desk, values: Sequence[Sequence[float | None]], scale: str, about: int = 4) -> Axis:
    known = [n for line in values for n in line if n is not None] or [0.0]
    spread = max(known) - min(known)
    least = min(known) if scale == "indexed" or spread < 0.3 * max(known) else 0.0
    steps = charts.ticks(max(known), least, about, whole=scale != "indexed")
    return Axis(
        at=tuple(steps),
        labels=charts.tick_labels(steps, desk.words),
        title=desk.words("axis.index" if scale == "indexed" else "axis.followers"),
    )


def _table(desk: Desk, every: Sequence[Grown]) -> pd.DataFrame:
    w = desk.words
    rows = [
        (_linked(desk, g.account), escaped(desk.branch(branch)) if (branch := _branch_of(desk, g.account)) else NONE, whole(g.last, w),
         signed(g.gained, w), signed_percent(g.share, w, 1))
        for g in every
    ]  # fmt: skip
    branch = w("filter.branch")
    made = pd.DataFrame(rows, columns=[w("filter.account"), branch, w("growth.now"), w("growth.change"), w("growth.percent")])
    return made if (made[branch] != NONE).any() else made.drop(columns=branch)  # many organisations have none


def _linked(desk: Desk, account: str) -> str:
    """An account's name as a link to its own posts."""
    view = filters.View(lang=desk.view.lang, period=desk.view.period, account=(account,), kind=("own",))
    return f"[{escaped(desk.account(account))}]({filters.address('posts', view)})"


def _branch_of(desk: Desk, account: str) -> str | None:
    return next((a.branch for a in desk.about.accounts if a.key == account), None)


def _multiples(desk: Desk, every: Sequence[Grown], over: Sequence[date]) -> None:
    """Small charts of the same size: one a platform, one a branch."""
    platforms = {g.account: g.account.split(":")[0] for g in every}
    branches = {g.account: branch for g in every if (branch := _branch_of(desk, g.account))}
    for key, groups, name_of in (
        ("growth.by_platform", growing.grouped(every, platforms), desk.platform), ("growth.by_branch", growing.grouped(every, branches), desk.branch),
    ):  # fmt: skip
        if len(groups) > 1:
            st.subheader(desk.words(key), anchor=False)
            _row(desk, {group: growing.together(members) for group, members in groups.items()}, over, key, name_of)


def _row(desk: Desk, groups: dict[str, growing.Daily], over: Sequence[date], key: str, name_of: Callable[[str], str]) -> None:
    w, columns = desk.words, st.columns(min(4, max(3, len(groups))), gap="medium")
    dates = [short_day(day, desk.about.calendar, w) for day in over]
    for i, (group, daily) in enumerate(groups.items()):
        name, one = name_of(group), Grown(account=group, daily=daily)
        hover = tuple(f"{day}: {whole(n, w)}" for day, n in zip(dates, daily, strict=True))
        figure = charts.lined(
            _days(dates, 2),
            [Line(name=name, values=daily, colour=ACCENT, hover=hover)],
            _ticks(desk, [daily], "absolute", 2),
            170,
            legend=False,
        )
        figure.update_layout(yaxis_title_text="")
        with columns[i % len(columns)], st.container(border=True, gap="xsmall"):
            cards.opens(desk, f"**{escaped(name)}**", {"kind": ("own",), key.removeprefix("growth.by_"): (group,)})
            st.caption(f"{whole(one.last, w)} · {signed_percent(one.share, w, 1)}")
            frame.chart(desk, figure, "growth.lines_alt", f"{key}_{i}")


if __name__ == "__main__":
    show(frame.here())
