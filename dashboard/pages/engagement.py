"""Engagement: how do people answer what the organisation publishes, which posts did best, and at which hours?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import pandas as pd
import streamlit as st

from core.account import AccountSample
from dashboard import cards, charts, engaging, filters, foot, frame, growing, heading, opening, questions, sums, trusted
from dashboard.bidi import escaped, foreign
from dashboard.cards import Number
from dashboard.charts import Axis, Line
from dashboard.dates import exact, short_day, weekday
from dashboard.figures import NONE, change, decimal, percent, whole
from dashboard.frame import Desk
from dashboard.periods import Window
from dashboard.style import ACCENT
from store.query import Count, WeekHour, WeekHours

PERIODS = ("7d", "30d", "90d", "1y")
FILTERS = ("platform", "account", "topic")
MEANS = ("engagement.posts", "engagement.interactions", "engagement.rate", "engagement.hour", "engagement.answers", "engagement.worst")
BASES = ("followers", "views")
MOST_ACCOUNTS, MOST_SLOTS = 12, 10
HOUR = timedelta(hours=1)
SCALE = ((0.0, "#EEF3F3"), (0.5, "#7FB5B1"), (1.0, ACCENT))


def show(desk: Desk) -> None:
    """The whole page."""
    frame.live(heading.head(desk, "engagement", PERIODS, "30d", FILTERS), _draw, "60s")


def _draw(desk: Desk) -> None:
    window = desk.window()
    asked = questions.engagement(desk.view, desk.about, window)
    with frame.part(desk):
        counts, history = desk.ask.count(asked.own), desk.ask.history(asked.history)
        if counts:
            _numbers(desk, asked, counts, history, window)
            _story(desk, asked, counts, growing.latest(history), window)
            _answers(desk, desk.ask.count(asked.answers))
            _hours(desk, asked.hours)
            _best_and_worst(desk, asked)
        else:
            frame.empty(desk, "engagement.empty")
    with frame.part(desk):
        foot.draw(desk, MEANS, asked)


def _numbers(desk: Desk, asked: questions.Engagement, counts: list[Count], history: list[AccountSample], window: Window) -> None:
    w, before, at = desk.words, desk.ask.count(asked.before), sums.starts(window)
    posts, was = sum(c.posts for c in counts), sum(c.posts for c in before)
    given, gave = sum(c.interactions for c in counts), sum(c.interactions for c in before)
    rate = engaging.overall(counts, growing.latest(history))
    earlier = engaging.overall(before, growing.latest(s for s in history if s.at < window.since))
    moved, more = change(rate, earlier), change(given, gave)
    best = engaging.best(desk.ask.week_hours(asked.hours))
    own: dict[str, object] = {"kind": ("own",)}
    cards.numbers(desk, [
        Number(key="engagement.posts", value=whole(posts, w), delta=cards.relative(desk, change(posts, was)), rises=cards.rises(change(posts, was)),
               trend=tuple(sums.series(counts, at)), opens=own),
        Number(key="engagement.interactions", value=whole(given, w), delta=cards.relative(desk, more), rises=cards.rises(more), good=_good(more),
               opens={**own, "order": "most"}),
        Number(key="engagement.rate", value=percent(rate, w, 3), delta=cards.relative(desk, moved), rises=cards.rises(moved), good=_good(moved), opens=own),
        Number(key="engagement.hour", value=_hour_said(desk, best) if best else NONE,
               delta=w("engagement.mean", mean=decimal(best.interactions / best.posts, w)) if best else None, opens={**own, "order": "most"}),
    ])  # fmt: skip


def _good(moved: float | None) -> bool | None:
    return moved > 0 if moved else None


def _hour_said(desk: Desk, cell: WeekHour) -> str:
    return desk.words("engagement.at", day=weekday(cell.weekday, desk.words), hour=desk.words.digits(f"{cell.hour}:00"))


def _story(desk: Desk, asked: questions.Engagement, counts: list[Count], followers: dict[str, int], window: Window) -> None:
    w, at = desk.words, sums.starts(window)
    story, beside = st.columns([3, 2], gap="medium")
    platforms = sorted({engaging.platform_of(c) for c in counts})
    with story:
        st.subheader(w("engagement.lines"), anchor=False)
        lines = [_line(desk, counts, platform, at, followers, i) for i, platform in enumerate(platforms)]
        known = [n for line in lines for n in line.values if n is not None] or [0.0]
        steps = charts.ticks(max(known), whole=False)
        ticks = Axis(at=tuple(steps), labels=tuple(percent(s, w, 2) for s in steps), title=w("axis.rate"))
        labels = charts.every_nth([short_day(t.astimezone(desk.about.zone).date(), desk.about.calendar, w) for t in at])
        figure = charts.lined(Axis(at=tuple(at), labels=labels), lines, ticks)
        figure.update_traces(marker={"size": 6, "color": None}, selected=None, unselected={"marker": {"opacity": 0.6}})
        figure = charts.hatched(figure, sums.blind(at, window.now, foot.passes_seen(desk)), w("now.blind"))
        opening.in_time(desk, frame.clickable(desk, figure, "engagement.lines_alt", "engagement_lines"), at, window.now, {"kind": ("own",)})
    with beside:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(w("engagement.accounts"), anchor=False, width="stretch")
            base = heading.segments(desk, "base", BASES)
        _rates(desk, engaging.by_followers(counts, followers) if base == "followers" else _by_views(desk, asked), base)


def _by_views(desk: Desk, asked: questions.Engagement) -> list[engaging.Rate]:
    return engaging.by_views({account: desk.ask.week_hours(question) for account, question in zip(asked.accounts, asked.seen, strict=True)})


def _line(desk: Desk, counts: list[Count], platform: str, at: Sequence[datetime], followers: dict[str, int], i: int) -> Line:
    w, name = desk.words, desk.platform(platform)
    values = engaging.line(counts, platform, at, followers)
    days = [short_day(t.astimezone(desk.about.zone).date(), desk.about.calendar, w) for t in at]
    hover = tuple(f"{day} · {foreign(name)}: {percent(n, w, 3)}" for day, n in zip(days, values, strict=True))
    return Line(name=name, values=values, colour=charts.series_colour(i), dash=charts.series_dash(i), hover=hover)


def _rates(desk: Desk, rates: list[engaging.Rate], base: str) -> None:
    w = desk.words
    st.caption(w(f"engagement.by_{base}"))
    known = sorted((r for r in rates if r.rate is not None), key=lambda r: -(r.rate or 0))
    if not known:
        frame.empty(desk, f"engagement.no_{base}")
        return
    digits = 3 if base == "followers" else 1
    hover = [
        w("engagement.hover", name=foreign(desk.account(r.account)), posts=whole(r.posts, w), interactions=whole(r.interactions, w))
        for r in known
    ]
    figure = charts.bars(
        [desk.account(r.account) for r in known],
        [r.rate for r in known],
        hover,
        [percent(r.rate, w, digits) for r in known],
        ACCENT,
        70 + 27 * len(known),
    )
    points = frame.clickable(desk, figure, "engagement.accounts", "engagement_rates")
    if (i := opening.place(points, "point_index", len(known))) is not None:
        said = f"{w('posts.open')}: {foreign(escaped(desk.account(known[i].account)))}"
        cards.opens(desk, said, {"kind": ("own",), "account": (known[i].account,)}, opening.ICON)


def _answers(desk: Desk, counts: Sequence[Count]) -> None:
    """What people write below own posts: how much, and how much of it is negative, as far as that can be known."""
    w, sizes = desk.words, sums.totals(counts)
    st.subheader(w("engagement.answers"), anchor=False, help=w("engagement.answers_means"))
    rows = [
        (
            _linked(desk, account),
            whole(sizes[account], w),
            trusted.of_part(desk, sums.totals([c for c in counts if c.keys[0] == account], 1)),
        )
        for account in sorted(sizes, key=lambda a: -sizes[a])[:MOST_ACCOUNTS]
    ]
    if not rows:
        frame.empty(desk, "engagement.no_answers")
        return
    columns = [w("filter.account"), w("engagement.answers"), w("now.negative")]
    st.table(pd.DataFrame(rows, columns=columns), hide_index=True, border="horizontal", alt=w("engagement.answers"))
    st.caption(trusted.why(desk))


def _linked(desk: Desk, account: str) -> str:
    """An account's name as a link to what people wrote below its posts."""
    view = msgspec.structs.replace(desk.view, account=(account,), branch=(), kind=questions.ANSWERS)
    return f"[{escaped(desk.account(account))}]({filters.address('posts', view)})"


