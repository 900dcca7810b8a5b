"""How long citizens waited for first answers: which cases count, from when, and that the SQL shown is the SQL asked; in every engine."""

from datetime import timedelta

import pytest
import sqlalchemy

from cases import alerts, first_answers
from cases.first_answers import OLDEST
from cases.query import FindCases
from core.case import Status
from tests.cases.factory import SUNDAY_NOON, case

NOW = SUNDAY_NOON + timedelta(days=3)
DAY = NOW - timedelta(days=1)
EVERY = FindCases()


def answered(number, waited_h, at=NOW - timedelta(hours=2), **told):
    return case(number, opened_at=at - timedelta(hours=waited_h), first_answer_at=at, status=Status.ANSWERED, **told)


def waits(store, which=EVERY, since=DAY, until=NOW):
    return sorted(first_answers.hours(first_answers.given(store, which, since), since, until))


def test_hours_are_those_between_opening_and_first_answer_by_the_wall_clock(store):
    store.put_many([answered(1, 2.5), answered(2, 40), case(3)])
    assert waits(store) == [2.5, 40.0]


def test_a_settled_case_counts_as_an_open_one_does(store):
    store.put_many([answered(1, 3), answered(2, 5, closed_at=NOW - timedelta(hours=1))])
    closed = store.get("c-2")
    store.change("c-2", closed.version, lambda c: answered(2, 5, version=2, closed_at=NOW))
    assert waits(store) == [3.0, 5.0]


def test_an_answer_counts_where_it_was_given_not_where_its_case_was_opened(store):
    store.put_many([answered(1, 30, at=DAY), answered(2, 1, at=DAY - timedelta(seconds=1)), answered(3, 1, at=NOW)])
    assert waits(store) == [30.0]
    assert waits(store, since=DAY - timedelta(hours=1)) == [1.0, 30.0]


def test_a_case_of_long_ago_is_not_looked_at(store):
    store.put_many([answered(1, (NOW - DAY + OLDEST) / timedelta(hours=1)), answered(2, 24 * 20)])
    assert waits(store) == [480.0]


def test_suggestions_and_duplicates_have_no_first_answer_of_their_own(store):
    store.put_many([answered(1, 1, intent="suggestion"), answered(2, 2, duplicate_of="c-9"), answered(3, 3, intent="inquiry")])
    assert waits(store) == [3.0]


def test_what_was_answered_before_it_was_opened_is_not_known(store):
    store.put_many([answered(1, -1)])
    assert waits(store) == []


@pytest.mark.parametrize(
    ("which", "found"),
    [(FindCases(platforms=("telegram",)), [2.0]), (FindCases(places=("port",), categories=("waste",)), [1.0]), (FindCases(branches=("east",)), [3.0])],
)  # fmt: skip
def test_filters_narrow_the_answers(store, which, found):
    store.put_many([answered(1, 1, place="port"), answered(2, 2, platform="telegram"), answered(3, 3, branch="east")])
    assert waits(store, which) == found


def test_cases_opened_since_a_moment_are_counted_open_or_not(store):
    store.put_many([case(1), case(2), case(3, status=Status.CLOSED)])
    since = SUNDAY_NOON + timedelta(minutes=2)
    assert store.find(FindCases(is_open=None, opened_since=since)).total == 2
    assert store.find(FindCases(opened_since=since)).total == 1


def test_the_sql_that_is_shown_answers_as_the_question_does(store):
    store.put_many([case(1), case(2, place="port"), case(3, platform="it's a 'quote'")])
    for question in (
        FindCases(places=("port",)),
        FindCases(overdue_at=NOW, opened_since=SUNDAY_NOON),
        FindCases(platforms=("it's a 'quote'",)),
    ):
        page, total = store.explain(question).split(";\n")
        with store.reading() as db:
            assert len(db.exec_driver_sql(page.replace("%", "%%")).all()) == len(store.find(question).cases)
            assert db.exec_driver_sql(total.replace("%", "%%")).scalar() == store.find(question).total


def test_the_sql_of_alerts_can_be_asked_as_it_is_shown(store):
    shown = alerts.explain(store, DAY, limit=5)
    assert set(shown) == {"newest", "unseen", "raised", "precision"}
    with store.reading() as db:
        for statement in shown.values():
            db.execute(sqlalchemy.text(statement)).all()
