"""What is done with a case beside its moves: to whom it is given, whose duplicate it is, and the way to it for a department without accounts."""

from __future__ import annotations

from urllib.parse import quote, urlencode, urljoin

import streamlit as st

from cases import links, users, work, workflow
from cases.roles import HOLDERS, Person, Right, may
from core.case import Case, Status
from dashboard import casework, filters
from dashboard.bidi import bare, escaped
from dashboard.figures import whole
from dashboard.frame import Desk

SHORT = 60  # characters of a case in a list


def draw(desk: Desk, person: Person, case: Case) -> None:
    """The parts this person may use."""
    if may(person, Right.ASSIGN):
        _assign(desk, person, case)
    if Status.REJECTED in workflow.moves(case, person.name, person.role, desk.about):
        _duplicate(desk, person, case)
    if may(person, Right.LINK) and case.department:
        _link(desk, person, case)


def _assign(desk: Desk, person: Person, case: Case) -> None:
    """Give the case to somebody who works the queue."""
    w, store = desk.words, casework.opened(desk)
    names = [user.name for user in users.everybody(store) if user.role in HOLDERS and not user.disabled]
    with st.expander(w("aside.assign"), icon=":material/person:"), st.container(horizontal=True, vertical_alignment="bottom", key="assign"):
        at = names.index(case.assignee) if case.assignee in names else None
        st.selectbox(w("aside.officer"), names, index=at, key=f"assign_to_{case.id}", format_func=escaped)
        st.button(w("aside.give"), key="assign_give", on_click=casework.do, args=(desk, lambda: work.assign(
            store, person, case.id, case.version, st.session_state[f"assign_to_{case.id}"], casework.at(desk), desk.about), "case.kept"))  # fmt: skip


def _duplicate(desk: Desk, person: Person, case: Case) -> None:
    """Say of which case this is a duplicate: the likely ones first, or any by its number."""
    w, store = desk.words, casework.opened(desk)
    likely = {other.id: other for other in work.resembling(store, person, case)}
    with st.expander(w("aside.duplicate"), icon=":material/content_copy:"), st.container(key="duplicate"):
        st.selectbox(w("aside.original"), list(likely), index=None, key=f"original_{case.id}", accept_new_options=True,
                     format_func=lambda id: _short(likely.get(id), id))  # fmt: skip
        st.button(w("aside.is_duplicate"), key="is_duplicate", on_click=casework.do, args=(desk, lambda: work.duplicate(
            store, person, case.id, case.version, str(st.session_state[f"original_{case.id}"] or ""), casework.at(desk), desk.about), "case.kept"))  # fmt: skip


def _short(case: Case | None, id: str) -> str:
    said = " ".join(bare(case.summary).split()) if case else ""
    return f"{id} {said[:SHORT]}".strip()


def _link(desk: Desk, person: Person, case: Case) -> None:
    """A way to this case for a department without accounts; shown once, to be sent by whoever made it."""
    w, store = desk.words, casework.opened(desk)

    def make() -> None:
        st.session_state["made_link"] = (case.id, links.make(store, links.key(desk.settings), person, case.id, casework.at(desk)))

    with st.expander(w("link.title"), icon=":material/link:"):
        st.caption(w("link.means", days=whole(links.FOR.days, w)))
        with st.container(horizontal=True, key="link"):
            st.button(w("link.make"), key="link_make", on_click=casework.do, args=(desk, make, "case.kept"))
            st.button(w("link.revoke"), key="link_revoke", type="tertiary", on_click=casework.do, args=(
                desk, lambda: links.revoke(store, person, case.id, casework.at(desk)), "case.kept"))  # fmt: skip
        made = st.session_state.pop("made_link", ("", ""))
        if made[0] == case.id:
            address = _reachable(desk, filters.address("complaints", filters.View(lang=w.language, link=made[1])))
            st.code(address, language=None)
            _mail(desk, case, address)


def _reachable(desk: Desk, address: str) -> str:
    """The whole address, as it is reached from outside; without that setting, as this reader reached us."""
    here = desk.settings.others.get("DASHBOARD_URL") or urljoin(st.context.url or "", ".")
    return urljoin(f"{here.rstrip('/')}/", address)


def _mail(desk: Desk, case: Case, address: str) -> None:
    """A letter to the department that has the link and the case's number; what a citizen wrote stays here."""
    w = desk.words
    to = next((d.email for d in desk.about.departments if d.id == case.department), None)
    if to:
        text = urlencode({"subject": w("link.subject", case=case.id), "body": address}, quote_via=quote)
        st.link_button(w("link.mail", to=to), f"mailto:{quote(to)}?{text}", icon=":material/mail:")
