"""What a role may not do is not on the page, and is refused where an old page still offers it: each role, each status, each button."""

from __future__ import annotations

import os
from collections.abc import Iterator

import msgspec
import pytest
from streamlit.testing.v1 import AppTest

from cases import links, users
from cases.history import derived
from cases.roles import RIGHTS, Person, Right, Role
from cases.store import CaseStore
from core.case import Case, Status, Step
from core.deployment import Deployment
from core.settings import read
from tests.cases.test_roles import MOVES_TABLE, cells
from tests.dashboard import factory
from tests.dashboard.test_complaints import FIRST, cases, city, offered, page  # noqa: F401  (two are fixtures)

ALLOWED = {(arrow, role) for arrow, role, allowed in cells(MOVES_TABLE) if allowed}
NOT_FOR_COMPLAINTS = {"received>answered", "verified>answered", "reopened>answered"}
WORKING = (Role.OFFICER, Role.VERIFIER, Role.DEPARTMENT, Role.SUPERVISOR)
SOME = (Status.DONE,)
SHOWN = [(role, tuple(Status)) for role in WORKING] + [(role, SOME) for role in Role if role not in (*WORKING, Role.CITIZEN)]
BUTTONS = {  # key → the right without which it must not be there
    "answer_send": Right.ANSWER, "answer_elsewhere": Right.ANSWER, "case_wait": Right.TRIAGE, "assign_give": Right.ASSIGN, "is_duplicate": Right.TRIAGE,
    "link_make": Right.LINK, "case_mine": Right.HOLD,
}  # fmt: skip


@pytest.fixture
def everywhere(cases: CaseStore, city: Deployment, monkeypatch: pytest.MonkeyPatch) -> Iterator[CaseStore]:  # noqa: F811
    """A complaint at every status, brought there by other hands."""
    monkeypatch.setenv("SADA_SEND_ANSWERS", "yes")
    cases.put_many(standing_at(status, cases.get(FIRST), city) for status in Status)
    yield cases


def standing_at(status: Status, case: Case, city: Deployment) -> Case:  # noqa: F811
    first = case.steps[0]
    steps = (first, *([Step(who="somebody", at=first.at, was=first.now, now=status)] if status != first.now else []))
    changed = {"id": f"c-{status.value}", "status": status, "department": "cleaning", "steps": steps, "version": len(steps), "posts": ()}
    return derived(msgspec.structs.replace(case, **changed), city)  # type: ignore[arg-type]


def at_case(at: AppTest, id: str) -> AppTest:
    at.query_params["case"] = id
    at.run()
    assert not at.exception, at.exception[0].value
    return at


def keys(at: AppTest) -> set[str]:
    return {b.key for b in at.button if b.key}


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize(("role", "statuses"), SHOWN)
def test_each_status_offers_each_role_its_moves_and_no_other(role: Role, statuses: tuple[Status, ...]) -> None:
    at = page(role.value, part="queue")
    for status in statuses:
        at_case(at, f"c-{status.value}")
        arrows = {f"{status.value}>{to.value}": to.value for to in Status}
        allowed = {to for arrow, to in arrows.items() if (arrow, role) in ALLOWED and arrow not in NOT_FOR_COMPLAINTS}
        answered_by_its_own_box = {"answered"}
        assert offered(at) == allowed - answered_by_its_own_box, status
        for key, right in BUTTONS.items():
            assert right in RIGHTS[role] or key not in keys(at), (key, status)


@pytest.mark.parametrize(
    ("button", "becomes"), [("move_verified", Role.OFFICER), ("move_rejected", Role.ANALYST), ("move_verified", Role.VIEWER)]
)
def test_a_button_of_an_old_page_is_refused_to_whoever_lost_the_role(everywhere: CaseStore, button: str, becomes: Role) -> None:
    at = at_case(page("supervisor", part="queue"), "c-received")
    next(t for t in at.text_input if t.key == "case_why").set_value("because")
    before = everywhere.get("c-received")
    with everywhere.writing() as db:
        db.exec_driver_sql(f"UPDATE users SET role = '{becomes.value}' WHERE name = 'supervisor'")
    next(b for b in at.button if b.key == button).click().run()
    assert everywhere.get("c-received") == before and button not in keys(at)


def test_a_button_of_an_old_page_does_nothing_once_the_link_was_taken_back(everywhere: CaseStore) -> None:
    key = links.key(read(os.environ))
    boss = Person(name="supervisor", role=Role.SUPERVISOR)
    at = page(link=links.make(everywhere, key, boss, "c-referred", factory.NOW))
    before = everywhere.get("c-referred")
    links.revoke(everywhere, boss, "c-referred", factory.NOW)
    next(b for b in at.button if b.key == "move_in_hand").click().run()
    assert everywhere.get("c-referred") == before and not offered(at)


def test_a_button_of_an_old_page_does_nothing_for_a_closed_account(everywhere: CaseStore) -> None:
    at = at_case(page("supervisor", part="queue"), "c-received")
    before = everywhere.get("c-received")
    users.disable(everywhere, "supervisor", factory.NOW, "adam")
    next(b for b in at.button if b.key == "move_verified").click().run()
    assert everywhere.get("c-received") == before and not offered(at)
