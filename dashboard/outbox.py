"""The outbox: answers that wait for a second person, for a look at the platform, or for another try."""

from __future__ import annotations

import streamlit as st

from cases import answering, sending
from cases.outbox import Answer, State, in_state
from cases.roles import Person, Right, may
from core.deployment import label
from dashboard import casework, frame, going
from dashboard.bidi import bare, escaped, foreign, isolate
from dashboard.dates import ago
from dashboard.figures import whole
from dashboard.frame import Desk

OPEN = (State.DRAFT, State.UNKNOWN, State.FAILED, State.READY)
MOST = 50


def is_on(desk: Desk) -> bool:
    """Whether this deployment sends anything at all."""
    return desk.settings.says_yes("SEND_ANSWERS", False)


def draw(desk: Desk, person: Person) -> None:
    """Every answer that somebody must still do something about, or that has not gone out yet."""
    w, store = desk.words, casework.opened(desk)
    with frame.part(desk):
        if not is_on(desk):
            st.info(w("outbox.off"), icon=":material/pause_circle:")
        waiting = {state: in_state(store, state, MOST) for state in OPEN}
        for state, answers in waiting.items():
            if answers:
                st.subheader(f"{w(f'answer.{state.value}')}: {whole(len(answers), w)}", anchor=False)
            for answer in answers:
                with st.container(border=True, gap="xsmall"):
                    shown(desk, person, answer)
                    st.button(w("outbox.case"), key=f"case_of_{answer.id}", type="tertiary", icon=":material/open_in_full:",
                              on_click=going.change, kwargs={"part": "queue", "case": answer.case_id})  # fmt: skip
        if not any(waiting.values()):
            frame.empty(desk, "outbox.empty")


def shown(desk: Desk, person: Person, answer: Answer) -> None:
    """An answer, how it stands, and what this person may do about it."""
    st.text(isolate(answer.text))
    st.caption(" · ".join(_stands(desk, answer)))
    if answer.state == State.DRAFT and may(person, Right.APPROVE) and answer.written_by != person.name:
        _button(desk, answer, "answer.approve", lambda: answering.approve(casework.opened(desk), person, answer.id, casework.at(desk)))
    if answer.state == State.UNKNOWN and may(person, Right.APPROVE):
        with st.container(horizontal=True, key=f"look_{answer.id}"):
            _button(desk, answer, "outbox.was_sent", lambda: _resolve(desk, person, answer, True))
            _button(desk, answer, "outbox.was_not_sent", lambda: _resolve(desk, person, answer, False))
    if answer.state == State.FAILED and may(person, Right.ANSWER):
        _button(
            desk, answer, "outbox.again", lambda: sending.again(casework.opened(desk), person, answer.id, casework.at(desk), desk.about)
        )


def _stands(desk: Desk, answer: Answer) -> list[str]:
    w = desk.words
    about = [w(f"answer.{answer.state.value}"), foreign(escaped(answer.written_by)), ago(answer.written_at, desk.now, w)]
    about += [speaks(desk, answer.account)] if answer.account and answer.state != State.ELSEWHERE else []
    about += [w("outbox.privately")] if answer.privately or answer.direct else []
    about += [f"[{w('post.original')}](<{answer.url}>)"] if answer.url and answer.url.startswith("https://") else []
    return about + ([escaped(bare(answer.problem))] if answer.problem else [])


def speaks(desk: Desk, account: str) -> str:
    """Which of our accounts says it, as Markdown."""
    return desk.words("outbox.speaks", account=foreign(escaped(account_name(desk, account))))


def account_name(desk: Desk, key: str) -> str:
    """An account as the deployment names it, in the page's language; else its key."""
    account = desk.about.account(key)
    return label(account.name, desk.words.language) or key if account else key


def _resolve(desk: Desk, person: Person, answer: Answer, was_sent: bool) -> object:
    return sending.resolve(casework.opened(desk), person, answer.id, was_sent, casework.at(desk), desk.about)


def _button(desk: Desk, answer: Answer, says: str, act: casework.Act) -> None:
    st.button(desk.words(says), key=f"{says.split('.')[1]}_{answer.id}", on_click=casework.do, args=(desk, act, "answer.in_outbox"))
