"""Words kept ready: answers by topic, language and state, to be chosen in the answer box; written and changed here."""

from __future__ import annotations

import streamlit as st

from cases import wording
from cases.roles import Person
from cases.wording import Canned
from core.case import Status
from dashboard import casework, frame
from dashboard.bidi import escaped, isolate
from dashboard.frame import Desk
from dashboard.words import LANGUAGES, words

FIELDS = ("id", "language", "category", "status", "text", "template")


def draw(desk: Desk, person: Person) -> None:
    """The texts there are, and the form for one of them."""
    with frame.part(desk):
        _form(desk, person)
        texts = wording.every(casework.opened(desk))
        for text in texts:
            _line(desk, person, text)
        if not texts:
            frame.empty(desk, "kept.empty")


def _form(desk: Desk, person: Person) -> None:
    w, topics = desk.words, [t.id for t in desk.about.topics]
    st.session_state.setdefault("kept_language", w.language)
    with st.form("kept_form", width=720):
        st.text_input(w("kept.id"), key="kept_id")
        st.text_area(w("answer.text"), key="kept_text", help=w("kept.case"))
        first, second, third = st.columns(3)
        first.selectbox(w("filter.tongue"), LANGUAGES, key="kept_language", format_func=lambda code: words(code)("language"))
        second.selectbox(w("filter.topic"), topics, index=None, key="kept_category", format_func=desk.topic, placeholder=w("filter.all"))
        third.selectbox(w("people.state"), [s.value for s in Status], index=None, key="kept_status",
                        format_func=lambda s: w(f"status.{s}"), placeholder=w("filter.all"))  # fmt: skip
        st.text_input(w("news.template"), key="kept_template", help=w("news.template_means"))
        st.form_submit_button(w("kept.keep"), type="primary", on_click=_keep, args=(desk, person))


def _keep(desk: Desk, person: Person) -> None:
    told = {field: st.session_state.get(f"kept_{field}") or None for field in FIELDS}
    text = Canned(id=str(told["id"] or "").strip(), language=str(told["language"]), text=str(told["text"] or ""), category=told["category"],
                  status=told["status"], template=told["template"])  # fmt: skip
    casework.do(desk, lambda: wording.keep(casework.opened(desk), person, text, casework.at(desk)), "case.kept")
    if casework.went_well():
        st.session_state.update({"kept_id": "", "kept_text": "", "kept_template": ""})


def _line(desk: Desk, person: Person, text: Canned) -> None:
    w = desk.words
    about = [words(text.language)("language"), desk.topic(text.category) if text.category else w("filter.all")]
    about += [w(f"status.{text.status}")] if text.status else []
    with st.container(border=True, gap="xsmall", key=f"kept_{text.id}"):
        st.markdown(f"**{escaped(text.id)}** · {escaped(' · '.join(about))}")
        st.text(isolate(text.text))
        with st.container(horizontal=True, key=f"change_{text.id}"):
            st.button(
                w("kept.change"), key=f"kept_change_{text.id}", type="tertiary", icon=":material/edit:", on_click=_take_up, args=(text,)
            )
            st.button(w("kept.forget"), key=f"kept_forget_{text.id}", type="tertiary", icon=":material/delete:", on_click=casework.do, args=(
                desk, lambda: wording.forget(casework.opened(desk), person, text.id, casework.at(desk)), "case.kept"))  # fmt: skip


def _take_up(text: Canned) -> None:
    """Put a text into the form."""
    st.session_state.update({f"kept_{field}": getattr(text, field) for field in FIELDS} | {"kept_template": text.template or ""})
