"""The cases as numbers on Now, and the SQL of cases and alerts at the foot of every page that shows them."""

from datetime import timedelta

import pytest
from streamlit.proto.Metric_pb2 import Metric as MetricProto

from cases import users
from cases.roles import Role
from cases.store import CaseStore
from core.case import Case, Status
from dashboard.words import words
from tests.cases.factory import case
from tests.dashboard.factory import NOW
from tests.dashboard.staff import page

HOUR = timedelta(hours=1)


def answered(number: int, waited: timedelta, ago: timedelta, **told: object) -> Case:
    """A case that was answered so long ago, after so long a wait."""
    return case(number, opened_at=NOW - ago - waited, first_answer_at=NOW - ago, status=Status.ANSWERED, **told)


def opened(number: int, ago: timedelta, **told: object) -> Case:
    return case(number, opened_at=NOW - ago, **told)


def numbers(store: CaseStore, lang: str = "en", **address: str) -> dict[str, tuple[str, str]]:
    at = page(store, "now", lang=lang, **address)
    return {metric.label: (metric.value, metric.delta) for metric in at.metric}


def test_open_cases_and_first_answers_stand_on_now(staffed: CaseStore) -> None:
    staffed.put_many([opened(1, HOUR), opened(2, 30 * HOUR), opened(3, HOUR, status=Status.CLOSED), answered(4, 2 * HOUR, HOUR), answered(5, 4 * HOUR, HOUR)])  # fmt: skip
    found = numbers(staffed, period="24h")
    assert found["Open cases"] == ("4", "4 opened")
    assert found["First answer"][0] == "3.0 h"


def test_a_first_answer_is_held_against_the_period_before(staffed: CaseStore) -> None:
    staffed.put_many([answered(1, 2 * HOUR, HOUR), answered(2, 4 * HOUR, 30 * HOUR)])
    (metric,) = [m for m in page(staffed, "now", period="24h").metric if m.label == "First answer"]
    assert metric.delta.endswith("−50%")
    assert metric.color == MetricProto.MetricColor.GREEN  # people waited less


def test_without_cases_nothing_is_made_up(staffed: CaseStore) -> None:
    found = numbers(staffed)
    assert found["Open cases"] == ("0", "")
    assert found["First answer"] == ("–", "")


@pytest.mark.parametrize(("address", "open_cases"), [({"topic": "water"}, "1"), ({"place": "olive"}, "1"), ({"platform": "x"}, "2"), ({"tongue": "ar"}, "3")])  # fmt: skip
def test_filters_that_a_case_knows_narrow_it(staffed: CaseStore, address: dict[str, str], open_cases: str) -> None:
    staffed.put_many([opened(1, HOUR, category="water"), opened(2, HOUR, place="olive"), opened(3, HOUR, platform="facebook")])
    assert numbers(staffed, **address)["Open cases"][0] == open_cases


def test_the_numbers_are_said_in_the_languages_own_digits(staffed: CaseStore) -> None:
    staffed.put_many([answered(1, 90 * timedelta(minutes=1), HOUR)])
    w = words("fa")
    assert numbers(staffed, "fa")[w("now.first_answer")][0] == w("figure.hours", count="۱٫۵")


@pytest.mark.parametrize(
    ("name", "role", "tables"),
    [("now", None, ("posts", "cases")), ("complaints", Role.OFFICER, ("cases",)), ("alerts", Role.OFFICER, ("alerts", "alert_judgements"))],
)
def test_the_foot_shows_the_sql_of_cases_and_alerts(staffed: CaseStore, name: str, role: Role | None, tables: tuple[str, ...]) -> None:
    staffed.put_many([opened(1, HOUR)])
    shown = " ".join(" ".join(code.value for code in page(staffed, name, role).code).split())
    assert all(f"FROM {table}" in shown for table in tables)


def test_what_falls_due_today_is_shown_alone(staffed: CaseStore) -> None:
    """NOW is 12:20 in the city; its day ends at midnight there, 21:00 UTC."""
    at = {1: -HOUR, 2: HOUR, 3: timedelta(hours=11, minutes=39), 4: timedelta(hours=11, minutes=41)}
    staffed.put_many([opened(n, 2 * HOUR, answer_due=NOW + due) for n, due in at.items()])
    shown = page(staffed, "complaints", Role.OFFICER, part="queue", show="today")
    assert {b.key.removeprefix("open_") for b in shown.button if b.key and b.key.startswith("open_")} == {"c-2", "c-3"}


@pytest.mark.parametrize("name", ["now", "brief", "complaints"])
def test_a_department_counts_what_it_can_open(staffed: CaseStore, name: str) -> None:
    referred = {"status": Status.REFERRED}
    staffed.put_many([opened(1, HOUR, department="cleaning", **referred), opened(2, HOUR, department="roads", **referred), opened(3, HOUR)])
    users.add(staffed, "department", Role.DEPARTMENT, ("cleaning",), "a very long password", NOW, "test")
    counted = {
        role: [m.value for m in page(staffed, name, role).metric if m.label in ("Open", "Open cases")]
        for role in (Role.DEPARTMENT, Role.OFFICER)
    }
    assert counted == {Role.DEPARTMENT: ["1"], Role.OFFICER: ["3"]}


def test_the_figures_above_a_queue_are_narrowed_with_it(staffed: CaseStore) -> None:
    told = [{"category": "water"}, {"answer_due": NOW - HOUR}, {}, {"branch": "north"}]
    staffed.put_many([opened(n, HOUR, **({"category": "waste", "branch": "south"} | one)) for n, one in enumerate(told, 1)])
    shown = page(staffed, "complaints", Role.OFFICER, topic="waste", branch="south", part="queue")
    numbers = {m.label: m.value for m in shown.metric}
    assert (numbers["Open"], numbers["Overdue"]) == ("2", "1")
    assert len([b for b in shown.button if b.key and b.key.startswith("open_")]) == 2


def test_the_queue_on_just_the_overdue_cases_is_one_click_from_their_number(staffed: CaseStore) -> None:
    links = [link.proto.query_string for link in page(staffed, "complaints", Role.OFFICER).get("page_link")]
    assert any("show=overdue" in link and "part=queue" in link for link in links)
    assert not any("part=queue" in link.proto.query_string for link in page(staffed, "complaints").get("page_link"))
