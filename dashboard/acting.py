"""What those who signed in may do with a post they read: say what it really is, or open it as a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec
import streamlit as st

from cases import corrections, triage
from cases.corrections import SEVERAL, Field
from cases.joining import ASKING
from cases.roles import Person, Right, may
from core.post import Kind, Post
from dashboard import cards, casework, filters, heading, signing
from dashboard.bidi import isolate
from dashboard.filters import View
from dashboard.frame import Desk

FILTER = {"language": "tongue", "sentiment": "sentiment", "intent": "intent", "topics": "topic", "places": "place"}
"""Under which filter's name a field and its labels are spoken of."""


class Hand(msgspec.Struct, frozen=True, kw_only=True):
    """Who may act on the posts that are shown, and to which case each of them belongs."""

    person: Person
    cases: Mapping[str, str]  # post → case


def listed(desk: Desk, posts: Sequence[Post], columns: int = 1) -> None:
    """The cards of posts in so many columns; for those who may act, as people corrected them and with what may be done."""
    hand = _hand(desk, posts)
    if hand:
        casework.say(desk)
    shown = _corrected(desk, posts) if hand else posts
    beside = st.columns(columns, gap="medium") if columns > 1 else [st.container()]
    for i, post in enumerate(shown):
        with beside[i % columns]:
            cards.post_card(desk, post, partial(_buttons, desk, hand, post) if hand else None)
    if hand:
        _dialog(desk, hand, shown)


def _hand(desk: Desk, posts: Sequence[Post]) -> Hand | None:
    person = signing.who(desk)
    if person is None or not may(person, Right.TRIAGE):
        return None
    return Hand(person=person, cases=triage.cases_of(casework.opened(desk), [post.id for post in posts]))


def _corrected(desk: Desk, posts: Sequence[Post]) -> list[Post]:
    said = corrections.of(casework.opened(desk), [post.id for post in posts])
    return [corrections.corrected(post, said.get(post.id, ())) for post in posts]


def _buttons(desk: Desk, hand: Hand, post: Post) -> None:
    if post.deleted_at:
        return
    _button(desk, "correct", "edit", post)
    if case := hand.cases.get(post.id):
        params = filters.write(View(lang=desk.words.language, case=case))
        st.page_link("pages/complaints.py", label=desk.words("post.case"), icon=":material/support_agent:", query_params=params)
    elif post.kind != Kind.OWN:
        _button(desk, "open_case", "add_task", post)


def _button(desk: Desk, what: str, icon: str, post: Post) -> None:
    st.button(
        desk.words(f"{what}.do"),
        key=f"{what}_{post.id}",
        icon=f":material/{icon}:",
        type="tertiary",
        on_click=_choose,
        args=(what, post.id),
    )


def _choose(what: str, post: str) -> None:
    st.session_state["acting"] = (what, post)


def _put_away() -> None:
    st.session_state.pop("acting", None)


def _dialog(desk: Desk, hand: Hand, posts: Sequence[Post]) -> None:
    """The dialog that was asked for. A live part draws it again each time, so it stays until it is put away."""
    what, id = st.session_state.get("acting", ("", ""))
    if post := next((post for post in posts if post.id == id), None):
        form = {"correct": _correct, "open_case": _open_case}[what]
        st.dialog(desk.words(f"{what}.title"), on_dismiss=_put_away)(partial(form, desk, hand, post))()


def _correct(desk: Desk, hand: Hand, post: Post) -> None:
    """What the post is now, to be set right; a field that is left empty where one must be chosen stays as it is."""
    _end_if_done()
    w, known = desk.words, corrections.choices(desk.about)
    st.text(isolate(cards.masked(post, desk)))
    with st.form(f"correct_form_{post.id}", border=False):
        for field, labels in known.items():
            if labels:
                _choice(desk, post, field, labels)
        st.caption(w("correct.says"))
        st.form_submit_button(w("correct.keep"), type="primary", on_click=_keep, args=(desk, hand, post))


def _choice(desk: Desk, post: Post, field: Field, labels: Sequence[str]) -> None:
    name, key = FILTER[field], f"correct_{field}_{post.id}"
    said, format_func = desk.words(f"filter.{name}"), partial(heading.named, desk, name)
    stands = [label for label in corrections.labels_of(post, field) if label in labels]
    if field in SEVERAL:
        st.multiselect(said, labels, stands, key=key, format_func=format_func, placeholder=desk.words("filter.without"))
    else:
        st.selectbox(said, labels, labels.index(stands[0]) if stands else None, key=key, format_func=format_func, placeholder="")


def _keep(desk: Desk, hand: Hand, post: Post) -> None:
    """Runs before the page is drawn, so that the card shows it."""
    said = {field: _said(st.session_state.get(f"correct_{field}_{post.id}")) for field in corrections.FIELDS}
    given: dict[Field, tuple[str, ...]] = {field: labels for field, labels in said.items() if labels is not None}
    store = casework.opened(desk)
    casework.do(desk, lambda: corrections.correct(store, hand.person, post, given, casework.at(desk), desk.about), "correct.done")
    _put_away()


def _said(chosen: str | list[str] | None) -> tuple[str, ...] | None:
    """What a widget says; None where nothing was chosen that must be one."""
    return tuple(chosen) if isinstance(chosen, list) else (chosen,) if chosen else None


def _open_case(desk: Desk, hand: Hand, post: Post) -> None:
    _end_if_done()
    st.text(isolate(cards.masked(post, desk)))
    st.caption(desk.words("open_case.says"))
    with st.container(horizontal=True):
        for intent in ASKING:
            key = f"open_case_{intent}_{post.id}"
            st.button(desk.words(f"intent.{intent}"), key=key, on_click=_open, args=(desk, hand, post, intent))


def _open(desk: Desk, hand: Hand, post: Post, intent: str) -> None:
    store = casework.opened(desk)
    casework.do(
        desk,
        lambda: triage.open_case(store, hand.person, desk.ask.as_it_stands(post), intent, casework.at(desk), desk.about),
        "triage.opened",
    )
    _put_away()


def _end_if_done() -> None:
    """What a dialog's button did is drawn by the whole page, not by the dialog alone."""
    if "acting" not in st.session_state:
        st.rerun()
