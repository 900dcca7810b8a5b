"""One case: what was said, where it stands, until when, what has been done, and what may be done now."""

from __future__ import annotations

import streamlit as st

from cases import answering, guide, wording, work, workflow
from cases.history import is_open, runs_out
from cases.outbox import of_case
from cases.roles import Person, Right, may
from cases.workflow import MOVES, UNDO_WITHIN
from core.case import Case, Status, Step
from core.deployment import label
from dashboard import cards, case_aside, casework, frame, outbox
from dashboard.bidi import escaped, foreign, isolate
from dashboard.dates import ago, exact, length
from dashboard.frame import Desk
from dashboard.words import LANGUAGES, words

MOST_POSTS = 10
TYPED = ("answer_text", "answer_link", "answer_template", "answer_canned", "answer_privately", "case_why")
COLOURS = {Status.RECEIVED: "orange", Status.REOPENED: "orange", Status.REJECTED: "gray", Status.NOT_FIXED: "gray", Status.CLOSED: "green",
           Status.ANSWERED: "green", Status.CONFIRMED: "blue", Status.DONE: "blue"}  # fmt: skip


def draw(desk: Desk, person: Person, id: str) -> None:
    """The whole card. The first look of this person at this case stands in the audit."""
    store = casework.opened(desk)
    looked = (person.name, id)
    with frame.part(desk):
        first = st.session_state.get("looked") != looked
        case = work.read(store, person, id, casework.at(desk)) if first else work.look_again(store, person, id)
        if first:
            _clear()
        st.session_state["looked"] = looked
        _head(desk, case)
        _moves(desk, person, case)
        if may(person, Right.ANSWER):
            _answer(desk, person, case)
        case_aside.draw(desk, person, case)
        _said(desk, person, case)
        _history(desk, case)


def _clear() -> None:
    """What was typed for the case before is not said to this citizen."""
    for key in TYPED:
        st.session_state.pop(key, None)


def clock(desk: Desk, case: Case) -> str:
    """How long there still is, or for how long it has been overdue; in words, with a colour that is not needed to understand them."""
    w, due = desk.words, runs_out(case)
    if case.waiting_since and is_open(case):
        return f":gray[:material/pause: {w('case.waits', span=length(desk.now - case.waiting_since, w))}]"
    if due is None:
        return ""
    if due < desk.now:
        return f":red[:material/alarm: {w('case.overdue', span=length(desk.now - due, w))}]"
    return f":gray[:material/schedule: {w('case.due', span=length(due - desk.now, w))}]"


def badge(desk: Desk, case: Case) -> str:
    """Its status, in a word and a colour."""
    return f":{COLOURS.get(case.status, 'violet')}-badge[{desk.words(f'status.{case.status.value}')}]"


def _head(desk: Desk, case: Case) -> None:
    w = desk.words
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"{badge(desk, case)} :gray-badge[{w(f'intent.{case.intent}')}] {_where(desk, case)}")
        st.text(isolate(case.summary) if case.summary else w("case.forgotten"))
        times = [w("case.opened", ago=ago(case.opened_at, desk.now, w)), clock(desk, case)]
        st.markdown(" · ".join(filter(None, times)), help=exact(case.opened_at, desk.about.zone, desk.about.calendar, w))
        if case.department:
            st.caption(
                w("case.at", department=foreign(escaped(department(desk, case.department)))), help=escaped(case.routed_because) or None
            )
        st.caption(" · ".join([foreign(case.id), *([w("case.assigned", name=foreign(escaped(case.assignee)))] if case.assignee else [])]))


def _where(desk: Desk, case: Case) -> str:
    found = [f":green-badge[{escaped(desk.topic(case.category))}]"] if case.category else []
    found += [f":violet-badge[:material/location_on: {escaped(desk.place(case.place))}]"] if case.place else []
    return " ".join(found)


def department(desk: Desk, id: str) -> str:
    """A department's name in the page's language."""
    found = next((d.name for d in desk.about.departments if d.id == id), None)
    return (label(found, desk.words.language) or id) if found else id


