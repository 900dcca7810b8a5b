"""Several people at the same desk: each acts on what they read a while ago. Nothing is lost, nothing is overwritten unseen, nobody meets in one case."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path

import msgspec
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cases import answering, desk, holding, outbox, sending, work, workflow
from cases.history import standing
from cases.identity import case_id
from cases.roles import Person, Role
from cases.store import open_cases
from core.case import Case, Status, Step
from core.errors import SadaError, Stale
from core.post import Author, Claim
from core.settings import Settings
from tests.cases.factory import CITY, SUNDAY_NOON, complaint

PEOPLE = [Person(name=name, role=role, departments=("cleaning", "roads") if role == Role.DEPARTMENT else ()) for name, role in (
    ("olya", Role.OFFICER), ("omar", Role.OFFICER), ("vera", Role.VERIFIER), ("dima", Role.DEPARTMENT), ("sami", Role.SUPERVISOR),
)]  # fmt: skip
OFFICERS = [person for person in PEOPLE if person.role != Role.DEPARTMENT]
NUMBERS = (1, 2, 3, 4)
WHO, WHICH, PAUSE = st.sampled_from(PEOPLE), st.sampled_from([case_id(f"x:{n}") for n in NUMBERS]), st.integers(0, 400)
INTENTS = ("complaint", "inquiry", "complaint", "suggestion")


@cache
def empty() -> Path:
    """A database with its tables, made once."""
    folder = Path(tempfile.mkdtemp(prefix="sada-several-"))
    open_cases(Settings(data=folder)).close()
    return folder / "cases.db"


def post(number: int, **more: object) -> object:
    asks = Claim(label=INTENTS[number % 4], confidence=0.9, by="test@1")
    about = (Claim(label="waste" if number < 3 else "roads", confidence=0.9, by="test@1"),)
    return complaint(number, author=Author(id=f"x:u{number % 3}"), intent=asks, topics=about, **more)  # two of them are one citizen's


class OneDesk(RuleBasedStateMachine):
    """Anybody tries anything with what they last saw of a case; a clock that only goes on."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sada-desk-"))
        shutil.copy(empty(), self.folder / "cases.db")
        self.store = open_cases(Settings(data=self.folder))
        self.at = SUNDAY_NOON + timedelta(hours=1)
        self.later = len(NUMBERS)
        self.sent: list[str] = []
        desk.receive([post(n) for n in NUMBERS], CITY, self.store, self.at, 1)  # type: ignore[misc]
        self.history: dict[str, tuple[Step, ...]] = {case.id: case.steps for case in self.store.all()}
        self.seen = {(person.name, id): case for person in PEOPLE for id, case in ((c.id, c) for c in self.store.all())}
        self.changes = 0

    def teardown(self) -> None:
        """Each change stands in the audit, and nobody was told the same twice."""
        assert len([line for line in self.store.audit(limit=10_000) if line.what == "changed"]) == self.changes
        assert len(self.sent) == len(set(self.sent))
        self.store.close()
        shutil.rmtree(self.folder)

    def after(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)

    def try_(self, id: str, act: Callable[[], object], version: int | None = None) -> None:
        """Do it: refused, nothing has changed; done, the history has grown by what was done and only by that."""
        before = self.store.get(id)
        try:
            act()
        except SadaError as refusal:
            assert self.store.get(id) == before
            if version is not None and version != before.version:
                assert not isinstance(refusal, Stale) or "meanwhile" in str(refusal) or "batch" in str(refusal)
            return
        assert version is None or version == before.version, "a change went over what somebody else had done unseen"
        after = self.store.get(id)
        assert after.version == before.version + 1 and after.steps[:-1] == before.steps
        self.history[id] = after.steps
        self.changes += 1

    @rule(person=WHO, id=WHICH)
    def look(self, person: Person, id: str) -> None:
        self.seen[person.name, id] = self.store.get(id)

    @rule(person=WHO, id=WHICH, to=st.sampled_from(Status), seconds=PAUSE)
    def move_by_what_was_seen(self, person: Person, id: str, to: Status, seconds: int) -> None:
        self.after(seconds)
        read = self.seen[person.name, id]
        self.try_(id, lambda: work.move(self.store, person, id, read.version, to, "because", self.at, CITY, "cleaning"), read.version)

    @rule(data=st.data(), person=WHO, id=WHICH, seconds=PAUSE)
    def make_an_offered_move(self, data: st.DataObject, person: Person, id: str, seconds: int) -> None:
        self.after(seconds)
        read = self.store.get(id)
        if offered := workflow.moves(read, person.name, person.role, CITY):
            to = data.draw(st.sampled_from(offered))
            self.try_(id, lambda: work.move(self.store, person, id, read.version, to, "because", self.at, CITY, "roads"), read.version)

    @rule(person=WHO, id=WHICH, seconds=st.integers(0, 70))
    def undo(self, person: Person, id: str, seconds: int) -> None:
        self.after(seconds)
        self.try_(id, lambda: work.undo(self.store, person, id, self.at, CITY))

    @rule(person=WHO, id=WHICH, seconds=PAUSE)
    def note(self, person: Person, id: str, seconds: int) -> None:
        self.after(seconds)
        self.try_(id, lambda: work.annotate(self.store, person, id, "looked at it", self.at, CITY))

    @rule(person=st.sampled_from(OFFICERS), id=WHICH, seconds=PAUSE)
    def assign_by_what_was_seen(self, person: Person, id: str, seconds: int) -> None:
        self.after(seconds)
        version = self.seen[person.name, id].version
        self.try_(id, lambda: work.assign(self.store, person, id, version, person.name, self.at, CITY), version)

    @rule(person=st.sampled_from(OFFICERS), most=st.integers(1, 3), seconds=st.integers(0, 700))
    def take_a_batch(self, person: Person, most: int, seconds: int) -> None:
        self.after(seconds)
        mine = {case.id for case in holding.take(self.store, person, self.at, most)}
        others = [{case.id for case in work.held_by(self.store, other, self.at)} for other in OFFICERS if other != person]
        assert not any(mine & theirs for theirs in others)
        citizens = [{self.store.get(id).citizen for id in theirs} for theirs in (mine, *others)]
        assert not any(citizens[0] & theirs for theirs in citizens[1:])

    @rule(person=st.sampled_from(OFFICERS))
    def give_back(self, person: Person) -> None:
        holding.give_back(self.store, person)
        assert work.held_by(self.store, person, self.at) == ()

    @rule(person=st.sampled_from(OFFICERS), id=WHICH, finishes=st.booleans(), seconds=PAUSE)
    def answer(self, person: Person, id: str, finishes: bool, seconds: int) -> None:
        self.after(seconds)
        with contextlib.suppress(SadaError):
            answering.write(self.store, person, id, f"an answer of {person.name}", self.at, CITY, finishes)

    @rule(seconds=PAUSE)
    def what_is_ready_goes_out(self, seconds: int) -> None:
        self.after(seconds)
        sending.send_ready(self.store, {"x": self}, self.at, CITY)
        self.history = {case.id: _grown(self.history[case.id], case) for case in self.store.all()}

    platform = "x"

    def send(self, answer: outbox.Answer) -> sending.Sent:
        self.sent.append(answer.id)
        return sending.Sent(native_id=answer.id)

    @rule(number=st.sampled_from(NUMBERS), seconds=PAUSE)
    def the_citizen_writes_again(self, number: int, seconds: int) -> None:
        self.after(seconds)
        self.later += 1
        again = msgspec.structs.replace(
            post(number, conversation_id=f"x:{number}"), id=f"x:{100 + self.later}", parent_id=f"x:{number}", created_at=self.at
        )  # type: ignore[type-var]
        desk.receive([again], CITY, self.store, self.at, self.later)
        self.history = {case.id: _grown(self.history[case.id], case) for case in self.store.all()}

    @invariant()
    def no_line_was_lost_and_every_line_follows_the_table(self) -> None:
        for case in self.store.all() if hasattr(self, "store") else ():
            assert case.steps == self.history[case.id] and case.version == len(case.steps)
            assert case.status == standing(case.steps)[-1].now
            for was, now in zip(case.steps, case.steps[1:], strict=False):
                assert was.now == now.was and was.at <= now.at
                assert now.what not in ("moved", "returned") or now.now in workflow.MOVES[was.now]


def _grown(known: tuple[Step, ...], case: Case) -> tuple[Step, ...]:
    """The history of a case that others may have gone on with; what was known of it must still stand there."""
    assert case.steps[: len(known)] == known
    return case.steps


OneDesk.TestCase.settings = hypothesis_settings(max_examples=15, stateful_step_count=30, deadline=None)
TestOneDesk = OneDesk.TestCase
