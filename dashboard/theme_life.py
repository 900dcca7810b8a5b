"""The life of a theme: its posts in each hour, what was usual, and what the next hours may bring."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import streamlit as st

from core.theme import State, Theme
from dashboard import cards, charts, foot, frame, going, opening, questions, sums
from dashboard.bidi import bare
from dashboard.charts import Axis, Line
from dashboard.dates import clock, short_day
from dashboard.figures import decimal, whole
from dashboard.forecasting import Forecast, forecast
from dashboard.frame import Desk
from dashboard.periods import Window
from dashboard.style import NEUTRAL, RISING

HOUR = timedelta(hours=1)
BEFORE = 3 * HOUR  # drawn before the first post


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """A theme hour by hour: when each begins, its posts, when the last ends, how many are over, and the hours after those if it lives."""

    at: tuple[datetime, ...]
    posts: tuple[int, ...]
    until: datetime
    over: int
    ahead: Forecast | None = None

    @property
    def axis(self) -> tuple[datetime, ...]:
        """The hours so far and those ahead."""
        if self.ahead is None or not self.at:
            return self.at
        return tuple(self.at[0] + i * HOUR for i in range(max(len(self.at), self.over + len(self.ahead.mean))))


def draw(desk: Desk, found: Sequence[Theme], window: Window) -> None:
    """The chosen theme, or the first."""
    if not found:
        return
    w = desk.words
    names, theme = {t.id: t.name for t in found}, chosen(desk, found)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(w("themes.life"), anchor=False, width="stretch", help=w("themes.forecast_means"))
        st.session_state["choose_theme"] = theme.id
        st.selectbox(w("themes.which"), list(names), key="choose_theme", label_visibility="collapsed", width=320, format_func=lambda id: bare(names[id]),
                     on_change=going.take, args=("theme", "choose_theme"))  # fmt: skip
    posts = desk.ask.find(questions.life(theme)).posts if theme.evidence else ()
    life = lived(theme, [p.created_at for p in posts], window, desk.now)
    _chart(desk, theme, life)
    cards.opens(desk, w("posts.open"), {"theme": theme.id}, opening.ICON)


def chosen(desk: Desk, found: Sequence[Theme]) -> Theme:
    """The theme that the address names, else the first."""
    return next((t for t in found if t.id == desk.view.theme), found[0])


def asked(desk: Desk, found: Sequence[Theme]) -> dict[str, str]:
    """The query behind the life that is drawn."""
    theme = chosen(desk, found) if found else None
    return {"life": desk.ask.explain(questions.life(theme))} if theme and theme.evidence else {}


def lived(theme: Theme, times: Sequence[datetime], window: Window, now: datetime) -> Life:
    """Hour by hour: up to now while a theme lives, else to its last post. What an hour that still runs has brought foretells nothing."""
    told = max([*times, theme.updated_at]) + HOUR
    lives = theme.state != State.OVER
    until = now if lives else min(told, now)
    at = sums.starts(msgspec.structs.replace(window, bucket="hour"), min([*times, theme.first_seen]) - BEFORE, until)
    posts = [sum(start <= t < start + HOUR for t in times) for start in at]
    over = sum(start + HOUR <= now for start in at)
    return Life(at=tuple(at), posts=tuple(posts), until=until, over=over, ahead=forecast(posts[:over], theme.rate_usual) if lives else None)


def _chart(desk: Desk, theme: Theme, life: Life) -> None:
    w = desk.words
    said = [f"{short_day(t.date(), desk.about.calendar, w)} {clock(t, w)}" for t in (at.astimezone(desk.about.zone) for at in life.axis)]
    steps = charts.ticks(max([*life.posts, theme.rate_usual, *(life.ahead.high if life.ahead else ())]))
    ticks = Axis(at=tuple(steps), labels=tuple(whole(s, w) for s in steps), title=w("axis.an_hour"))
    figure = charts.lined(Axis(at=life.axis, labels=charts.every_nth(said, 4)), _lines(desk, theme, life, said), ticks, 260)
    if life.ahead:
        figure = charts.banded(figure, life.over, life.ahead.low, life.ahead.high, RISING, w("themes.band"))
    figure = charts.hatched(figure, sums.blind(life.at, life.until, foot.passes_seen(desk)), w("now.blind"))
    opening.in_time(desk, frame.clickable(desk, figure, "themes.life_alt", "themes_life"), life.at, life.until, {"theme": theme.id})


def _lines(desk: Desk, theme: Theme, life: Life, said: Sequence[str]) -> list[Line]:
    """What was found, what is usual and, dashed, what is expected."""
    w = desk.words
    rest = (None,) * (len(said) - len(life.at))
    found = tuple(f"{hour} · {w('themes.found_posts')}: {whole(n, w)}" for hour, n in zip(said, life.posts, strict=False))
    usually = f"{w('themes.usually')}: {decimal(theme.rate_usual, w)}"
    lines = [
        Line(name=w("themes.found_posts"), values=(*life.posts, *rest), colour=RISING, hover=(*found, *("" for _ in rest))),
        Line(name=w("themes.usually"), values=(theme.rate_usual,) * len(said), colour=NEUTRAL, dash="dot", hover=(usually,) * len(said)),
    ]  # fmt: skip
    return [*lines, _ahead(desk, life, life.ahead, said)] if life.ahead else lines


def _ahead(desk: Desk, life: Life, ahead: Forecast, said: Sequence[str]) -> Line:
    w = desk.words
    before = life.over
    hover = [
        w("themes.expected", hour=hour, low=whole(low, w), high=whole(high, w))
        for hour, low, high in zip(said[before:], ahead.low, ahead.high, strict=False)
    ]
    return Line(
        name=w("themes.forecast"), values=(*[None] * before, *ahead.mean), colour=RISING, dash="dash", hover=(*[""] * before, *hover)
    )
