"""The other parts of the Complaints page: triage, the entry form, the suggestions' register, the table, accounts and audit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import pandas as pd
import streamlit as st

from cases import assigning, entering, report, triage, users, work
from cases.entering import CHANNELS, Entry
from cases.joining import ASKING
from cases.query import FindCases
from cases.report import LEAST, Row
from cases.roles import Person, Right, Role, may
from core.case import Case
from core.post import Post
from core.spreadsheet import safe
from dashboard import cards, case_numbers, casework, exports, frame, kept_words, news, outbox, periods
from dashboard.bidi import escaped, foreign, isolate
from dashboard.case_card import department
from dashboard.dates import ago, exact
from dashboard.figures import NONE, decimal, percent, whole
from dashboard.frame import Desk

MOST = 20
MOST_ROWS = 40
ALL = "all"  # of the table: whenever a case was opened
MORE = ("answered", "p90_first", "p90_close", "closed_within", "reopened", "rejected", "posts", "citizens", "rank")


@dataclass(frozen=True)
class Part:
    """A part of the page and the right it needs."""

    right: Right
    draw: Callable[[Desk, Person], None]


def offered(person: Person) -> tuple[str, ...]:
    """The parts this person may see, the queue first."""
    queue = ("queue",) if may(person, Right.CASES) else ()
    return (*queue, *(name for name, part in PARTS.items() if may(person, part.right)))


# Triage


def to_triage(desk: Desk, person: Person) -> None:
    """Posts that were not surely understood: a person opens a case or lets them be."""
    with frame.part(desk):
        found, total = triage.waiting(casework.opened(desk), person, MOST)
        posts = {post.id: post for post in desk.ask.get(tuple(w.post for w in found))}
        _looked(desk, person, list(posts))
        st.caption(desk.words("triage.waiting", n=total, count=whole(total, desk.words)))
        for waiting in found:
            if waiting.post in posts:
                _undecided(desk, person, posts[waiting.post], waiting)
        if not found:
            frame.empty(desk, "triage.empty")
        _handover(desk, person)


def _looked(desk: Desk, person: Person, posts: list[str]) -> None:
    """What this person sees for the first time in this window stands in the audit, once."""
    seen = st.session_state.setdefault("looked_triage", set())
    if fresh := [post for post in posts if (person.name, post) not in seen]:
        triage.looked(casework.opened(desk), person, fresh, casework.at(desk))
        seen |= {(person.name, post) for post in fresh}


def _undecided(desk: Desk, person: Person, post: Post, waiting: triage.Waiting) -> None:
    w, store = desk.words, casework.opened(desk)
    cards.post_card(desk, post)
    sure = NONE if waiting.percent is None else percent(waiting.percent / 100, w)
    with st.container(horizontal=True, vertical_alignment="center", key=f"triage_{post.id}"):
        st.caption(w("triage.taken_for", intent=w(f"intent.{waiting.intent}"), sure=sure))
        for intent in ASKING:
            st.button(w(f"intent.{intent}"), key=f"{intent}_{post.id}", on_click=casework.do, args=(
                desk, lambda i=intent: triage.open_case(store, person, desk.ask.as_it_stands(post), i, casework.at(desk), desk.about), "triage.opened"))  # fmt: skip
        st.button(w("triage.dismiss"), key=f"dismiss_{post.id}", type="tertiary", on_click=casework.do, args=(
            desk, lambda: triage.dismiss(store, person, post.id, casework.at(desk)), "case.kept"))  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"joining_{post.id}"):
        st.text_input(w("triage.case"), key=f"join_to_{post.id}", placeholder="c-…", width=240)
        st.button(w("triage.join"), key=f"join_{post.id}", type="tertiary", on_click=casework.do, args=(desk, lambda: triage.join(
            store, person, desk.ask.as_it_stands(post), st.session_state[f"join_to_{post.id}"].strip(), casework.at(desk), desk.about), "case.kept"))  # fmt: skip


def _handover(desk: Desk, person: Person) -> None:
    w, store = desk.words, casework.opened(desk)
    with st.expander(w("handover.title"), icon=":material/swap_horiz:"):
        for note in assigning.last_handovers(store, person):
            st.text(isolate(note.text))
            st.caption(f"{foreign(escaped(note.who))} · {ago(note.at, desk.now, w)}")
        st.text_area(w("handover.text"), key="handover_text")
        st.button(w("handover.keep"), key="handover_keep", on_click=casework.do, args=(
            desk, lambda: assigning.hand_over(store, person, st.session_state["handover_text"], casework.at(desk)), "case.kept"))  # fmt: skip


# Telephone and counter


def entry(desk: Desk, person: Person) -> None:
    """One screen, filled in while somebody speaks."""
    w = desk.words
    with st.form("entry"):
        st.radio(w("entry.channel"), CHANNELS, format_func=lambda c: w(f"entry.{c}"), horizontal=True, key="entry_channel")
        st.text_area(w("entry.text"), key="entry_text")
        st.radio(w("entry.intent"), ASKING, format_func=lambda i: w(f"intent.{i}"), horizontal=True, key="entry_intent")
        left, right = st.columns(2)
        left.selectbox(w("filter.topic"), [t.id for t in desk.about.topics], index=None, format_func=desk.topic, key="entry_category")
        right.selectbox(w("filter.place"), [p.id for p in desk.about.places], index=None, format_func=desk.place, key="entry_place")
        left.text_input(w("entry.name"), key="entry_name")
        right.text_input(w("entry.telephone"), key="entry_telephone")
        st.form_submit_button(w("entry.keep"), type="primary", on_click=_enter, args=(desk, person))


def _enter(desk: Desk, person: Person) -> None:
    told = {field: st.session_state.get(f"entry_{field}") or None for field in Entry.__struct_fields__}
    entry = msgspec.convert(told | {"text": told["text"] or ""}, Entry)
    casework.do(desk, lambda: entering.enter(casework.opened(desk), person, entry, casework.at(desk), desk.about), "entry.kept")
    if casework.went_well():
        for field in ("text", "name", "telephone"):
            st.session_state[f"entry_{field}"] = ""


# The register of suggestions


def register(desk: Desk, person: Person) -> None:
    """Suggestions and what became of them."""
    with frame.part(desk):
        found = work.queue(
            casework.opened(desk), person, FindCases(intents=("suggestion",), is_open=None, order="newest", limit=MOST), casework.at(desk)
        )
        for case in found.cases:
            _suggestion(desk, person, case)
        if not found.cases:
            frame.empty(desk, "register.empty")


def _suggestion(desk: Desk, person: Person, case: Case) -> None:
    w, store = desk.words, casework.opened(desk)
    with st.container(border=True, gap="xsmall"):
        st.text(isolate(case.summary) if case.summary else w("case.forgotten"))
        state = w(f"register.{case.considered}") if case.considered else w("register.open")
        st.caption(f"{state} · {ago(case.opened_at, desk.now, w)}")
        if may(person, Right.PLAN):
            with st.container(horizontal=True, key=f"register_{case.id}"):
                for outcome in work.CONSIDERED:
                    st.button(w(f"register.{outcome}"), key=f"{outcome}_{case.id}", type="tertiary", disabled=case.considered == outcome,
                              on_click=casework.do, args=(desk, lambda o=outcome: work.consider(
                                  store, person, case.id, case.version, o, "", casework.at(desk), desk.about), "case.kept"))  # fmt: skip


# The table


def table(desk: Desk, person: Person) -> None:
    """Received, handled and closed by category, department, branch, place or channel; each share with its interval."""
    w = desk.words
    with frame.part(desk):
        by = st.segmented_control(w("table.by"), list(report.DIMENSIONS), default="category", key="table_by", required=True,
                                  label_visibility="collapsed", format_func=lambda d: w(f"table.{d}"))  # fmt: skip
        within = st.segmented_control(w("table.opened"), [*periods.DAYS, ALL], default=ALL, key="table_opened", required=True,
                                      format_func=lambda p: w("table.always") if p == ALL else w(f"period.{p}"))  # fmt: skip
        made = casework.table(desk, by, "" if within == ALL else within, case_numbers.filtered(desk))
        if not made.rows:
            frame.empty(desk, "table.empty" if within == ALL else "table.none")
            return
        rows = [_cells(desk, row) for row in (*made.rows[:MOST_ROWS], made.total)]
        names = ("received", "handled", "closed", "not_fixed", "first_answer", "to_close", "within", "overdue")
        st.table(
            pd.DataFrame(rows, columns=[w(f"table.{by}"), *(w(f"table.{n}") for n in names)]),
            hide_index=True,
            border="horizontal",
            alt=w("table.title"),
        )
        with st.expander(w("table.more")):
            more = [_more(desk, row) for row in (*made.rows[:MOST_ROWS], made.total)]
            st.table(
                pd.DataFrame(more, columns=[w(f"table.{by}"), *(w(f"table.{n}") for n in MORE)]),
                hide_index=True,
                border="horizontal",
                alt=w("table.more"),
            )
        st.caption(w("table.means", least=whole(LEAST, w)))
        if may(person, Right.EXPORT):
            _export(desk, person, made)


def _cells(desk: Desk, row: Row) -> tuple[str, ...]:
    w = desk.words
    return (
        _name(desk, row), whole(row.received, w), _share(desk, row.handled, row.share_handled, row.handled_interval),
        _share(desk, row.closed, row.share_closed, row.closed_interval), whole(row.not_fixed, w), decimal(row.median_hours_first_answer, w),
        decimal(row.median_hours_to_close, w), percent(row.answered_within_target, w), whole(row.overdue, w),
    )  # fmt: skip


def _name(desk: Desk, row: Row) -> str:
    return desk.words("table.total") if row.key == "total" else escaped(row.label) if row.key else desk.words("filter.without")


def _more(desk: Desk, row: Row) -> tuple[str, ...]:
    w = desk.words
    return (
        _name(desk, row), whole(row.answered, w), decimal(row.p90_hours_first_answer, w), decimal(row.p90_hours_to_close, w),
        percent(row.closed_within_target, w), whole(row.reopened, w), whole(row.rejected, w), whole(row.posts, w), whole(row.citizens, w),
        NONE if row.rank is None else whole(row.rank, w),
    )  # fmt: skip


def _share(desk: Desk, number: int, share: float | None, interval: tuple[float, float] | None) -> str:
    w = desk.words
    if share is None or interval is None:
        return whole(number, w)
    low, high = (percent(edge, w) for edge in interval)  # Wilson's interval is not symmetric: a ± would reach beyond all of them
    return f"{whole(number, w)} · {percent(share, w)} ({low}–{high})"


def _export(desk: Desk, person: Person, made: report.Table) -> None:
    lines = report.named(made)
    names = list(lines[0])
    text = pd.DataFrame([[safe(str(line[n])) if isinstance(line[n], str) else line[n] for n in names] for line in lines], columns=names)
    st.download_button(desk.words("posts.export"), (exports.BOM + text.to_csv(index=False)).encode(), f"reports-{made.by}.csv", "text/csv",
                       icon=":material/download:", key="export_table", on_click=work.exported,
                       args=(casework.opened(desk), person, f"reports by {made.by}", casework.at(desk)))  # fmt: skip


# Accounts and audit


def people(desk: Desk, person: Person) -> None:
    """Who may sign in, and as what."""
    w, store = desk.words, casework.opened(desk)
    with frame.part(desk):
        found = [(foreign(escaped(u.name)), w(f"role.{u.role.value}"), ", ".join(department(desk, d) for d in u.departments),
                  w("people.disabled") if u.disabled else w("people.open")) for u in users.everybody(store)]  # fmt: skip
        st.table(
            pd.DataFrame(found, columns=[w("sign_in.name"), w("people.role"), w("case.department"), w("people.state")]),
            hide_index=True,
            border="horizontal",
        )
        with st.form("account", width=520):
            st.subheader(w("people.add"), anchor=False)
            st.text_input(w("sign_in.name"), key="account_name", autocomplete="off")
            st.text_input(w("sign_in.password"), type="password", key="account_password", autocomplete="new-password")
            st.selectbox(
                w("people.role"),
                [r.value for r in Role if r != Role.CITIZEN],
                index=1,
                format_func=lambda r: w(f"role.{r}"),
                key="account_role",
            )
            st.multiselect(
                w("case.department"),
                [d.id for d in desk.about.departments],
                format_func=lambda d: department(desk, d),
                key="account_departments",
            )
            st.form_submit_button(w("people.add"), on_click=_add_account, args=(desk, person))


def _add_account(desk: Desk, person: Person) -> None:
    name, password = str(st.session_state["account_name"]).strip(), str(st.session_state.pop("account_password"))
    role, whose = Role(st.session_state["account_role"]), tuple(st.session_state["account_departments"])
    casework.do(
        desk, lambda: users.add(casework.opened(desk), name, role, whose, password, casework.at(desk), person.name, desk.about), "case.kept"
    )


def seen(desk: Desk, person: Person) -> None:
    """The audit: who did what, newest first."""
    w = desk.words
    with frame.part(desk):
        lines = casework.opened(desk).audit(limit=100)
        rows = [(exact(line.at, desk.about.zone, desk.about.calendar, w), foreign(escaped(line.who)), escaped(line.what),
                 foreign(escaped(line.about)), foreign(escaped(line.detail))) for line in lines]  # fmt: skip
        names = [w(f"audit.{n}") for n in ("at", "who", "what", "about", "detail")]
        st.table(pd.DataFrame(rows, columns=names), hide_index=True, border="horizontal")


PARTS = {
    "triage": Part(Right.TRIAGE, to_triage), "enter": Part(Right.ENTER, entry), "register": Part(Right.CASES, register),
    "outbox": Part(Right.ANSWER, outbox.draw), "table": Part(Right.FIGURES, table), "news": Part(Right.BROADCAST, news.draw),
    "words": Part(Right.TEACH, kept_words.draw), "people": Part(Right.USERS, people), "audit": Part(Right.AUDIT, seen),
}  # fmt: skip
