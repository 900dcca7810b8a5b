"""The demo's cases: every history is one the workflow allows, and their numbers are the deployment's."""

from collections import Counter, defaultdict
from datetime import timedelta
from functools import cache

import msgspec
import pytest

from cases.clocks import office
from cases.history import derived, is_open
from cases.report import categories, is_overdue
from cases.roles import Role
from cases.workflow import MOVES, move
from collectors.demo.history import Appeal
from core.case import Case, Status
from stream.demo_cases import cases
from tests.demos import NOW, SHIPPED, demo, deployment

ROLES = {"officer": Role.OFFICER, "verifier": Role.VERIFIER, "supervisor": Role.SUPERVISOR}


def appeals(name: str) -> tuple[Appeal, ...]:
    """All of the Eastern Province's, whose table is counted; of the others enough to look at."""
    return demo(name).appeals if name == "eastern-province" else demo(name).appeals[::4]


@cache
def made(name: str) -> list[Case]:
    return cases(appeals(name), deployment(name), NOW, 7)


def replayed(case: Case, about) -> Case:
    """The same case made again move by move by the workflow itself."""
    again = msgspec.structs.replace(case, steps=case.steps[:1], status=Status.RECEIVED, version=1)
    for step in case.steps[1:]:
        if step.what == "moved":
            role = ROLES.get(step.who.rpartition("-")[0], Role.DEPARTMENT)
            again = move(again, step.now, step.who, role, step.at, step.why, about, department=step.department)
        else:
            again = msgspec.structs.replace(again, steps=(*again.steps, step), version=again.version + 1)
    return again


@pytest.mark.parametrize("name", SHIPPED)
def test_the_workflow_allows_every_step_of_every_history(name):
    about = deployment(name)
    for case in made(name)[::17]:
        again = replayed(case, about)
        assert (again.status, again.steps) == (case.status, case.steps)
        assert derived(again, about) == case


@pytest.mark.parametrize("name", SHIPPED)
def test_steps_are_in_order_and_none_is_later_than_the_clock(name):
    for case in made(name):
        times = [step.at for step in case.steps]
        assert times == sorted(times)
        assert case.opened_at <= times[0] and times[-1] <= NOW


def test_every_status_a_case_can_rest_in_is_there():
    assert {c.status for c in made("eastern-province")} | {c.status for c in made("gaza")} >= set(MOVES) - {Status.REOPENED}


def test_there_is_one_case_for_each_appeal_about_what_and_where_the_demo_knows():
    by_post = {c.posts[0]: c for c in made("saryarka")}
    assert len(by_post) == len(appeals("saryarka"))
    for asked in appeals("saryarka"):
        case = by_post[asked.post.id]
        assert (case.category, case.intent, case.place) == (asked.topic, asked.intent, asked.place)


def test_the_eastern_provinces_table_is_exact():
    rows = {row["category"]: row for row in categories(made("eastern-province"), deployment("eastern-province"), NOW)}
    told = {key: (row["received"], round(row["share_handled"], 2)) for key, row in rows.items()}
    assert told["markets"] == (4006, 0.9)
    assert told["sanitation-pests"] == (2142, 0.95)
    assert told["cleaning"] == (4367, 0.85)
    assert told["lighting-billboards"] == (3281, 0.95)
    assert (told["parks"][0], told["roads-utilities"][0]) == (564, 3174)
    assert sum(row["received"] for row in rows.values()) == 17_534
    assert 12_000 < sum(row["closed"] for row in rows.values()) < sum(row["handled"] for row in rows.values())


def test_in_gaza_a_second_team_looks_first():
    referred = [c for c in made("gaza") if any(s.now == Status.REFERRED for s in c.steps)]
    assert referred
    for case in referred:
        way = [s.now for s in case.steps]
        assert way.index(Status.VERIFIED) < way.index(Status.REFERRED)


def test_suggestions_are_considered_and_some_adopted():
    told = Counter(c.considered for c in made("momra") if c.intent == "suggestion")
    assert told["adopted"] > 20 and told["considered"] > told["adopted"]
    assert {c.considered for c in made("momra") if c.intent != "suggestion"} == {None}


def test_some_wait_for_the_citizen_and_not_all_that_is_open_is_overdue():
    still = [c for c in made("eastern-province") if is_open(c)]
    assert any(c.waiting_since for c in still)
    assert 0.1 < sum(is_overdue(c, NOW) for c in still) / len(still) < 0.7


def test_the_old_are_dealt_with_before_the_new():
    by_age = defaultdict(list)
    for case in made("eastern-province"):
        by_age[NOW - case.opened_at < timedelta(days=10)].append(case.handled_at is not None)
    new, old = by_age[True], by_age[False]
    assert sum(new) / len(new) < 0.5 < 0.85 < sum(old) / len(old)


def test_departments_work_in_their_hours():
    zone, hours = deployment("gaza").zone, office(deployment("gaza"))
    done = [
        s.at.astimezone(zone)
        for c in made("gaza")
        for s in c.steps
        if s.now == Status.DONE and s.what == "moved" and NOW - s.at > timedelta(days=30)
    ]
    assert len(done) > 200
    assert sum(at.weekday() in hours.weekend or not hours.start <= at.time() <= hours.end for at in done) < 0.06 * len(done)


def test_another_seed_has_other_histories_and_the_same_numbers():
    other = cases(appeals("gaza"), deployment("gaza"), NOW, 8)
    assert other != made("gaza")
    assert sum(c.handled_at is not None for c in other) == sum(c.handled_at is not None for c in made("gaza"))
