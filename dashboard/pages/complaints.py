"""Complaints: who waits for an answer, what is overdue, and the case in hand."""

from __future__ import annotations

import msgspec
import streamlit as st

from cases import asking, assigning, holding, links, users, work
from cases.query import FindCases
from cases.roles import HOLDERS, Person, Right, may
from core.case import Case
from dashboard import briefing, cards, case_card, case_numbers, case_parts, casework, foot, frame, going, heading, signing
from dashboard.bidi import bare, escaped, foreign, isolate
from dashboard.cards import Number
from dashboard.figures import NONE, percent, whole
from dashboard.frame import Desk

MEANS = ("complaints.open", "complaints.overdue", "complaints.waiting", "complaints.in_target")
SHOWN = 25  # cases of the queue on one page
FILTERED = ("platform", "branch", "topic", "place")


def show(desk: Desk) -> None:
    """The whole page: figures for everybody who may see them, the work for those who signed in."""
    desk = heading.head(desk, "complaints", (), "", FILTERED)
    casework.say(desk)
    with frame.part(desk):
        if desk.view.link:
            _by_link(desk)
            return
        person = signing.who(desk)
        if person or signing.open_to_all(desk):
            _numbers(desk)
        if person is None:
            _outside(desk)
        else:
            signing.mark(desk, person)
            _inside(desk, person)
    with frame.part(desk):
        foot.draw(desk, MEANS, sql=_asked_of_cases(desk))


def _asked_of_cases(desk: Desk) -> dict[str, str]:
    """The SQL behind the figures and the queue, by what it asks for."""
    store, person = casework.opened(desk), signing.who(desk)
    which = msgspec.structs.replace(case_numbers.meant(desk), limit=0)
    asked = {"open": which, "overdue": msgspec.structs.replace(which, overdue_at=desk.now)}
    if person and may(person, Right.CASES):
        asked["queue"] = work.meant(person, _asked(desk, person), casework.at(desk))
    told = {name: store.explain(question) for name, question in asked.items()}
    every = store.explained(asking.every(msgspec.structs.replace(case_numbers.filtered(desk), is_open=None)))
    return told | {"table": f"{every}\n-- {desk.words('table.computed')}"}


def _by_link(desk: Desk) -> None:
    """A department without accounts came by its signed link: its one case and nothing else."""

    def followed() -> tuple[Person, str]:
        return links.follow(casework.opened(desk), links.key(desk.settings), desk.view.link, casework.at(desk))

    person, id = followed()
    casework.drawn_for(person, lambda: followed()[0])
    case_card.draw(desk, person, id)


def _outside(desk: Desk) -> None:
    """Before signing in: the table, if it is open to all, and the door."""
    if signing.open_to_all(desk):
        case_parts.table(desk, signing.ANYBODY)
    signing.form(desk)


def _inside(desk: Desk, person: Person) -> None:
    offered = case_parts.offered(person)
    chosen = heading.segments(desk, "part", offered) if len(offered) > 1 else offered[0]
    if chosen == "queue":
        _queue(desk, person)
    else:
        case_parts.PARTS[chosen].draw(desk, person)


def _numbers(desk: Desk) -> None:
    w, meant = desk.words, case_numbers.meant(desk)
    counts = casework.opened(desk).counts(desk.now, meant)
    in_target = casework.table(desk, "category", which=meant).total.answered_within_target
    cards.numbers(desk, [
        Number(key="complaints.open", value=whole(counts.open, w), opens=_opening(desk, "all"), page="complaints", link="now.cases"),
        Number(key="complaints.overdue", value=whole(counts.overdue, w), opens=_opening(desk, "overdue"), page="complaints", link="now.cases"),
        Number(key="complaints.waiting", value=whole(counts.waiting_for_citizen, w), opens=_opening(desk, "waiting"), page="complaints", link="now.cases"),
        Number(key="complaints.in_target", value=NONE if in_target is None else percent(in_target, w), opens=_table(desk), page="complaints", link="part.table"),
    ])  # fmt: skip


def _opening(desk: Desk, show: str) -> dict[str, object] | None:
    """What opens the queue on just these cases, for those who may see it."""
    person = signing.who(desk)
    return {"part": "queue", "show": show, "case": ""} if person and may(person, Right.CASES) else None


def _table(desk: Desk) -> dict[str, object] | None:
    """What opens the table that the share comes from, for those who may see it there."""
    person = signing.who(desk)
    return {"part": "table", "case": ""} if person and "table" in case_parts.offered(person) else None


def _queue(desk: Desk, person: Person) -> None:
    with st.container(key="desk_open" if desk.view.case else "desk"):  # on a phone the open case stands first (style.py)
        left, right = st.columns([2, 3], gap="medium")
    with left, frame.part(desk):
        _batch(desk, person)
        _share_out(desk, person)
        heading.segments(desk, "show", shows(person))
        found = work.queue(casework.opened(desk), person, _asked(desk, person), casework.at(desk))
        _listed(desk, person, found.cases, found.total)
    with right:
        if desk.view.case:
            case_card.draw(desk, person, desk.view.case)
        else:
            frame.empty(desk, "complaints.choose")


