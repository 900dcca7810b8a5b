"""The table counts what it says it counts, and no more."""

from datetime import timedelta

import pytest
from scipy.stats import binomtest

from cases import report
from core.case import Status
from tests.cases.factory import CITY, SUNDAY_NOON, case

HOUR = timedelta(hours=1)
KEYS = ["category", "label", "received", "handled", "share_handled", "closed", "share_closed", "median_hours_first_answer",
        "median_hours_to_close", "overdue"]  # fmt: skip


def table(*cases, by="category", now=SUNDAY_NOON):
    return report.table(cases, by, CITY, now)


def test_the_keys_that_programs_rely_on_are_there():
    (row,) = report.categories([case()], CITY, SUNDAY_NOON)
    assert [key for key in KEYS if key not in row] == []
    assert (row["category"], row["label"]) == ("waste", "Waste")


@pytest.mark.parametrize(
    ("told", "handled", "closed"),
    [
        ({"status": Status.RECEIVED}, 0, 0),
        ({"status": Status.IN_HAND}, 0, 0),
        ({"status": Status.REJECTED}, 0, 0),
        ({"status": Status.DONE}, 1, 0),
        ({"status": Status.CONFIRMED}, 1, 0),
        ({"status": Status.ANSWERED}, 1, 0),
        ({"status": Status.CLOSED}, 1, 1),
        ({"status": Status.NOT_FIXED}, 1, 0),  # never counts as solved
        ({"status": Status.REOPENED}, 0, 0),
        ({"status": Status.IN_HAND, "handled_at": SUNDAY_NOON}, 1, 0),
    ],
)
def test_handled_and_closed(told, handled, closed):
    total = table(case(**told)).total
    assert (total.received, total.handled, total.closed) == (1, handled, closed)


def test_suggestions_and_duplicates_are_no_reports():
    assert table(case(1), case(2, intent="suggestion"), case(3, duplicate_of="c-1"), case(4, intent="inquiry")).total.received == 2


def test_cases_posts_and_citizens_are_counted_apart():
    total = table(case(1, posts=("x:1", "x:7"), others=("x:u7",)), case(2, citizen="x:u1")).total
    assert (total.received, total.posts, total.citizens) == (2, 3, 2)


def test_rows_stand_by_received_and_add_up():
    made = table(*[case(n, category="roads") for n in range(3)], case(4), case(5, category=None))
    assert [(r.key, r.label, r.received) for r in made.rows] == [("roads", "Roads", 3), ("", "-", 1), ("waste", "Waste", 1)]
    assert made.total.received == sum(r.received for r in made.rows)


@pytest.mark.parametrize(
    ("by", "key"), [("category", "waste"), ("department", "cleaning"), ("branch", "east"), ("place", "port"), ("channel", "x:city")]
)
def test_a_table_by(by, key):
    assert [r.key for r in table(case(branch="east", place="port"), by=by).rows] == [key]


def test_hours_are_medians_and_ninetieth_percentiles_of_what_was_answered():
    answered = [case(n, first_answer_at=case(n).opened_at + n * HOUR) for n in range(1, 12)]
    total = table(*answered, case(20)).total
    assert (total.answered, total.median_hours_first_answer, total.p90_hours_first_answer) == (11, 6, 10)


def test_hours_to_close_are_of_solved_cases_only():
    solved = case(1, status=Status.CLOSED, closed_at=case(1).opened_at + 10 * HOUR)
    given_up = case(2, status=Status.NOT_FIXED, closed_at=case(2).opened_at + HOUR)
    assert table(solved, given_up).total.median_hours_to_close == 10


def test_within_target_is_of_those_decided():
    due = {"answer_due": SUNDAY_NOON + 5 * HOUR}
    cases = [case(1, first_answer_at=SUNDAY_NOON + 4 * HOUR, **due), case(2, first_answer_at=SUNDAY_NOON + 6 * HOUR, **due), case(3, **due)]
    assert table(*cases).total.answered_within_target == 0.5  # the third still has time
    assert table(*cases, now=SUNDAY_NOON + 9 * HOUR).total.answered_within_target == pytest.approx(1 / 3, abs=1e-4)


DUE = {"answer_due": SUNDAY_NOON + 5 * HOUR, "closing_due": SUNDAY_NOON + 5 * HOUR}
LATE = SUNDAY_NOON + 9 * HOUR