def _moves(desk: Desk, person: Person, case: Case) -> None:
    """The moves this person may make now, with the reason and department they need."""
    w, offered = desk.words, workflow.moves(case, person.name, person.role, desk.about)
    offered = tuple(to for to in offered if to != Status.ANSWERED)  # that one comes with the answer
    if offered:
        st.text_input(
            w("case.why"), key="case_why", placeholder=w("case.why_hint") if any(_arrow(case, to).says_why for to in offered) else None
        )
        if any(_arrow(case, to).names_department for to in offered):
            ids = [d.id for d in desk.about.departments]
            st.selectbox(w("case.department"), ids, index=ids.index(case.department) if case.department in ids else None,
                         key="case_department", format_func=lambda id: department(desk, id))  # fmt: skip
    with st.container(horizontal=True, gap="small", key="moves"):
        for to in offered:
            st.button(_named(desk, case, to), key=f"move_{to.value}", on_click=_move, args=(desk, person, case, to))
        _aside(desk, person, case)


def _arrow(case: Case, to: Status) -> workflow.Move:
    return MOVES[case.status][to]


def _named(desk: Desk, case: Case, to: Status) -> str:
    """A move is named by what is done, which for a return is not its aim."""
    if to == Status.VERIFIED and case.status in (Status.REFERRED, Status.IN_HAND):
        return desk.words("move.returned")
    return desk.words("move.not_done") if case.status == Status.DONE and to == Status.IN_HAND else desk.words(f"move.{to.value}")


def _aside(desk: Desk, person: Person, case: Case) -> None:
    """What moves nothing: waiting, hearing, taking over, taking back."""
    w, store, mine = desk.words, casework.opened(desk), case.steps[-1] if case.steps else None
    if may(person, Right.TRIAGE) and is_open(case):
        verb, said = (work.heard, "move.heard") if case.waiting_since else (work.wait, "move.wait")
        st.button(w(said), key="case_wait", type="tertiary", on_click=casework.do, args=(
            desk, lambda: verb(store, person, case.id, case.version, _why(), casework.at(desk), desk.about), "case.kept"))  # fmt: skip
    if may(person, Right.HOLD) and is_open(case) and case.assignee != person.name:
        st.button(w("move.mine"), key="case_mine", type="tertiary", on_click=casework.do, args=(
            desk, lambda: work.assign(store, person, case.id, case.version, person.name, casework.at(desk), desk.about), "case.kept"))  # fmt: skip
    if mine and mine.who == person.name and mine.what in ("moved", "returned") and casework.at(desk) - mine.at <= UNDO_WITHIN:
        st.button(w("move.undo"), key="case_undo", type="tertiary", icon=":material/undo:", on_click=casework.do, args=(
            desk, lambda: work.undo(store, person, case.id, casework.at(desk), desk.about), "case.undone"))  # fmt: skip


def _why() -> str:
    return str(st.session_state.get("case_why", ""))


def _move(desk: Desk, person: Person, case: Case, to: Status) -> None:
    where = st.session_state.get("case_department") if _arrow(case, to).names_department else None
    casework.do(
        desk,
        lambda: work.move(casework.opened(desk), person, case.id, case.version, to, _why(), casework.at(desk), desk.about, where),
        "case.kept",
    )
    if casework.went_well():
        st.session_state["case_why"] = ""


def _answer(desk: Desk, person: Person, case: Case) -> None:
    """The answer box: words kept ready, sending where that is switched on, or given by other means."""
    w, store = desk.words, casework.opened(desk)
    given = of_case(store, case.id)
    can_end = Status.ANSWERED in workflow.moves(case, person.name, person.role, desk.about)
    with st.expander(w("answer.title"), icon=":material/reply:", expanded=can_end):
        for answer in given:
            outbox.shown(desk, person, answer)
        tongue = tongue_of(desk, case)
        _kept_ready(desk, case, tongue)
        _procedures(desk, case, tongue)
        st.text_area(w("answer.text"), key="answer_text")
        st.text_input(w("answer.link"), key="answer_link", placeholder="https://")
        st.checkbox(w("answer.ends"), value=can_end, disabled=not can_end, key=f"answer_ends_{can_end}")
        if outbox.is_on(desk) and case.platform in answering.PRIVATELY:
            st.checkbox(w("answer.privately"), key="answer_privately", help=w("answer.privately_means"))
        if outbox.is_on(desk) and (account := answering.speaks_to(store, case, desk.about)):
            st.caption(outbox.speaks(desk, account))
        with st.container(horizontal=True, key="answering"):
            if outbox.is_on(desk):
                st.button(w("answer.send"), key="answer_send", type="primary", on_click=_write, args=(desk, person, case, can_end, False))
            st.button(w("answer.mark_elsewhere"), key="answer_elsewhere", on_click=_write, args=(desk, person, case, can_end, True))


