"""Now: what do people say at this hour, is it worse than before, and what is rising?"""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboard import acting, behind, cards, case_numbers, foot, frame, heading, questions, sums, trusted, volume
from dashboard.bidi import escaped
from dashboard.cards import Number
from dashboard.figures import change, whole
from dashboard.frame import Desk
from dashboard.periods import Window

PERIODS = ("1h", "6h", "24h", "7d")
MEANS = ("now.posts", "now.negative", "now.open", "now.first_answer", "now.rising")
MOST_CARDS = 3
FIRST_THEMES = timedelta(days=7)  # themes raised longer ago are not news


def show(desk: Desk) -> None:
    """The whole page."""
    frame.live(heading.head(desk, "now", PERIODS, "24h"), _draw)


def _draw(desk: Desk) -> None:
    window = desk.window()
    asked = questions.now(desk.view, desk.about, window)
    with frame.part(desk):
        _numbers(desk, asked, window)
    story, act = st.columns([2, 1], gap="medium")
    with story, frame.part(desk):
        st.subheader(desk.words("now.volume"), anchor=False)
        volume.draw(desk, desk.ask.count(asked.volume), window, "volume")
    with act, frame.part(desk):
        _rising(desk, asked)
    with frame.part(desk):
        _newest(desk, asked)
    with frame.part(desk):
        foot.draw(desk, MEANS, asked, behind.themes(desk, desk.now - FIRST_THEMES) | case_numbers.asked(desk, window))


def _numbers(desk: Desk, asked: questions.Now, window: Window) -> None:
    at = sums.starts(window)
    heard, before = desk.ask.count(asked.volume), desk.ask.count(asked.before)
    here, was = sums.totals(heard), sums.totals(before)
    cards.numbers(desk, [
        _posts(desk, sum(here.values()), sum(was.values()), sums.series(heard, at)),
        trusted.negative(desk, here, was, tuple(sums.series(heard, at, "negative"))),
        *case_numbers.numbers(desk, window),
    ])  # fmt: skip
    st.caption(trusted.why(desk))


def _posts(desk: Desk, now: int, before: int, trend: list[int]) -> Number:
    moved = change(now, before)
    return Number(
        key="now.posts",
        value=whole(now, desk.words),
        delta=cards.relative(desk, moved),
        rises=cards.rises(moved),
        trend=tuple(trend),
        opens={},
    )


def _rising(desk: Desk, asked: questions.Now) -> None:
    w = desk.words
    st.subheader(w("now.rising"), anchor=False)
    found = [t for t in desk.ask.themes(desk.now - FIRST_THEMES) if t.state.value in ("rising", "height") and not t.merged_into]
    for theme in found[:MOST_CARDS]:
        cards.theme_card(desk, theme, desk.ask.get(theme.evidence[:1]))
    topics = sums.risen(sums.rises(desk.ask.count(asked.topics), [desk.ask.count(q) for q in asked.usual]))
    for rise in topics[: MOST_CARDS - len(found[:MOST_CARDS]) + 2]:
        _risen(desk, rise)
    if not found and not topics:
        frame.empty(desk, "now.nothing_rises")


def _risen(desk: Desk, rise: sums.Rise) -> None:
    w = desk.words
    with st.container(border=True, gap="xsmall", horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{escaped(desk.topic(rise.keys[0]))}**  \n" + w("now.against_usual", now=whole(rise.now, w), usual=whole(rise.usual, w)),
            width="stretch",
        )
        cards.opens(desk, w("posts.open"), {"topic": (rise.keys[0],)})


def _newest(desk: Desk, asked: questions.Now) -> None:
    st.subheader(desk.words("now.newest"), anchor=False)
    found = desk.ask.find(asked.newest)
    acting.listed(desk, found.posts, columns=2)
    if not found.posts:
        frame.empty(desk, "now.empty")


if __name__ == "__main__":
    show(frame.here())
