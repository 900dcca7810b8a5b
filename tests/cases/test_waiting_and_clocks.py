"""A case's deadlines, minute by minute: over week-ends, holidays, nights of daylight saving, and all the times that we waited for the citizen."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import workflow
from cases.history import derived
from core.case import Case
from core.deployment import Deployment, Hours
from core.errors import MoveRefused
from tests.cases.factory import CITY, case

MINUTE = timedelta(minutes=1)
DAYS = 45
ZONES = {  # zone → a Saturday or so before its clocks change, and a holiday that week
    "Asia/Gaza": (datetime(2026, 3, 26, tzinfo=UTC), date(2026, 3, 30)),  # forward in the night to Saturday 28 March
    "Europe/Berlin": (datetime(2026, 10, 22, tzinfo=UTC), date(2026, 10, 27)),  # back in the night to Sunday 25 October
    "America/New_York": (datetime(2026, 3, 5, tzinfo=UTC), date(2026, 3, 9)),
    "Asia/Riyadh": (datetime(2026, 2, 26, tzinfo=UTC), date(2026, 3, 4)),  # never
}
OFFICES = (
    Hours(start=time(8), end=time(16)),
    Hours(start=time(22), end=time(6)),
    Hours(start=time(0), end=time(0)),
)  # a day, a night, round the clock


def deployment(zone: str, hours: Hours) -> Deployment:
    return msgspec.structs.replace(CITY, timezone=zone, hours=hours, holidays=(ZONES[zone][1],))


@cache
def working(zone: str, hours: Hours) -> list[bool]:
    """For each minute from the zone's first moment on: is somebody at work? Told from the local clock alone."""
    here, first = deployment(zone, hours), ZONES[zone][0]
    return [_is_work(here, (first + n * MINUTE).astimezone(ZoneInfo(zone))) for n in range(DAYS * 24 * 60)]


def _is_work(here: Deployment, at: datetime) -> bool:
    """A shift belongs to the day on which it begins."""
    start, end = here.hours.start, here.hours.end
    begins = at.date() if at.time() >= start else at.date() - timedelta(days=1)
    during = (start <= at.time() < end) if start < end else (at.time() >= start or at.time() < end)
    return during and begins.strftime("%A").lower() not in here.weekend and begins not in here.holidays


def runs_out(zone: str, hours: Hours, opened: int, allowed: int, waits: list[tuple[int, int]]) -> int | None:
    """The minute at which the allowed minutes of work are over, not counting those in which we waited; None: not within these days."""
    for minute in range(opened, DAYS * 24 * 60):
        if working(zone, hours)[minute] and not any(began <= minute < ended for began, ended in waits):
            allowed -= 1
        if allowed == 0:
            return minute + 1
    return None


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(ZONES)), st.sampled_from(OFFICES), st.integers(0, 7 * 24 * 60), st.lists(st.integers(1, 2 * 24 * 60), max_size=8)
)
def test_both_deadlines_are_those_that_counting_minutes_finds(zone: str, hours: Hours, opened: int, gaps: list[int]) -> None:
    here, first, minute = deployment(zone, hours), ZONES[zone][0], opened
    moved = derived(case(opened_at=first + opened * MINUTE, steps=(), category=None), here)
    waits = []
    for number, gap in enumerate(gaps):
        minute += gap
        act = workflow.heard if number % 2 else workflow.wait
        moved = act(moved, "olya", first + minute * MINUTE, "", here)
        if number % 2:
            waits.append((minute - gap, minute))
    for due, allowed in ((moved.answer_due, 8), (moved.closing_due, 40)):
        expected = runs_out(zone, hours, opened, allowed * 60, waits)
        assert expected is None or due == first + expected * MINUTE


@pytest.mark.parametrize(("zone", "opened", "due"), [
    ("Asia/Gaza", "2026-03-26 15:00", "2026-03-29 15:00"),  # Thursday's last hour, then Sunday; the clocks went forward between
    ("Europe/Berlin", "2026-10-22 15:00", "2026-10-25 15:00"),  # the clocks went back on that Sunday, before work
    ("Asia/Riyadh", "2026-03-03 12:00", "2026-03-05 12:00"),  # the holiday between counts nothing
])  # fmt: skip
def test_eight_hours_of_work_by_the_local_clock(zone: str, opened: str, due: str) -> None:
    local = ZoneInfo(zone)
    here = msgspec.structs.replace(deployment(zone, OFFICES[0]), holidays=(date(2026, 3, 4),))
    at = datetime.fromisoformat(opened).replace(tzinfo=local)
    found = derived(case(opened_at=at.astimezone(UTC), steps=(), category=None), here).answer_due
    assert found is not None and found.astimezone(local) == datetime.fromisoformat(due).replace(tzinfo=local)


@given(st.lists(st.sampled_from(["wait", "heard"]), max_size=12), st.integers(0, 10_000))
def test_one_waits_and_is_heard_by_turns_whatever_is_tried(tried: list[str], seconds: int) -> None:
    moved: Case = derived(case(), CITY)
    for number, act in enumerate(tried, 1):
        before, at = moved, moved.opened_at + timedelta(seconds=seconds * number)
        try:
            moved = getattr(workflow, act)(moved, "olya", at, "", CITY)
        except MoveRefused:
            assert moved is before and (act == "wait") is (before.waiting_since is not None)
        else:
            assert (moved.waiting_since is not None) is (act == "wait")
            assert min(moved.answer_due, moved.closing_due) >= min(before.answer_due, before.closing_due)  # type: ignore[type-var]
