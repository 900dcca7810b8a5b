"""Themes: what is spoken of, where, and is it more than usual?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import msgspec
import pandas as pd
import streamlit as st

from core.post import Post
from core.theme import Theme
from dashboard import (
    behind,
    cards,
    charts,
    filters,
    foot,
    frame,
    heading,
    opening,
    questions,
    sums,
    theme_judging,
    theme_life,
    trusted,
    volume,
)
from dashboard.bidi import escaped, foreign
from dashboard.cards import Number
from dashboard.figures import NONE, decimal, whole
from dashboard.frame import Desk
from dashboard.periods import Window
from dashboard.style import RISING
from dashboard.sums import Rise
from store.query import Count

PERIODS = ("24h", "7d", "30d", "90d")
MEANS = (
    "themes.emerging",
    "themes.complaints",
    "themes.above",
    "themes.right",
    "themes.cell",
    "theme.rate_of",
    "theme.probability_of",
    "themes.forecast",
)
ALIVE = ("rising", "height")
SHOWS = ("all", "complaint")
RETOLD = 0.7  # of the words of two texts, the shared part from which one says nothing beside the other
MOST_CARDS, MOST_PLACES, MOST_TOPICS, MOST_CELLS = 4, 12, 6, 6
SCALE = ((0.0, "#2E7FB8"), (0.5, "#F3F5F5"), (1.0, RISING))


def show(desk: Desk) -> None:
    """The whole page."""
    frame.live(heading.head(desk, "themes", PERIODS, "7d"), _draw, "30s")


def _draw(desk: Desk) -> None:
    window = desk.window()
    asked = questions.themes(desk.view, desk.about, window)
    with frame.part(desk):
        found = [t for t in desk.ask.themes(window.since) if _matches(desk, t)]
        cells = sums.rises(desk.ask.count(asked.cells), [desk.ask.count(q) for q in asked.usual])
        topics = sums.rises(desk.ask.count(asked.topics), [desk.ask.count(q) for q in asked.topics_usual])
        judged = theme_judging.read(desk, found)
        _numbers(desk, found, topics, judged)
        story, act = st.columns([2, 1], gap="medium")
        with story:
            _map(desk, cells)
            _table(desk, [*sums.risen(cells)[:MOST_CELLS], *topics])
        with act:
            _cards(desk, found, judged)
    with frame.part(desk):
        theme_life.draw(desk, found, window)
    with frame.part(desk):
        _each_topic(desk, desk.ask.count(asked.sentiments), window)
    with frame.part(desk):
        foot.draw(desk, MEANS, asked, behind.themes(desk, window.since) | theme_life.asked(desk, found))


def _matches(desk: Desk, theme: Theme) -> bool:
    view = desk.view
    return not theme.merged_into and (not view.topic or theme.topic in view.topic) and (not view.place or theme.place in view.place)


def _numbers(desk: Desk, found: Sequence[Theme], topics: Sequence[Rise], judged: theme_judging.Judgements) -> None:
    w = desk.words
    alive = [t for t in found if t.state.value in ALIVE]
    complaints = [t for t in found if t.is_complaint]
    above = sums.risen(topics)
    cards.numbers(desk, [
        Number(key="themes.emerging", value=whole(len(alive), w), opens=_opening(alive)),
        Number(key="themes.complaints", value=whole(len(complaints), w), opens=_opening(complaints)),
        Number(key="themes.above", value=whole(len(above), w), opens={"topic": tuple(r.keys[0] for r in above)} if above else None),
        theme_judging.number(desk, judged),
    ])  # fmt: skip


def _opening(themes: Sequence[Theme]) -> dict[str, object] | None:
    """What opens the posts of all these themes."""
    return {"theme": ",".join(t.id for t in themes)} if themes else None


def _map(desk: Desk, cells: Sequence[Rise]) -> None:
    w = desk.words
    st.subheader(w("themes.map"), anchor=False, help=w("themes.cell_means"))
    places = _busiest([r for r in cells if r.now], 1, MOST_PLACES)
    topics = _busiest([r for r in cells if r.now], 0, 15)
    if not places:
        frame.empty(desk, "themes.no_places")
        return
    found = {r.keys: r for r in cells}
    rows = [[found.get((t, p)) for p in places] for t in topics]
    values = [[_strength(r) for r in row] for row in rows]
    hover = [[_cell(desk, t, p, found.get((t, p))) for p in places] for t in topics]
    texts = [[whole(r.now, w) if r else "" for r in row] for row in rows]
    figure = charts.heat(
        [desk.place(p) for p in places], [desk.topic(t) for t in topics], values, hover, SCALE, 0.0, 90 + 34 * len(topics), texts
    )
    figure = charts.pickable(figure.update_traces(zmin=-2, zmax=2))
    _follow(desk, frame.clickable(desk, figure, "themes.map_alt", "themes_map"), topics, places)


def _strength(rise: Rise | None) -> float | None:
    """How many times the usual as a power of two; 0 where nothing earlier says what is usual, None where there is nothing."""
    if rise is None or rise.now + (rise.usual or 0) < 1:
        return None
    return 0.0 if rise.times is None else math.log2(rise.times)


def _follow(desk: Desk, points: opening.Points, topics: Sequence[str], places: Sequence[str]) -> None:
    """Offer the posts of the cell that was clicked."""
    i = opening.place(points, "point_index", len(topics) * len(places))
    if i is not None:
        row, column = divmod(i, len(places))
        said = f"{desk.words('posts.open')}: {escaped(desk.topic(topics[row]))} · {escaped(desk.place(places[column]))}"
        cards.opens(desk, said, {"topic": (topics[row],), "place": (places[column],)}, ":material/arrow_outward:")


def _busiest(cells: Sequence[Rise], of: int, most: int) -> list[str]:
    sizes: dict[str, int] = {}
    for r in cells:
        sizes[r.keys[of]] = sizes.get(r.keys[of], 0) + r.now
    return sorted(sizes, key=lambda key: -sizes[key])[:most]


def _cell(desk: Desk, topic: str, place: str, rise: Rise | None) -> str:
    now, usual = (rise.now, rise.usual) if rise else (0, 0.0)
    return f"{foreign(desk.topic(topic))} · {foreign(desk.place(place))}\n" + _against(desk, now, usual)


def _against(desk: Desk, now: int, usual: float | None) -> str:
    return desk.words("now.against_usual", now=whole(now, desk.words), usual=decimal(usual, desk.words))


def _table(desk: Desk, found: Sequence[Rise]) -> None:
    """What rose: first a topic in a place, then the topics everywhere."""
    w = desk.words
    st.subheader(w("themes.topics"), anchor=False)
    rows = [(_linked(desk, r.keys), whole(r.now, w), decimal(r.usual, w), _times(desk, r)) for r in found if r.now]
    if rows:
        columns = [w("filter.topic"), w("now.posts"), w("themes.usually"), w("themes.times")]
        st.table(pd.DataFrame(rows[:20], columns=columns), hide_index=True, border="horizontal", alt=w("themes.topics"))
    else:
        frame.empty(desk, "now.empty")


def _times(desk: Desk, rise: Rise) -> str:
    said = f"×{decimal(rise.times, desk.words)}" if rise.times is not None else NONE
    return f":orange[**{said}**]" if sums.risen([rise]) else said


def _linked(desk: Desk, keys: tuple[str, ...]) -> str:
    """A topic, or a topic in a place, as a link to its posts."""
    topic, *place = keys
    view = msgspec.structs.replace(desk.view, topic=(topic,), place=tuple(place) or desk.view.place, theme="")
    said = " · ".join([escaped(desk.topic(topic)), *(escaped(desk.place(p)) for p in place)])
    return f"[{said}]({filters.address('posts', view)})"


def _cards(desk: Desk, found: Sequence[Theme], judged: theme_judging.Judgements) -> None:
    """All themes or those of complaints, a screen at a time."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(desk.words("themes.found"), anchor=False, width="stretch")
        show = heading.segments(desk, "show", SHOWS) if found else SHOWS[0]
    themes = ordered(found, judged, show == "complaint")
    first = MOST_CARDS * (min(desk.view.page, max(1, -(-len(themes) // MOST_CARDS))) - 1)
    for theme in themes[first : first + MOST_CARDS]:
        cards.theme_card(desk, theme, varied(desk.ask.get(theme.evidence[:40]), 3), partial(theme_judging.draw, desk, judged, theme))
    if not themes:
        frame.empty(desk, "now.nothing_rises")
    cards.turn(desk, first > 0, len(themes) > first + MOST_CARDS)


def ordered(found: Sequence[Theme], judged: theme_judging.Judgements, complaints_only: bool) -> list[Theme]:
    """Those that live first, those that somebody muted last."""
    themes = [t for t in found if t.is_complaint or not complaints_only]
    return sorted(themes, key=lambda t: (judged.is_muted(t.id), t.state.value not in ALIVE))


def varied(posts: Sequence[Post], most: int) -> list[Post]:
    """At most so many of `posts`, those that differ most in their words: each next one shares least with those chosen, and none retells one."""
    left, chosen = list(posts), []  # type: ignore[var-annotated]
    while left and len(chosen) < most:
        chosen.append(min(left, key=lambda p: max((_alike(p, c) for c in chosen), default=0.0)))
        left = [p for p in left if not _retells(p, chosen[-1])]
    return chosen


def _retells(one: Post, other: Post) -> bool:
    """Whether they are the same text, a repost, or one with a few words changed."""
    group = {one.id, one.copy_of} & {other.id, other.copy_of} - {None}
    return bool(group) or one.text == other.text or _alike(one, other) >= RETOLD


def _alike(one: Post, other: Post) -> float:
    a, b = set(one.text.lower().split()), set(other.text.lower().split())
    return len(a & b) / max(1, len(a | b))


def _each_topic(desk: Desk, counts: Sequence[Count], window: Window) -> None:
    """The topics most spoken of, each over time by sentiment, small and of the same size."""
    sizes = sums.totals(counts)
    busiest = sorted((t for t in sizes if t), key=lambda t: -sizes[t])[:MOST_TOPICS]
    if not busiest:
        return
    st.subheader(desk.words("themes.over_time"), anchor=False)
    st.caption(trusted.why(desk))
    columns = st.columns(3, gap="medium")
    for i, topic in enumerate(busiest):
        with columns[i % 3], st.container(border=True, gap="xsmall"):
            mine = [c for c in counts if c.keys[0] == topic]
            cards.opens(desk, f"**{escaped(desk.topic(topic))}** · {whole(sizes[topic], desk.words)}", {"topic": (topic,)})
            st.caption(
                f"{desk.words('now.negative')}: {trusted.of_part(desk, sums.totals(mine, 1))}", help=desk.words("now.negative_means")
            )
            volume.draw(desk, mine, window, f"topic_{topic}", 170, True, {"topic": (topic,)})


if __name__ == "__main__":
    show(frame.here())
