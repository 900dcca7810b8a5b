"""Labelling a small random sample: one post at a time, one tap each, without seeing what the model said."""

from __future__ import annotations

from datetime import datetime, timedelta

import streamlit as st

from cases import sampling
from cases.roles import Person, Right, may
from cases.sampling import FIRST, UNCLEAR, WEEKLY
from core.post import Post
from core.shares import CLASSES
from dashboard import cards, casework, signing, trusted
from dashboard.bidi import isolate
from dashboard.figures import whole
from dashboard.frame import Desk
from dashboard.periods import midnight
from store.query import Count, CountPosts, Filter, FindPosts

SPAN = 28  # whole days of posts that a sample is drawn from
READY = 5  # posts looked up ahead of the one that is shown
ICONS = {"negative": "sentiment_dissatisfied", "neutral": "sentiment_neutral", "positive": "sentiment_satisfied", UNCLEAR: "help"}


def draw(desk: Desk) -> None:
    """The part of a page: what the share of negatives stands on, and for who may, the next post to label."""
    w = desk.words
    with st.expander(w("trusted.title"), icon=":material/balance:", key="trusted", expanded=st.session_state.get("labelling", False)):
        st.markdown(trusted.why(desk))
        if not st.toggle(w("labelling.open"), key="labelling", help=w("labelling.means", first=whole(FIRST, w), weekly=whole(WEEKLY, w))):
            return
        casework.say(desk)
        person = signing.who(desk)
        if person and may(person, Right.TRIAGE):
            _next(desk, person)
        else:
            st.info(w("labelling.sign_in"), icon=":material/key:")
        trusted.table(desk)


def _next(desk: Desk, person: Person) -> None:
    w, store = desk.words, casework.opened(desk)
    done = sampling.labels(store)
    left = sampling.wanted(done, casework.at(desk))
    if not left:
        st.success(w("labelling.enough", weekly=whole(WEEKLY, w)), icon=":material/check:")
        return
    post = drawn(desk, {line.post for line in done}, left)
    if post is None:
        st.info(w("labelling.nothing"), icon=":material/hourglass_empty:")
        return
    st.caption(w("labelling.left", left=whole(left, w)))
    with st.container(border=True):
        st.text(isolate(cards.masked(post, desk)))
    with st.container(horizontal=True):
        for said in (*CLASSES, UNCLEAR):
            name = w(f"sentiment.{said}") if said else w("labelling.unclear")
            st.button(
                name, key=f"label_{said or 'unclear'}", icon=f":material/{ICONS[said]}:", on_click=_label, args=(desk, person, post, said)
            )


def _label(desk: Desk, person: Person, post: Post, said: str) -> None:
    casework.do(desk, lambda: sampling.label(casework.opened(desk), person, post, said, casework.at(desk)), "labelling.done")
    trusted.forget()


def drawn(desk: Desk, done: set[str], left: int) -> Post | None:
    """The next post of the sample: of those written in the SPAN days before today, each as likely as any other, in an order fixed for the day."""
    today = midnight(desk.now, desk.about.timezone)
    hours = _hours(desk, today - timedelta(days=SPAN), today) or _hours(desk, today, desk.now)  # on the first day there is nothing older
    total = sum(hour.posts for hour in hours)
    seed = f"{desk.about.id} {today.isoformat()}"
    for place in sampling.positions(seed, total, left + len(done) + READY):
        post = _at(desk, hours, place)
        if post and post.id not in done and post.sentiment and not post.deleted_at:
            return post
    return None


def _hours(desk: Desk, since: datetime, until: datetime) -> list[Count]:
    """Posts by hour, the first hour first."""
    asked = CountPosts(filter=Filter(since=since, until=until), bucket="hour", timezone="UTC")
    return sorted((line for line in desk.ask.count(asked) if line.start), key=lambda line: line.start or since)


def _at(desk: Desk, hours: list[Count], place: int) -> Post | None:
    """The post at this place, counted from the oldest."""
    for hour in hours:
        if place < hour.posts and hour.start:
            within = Filter(since=hour.start, until=hour.start + timedelta(hours=1))
            found = desk.ask.find(FindPosts(filter=within, order="oldest", limit=1, offset=place)).posts
            return found[0] if found else None
        place -= hour.posts
    return None