@pytest.mark.parametrize(
    ("told", "answered", "solved"),
    [
        ({"status": Status.REJECTED, "closed_at": SUNDAY_NOON + HOUR}, None, None),  # spam sorted out quickly is no service in time
        ({"status": Status.REJECTED, "first_answer_at": SUNDAY_NOON + 6 * HOUR}, 0.0, None),
        ({"status": Status.NOT_FIXED, "closed_at": SUNDAY_NOON + HOUR}, 0.0, 0.0),  # given up at once is not solved in time
        ({"status": Status.CLOSED, "closed_at": SUNDAY_NOON + HOUR, "first_answer_at": SUNDAY_NOON + HOUR}, 1.0, 1.0),
        ({"status": Status.CLOSED, "closed_at": SUNDAY_NOON + 6 * HOUR, "first_answer_at": SUNDAY_NOON + HOUR}, 1.0, 0.0),
        ({"waiting_since": SUNDAY_NOON + HOUR}, None, None),  # the clocks stand still while the citizen is asked
        ({"waiting_since": SUNDAY_NOON + 6 * HOUR}, 0.0, 0.0),  # what had run out before that stays missed
        ({"status": Status.REOPENED, "first_answer_at": SUNDAY_NOON + HOUR}, 1.0, 0.0),
    ],
)
def test_a_target_is_met_only_by_what_it_promised(told, answered, solved):
    total = table(case(**(DUE | told)), now=LATE).total
    assert (total.answered_within_target, total.closed_within_target) == (answered, solved)


def test_an_answer_before_the_question_makes_no_hours():
    total = table(case(1, first_answer_at=case(1).opened_at - HOUR), case(2, first_answer_at=case(2).opened_at + 2 * HOUR)).total
    assert (total.answered, total.median_hours_first_answer) == (2, 2)


def test_what_belongs_nowhere_has_no_place_among_the_others():
    many = [case(n, category=None, status=Status.DONE) for n in range(report.LEAST)]
    assert [r.rank for r in table(*many).rows] == [None]


def test_a_table_of_another_dimension_sums_to_the_same():
    cases = [case(n, place="port" if n % 2 else None, status=Status.CLOSED if n % 3 else Status.NOT_FIXED) for n in range(20)]
    totals = [table(*cases, by=by).total for by in report.DIMENSIONS]
    assert all(total == totals[0] for total in totals)


def test_overdue_is_what_is_open_and_runs_and_has_run_out():
    due = {"answer_due": SUNDAY_NOON}
    cases = [
        case(1, **due),
        case(2, waiting_since=SUNDAY_NOON, **due),
        case(3, status=Status.CLOSED, **due),
        case(4, first_answer_at=SUNDAY_NOON, **due),
    ]
    assert table(*cases, now=SUNDAY_NOON + HOUR).total.overdue == 1


@pytest.mark.parametrize(("part", "whole"), [(0, 1), (1, 1), (8, 10), (3712, 4367), (0, 500), (37, 500)])
def test_the_interval_is_scipys(part, whole):
    found = binomtest(part, whole).proportion_ci(method="wilson")
    assert report.interval(part, whole) == (pytest.approx(found.low, abs=1e-4), pytest.approx(found.high, abs=1e-4))


def test_a_share_comes_with_wilsons_interval():
    assert report.interval(8, 10) == (0.4902, 0.9433)  # Wilson 1927; the value statsmodels' proportion_confint gives too
    assert (report.interval(0, 0), report.share(0, 0)) == (None, None)


def test_nothing_is_ranked_by_too_few_cases():
    many = [case(n, status=Status.DONE) for n in range(report.LEAST)]
    half = [case(n, category="roads", status=Status.DONE if n % 2 else Status.RECEIVED) for n in range(report.LEAST)]
    few = [case(1, category="lighting", status=Status.DONE)]
    assert {r.key: r.rank for r in table(*many, *half, *few).rows} == {"waste": 1, "roads": 2, "lighting": None}


def test_the_table_of_no_cases_is_empty():
    made = table()
    assert (made.rows, made.total.received, made.total.share_handled) == ((), 0, None)


# Duplicates


def test_a_duplicate_is_no_case_of_its_own_but_its_posts_and_citizens_count():
    one = table(case(1), case(2, duplicate_of="c-1", status=Status.REJECTED), case(3, duplicate_of="c-2", status=Status.REJECTED)).total
    assert (one.received, one.posts, one.citizens, one.rejected) == (1, 3, 3, 0)


def test_the_same_citizen_twice_is_one_citizen():
    one = table(case(1), case(2, duplicate_of="c-1", citizen="x:u1", others=("x:u1", "x:u7"), status=Status.REJECTED)).total
    assert (one.posts, one.citizens) == (2, 2)


@pytest.mark.parametrize("told", [{"duplicate_of": "c-99"}, {"duplicate_of": "c-2"}])
def test_a_duplicate_of_nothing_is_not_lost(told):
    assert table(case(1), case(2, **told)).total.received == 2


def test_two_that_name_each_other_are_both_counted():
    assert table(case(1, duplicate_of="c-2"), case(2, duplicate_of="c-1")).total.received == 2
