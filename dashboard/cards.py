"""A number, a post and a theme, as they are drawn on every page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import msgspec
import streamlit as st

from core.post import METRICS, Post, correction
from core.theme import Theme
from dashboard import filters, going
from dashboard.bidi import bare, escaped, foreign, isolate
from dashboard.dates import ago, exact
from dashboard.figures import NONE, decimal, half_width, percent, share, signed_decimal, signed_percent, whole
from dashboard.frame import Desk

ICONS = {
    "likes": "favorite",
    "replies": "mode_comment",
    "reposts": "repeat",
    "quotes": "format_quote",
    "views": "visibility",
    "saves": "bookmark",
}
KIND_ICONS = {
    "own": "campaign",
    "mention": "alternate_email",
    "comment": "mode_comment",
    "reply": "reply",
    "direct": "mail",
    "report": "assignment",
    "call": "call",
}
STATES = {
    "rising": ":orange[:material/trending_up:]",
    "height": ":red[:material/vertical_align_top:]",
    "fading": ":gray[:material/trending_down:]",
    "over": ":gray[:material/check:]",
}
BADGES = {"negative": "red", "neutral": "gray", "positive": "blue", "unsure": "orange"}


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """One number of a page's head. `good`: whether the change is good for people; None: neither."""

    key: str  # of the translations: <key> is its name, <key>_means its definition
    value: str
    delta: str | None = None
    rises: bool | None = None
    good: bool | None = None
    trend: tuple[float, ...] = ()
    opens: dict[str, object] | None = None  # changes of the view that show what it counts; None: it has nothing to show
    page: str = "posts"  # which shows it
    link: str = ""  # of the translations: what the link to it says; empty: <page>.open


def numbers(desk: Desk, shown: Sequence[Number]) -> None:
    """At most four numbers in a row; each opens its posts."""
    with st.container(key="numbers"):
        for column, number in zip(st.columns(len(shown)), shown, strict=True):
            with column, st.container(border=True, height="stretch", gap="xsmall", key=f"number_{number.key.replace('.', '_')}"):
                _number(desk, number)


def _number(desk: Desk, number: Number) -> None:
    colour = "gray" if number.good is None else "green" if number.good else "red"
    arrow = "off" if number.rises is None else "up" if number.rises else "down"
    st.metric(
        desk.words(number.key), number.value, number.delta, delta_color=colour, delta_arrow=arrow, help=desk.words(f"{number.key}_means"),
        chart_data=list(number.trend) if len(number.trend) > 1 else None, chart_type="area",
    )  # fmt: skip
    if number.opens is not None:
        opens(desk, desk.words(number.link or f"{number.page}.open"), number.opens, page=number.page)


def negative(desk: Desk, here: dict[str, int], was: dict[str, int], trend: tuple[int, ...]) -> Number:
    """The share of negative posts among those with a sentiment, ± half of its 95 % interval."""
    w = desk.words
    part, of = here.get("negative", 0), sum(here.get(s, 0) for s in filters.SENTIMENTS[:3])
    now, before = share(part, of), share(was.get("negative", 0), sum(was.get(s, 0) for s in filters.SENTIMENTS[:3]))
    value = NONE if now is None else w("figure.give_or_take", value=percent(now, w), half=percent(half_width(part, of), w))
    moved = now - before if now is not None and before is not None else None
    delta = w("figure.points", points=signed_decimal(moved * 100, w)) if moved is not None else None
    return Number(key="now.negative", value=value, delta=delta, rises=rises(moved), good=moved < 0 if moved else None, trend=trend,
                  opens={"sentiment": ("negative",)})  # fmt: skip


def relative(desk: Desk, moved: float | None) -> str | None:
    """A relative change as it is written below a number."""
    return None if moved is None else signed_percent(moved, desk.words)


def rises(moved: float | None) -> bool | None:
    """Which way the arrow points; None: no arrow."""
    return moved > 0 if moved else None


def opens(desk: Desk, said: str, changes: dict[str, object], icon: str | None = None, page: str = "posts") -> None:
    """A link to the posts that a number counts, or to another page that shows them; `said` is ours or escaped."""
    view = msgspec.structs.replace(desk.view, **{"page": 1, "order": "", **changes})
    st.page_link(f"pages/{page}.py", label=said, icon=icon, query_params=filters.write(view))