def _write(desk: Desk, person: Person, case: Case, can_end: bool, elsewhere: bool) -> None:
    """Put what stands in the box into the outbox, or write down that it was given by other means."""
    said, store, at = st.session_state, casework.opened(desk), casework.at(desk)
    text, link, ends = (
        str(said.get("answer_text", "")),
        str(said.get("answer_link", "")),
        bool(said.get(f"answer_ends_{can_end}")) and can_end,
    )
    kept, template = said.get("answer_template") or ("", None)
    template = template if text == kept else None  # the platform would send the approved words, not the changed ones
    if elsewhere:
        casework.do(desk, lambda: answering.elsewhere(store, person, case.id, text, link or None, at, desk.about, ends), "case.kept")
    else:
        casework.do(desk, lambda: answering.write(
            store, person, case.id, text, at, desk.about, ends, template, bool(said.get("answer_privately"))), "answer.in_outbox")  # fmt: skip
    if casework.went_well():
        said.update({"answer_text": "", "answer_link": "", "answer_template": None})


def _kept_ready(desk: Desk, case: Case, tongue: str) -> None:
    """Words kept ready, in the citizen's language first; the page's if there are none."""
    every = wording.every(casework.opened(desk))
    texts = {t.id: t for t in wording.fitting(every, case, tongue) or wording.fitting(every, case, desk.words.language)}
    if texts:

        def fill() -> None:
            chosen = texts.get(st.session_state["answer_canned"] or "")
            st.session_state.update(
                {"answer_text": chosen.text if chosen else "", "answer_template": (chosen.text, chosen.template) if chosen else None}
            )

        st.selectbox(desk.words("answer.canned"), list(texts), index=None, key="answer_canned", on_change=fill)


def tongue_of(desk: Desk, case: Case) -> str:
    """The language the citizen wrote in, where it is known and spoken here; else the page's."""
    told = next((post.language.label for post in desk.ask.get(case.posts[:1]) if post.language), None)
    return told if told in LANGUAGES else desk.words.language


def procedures(desk: Desk, case: Case, tongue: str, most: int = 2) -> list[guide.Procedure]:
    """What the procedure guide knows about a question, in the citizen's language."""
    return guide.fitting(case.summary, guide.every(casework.opened(desk), tongue), most) if case.intent == "inquiry" else []


def _procedures(desk: Desk, case: Case, tongue: str) -> None:
    w, theirs = desk.words, words(tongue)
    for found in procedures(desk, case, tongue):
        text = guide.as_text(found, theirs("guide.papers"), theirs("guide.days"))
        st.text(isolate(text))
        st.button(w("guide.use"), key=f"guide_{found.id}", type="tertiary", icon=":material/content_paste:", on_click=st.session_state.update,
                  args=({"answer_text": text},))  # fmt: skip


def _said(desk: Desk, person: Person, case: Case) -> None:
    """The posts behind the case; without the person for those who may not see persons."""
    if not may(person, Right.PERSON):
        return
    st.subheader(desk.words("case.posts"), anchor=False)
    for post in desk.ask.get(case.posts[:MOST_POSTS]):
        cards.post_card(desk, post)


def _history(desk: Desk, case: Case) -> None:
    st.subheader(desk.words("case.history"), anchor=False)
    for step in reversed(case.steps):
        st.markdown(_line(desk, step), help=exact(step.at, desk.about.zone, desk.about.calendar, desk.words))
        if step.why and step.what in ("moved", "returned", "waiting", "heard", "noted") and not step.why.startswith(("a-", "x:")):
            st.text(isolate(step.why))


def _line(desk: Desk, step: Step) -> str:
    w = desk.words
    what = w(f"status.{step.now.value}") if step.what == "moved" else w(f"step.{step.what}")
    arrow = "←" if w.direction == "rtl" else "→"
    where = f" {arrow} {foreign(escaped(department(desk, step.department)))}" if step.department else ""
    return f"**{what}**{where} · {foreign(escaped(step.who))} · {ago(step.at, desk.now, w)}"
