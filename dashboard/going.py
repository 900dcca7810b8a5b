"""Going from view to view: the address bar is the state, and every choice of a reader is written into it."""

from __future__ import annotations

import msgspec
import streamlit as st

from core.deployment import Deployment
from dashboard import filters
from dashboard.filters import View


def here(about: Deployment) -> View:
    """The address as a view. Streamlit's navigation clears the address; what is common to all pages is put back."""
    asked = params()
    if "lang" not in asked and "kept" in st.session_state:
        asked = {**filters.write(filters.carried(st.session_state["kept"])), **asked}
    view = filters.read(asked, about)
    st.session_state["kept"] = view
    if filters.write(view) != params():
        st.query_params.from_dict(filters.write(view))
    return view


def params() -> dict[str, list[str]]:
    """What the address says, by name."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


# What a widget calls reads the present view from the session: Streamlit may call it with the arguments of an earlier run.


def change(**changes: object) -> None:
    """Go to another view of the same page: the present one with these changes, on its first screen of posts."""
    view = msgspec.structs.replace(st.session_state["kept"], **{"page": 1, **changes})
    st.session_state["kept"] = view
    st.query_params.from_dict(filters.write(view))


def turn(step: int) -> None:
    """Go so many screens of posts on, or back."""
    change(page=max(1, st.session_state["kept"].page + step))


def clear() -> None:
    """Take every filter away; language and period stay."""
    kept = st.session_state["kept"]
    change(**msgspec.structs.asdict(View(lang=kept.lang, period=kept.period)))


def take(name: str, key: str) -> None:
    """Put what a widget says into the address."""
    change(**{name: st.session_state[key]})
