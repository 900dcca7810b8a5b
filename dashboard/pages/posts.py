"""Posts: which posts exactly? Search, filter, read, open the original, take them along as CSV."""

from __future__ import annotations

from itertools import islice

import streamlit as st

from core.theme import Theme
from dashboard import acting, cards, exports, filters, foot, frame, going, heading, labelling, questions, sums, trusted
from dashboard.bidi import bare, escaped, foreign
from dashboard.cards import Number
from dashboard.dates import exact
from dashboard.figures import whole
from dashboard.frame import Desk
from store.query import Found

PERIODS = ("1h", "6h", "24h", "7d", "30d", "90d", "1y")
FILTERS = (*heading.FILTERS, "sentiment", "intent", "kind")
MEANS = ("posts.found", "now.negative", "now.complaints")


def show(desk: Desk) -> None:
    """The whole page. It is not redrawn by itself: who reads must not lose the line."""
    desk = heading.head(desk, "posts", PERIODS, "30d", FILTERS)
    _search(desk)
    with frame.part(desk):
        themes = _themes(desk)
        _narrowed(desk, themes)
        ids = tuple(dict.fromkeys(id for theme in themes for id in theme.evidence))
        asked = questions.posts(desk.view, desk.about, desk.window(), ids)
        _draw(desk, asked)
        labelling.draw(desk)
        foot.draw(desk, MEANS, asked)


def _search(desk: Desk) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="search"):
        st.session_state["asked"] = desk.view.q
        st.text_input(
            desk.words("posts.search"), key="asked", placeholder=desk.words("posts.search_hint"), label_visibility="collapsed", type="search",
            icon=":material/search:", on_change=_searched,
        )  # fmt: skip
        heading.segments(desk, "order", filters.ORDERS)


def _searched() -> None:
    going.change(q=st.session_state["asked"])


def _themes(desk: Desk) -> list[Theme]:
    """The themes whose posts are asked for: their ids stand in the address, commas between them."""
    asked = desk.view.theme.split(",") if desk.view.theme else []
    return [theme for theme in desk.ask.themes(None) if theme.id in asked] if asked else []


def _narrowed(desk: Desk, themes: list[Theme]) -> None:
    """What narrows the posts beyond the filters that are seen above."""
    w, zone, calendar = desk.words, desk.about.zone, desk.about.calendar
    for theme in themes:
        st.caption(w("posts.of_theme", name=foreign(escaped(bare(theme.name)))))
    if desk.view.since and desk.view.until:
        st.caption(w("posts.between", since=exact(desk.view.since, zone, calendar, w), until=exact(desk.view.until, zone, calendar, w)))


def _draw(desk: Desk, asked: questions.Posts) -> None:
    found = desk.ask.find(asked.found)
    total = _numbers(desk, asked, found)
    if not found.posts:
        frame.empty(desk, "posts.empty")
        return
    _export(desk, asked, total)
    acting.listed(desk, found.posts)
    _turn(desk, found)


def _numbers(desk: Desk, asked: questions.Posts, found: Found) -> int:
    """The numbers; returns how many posts there are, or one more than are counted."""
    w = desk.words
    complaints: dict[str, object] = {"intent": ("complaint",)}
    if not questions.is_countable(desk.view, found):
        cards.numbers(desk, [Number(key="posts.found", value=f"{whole(found.total, w)}+", delta=w("posts.many"))])
        return found.total + 1
    counts = desk.ask.count(asked.counts)
    sentiments, intents = sums.totals(counts), sums.totals(counts, 1)
    total = sum(sentiments.values())
    cards.numbers(desk, [
        Number(key="posts.found", value=whole(total, w)),
        trusted.negative(desk, sentiments, {}, ()),
        Number(key="now.complaints", value=whole(intents.get("complaint", 0), w), opens=complaints),
    ])  # fmt: skip
    return total


def _export(desk: Desk, asked: questions.Posts, total: int) -> None:
    w = desk.words

    def made() -> bytes:
        return b"".join(
            exports.as_csv(islice(desk.ask.posts(asked.found.filter), exports.MOST_ROWS), lambda post: cards.masked(post, desk))
        )

    most = w("posts.export_most", most=whole(exports.MOST_ROWS, w)) if total > exports.MOST_ROWS else None
    st.download_button(
        w("posts.export"), made, "posts.csv", "text/csv", icon=":material/download:", on_click="ignore", help=most, key="export"
    )


def _turn(desk: Desk, found: Found) -> None:
    """One screen on or back."""
    w, page = desk.words, desk.view.page
    last = max(1, -(-found.total // questions.PAGE_SIZE))
    with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center", key="turn"):
        for step, key, icon, can in ((-1, "posts.back", "arrow_back", page > 1), (1, "posts.on", "arrow_forward", page < last)):
            if step == 1:
                st.caption(
                    w("posts.page", page=whole(page, w), last=whole(last, w) + ("" if found.total_is_exact else "+")), width="content"
                )
            icon = icon if w.direction == "ltr" else {"arrow_back": "arrow_forward", "arrow_forward": "arrow_back"}[icon]
            st.button(
                w(key),
                icon=f":material/{icon}:",
                disabled=not can,
                key=f"turn_{step}",
                on_click=going.turn,
                args=(step,),
            )


if __name__ == "__main__":
    show(frame.here())