def shows(person: Person) -> tuple[str, ...]:
    """What of the queue may be looked at alone; what is one's own only where one can have any."""
    return ("all", "complaint", "inquiry", "overdue", "today", "waiting", *(("mine",) if may(person, Right.HOLD) else ()))


def _asked(desk: Desk, person: Person) -> FindCases:
    v, at = desk.view, casework.at(desk)
    only = v.show if v.show in shows(person) else "all"
    until = {"overdue": at, "today": briefing.end_of_day(desk, at)}.get(only)
    return msgspec.structs.replace(
        case_numbers.meant(desk), limit=SHOWN, offset=SHOWN * (v.page - 1),
        intents=(only,) if only in ("complaint", "inquiry") else (), overdue_at=until, due_since=at if only == "today" else None,
        is_still=only == "waiting",
        assignee=person.name if only == "mine" else None,
    )  # fmt: skip


def _share_out(desk: Desk, person: Person) -> None:
    """Give what is nobody's to those on duty, in turn or by load, where the deployment says so."""
    if desk.about.desk.assign == "hand" or not may(person, Right.ASSIGN):
        return
    w, store = desk.words, casework.opened(desk)
    names = [user.name for user in users.everybody(store) if user.role in HOLDERS and not user.disabled]
    with st.expander(w("aside.share_out"), icon=":material/groups:"):
        st.multiselect(w("aside.on_duty"), names, key="on_duty")
        st.button(w("aside.share"), key="share_out", on_click=casework.do, args=(desk, lambda: assigning.assign_waiting(
            store, person, st.session_state["on_duty"], casework.at(desk), desk.about), "case.kept"))  # fmt: skip


def _batch(desk: Desk, person: Person) -> None:
    """Take 20 that nobody else sees, or give them back."""
    if not may(person, Right.HOLD):
        return
    w, store = desk.words, casework.opened(desk)
    mine = work.held_by(store, person, casework.at(desk))
    with st.container(horizontal=True, vertical_alignment="center", key="batch"):
        st.button(w("complaints.take"), key="take_batch", icon=":material/inbox:", help=w("complaints.take_means"), on_click=casework.do,
                  args=(desk, lambda: holding.take(store, person, casework.at(desk)), "complaints.taken"))  # fmt: skip
        if mine:
            st.button(w("complaints.give_back"), key="give_back", type="tertiary", on_click=casework.do,
                      args=(desk, lambda: holding.give_back(store, person), "complaints.given_back"))  # fmt: skip
            st.caption(w("complaints.mine", n=len(mine), count=whole(len(mine), w)))


def _listed(desk: Desk, person: Person, found: tuple[Case, ...], total: int) -> None:
    w = desk.words
    if not found:
        frame.empty(desk, "complaints.empty")
        return
    for case in found:
        with st.container(border=True, gap="xsmall", key=f"case_{case.id}"):
            st.markdown(f"{case_card.badge(desk, case)} {case_card.clock(desk, case)}")
            st.text(isolate(_short(case.summary)) if case.summary else w("case.forgotten"))
            for procedure in case_card.procedures(desk, case, w.language, 1) if may(person, Right.ANSWER) else ():
                st.caption(f":material/menu_book: {w('guide.fits', name=foreign(escaped(procedure.name)))}")
            chosen = desk.view.case == case.id
            st.button(_about(desk, case), key=f"open_{case.id}", type="secondary" if chosen else "tertiary", icon=":material/open_in_full:",
                      on_click=going.change, kwargs={"case": case.id, "page": desk.view.page})  # fmt: skip
    _pages(desk, total)


def _about(desk: Desk, case: Case) -> str:
    about = [escaped(desk.topic(case.category))] if case.category else []
    about += [escaped(desk.place(case.place))] if case.place else []
    return " · ".join(about) or desk.words(f"intent.{case.intent}")


def _pages(desk: Desk, total: int) -> None:
    last, page = max(1, -(-total // SHOWN)), desk.view.page
    with st.container(horizontal=True, vertical_alignment="center", key="pages"):
        for name, to, off in (("posts.back", page - 1, page <= 1), ("posts.on", page + 1, page >= last)):
            st.button(desk.words(name), key=f"page_{name}", disabled=off, type="tertiary", on_click=going.change, kwargs={"page": to})  # fmt: skip
        st.caption(desk.words("posts.page", page=whole(page, desk.words), last=whole(last, desk.words)))


def _short(text: str, most: int = 120) -> str:
    line = " ".join(bare(text).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


if __name__ == "__main__":
    show(frame.here())
