"""The head of every page: its title, period, filters and language, each a choice that stands in the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import streamlit as st

from dashboard import filters
from dashboard.frame import Desk
from dashboard.going import change, clear, take
from dashboard.words import LANGUAGES, words

FILTERS = ("platform", "account", "tongue", "topic", "place")


def head(desk: Desk, page: str, periods: Sequence[str], usual: str, filtered: Sequence[str] = FILTERS) -> Desk:
    """Title, period, what the page tells, and filters. Returns the desk with the period that is shown, `usual` if none was asked for."""
    desk = replace(desk, view=msgspec.structs.replace(desk.view, period=desk.view.period if desk.view.period in periods else usual))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="head"):
        st.title(desk.words(f"{page}.title"), anchor=False, width="stretch")
        if periods:
            _segments(desk, "period", periods, desk.view.period, "period")
    st.caption(desk.words(f"{page}.asks"))
    _filters(desk, filtered)
    return desk


def _segments(desk: Desk, name: str, options: Sequence[str], chosen: str, says: str) -> None:
    key = f"choose_{name}"
    st.session_state[key] = chosen if chosen in options else options[0]
    st.segmented_control(
        desk.words(f"filter.{name}"), options, key=key, required=True, label_visibility="collapsed",
        format_func=lambda option: desk.words(f"{says}.{option}"), on_change=take, args=(name, key),
    )  # fmt: skip


def segments(desk: Desk, name: str, options: Sequence[str], usual: str = "") -> str:
    """A choice of one that stands in the address under `name`, else `usual`, else the first; returns it."""
    chosen = getattr(desk.view, name)
    chosen = chosen if chosen in options else usual or options[0]
    _segments(desk, name, options, chosen, name)
    return chosen


def _filters(desk: Desk, names: Sequence[str]) -> None:
    """One line of filters; each opens its choices. A filter with a single choice is not shown."""
    options = filters.choices(desk.about)
    shown = [name for name in names if name in options and len([o for o in options[name] if o]) > 1]
    with st.container(horizontal=True, gap="small", key="filters"):
        for name in _with_branch(shown, options):
            _filter(desk, name, options[name])
        _cleared(desk, shown)


def _with_branch(shown: Sequence[str], options: dict[str, tuple[str, ...]]) -> list[str]:
    """Branches stand beside the accounts where there are any."""
    return [n for name in shown for n in (["branch", "account"] if name == "account" and len(options["branch"]) > 1 else [name])]


def _filter(desk: Desk, name: str, options: tuple[str, ...]) -> None:
    chosen = list(getattr(desk.view, name))
    said = desk.words(f"filter.{name}")
    if chosen:
        said += f": {named(desk, name, chosen[0])}" + (f" +{len(chosen) - 1}" if len(chosen) > 1 else "")
    key = f"filter_{name}"
    st.session_state[key] = chosen
    with st.popover(said, type="primary" if chosen else "secondary"):
        st.multiselect(
            desk.words(f"filter.{name}"), options, key=key, placeholder=desk.words("filter.all"), format_func=lambda o: named(desk, name, o),
            on_change=_listed, args=(name, key),
        )  # fmt: skip


def _listed(name: str, key: str) -> None:
    change(**{name: tuple(st.session_state[key])})


def _cleared(desk: Desk, names: Sequence[str]) -> None:
    used = [name for name in {*names, *filters.LISTS} if getattr(desk.view, name)]
    if used or desk.view.since or desk.view.q or desk.view.theme:
        st.button(desk.words("filter.clear"), type="tertiary", icon=":material/close:", on_click=clear, key="clear")


def named(desk: Desk, name: str, value: str) -> str:
    """What a filter's value is called."""
    if not value:
        return desk.words("filter.without")
    given = {"topic": desk.topic, "place": desk.place, "branch": desk.branch, "account": desk.account, "platform": desk.platform}
    if name in given:
        return given[name](value)
    if name == "tongue":
        return desk.words(f"tongue.{value}")
    return desk.words(f"{name}.{value}")


def language_choice(desk: Desk) -> None:
    """Which language the pages speak, each named in itself."""
    st.session_state["choose_lang"] = desk.view.lang
    st.selectbox(
        desk.words("filter.lang"), LANGUAGES, key="choose_lang", label_visibility="collapsed", width=130,
        format_func=lambda code: words(code)("language"), on_change=take, args=("lang", "choose_lang"),
    )  # fmt: skip
