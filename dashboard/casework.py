"""Where case pages get their answers: the cases' store, the table of reports, and the time at which somebody acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import streamlit as st

from cases import report
from cases.asking import EVERY
from cases.engine import address
from cases.query import FindCases
from cases.roles import Person
from cases.store import CaseStore, open_cases
from core.deployment import Deployment
from core.errors import NotAllowed, SadaError
from core.settings import Settings
from dashboard import data, failures, periods
from dashboard.frame import Desk

Act = Callable[[], object]
WhoNow = Callable[[], Person | None]
FRESH = timedelta(seconds=30)  # how old the table of reports may be


def opened(desk: Desk) -> CaseStore:
    """The cases of these settings. Raises StoreFailed."""
    return _opened(address(desk.settings), desk.settings)


@st.cache_resource(show_spinner=False, max_entries=4)
def _opened(address: str, _settings: Settings) -> CaseStore:
    return open_cases(_settings)


def at(desk: Desk) -> datetime:
    """When somebody acts: now, to the microsecond, or where SADA_NOW holds the time still."""
    return data.now(desk.settings) if desk.settings.others.get("NOW") else datetime.now(UTC)


def table(desk: Desk, by: str, period: str = "", which: FindCases = EVERY) -> report.Table:
    """The table of reports by one dimension, of those opened in a period, else of all, and of the cases meant, open or settled: what this
    dashboard changed at once, what others did at most half a minute later."""
    moment = data.now(desk.settings)
    since = periods.window(period, moment, desk.about.timezone).since if period else None
    meant = msgspec.structs.replace(which, is_open=None)
    return _table(opened(desk), address(desk.settings), by, desk.words.language, desk.about, desk.about.id, since, meant, moment)


@st.cache_data(ttl=FRESH, max_entries=50, show_spinner=False, hash_funcs={FindCases: msgspec.json.encode})
def _table(_store: CaseStore, address: str, by: str, language: str, _about: Deployment, id: str, since: datetime | None, which: FindCases,
           _now: datetime) -> report.Table:  # fmt: skip
    return report.table(_store.all(which), by, _about, _now, language, report.Span(since))


def drawn_for(person: Person | None, asked_again: WhoNow) -> None:
    """Remember whom this page was drawn for, and how to ask once more who that is: a page may stay open for hours."""
    st.session_state["drawn_for"] = (person, asked_again)


def _must_be_the_same() -> None:
    """Raises NotAllowed where whoever presses the button is no longer what the page was drawn for: demoted, closed, or the link taken back."""
    person, asked_again = st.session_state.get("drawn_for", (None, lambda: None))
    if person is not None and asked_again() != person:
        raise NotAllowed(
            "your session has ended or your account was changed meanwhile; nothing was done, look at the page again", key="session"
        )


def do(desk: Desk, act: Act, done: str) -> None:
    """Carry out what a person asked for and say so; what cannot be done is said in its own sentence. Call it from a callback."""
    try:
        _must_be_the_same()
        act()
    except SadaError as error:
        st.session_state["said"] = ("error", failures.reason(error, desk.words))
    else:
        _table.clear()
        st.session_state["said"] = ("success", desk.words(done))


def went_well() -> bool:
    """Whether the last thing asked for could be done."""
    return st.session_state.get("said", ("",))[0] == "success"


def say(desk: Desk) -> None:
    """What became of the last thing asked for, once."""
    kind, text = st.session_state.pop("said", ("", ""))
    if kind == "error":
        failures.show(text)
    elif kind:
        st.toast(text, icon=":material/check:")
