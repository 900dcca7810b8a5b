"""News to those who asked for it: written, let out by a second person, told once, and what became of every message."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cases import broadcasting, subscribing
from cases.broadcasting import Broadcast
from cases.roles import Person, Right, may
from cases.subscribing import CHANNELS
from dashboard import casework, frame, outbox
from dashboard.bidi import bare, escaped, foreign, isolate
from dashboard.dates import ago
from dashboard.figures import whole
from dashboard.frame import Desk

STATES = ("waiting", "sending", "sent", "delivered", "read", "failed", "opted_out")


def draw(desk: Desk, person: Person) -> None:
    """Who gets it, the form, and the delivery ledger."""
    w, store = desk.words, casework.opened(desk)
    with frame.part(desk):
        if not outbox.is_on(desk):
            st.info(w("outbox.off"), icon=":material/pause_circle:")
        there = subscribing.subscribed(store)
        told = " · ".join(f"{desk.platform(platform)} {whole(number, w)}" for platform, number in sorted(there.items()))
        st.markdown(f"**{w('news.subscribers', count=whole(sum(there.values()), w))}** {told}", help=w("news.consent"))
        _form(desk, person, sum(there.values()))
        _subscriber(desk, person)
        found = broadcasting.every(store, person)
        for broadcast in found:
            _became(desk, person, broadcast)
        if not found:
            frame.empty(desk, "news.empty")


def _form(desk: Desk, person: Person, readers: int) -> None:
    w = desk.words
    with st.form("news"):
        st.text_area(w("news.text"), key="news_text")
        st.text_input(w("news.template"), key="news_template", help=w("news.template_means"))
        says = w("news.write", n=readers, count=whole(readers, w))
        st.form_submit_button(says, type="primary", on_click=_write, args=(desk, person), disabled=not readers)


def _write(desk: Desk, person: Person) -> None:
    said, store = st.session_state, casework.opened(desk)
    text, template = str(said["news_text"]), str(said["news_template"]).strip() or None
    casework.do(desk, lambda: broadcasting.write(store, person, text, casework.at(desk), desk.about, template), "news.written")
    if casework.went_well():
        said.update({"news_text": "", "news_template": ""})


def _subscriber(desk: Desk, person: Person) -> None:
    """Consent given on paper or by voice, and its end."""
    w = desk.words
    with st.expander(w("news.by_hand"), icon=":material/person_add:"), st.form("subscriber", border=False, width=520):
        st.selectbox(w("filter.platform"), CHANNELS, key="subscriber_platform", format_func=desk.platform)
        st.text_input(w("news.number"), key="subscriber_number")
        st.text_input(w("news.how"), key="subscriber_how")
        with st.container(horizontal=True):
            st.form_submit_button(w("news.enrol"), on_click=_enrol, args=(desk, person), key="subscriber_in")
            st.form_submit_button(w("news.leave"), on_click=_leave, args=(desk, person), key="subscriber_out", type="tertiary")


def _enrol(desk: Desk, person: Person) -> None:
    platform, number, how = (str(st.session_state[f"subscriber_{name}"]) for name in ("platform", "number", "how"))
    casework.do(desk, lambda: subscribing.enrol(casework.opened(desk), person, platform, number, how, casework.at(desk)), "case.kept")
    _forget_number()


def _leave(desk: Desk, person: Person) -> None:
    platform, number = (str(st.session_state[f"subscriber_{name}"]) for name in ("platform", "number"))
    casework.do(desk, lambda: subscribing.leave(casework.opened(desk), person, platform, number, casework.at(desk)), "case.kept")
    _forget_number()


def _forget_number() -> None:
    if casework.went_well():
        st.session_state["subscriber_number"] = ""


def _became(desk: Desk, person: Person, broadcast: Broadcast) -> None:
    """One piece of news with the line of its delivery ledger."""
    w = desk.words
    with st.container(border=True, gap="xsmall", key=f"news_{broadcast.id}"):
        st.text(isolate(broadcast.text))
        st.caption(" · ".join([foreign(escaped(broadcast.by)), ago(broadcast.at, desk.now, w), *_approval(desk, broadcast)]))
        numbers = [whole(broadcast.states.get(state, 0), w) for state in STATES]
        st.table(
            pd.DataFrame([numbers], columns=[w(f"news.{s}") for s in STATES]), hide_index=True, border="horizontal", alt=w("news.ledger")
        )
        if broadcast.problem:
            st.caption(escaped(bare(broadcast.problem)))
        if broadcast.approved_by is None and may(person, Right.APPROVE) and broadcast.by != person.name:
            st.button(w("answer.approve"), key=f"approve_{broadcast.id}", on_click=casework.do, args=(
                desk, lambda: broadcasting.approve(casework.opened(desk), person, broadcast.id, casework.at(desk)), "answer.in_outbox"))  # fmt: skip


def _approval(desk: Desk, broadcast: Broadcast) -> list[str]:
    if broadcast.approved_by is None:
        return [desk.words("answer.draft")]
    if broadcast.approved_by == broadcast.by:
        return []
    return [desk.words("news.approved", name=foreign(escaped(broadcast.approved_by)))]
