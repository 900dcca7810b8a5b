"""Clocks run in working hours: not at night, on week-ends or holidays, rightly over daylight saving, never while we wait."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.clocks import WorkingTime, deadline, due, office, reply_team, target, worked
from core.deployment import Hours
from tests.cases.factory import CITY

RIYADH = office(CITY)  # 8 to 16, Friday and Saturday free, Wednesday 4 March a holiday
BERLIN_NIGHT = WorkingTime("Europe/Berlin", time(22), time(6))  # over midnight, every day


def at(day: int, hour: int, minute: int = 0, zone: str = "Asia/Riyadh", month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("since", "hours", "until"),
    [
        (at(1, 9), 2, at(1, 11)),  # Sunday, within the day
        (at(1, 15), 2, at(2, 9)),  # goes on in the morning
        (at(1, 6), 2, at(1, 10)),  # before work begins
        (at(1, 20), 1, at(2, 9)),  # after work ended
        (at(5, 15), 2, at(8, 9)),  # Thursday → Sunday, over the week-end
        (at(6, 12), 1, at(8, 9)),  # came in on a Friday
        (at(3, 15), 2, at(5, 9)),  # Tuesday → Thursday, over the holiday
        (at(1, 8), 8, at(1, 16)),  # a whole day ends with the day
        (at(1, 8), 16, at(2, 16)),
    ],
)
def test_a_clock_runs_out_at(since, hours, until):
    assert due(RIYADH, since, hours) == until


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        (at(1, 0), at(2, 0), 8),
        (at(1, 10), at(1, 11, 30), 1.5),
        (at(5, 12), at(8, 12), 8),  # four on Thursday, four on Sunday
        (at(4, 0), at(5, 0), 0),  # holiday
        (at(2, 9), at(1, 9), 0),  # backwards
    ],
)
def test_working_time_between(since, until, hours):
    assert worked(RIYADH, since, until) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("night", "hours"),
    [
        (at(28, 22, zone="Europe/Berlin"), 7),  # clocks go forward on 29 March 2026: the night is an hour shorter
        (at(24, 22, zone="Europe/Berlin", month=10), 9),  # and back on 25 October: an hour longer
        (at(10, 22, zone="Europe/Berlin"), 8),
    ],
)
def test_a_night_of_daylight_saving_is_as_long_as_it_is(night, hours):
    assert worked(BERLIN_NIGHT, night, night + timedelta(hours=12)) == timedelta(hours=hours)


def test_a_team_that_is_always_there_has_no_nights():
    always = msgspec.structs.replace(CITY, hours=Hours(always_on=True))
    assert due(reply_team(always), at(6, 3), 24) == at(7, 3)
    assert due(office(always), at(6, 3), 1) == at(8, 9)  # the departments are not


def test_an_organisation_that_never_works_has_no_deadline():
    never = WorkingTime("UTC", time(8), time(16), frozenset(range(7)))
    assert due(never, at(1, 9), 1) is None


def test_a_topic_has_its_own_target():
    assert (target(CITY, "roads").closing_hours, target(CITY, "waste").closing_hours, target(CITY, None).closing_hours) == (80, 40, 40)


def test_waiting_for_the_citizen_puts_the_deadline_off_by_the_working_time_waited():
    pause = (at(1, 10), at(2, 10))  # six hours of Sunday, two of Monday
    assert deadline(RIYADH, at(1, 9), 4, [pause]) == at(2, 13)


def test_a_deadline_that_was_missed_before_we_waited_stays_missed():
    assert deadline(RIYADH, at(1, 9), 2, [(at(1, 13), at(2, 13))]) == at(1, 11)


ZONES = st.sampled_from(["Asia/Riyadh", "Asia/Tehran", "Asia/Almaty", "Europe/Berlin", "America/New_York", "Asia/Gaza", "UTC"])
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30]))
WORK = st.builds(
    WorkingTime, ZONES, TIMES, TIMES,
    st.frozensets(st.integers(0, 6), max_size=5), st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=9),
)  # fmt: skip
MOMENTS = st.integers(0, 525_000).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


@given(WORK, MOMENTS, st.floats(0.01, 200))
def test_exactly_the_allowed_time_has_been_worked_when_a_clock_runs_out(when, since, hours):
    until = due(when, since, hours)
    assert until is not None and until >= since
    assert abs(worked(when, since, until) - timedelta(hours=hours)) < timedelta(milliseconds=1)


@given(WORK, MOMENTS, st.lists(st.integers(0, 60 * 24 * 30), min_size=2, max_size=2))
def test_working_time_adds_up_and_is_never_more_than_the_time_that_passed(when, since, minutes):
    middle, end = (since + timedelta(minutes=m) for m in sorted(minutes))
    whole = worked(when, since, end)
    assert whole == worked(when, since, middle) + worked(when, middle, end)
    assert timedelta() <= whole <= end - since


@given(WORK, MOMENTS, st.floats(0.1, 100), st.integers(1, 60 * 24 * 9))
def test_waiting_never_brings_a_deadline_nearer(when, since, hours, minutes):
    pause = (since + timedelta(minutes=1), since + timedelta(minutes=1 + minutes))
    plain = due(when, since, hours)
    put_off = deadline(when, since, hours, [pause])
    assert put_off >= plain
    if plain > pause[0]:  # the working time left when the pause began is left when it ends
        left = timedelta(hours=hours) - worked(when, since, pause[0])
        assert abs(worked(when, pause[1], put_off) - left) < timedelta(milliseconds=1)
