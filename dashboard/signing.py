"""Signing in: local accounts, or the organisation's OpenID provider where Streamlit's secrets name one."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from cases import users
from cases.roles import Person, Role
from core.errors import SadaError
from dashboard import casework, failures, keeping, provider
from dashboard.bidi import escaped, foreign
from dashboard.frame import Desk

ANYBODY = Person(name="", role=Role.VIEWER)
LOCAL = (None, "127.0.0.1", "::1")  # Streamlit says None for a browser on this machine
FORWARDED = ("x-forwarded-for", "x-forwarded-host", "forwarded", "x-real-ip")


def open_to_all(desk: Desk) -> bool:
    """Whether figures may be seen without signing in: SADA_VIEW_WITHOUT_SIGN_IN, yes unless it says no."""
    return desk.settings.says_yes("VIEW_WITHOUT_SIGN_IN", True)


def who(desk: Desk) -> Person | None:
    """Who is signed in in this browser, if their session has not ended; what they press on this page is done only while that stays so."""
    person = _who(desk)
    token = str(st.session_state.get("token", ""))
    casework.drawn_for(person, lambda: users.whose(casework.opened(desk), token, casework.at(desk)))
    return person


def _who(desk: Desk) -> Person | None:
    spent = st.session_state.setdefault("spent", set())  # ended sessions are asked for once only
    for token in (st.session_state.get("token"), keeping.kept()):
        if token and token not in spent and (person := _person(desk, token)):
            return person
    token = _by_provider(desk)
    return _person(desk, token) if token and token not in spent else None


def _person(desk: Desk, token: str) -> Person | None:
    person = users.whose(casework.opened(desk), token, casework.at(desk))
    if person is None:
        st.session_state["spent"].add(token)
        st.session_state.pop("token", None)
    else:
        st.session_state["token"] = token
    return person


def form(desk: Desk) -> None:
    """Name and password; and once, on this machine only, the first administrator's password."""
    w = desk.words
    _first_password(desk)
    if not users.is_anybody(casework.opened(desk)):
        st.info(w("sign_in.none"), icon=":material/key:")
    with st.form("sign_in", width=420):
        st.subheader(w("sign_in.title"), anchor=False)
        st.text_input(w("sign_in.name"), key="sign_in_name", autocomplete="username")
        st.text_input(w("sign_in.password"), key="sign_in_password", type="password", autocomplete="current-password")
        st.form_submit_button(w("sign_in.do"), type="primary", on_click=_sign_in, args=(desk,))
    if provider.is_there():
        st.button(w("sign_in.provider"), on_click=st.login, icon=":material/login:")


def mark(desk: Desk, person: Person) -> None:
    """Who is signed in, and the way out."""
    w = desk.words
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f":material/person: {foreign(escaped(person.name))} · {w(f'role.{person.role.value}')}")
        st.button(w("sign_in.out"), type="tertiary", icon=":material/logout:", on_click=_sign_out, args=(desk,), key="sign_out")


def _sign_in(desk: Desk) -> None:
    """Runs before the page is drawn; the password does not stay in the page's state."""
    name, password = str(st.session_state.get("sign_in_name", "")), str(st.session_state.pop("sign_in_password", ""))

    def enter() -> None:
        st.session_state["token"] = users.sign_in(casework.opened(desk), name.strip(), password, casework.at(desk))
        keeping.remember(st.session_state["token"], datetime.now(UTC))
        st.session_state.pop("first_password", None)

    casework.do(desk, enter, "sign_in.done")


def _sign_out(desk: Desk) -> None:
    token = st.session_state.pop("token", "")
    users.sign_out(casework.opened(desk), token)
    st.session_state.setdefault("spent", set()).add(token)
    keeping.forget()
    if provider.is_there() and st.user.is_logged_in:
        st.logout()


def _first_password(desk: Desk) -> None:
    """Make the first account if there is none; its password is shown to a browser on this machine, in this window, and never again."""
    if _is_here() and "first_password" not in st.session_state:
        made = users.first_administrator(casework.opened(desk), casework.at(desk))
        if made:
            st.session_state["first_password"] = made
    if password := st.session_state.get("first_password"):
        st.info(desk.words("sign_in.first", name=users.ADMINISTRATOR), icon=":material/key:")
        st.code(password, language=None)


def _is_here() -> bool:
    """Whether the browser runs on this machine and did not come through a proxy, behind which everybody seems to."""
    return st.context.ip_address in LOCAL and not any(name.lower() in FORWARDED for name in st.context.headers)


def _by_provider(desk: Desk) -> str | None:
    """The session of whom the provider has named, if an administrator or its groups gave them an account."""
    if not provider.is_there() or not st.user.is_logged_in:
        return None
    told, at = st.user.to_dict(), casework.at(desk)
    name = provider.name_of(told)
    token = provider.token(told, name, desk.settings, at) if name else None
    if name is None or token is None:
        return None
    try:
        return users.trust(
            casework.opened(desk), name, at, token, provider.granted(told, desk.settings), bool(provider.roles(desk.settings))
        )
    except SadaError as error:
        failures.show(failures.reason(error, desk.words))
        return None
