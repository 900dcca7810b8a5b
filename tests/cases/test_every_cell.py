"""Every role tries everything: each move from each status, and each verb there is. What the tables refuse is refused, and leaves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import msgspec
import pytest

from cases import (
    alert_rules,
    alerts,
    ambassadors,
    answering,
    assigning,
    broadcasting,
    corrections,
    entering,
    events,
    guide,
    holding,
    links,
    roadmap,
    sampling,
    sending,
    subscribing,
    theme_judgements,
    triage,
    wording,
    work,
)  # fmt: skip
from cases.history import derived
from cases.query import FindCases
from cases.roles import RIGHTS, Person, Right, Role
from cases.store import CaseStore, open_cases
from core.case import Status, Step
from core.deployment import AlertRule
from core.errors import MoveRefused, NotAllowed, SadaError
from core.settings import Settings
from tests.cases.factory import CITY, SUNDAY_NOON, VERIFYING, case, complaint
from tests.cases.test_roles import MOVES_TABLE, cells

NOW = SUNDAY_NOON + timedelta(hours=3)
ALLOWED = {(arrow, role) for arrow, role, allowed in cells(MOVES_TABLE) if allowed}
ARROWS = {arrow for arrow, *_ in cells(MOVES_TABLE)}
NOT_FOR_COMPLAINTS = {"received>answered", "verified>answered", "reopened>answered"}


def person(role: Role) -> Person:
    return Person(name=f"a {role.value}", role=role, departments=("cleaning",) if role == Role.DEPARTMENT else ())


def standing_at(status: Status, id: str, intent: str) -> object:
    """A case that came to this status by other hands than those of the test."""
    first = case().steps[0]
    steps = (first, Step(who="somebody", at=first.at, was=first.now, now=status)) if status != first.now else (first,)
    return derived(case(id=id, intent=intent, status=status, steps=steps, version=len(steps)), CITY)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseStore]:
    """A case for every role, status, target and intent, each to be tried once."""
    store = open_cases(Settings(data=tmp_path_factory.mktemp("cells")))
    intents = ("complaint", "inquiry")
    ids = [(role, was, to, intent) for role in Role for was in Status for to in Status for intent in intents]
    store.put_many(standing_at(was, "-".join((role, was, to, intent)), intent) for role, was, to, intent in ids)  # type: ignore[misc]
    store.put_many([derived(case(), CITY)])
    yield store
    store.close()


@pytest.mark.parametrize("intent", ["complaint", "inquiry"])
@pytest.mark.parametrize("was", list(Status))
@pytest.mark.parametrize("role", list(Role))
def test_a_role_makes_the_moves_of_the_table_and_no_other(full: CaseStore, role: Role, was: Status, intent: str) -> None:
    for to in Status:
        id, arrow = "-".join((role, was, to, intent)), f"{was.value}>{to.value}"
        there = arrow in ARROWS and not (intent == "complaint" and arrow in NOT_FOR_COMPLAINTS)
        before = full.get(id)
        if there and (arrow, role) in ALLOWED:
            moved = work.move(full, person(role), id, None, to, "because", NOW, CITY, "cleaning")
            assert (moved.status, moved.steps[-1].who) == (to, person(role).name)
        else:
            with pytest.raises((MoveRefused, NotAllowed)):
                work.move(full, person(role), id, None, to, "because", NOW, CITY, "cleaning")
            assert full.get(id) == before and full.audit(id) == []


@pytest.mark.parametrize("role", list(Role))
def test_where_a_second_team_verifies_first_nobody_refers_what_was_just_received(full: CaseStore, role: Role) -> None:
    with pytest.raises((MoveRefused, NotAllowed)):
        work.move(full, person(role), "c-1", None, Status.REFERRED, "", NOW, VERIFYING, "cleaning")


POST = complaint(77)
Try = Callable[[CaseStore, Person], object]
VERBS: tuple[tuple[str, Right, Try], ...] = (
    ("look at a case", Right.CASES, lambda s, p: work.read(s, p, "in-hand", NOW)),
    ("look at it again", Right.CASES, lambda s, p: work.look_again(s, p, "in-hand")),
    ("see the queue", Right.CASES, lambda s, p: work.queue(s, p, FindCases(), NOW)),
    ("see what resembles it", Right.TRIAGE, lambda s, p: work.resembling(s, p, s.get("in-hand"))),
    ("wait for the citizen", Right.TRIAGE, lambda s, p: work.wait(s, p, "in-hand", 99, "", NOW, CITY)),
    ("write that he was heard", Right.TRIAGE, lambda s, p: work.heard(s, p, "in-hand", 99, "", NOW, CITY)),
    ("note", Right.CASES, lambda s, p: work.annotate(s, p, "in-hand", " ", NOW, CITY)),
    ("classify", Right.TRIAGE, lambda s, p: work.classify(s, p, "in-hand", 99, "waste", None, NOW, CITY)),
    ("assign to another", Right.ASSIGN, lambda s, p: work.assign(s, p, "in-hand", 99, "olya", NOW, CITY)),
    ("consider", Right.PLAN, lambda s, p: work.consider(s, p, "in-hand", 99, "adopted", "", NOW, CITY)),
    ("export", Right.EXPORT, lambda s, p: work.exported(s, p, "cases.csv", NOW)),
    ("see the triage queue", Right.TRIAGE, lambda s, p: triage.waiting(s, p)),
    ("open a case", Right.TRIAGE, lambda s, p: triage.open_case(s, p, POST, "nonsense", NOW, CITY)),
    ("join a post", Right.TRIAGE, lambda s, p: triage.join(s, p, POST, "no-such-case", NOW, CITY)),
    ("look at posts with their authors", Right.TRIAGE, lambda s, p: triage.looked(s, p, ["x:1"], NOW)),
    ("dismiss a post", Right.TRIAGE, lambda s, p: triage.dismiss(s, p, "no-such-post", NOW)),
    ("take a batch", Right.HOLD, lambda s, p: holding.take(s, p, NOW, 0)),
    ("write an answer", Right.ANSWER, lambda s, p: answering.write(s, p, "in-hand", " ", NOW, CITY)),
    ("answer elsewhere", Right.ANSWER, lambda s, p: answering.elsewhere(s, p, "in-hand", "told", "ftp://x", NOW, CITY)),
    ("let an answer out", Right.APPROVE, lambda s, p: answering.approve(s, p, "no-such-answer", NOW)),
    ("settle an answer", Right.APPROVE, lambda s, p: sending.resolve(s, p, "no-such-answer", True, NOW, CITY)),
    ("try an answer again", Right.ANSWER, lambda s, p: sending.again(s, p, "no-such-answer", NOW, CITY)),
    ("write news", Right.BROADCAST, lambda s, p: broadcasting.write(s, p, " ", NOW, CITY)),
    ("let news out", Right.APPROVE, lambda s, p: broadcasting.approve(s, p, "no-such-news", NOW)),
    ("see the news", Right.BROADCAST, lambda s, p: broadcasting.every(s, p)),
    ("enrol a subscriber", Right.BROADCAST, lambda s, p: subscribing.enrol(s, p, "fax", "1", "on paper", NOW)),
    ("let a subscriber go", Right.BROADCAST, lambda s, p: subscribing.leave(s, p, "fax", "1", NOW)),
    ("make a link", Right.LINK, lambda s, p: links.make(s, "key", p, "no-such-case", NOW)),
    ("take a link back", Right.LINK, lambda s, p: links.revoke(s, p, "no-such-case", NOW)),
    ("plan", Right.PLAN, lambda s, p: roadmap.keep(s, p, roadmap.Plan(id="p", category="none such", place=None, title={}), NOW, CITY)),
    ("accept an ambassador", Right.PLAN, lambda s, p: ambassadors.accept(s, p, "none", "x:1", NOW)),
    ("refuse an ambassador", Right.PLAN, lambda s, p: ambassadors.refuse(s, p, "none", "x:1", NOW)),
    ("write down a call", Right.ENTER, lambda s, p: entering.enter(s, p, entering.Entry(channel="hotline", text=" "), NOW, CITY)),
    ("keep words ready", Right.TEACH, lambda s, p: wording.keep(s, p, wording.Canned(id="", language="en", text=" "), NOW)),
    ("forget words", Right.TEACH, lambda s, p: wording.forget(s, p, "none", NOW)),
    ("write in the guide", Right.TEACH, lambda s, p: guide.keep(s, p, guide.Procedure(id="g", language="en", name=" "), NOW)),
    ("acknowledge an alert", Right.TRIAGE, lambda s, p: alerts.acknowledge(s, p, "no-such-alert", NOW)),
    ("mute an alert", Right.TRIAGE, lambda s, p: alerts.mute(s, p, "no-such-alert", NOW, NOW)),
    ("acknowledge alerts", Right.TRIAGE, lambda s, p: alerts.acknowledge_all(s, p, ["no-such-alert"], NOW)),
    ("lift a mute", Right.TRIAGE, lambda s, p: alerts.unmute(s, p, "no-such-alert", NOW)),
    ("judge an alert", Right.TRIAGE, lambda s, p: alerts.judge(s, p, "no-such-alert", True, NOW)),
    ("edit a rule", Right.TEACH, lambda s, p: alert_rules.keep(s, p, AlertRule(id="r", when="theme", topic="none such"), NOW, CITY)),
    ("restore a rule", Right.TEACH, lambda s, p: alert_rules.restore(s, p, "r", NOW)),
    ("note an event", Right.TRIAGE, lambda s, p: events.put(s, p, NOW.date(), " ", NOW)),
    ("remove an event", Right.TRIAGE, lambda s, p: events.remove(s, p, 0, NOW)),
    ("correct a post", Right.TRIAGE, lambda s, p: corrections.correct(s, p, POST, {}, NOW, CITY)),
    ("label a post", Right.TRIAGE, lambda s, p: sampling.label(s, p, POST, "nonsense", NOW)),
    ("judge a theme", Right.TRIAGE, lambda s, p: theme_judgements.judge(s, p, "no-such-theme", True, NOW)),
    ("leave a note for the next shift", Right.TRIAGE, lambda s, p: assigning.hand_over(s, p, " ", NOW)),
    ("read the last shift's notes", Right.TRIAGE, lambda s, p: assigning.last_handovers(s, p)),
    ("share out what waits", Right.ASSIGN, lambda s, p: assigning.assign_waiting(s, p, (), NOW, CITY)),
)
"""What people do, told so that whoever may do it changes nothing either: what is asked for is not there, or is empty."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseStore]:
    """One case in hand of the cleaning department."""
    store = open_cases(Settings(data=tmp_path_factory.mktemp("verbs")))
    store.put_many([msgspec.structs.replace(standing_at(Status.IN_HAND, "in-hand", "complaint"), department="cleaning")])  # type: ignore[type-var]
    yield store
    store.close()


@pytest.mark.parametrize(("right", "attempt"), [verb[1:] for verb in VERBS], ids=[verb[0].replace(" ", "-") for verb in VERBS])
@pytest.mark.parametrize("role", list(Role))
def test_a_verb_is_refused_to_whoever_lacks_its_right(small: CaseStore, role: Role, right: Right, attempt: Try) -> None:
    before = (small.get("in-hand"), len(small.audit()))
    if right in RIGHTS[role]:
        try:
            attempt(small, person(role))
        except NotAllowed:
            raise
        except SadaError:
            pass  # allowed, and then there was nothing to do it with
        return
    with pytest.raises(NotAllowed, match=f"{person(role).name} is {role.value}, who may not do this"):
        attempt(small, person(role))
    assert (small.get("in-hand"), len(small.audit())) == before