def post_card(desk: Desk, post: Post, acts: Callable[[], None] | None = None) -> None:
    """One post as it was published, in its own direction, with what is understood of it; `acts` draws what may be done with it."""
    with st.container(border=True, gap="xsmall"):
        st.caption(_heading(desk, post), help=exact(post.created_at, desk.about.zone, desk.about.calendar, desk.words))
        if post.deleted_at:
            st.markdown(f":gray[{desk.words('post.deleted')}]")
        else:
            st.text(isolate(masked(post, desk)))
        if badges := _badges(desk, post):
            st.markdown(badges)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(_metrics(desk, post) or "\u200b", width="stretch")
            if address := safe_address(post.url):
                st.link_button(desk.words("post.original"), address, type="tertiary", icon=":material/open_in_new:")
            if acts:
                acts()


def masked(post: Post, desk: Desk) -> str:
    """The text with personal data named instead of shown."""
    text = post.text
    for span in sorted(post.private, key=lambda s: s.start, reverse=True):
        key = f"private.{span.kind}"
        said = desk.words(key) if desk.words.has(key) else desk.words("private.other")
        text = f"{text[: span.start]}[{said}]{text[span.end :]}"
    return text


def safe_address(url: str | None) -> str | None:
    """`url` if it leads to a web page, else None."""
    try:
        parts = urlsplit(url or "")
    except ValueError:  # such as a bracket without its other half
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def _heading(desk: Desk, post: Post) -> str:
    author = post.author
    name = (author.name or author.handle) if author else None
    handle = f" \u2066{escaped('@' + bare(author.handle))}\u2069" if author and author.handle and author.name else ""
    said = f"**{foreign(escaped(bare(name)))}**{handle}" if name else f"**{desk.words('post.somebody')}**"
    icon = f":material/{KIND_ICONS[post.kind.value]}:"
    return " · ".join([f"{icon} {said}", desk.platform(post.platform), ago(post.created_at, desk.now, desk.words)])


def _badges(desk: Desk, post: Post) -> str:
    found = []
    if post.sentiment:
        label = post.sentiment.label
        found.append(f":{BADGES.get(label, 'gray')}-badge[{desk.words(f'sentiment.{label}')}]")
    if post.intent and post.intent.label != "other":
        found.append(f":{'orange' if post.intent.label == 'complaint' else 'gray'}-badge[{desk.words(f'intent.{post.intent.label}')}]")
    found += [f":green-badge[{escaped(desk.topic(c.label))}]" for c in post.topics[:3]]
    found += [f":violet-badge[:material/location_on: {escaped(desk.place(c.label))}]" for c in post.places[:2]]
    if any(correction(claim) for claim in (post.language, post.sentiment, post.intent, post.topics, post.places)):
        found.append(f":gray-badge[:material/how_to_reg: {desk.words('post.corrected')}]")
    return " ".join(found)


def _metrics(desk: Desk, post: Post) -> str:
    told = [(name, n) for name in METRICS if (n := getattr(post, name)) is not None]
    return "  ".join(f":material/{ICONS[name]}: {whole(n, desk.words)}" for name, n in told)


def theme_card(desk: Desk, theme: Theme, samples: Sequence[Post], acts: Callable[[], None] | None = None) -> None:
    """One emerging theme: what, where, how many by how many, since when, now against usual, how sure, and three posts; `acts` draws
    what was said of it and may be done about it.
    """
    w = desk.words
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"{STATES[theme.state.value]} **{foreign(escaped(bare(theme.name)))}**")
        where = [desk.place(theme.place)] if theme.place else []
        where += [desk.topic(theme.topic)] if theme.topic else []
        st.caption(" · ".join([w(f"state.{theme.state.value}"), *map(escaped, where)]))
        st.markdown(w("theme.size", posts=whole(theme.posts, w), authors=whole(theme.authors, w), since=ago(theme.first_seen, desk.now, w)))
        st.markdown(w("theme.rate", now=decimal(theme.rate_now, w), usual=decimal(theme.rate_usual, w)))
        if theme.probability is not None:
            st.caption(w("theme.probability", share=percent(theme.probability, w)))
        for post in samples:
            st.text(isolate(_short(masked(post, desk))))
        opens(desk, w("posts.open"), {"theme": theme.id}, ":material/arrow_outward:")
        if acts:
            acts()


def turn(desk: Desk, can_back: bool, can_on: bool) -> None:
    """Buttons to the screen before and to the next, where there is either."""
    if not (can_back or can_on):
        return
    with st.container(horizontal=True, horizontal_alignment="center", key="turn"):
        for name, step, can in (("posts.back", -1, can_back), ("posts.on", 1, can_on)):
            st.button(desk.words(name), key=f"turn_{step}", disabled=not can, type="tertiary", on_click=going.turn, args=(step,))


def _short(text: str, most: int = 140) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
