"""A case moves along the table and no other way; nothing of its history is ever lost."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cases import clocks, workflow
from cases.history import ENDING, derived, standing, told
from cases.roles import Role
from cases.workflow import MOVES
from core.case import Case, Status, Step
from core.errors import AskedWrongly, MoveRefused, NotAllowed, SadaError
from tests.cases.factory import CITY, SUNDAY_NOON, VERIFYING, case

HOUR = timedelta(hours=1)
SOLVED = [  # who moves where, an hour apart
    ("vera", Role.VERIFIER, Status.VERIFIED), ("olya", Role.OFFICER, Status.REFERRED), ("dima", Role.DEPARTMENT, Status.IN_HAND),
    ("dima", Role.DEPARTMENT, Status.DONE), ("vera", Role.VERIFIER, Status.CONFIRMED), ("olya", Role.OFFICER, Status.ANSWERED),
    ("olya", Role.OFFICER, Status.CLOSED),
]  # fmt: skip


def walk(steps, start=None, deployment=CITY):
    moved = start or derived(case(), deployment)
    for who, role, to in steps:
        why = "because" if MOVES[moved.status][to].says_why else ""
        moved = workflow.move(
            moved, to, who, role, moved.steps[-1].at + HOUR, why, deployment, "cleaning" if to == Status.REFERRED else None
        )
    return moved


def test_the_usual_way_ends_closed_with_a_line_for_every_step():
    closed = walk(SOLVED)
    start = case().steps[0].at
    assert [(s.was, s.now) for s in closed.steps][1:] == list(
        zip([Status.RECEIVED, *[to for *_, to in SOLVED]], [to for *_, to in SOLVED], strict=False)
    )
    assert (closed.handled_at, closed.first_answer_at, closed.closed_at) == (start + 4 * HOUR, start + 6 * HOUR, start + 7 * HOUR)
    assert (closed.department, closed.version) == ("cleaning", 8)


def test_a_move_that_is_not_in_the_table_names_those_that_are():
    with pytest.raises(MoveRefused, match="case c-1 is closed; it can become reopened, not referred"):
        workflow.move(walk(SOLVED), Status.REFERRED, "sami", Role.SUPERVISOR, SUNDAY_NOON + 99 * HOUR, "", CITY, "roads")


def test_nobody_confirms_his_own_work():
    done = walk([*SOLVED[:2], ("sami", Role.SUPERVISOR, Status.IN_HAND), ("sami", Role.SUPERVISOR, Status.DONE)])
    assert Status.CONFIRMED not in workflow.moves(done, "sami", Role.SUPERVISOR, CITY)
    with pytest.raises(NotAllowed, match="sami said that it is done; somebody else must confirm it"):
        workflow.move(done, Status.CONFIRMED, "sami", Role.SUPERVISOR, done.steps[-1].at, "", CITY)
    assert Status.CONFIRMED in workflow.moves(done, "olya", Role.OFFICER, CITY)


def test_where_a_second_team_verifies_nothing_is_referred_before():
    assert Status.REFERRED in workflow.moves(case(), "olya", Role.OFFICER, CITY)
    assert Status.REFERRED not in workflow.moves(case(), "olya", Role.OFFICER, VERIFYING)
    assert walk(SOLVED, deployment=VERIFYING).status == Status.CLOSED


@pytest.mark.parametrize(("intent", "at_once"), [("complaint", False), ("inquiry", True), ("suggestion", True)])
def test_only_what_needs_no_repair_is_answered_at_once(intent, at_once):
    assert (Status.ANSWERED in workflow.moves(case(intent=intent), "olya", Role.OFFICER, CITY)) is at_once


@pytest.mark.parametrize("to", [Status.REJECTED])
def test_a_reason_is_asked_for(to):
    with pytest.raises(AskedWrongly, match="needs a reason"):
        workflow.move(case(), to, "olya", Role.OFFICER, SUNDAY_NOON + HOUR, "  ", CITY)


def test_a_referral_names_a_department_there_is():
    with pytest.raises(AskedWrongly, match="to which department\\? There are: cleaning, roads, harbour"):
        workflow.move(case(), Status.REFERRED, "olya", Role.OFFICER, SUNDAY_NOON + HOUR, "", CITY, "rods")


def test_a_wrong_referral_comes_back_and_leaves_no_department():
    returned = workflow.move(
        walk(SOLVED[:2]), Status.VERIFIED, "dima", Role.DEPARTMENT, SUNDAY_NOON + 9 * HOUR, "it is the harbour's", CITY
    )
    assert (returned.status, returned.department, returned.steps[-1].what) == (Status.VERIFIED, None, "returned")


def test_closed_without_being_fixed_keeps_its_reason_and_is_not_closed_as_solved():
    not_fixed = walk([*SOLVED[:3], ("dima", Role.DEPARTMENT, Status.NOT_FIXED)])
    assert (not_fixed.status, not_fixed.reason, not_fixed.handled_at) == (Status.NOT_FIXED, "because", not_fixed.closed_at)


def test_a_reopened_case_is_no_longer_handled_and_its_solution_is_due_anew():
    closed = walk(SOLVED)
    again = walk([("x:u1", Role.CITIZEN, Status.REOPENED)], closed)
    assert (again.handled_at, again.closed_at, again.reopened) == (None, None, 1)
    assert again.first_answer_at == closed.first_answer_at
    assert again.closing_due == clocks.due(clocks.office(CITY), again.steps[-1].at, 40)


def test_both_clocks_stand_still_while_we_wait_for_the_citizen():
    start = derived(case(), CITY)
    at = start.opened_at
    waits = workflow.wait(start, "olya", at + HOUR, "which lane?", CITY)
    heard = workflow.heard(waits, "desk", at + 3 * HOUR, "x:9", CITY)
    assert waits.waiting_since == at + HOUR
    assert heard.waiting_since is None
    assert clocks.worked(clocks.office(CITY), start.answer_due, heard.answer_due) == 2 * HOUR
    assert clocks.worked(clocks.office(CITY), start.closing_due, heard.closing_due) == 2 * HOUR


def test_one_does_not_wait_twice_nor_hear_whom_one_does_not_wait_for():
    waits = workflow.wait(case(), "olya", SUNDAY_NOON + HOUR, "", CITY)
    with pytest.raises(MoveRefused, match="waits already"):
        workflow.wait(waits, "olya", SUNDAY_NOON + 2 * HOUR, "", CITY)
    with pytest.raises(MoveRefused, match="does not wait"):
        workflow.heard(case(), "olya", SUNDAY_NOON + HOUR, "", CITY)


def test_ones_own_last_move_can_be_undone_within_a_minute_and_both_lines_stay():
    before = walk(SOLVED[:3])
    done = walk(SOLVED[3:4], before)
    undone = workflow.undo(done, "dima", done.steps[-1].at + timedelta(seconds=60), CITY)
    assert [s.what for s in undone.steps[-2:]] == ["moved", "undone"]
    same = ("status", "handled_at", "department", "closing_due", "first_answer_at")
    assert [getattr(undone, f) for f in same] == [getattr(before, f) for f in same]


@pytest.mark.parametrize(("who", "later", "says"), [("vera", 5, "only one's own"), ("dima", 61, "more than a minute old")])
def test_what_cannot_be_undone(who, later, says):
    done = walk(SOLVED[:4])
    with pytest.raises(MoveRefused, match=says):
        workflow.undo(done, who, done.steps[-1].at + timedelta(seconds=later), CITY)


def test_a_clock_that_runs_backwards_is_noticed():
    with pytest.raises(MoveRefused, match="is this machine's clock right"):
        workflow.noted(case(), "olya", SUNDAY_NOON - HOUR, "", CITY)


PEOPLE = [("olya", Role.OFFICER), ("vera", Role.VERIFIER), ("dima", Role.DEPARTMENT), ("sami", Role.SUPERVISOR), ("x:u1", Role.CITIZEN),
          ("vic", Role.VIEWER), ("ana", Role.ANALYST), ("adam", Role.ADMINISTRATOR)]  # fmt: skip


class SeveralPeople(RuleBasedStateMachine):
    """Anybody tries anything, at any time: what the workflow lets through must always be right."""

    @initialize(verify_first=st.booleans(), intent=st.sampled_from(["complaint", "inquiry", "suggestion"]))
    def begin(self, verify_first, intent):
        self.deployment = VERIFYING if verify_first else CITY
        self.case = derived(case(intent=intent), self.deployment)
        self.at = self.case.opened_at
        self.accepted = list(self.case.steps)

    def try_(self, change) -> None:
        before = self.case
        try:
            self.case = change()
        except SadaError:
            assert self.case is before
            return
        self.accepted.append(self.case.steps[-1])
        assert self.case.version == before.version + 1

    @rule(who=st.sampled_from(PEOPLE), to=st.sampled_from(Status), why=st.sampled_from(["", "because"]), seconds=st.integers(0, 400_000))
    def somebody_moves(self, who, to, why, seconds):
        self.at += timedelta(seconds=seconds)
        allowed = workflow.moves(self.case, *who, self.deployment)
        before = self.case.status
        self.try_(lambda: workflow.move(self.case, to, *who, self.at, why, self.deployment, "cleaning"))
        if self.case.status != before:
            assert to in allowed and who[1] in MOVES[before][to].by

    @rule(data=st.data(), who=st.sampled_from(PEOPLE[:5]), seconds=st.integers(0, 100_000))
    def somebody_makes_a_move_that_is_offered(self, data, who, seconds):
        self.at += timedelta(seconds=seconds)
        if offered := workflow.moves(self.case, *who, self.deployment):
            to, before = data.draw(st.sampled_from(offered)), self.case
            self.try_(lambda: workflow.move(self.case, to, *who, self.at, "because", self.deployment, "roads"))
            assert self.case is not before

    @rule(who=st.sampled_from(PEOPLE), seconds=st.integers(0, 90))
    def somebody_undoes(self, who, seconds):
        self.at += timedelta(seconds=seconds)
        self.try_(lambda: workflow.undo(self.case, who[0], self.at, self.deployment))

    @precondition(lambda self: self.case.waiting_since is None)
    @rule(seconds=st.integers(0, 400_000))
    def we_wait(self, seconds):
        self.at += timedelta(seconds=seconds)
        self.try_(lambda: workflow.wait(self.case, "olya", self.at, "where?", self.deployment))

    @rule(seconds=st.integers(0, 400_000))
    def the_citizen_is_heard(self, seconds):
        self.at += timedelta(seconds=seconds)
        self.try_(lambda: workflow.heard(self.case, "desk", self.at, "", self.deployment))

    @rule(seconds=st.integers(0, 400_000))
    def somebody_notes(self, seconds):
        self.at += timedelta(seconds=seconds)
        self.try_(lambda: workflow.noted(self.case, "vera", self.at, "seen", self.deployment))

    @invariant()
    def no_step_is_lost(self):
        assert self.case.steps == tuple(self.accepted)
        assert list(self.case.steps) == sorted(self.case.steps, key=lambda s: s.at)

    @invariant()
    def the_lines_join_and_follow_the_table(self):
        for was, now in zip(self.case.steps, self.case.steps[1:], strict=False):
            assert was.now == now.was
            if now.what in ("moved", "returned"):
                assert now.now in MOVES[now.was]
        assert self.case.status == self.case.steps[-1].now

    @invariant()
    def what_is_closed_as_solved_was_confirmed_by_somebody_else(self):
        lines = standing(self.case.steps)
        if self.case.status == Status.CLOSED and self.case.intent == "complaint":
            confirmed = next(s for s in reversed(lines) if s.now == Status.CONFIRMED)
            done = next(s for s in reversed(lines[: lines.index(confirmed)]) if s.now == Status.DONE)
            assert confirmed.who != done.who

    @invariant()
    def times_and_clocks_agree_with_the_lines(self):
        assert (self.case.closed_at is not None) == (self.case.status in ENDING)
        assert told(standing(self.case.steps)).reopened == self.case.reopened
        assert derived(self.case, self.deployment) == self.case
        plain = clocks.due(clocks.reply_team(self.deployment), self.case.opened_at, 8)
        assert self.case.answer_due >= plain

    @invariant()
    def it_comes_back_from_its_bytes(self):
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(self.case), type=Case) == self.case


SeveralPeople.TestCase.settings = hypothesis_settings(max_examples=60, stateful_step_count=40, deadline=None)
TestSeveralPeople = SeveralPeople.TestCase


def test_an_imported_history_without_departments_keeps_its_department():
    imported = case(
        status=Status.REFERRED, department="roads", steps=(Step(who="old system", at=SUNDAY_NOON, was=None, now=Status.REFERRED),)
    )
    assert workflow.noted(imported, "olya", SUNDAY_NOON, "seen", CITY).department == "roads"
