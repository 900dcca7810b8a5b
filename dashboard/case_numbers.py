"""The cases as numbers beside the posts: how many are open, and how long citizens wait for a first answer."""

from __future__ import annotations

from datetime import datetime
from statistics import median

import msgspec
import streamlit as st

from cases import first_answers
from cases.engine import address
from cases.query import FindCases
from cases.roles import Role
from cases.store import CaseStore
from dashboard import cards, casework, signing
from dashboard.cards import Number
from dashboard.casework import FRESH
from dashboard.figures import NONE, change, decimal, whole
from dashboard.frame import Desk
from dashboard.periods import Window

_HASH = {FindCases: msgspec.json.encode}


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the cases say: open now, opened in the period, and hours waited for the first answers of this period and the one before."""

    open: int
    opened: int
    hours: tuple[float, ...]
    hours_before: tuple[float, ...]


def filtered(desk: Desk) -> FindCases:
    """The cases that a reader filters for: by what a case knows, which is not the language of a post or the account it was written to."""
    v = desk.view
    return FindCases(platforms=v.platform, branches=v.branch, categories=v.topic, places=v.place)


def meant(desk: Desk) -> FindCases:
    """Of the cases that a reader filters for those that the numbers count: a department's person counts its own."""
    which, person = filtered(desk), signing.who(desk)
    if person and person.role == Role.DEPARTMENT:  # of these its own, which are all that it can open
        return msgspec.structs.replace(which, departments=person.departments or ("",))
    return which


def asked(desk: Desk, window: Window) -> dict[str, str]:
    """The SQL behind the numbers, by what it asks for."""
    which, store = meant(desk), casework.opened(desk)
    opened = msgspec.structs.replace(which, is_open=None, opened_since=window.since)
    return {
        "open_cases": store.explain(which),
        "opened_cases": store.explain(opened),
        "first_answers": first_answers.explain(store, which, window.since),
    }


def numbers(desk: Desk, window: Window) -> list[Number]:
    """Open cases and the median first answer, each with what changed."""
    found = _standing(casework.opened(desk), address(desk.settings), meant(desk), desk.view.period, window)
    return [_open(desk, found), _first_answer(desk, found)]


@st.cache_resource(ttl=FRESH, max_entries=50, show_spinner=False, hash_funcs=_HASH)
def _standing(_store: CaseStore, address: str, which: FindCases, period: str, _window: Window) -> Standing:
    since, before = _window.since, _window.earlier(1)
    given = first_answers.given(_store, which, before[0])
    return Standing(
        open=_store.find(msgspec.structs.replace(which, limit=0)).total,
        opened=_store.find(msgspec.structs.replace(which, is_open=None, opened_since=since, limit=0)).total,
        hours=_hours(given, since, _window.now), hours_before=_hours(given, *before),
    )  # fmt: skip


def _hours(given: list[first_answers.Answered], since: datetime, until: datetime) -> tuple[float, ...]:
    return tuple(first_answers.hours(given, since, until))


def _open(desk: Desk, found: Standing) -> Number:
    w = desk.words
    delta = w("now.opened", n=found.opened, count=whole(found.opened, w)) if found.opened else None
    return Number(key="now.open", value=whole(found.open, w), delta=delta, opens={}, page="complaints", link="now.cases")


def _first_answer(desk: Desk, found: Standing) -> Number:
    w = desk.words
    now, before = (median(hours) if hours else None for hours in (found.hours, found.hours_before))
    moved = change(now, before)
    value = w("figure.hours", count=decimal(now, w)) if now is not None else NONE
    return Number(key="now.first_answer", value=value, delta=cards.relative(desk, moved), rises=cards.rises(moved), good=moved < 0 if moved else None,
                  opens={}, page="complaints", link="now.cases")  # fmt: skip
