"""A page as somebody of the staff sees it."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from cases import users
from cases.roles import Role
from cases.store import CaseStore
from tests.dashboard import factory
from tests.dashboard.test_pages import APP


def page(store: CaseStore, name: str, role: Role | None = None, **address: str) -> AppTest:
    """A page under this address, opened by somebody of this role, or by nobody in particular."""
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params.update({"lang": "en"} | address)
    if role:
        at.session_state["token"] = users.trust(store, role.value, factory.NOW)
    at.run()
    if name != "now":
        at.switch_page(f"pages/{name}.py")
        at.query_params.update({"lang": "en"} | address)
        at.run()
    return sound(at)


def sound(at: AppTest) -> AppTest:
    """The page, if nothing on it went wrong."""
    assert not at.exception, at.exception[0].value
    assert not at.error, at.error[0].value
    return at