def _hours(desk: Desk, asked: WeekHours) -> None:
    w, cells = desk.words, desk.ask.week_hours(asked)
    st.subheader(w("engagement.hours"), anchor=False)
    first = _first_day(desk)
    order = [(first + i) % 7 for i in range(7)]
    means, posts = engaging.means(cells), {(c.weekday, c.hour): c.posts for c in cells}
    days, hours = [weekday(d, w) for d in order], [w.digits(str(h)) for h in range(24)]
    hover = [[w("engagement.cell", day=weekday(d, w), hour=w.digits(f"{h}:00"), mean=decimal(means[d][h], w), posts=whole(posts.get((d, h), 0), w)) for h in range(24)]
             for d in order]  # fmt: skip
    if not any(n is not None for row in means for n in row):
        frame.empty(desk, "engagement.few_hours")
        return
    figure = charts.pickable(charts.heat(hours, days, [means[d] for d in order], hover, SCALE, height=280))
    figure.update_layout(xaxis_type="category")
    picked = opening.place(frame.clickable(desk, figure, "engagement.hours_alt", "engagement_hours"), "point_index", 7 * 24)
    if picked is not None:
        _slots(desk, asked, order[picked // 24], picked % 24)


def _slots(desk: Desk, asked: WeekHours, day: int, hour: int) -> None:
    """Offer the posts of each time at which that hour of the week came, those that did best first."""
    w, zone = desk.words, desk.about.zone
    found = engaging.at_hour(desk.ask.count(questions.slots(asked)), day, hour, zone)
    if found:
        st.caption(f"{w('engagement.hour_posts')}: {weekday(day, w)} {w.digits(f'{hour}:00')}")
    for start, posts, interactions in found[:MOST_SLOTS]:
        at = exact(start, zone, desk.about.calendar, w)
        said = w("engagement.slot", at=at, posts=whole(posts, w), interactions=whole(interactions, w))
        cards.opens(desk, said, {"kind": ("own",), "since": start, "until": start + HOUR, "order": "most"}, opening.ICON)


def _first_day(desk: Desk) -> int:
    """The week begins after the week-end."""
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return (max((names.index(d) for d in desk.about.weekend), default=6) + 1) % 7


def _best_and_worst(desk: Desk, asked: questions.Engagement) -> None:
    columns = st.columns(2, gap="medium")
    for column, key, question in zip(columns, ("best", "worst"), (asked.best, asked.worst), strict=True):
        with column:
            st.subheader(
                desk.words(f"engagement.{key}"), anchor=False, help=desk.words("engagement.worst_means") if key == "worst" else None
            )
            for post in desk.ask.find(question).posts:
                cards.post_card(desk, post)


if __name__ == "__main__":
    show(frame.here())
