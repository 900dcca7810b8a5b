"""Quiet hours and digests by the wall clock, over midnight and when clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.deployment import AlertRule
from stream.alert_times import is_quiet, tell_at

RIYADH, LONDON = ZoneInfo("Asia/Riyadh"), ZoneInfo("Europe/London")


def rule(quiet: tuple[time, time] | None = None, digest: time | None = None) -> AlertRule:
    start, end = quiet or (None, None)
    return AlertRule(id="r", when="theme", quiet_from=start, quiet_until=end, digest_at=digest)


NIGHT = rule((time(23, 30), time(6)))
NOON_REST = rule((time(12), time(14)))


@pytest.mark.parametrize(
    ("asked", "local", "told"),
    [
        (NIGHT, "2026-03-01T23:29", "2026-03-01T23:29"),
        (NIGHT, "2026-03-01T23:30", "2026-03-02T06:00"),  # over midnight
        (NIGHT, "2026-03-02T00:00", "2026-03-02T06:00"),
        (NIGHT, "2026-03-02T05:59", "2026-03-02T06:00"),
        (NIGHT, "2026-03-02T06:00", "2026-03-02T06:00"),  # no longer at its end
        (NOON_REST, "2026-03-02T13:00", "2026-03-02T14:00"),
        (NOON_REST, "2026-03-02T03:00", "2026-03-02T03:00"),
        (rule(), "2026-03-02T03:00", "2026-03-02T03:00"),
        (rule(digest=time(8)), "2026-03-02T07:59", "2026-03-02T08:00"),
        (rule(digest=time(8)), "2026-03-02T08:00", "2026-03-03T08:00"),  # today's has gone out
        (rule((time(23), time(9)), time(8)), "2026-03-02T07:00", "2026-03-02T09:00"),  # a digest in quiet hours waits for their end
    ],
)
def test_an_alert_is_told_at_once_after_quiet_hours_or_with_the_digest(asked, local, told):
    at = datetime.fromisoformat(local).replace(tzinfo=RIYADH)
    assert tell_at(asked, at.astimezone(UTC), RIYADH) == datetime.fromisoformat(told).replace(tzinfo=RIYADH)


@pytest.mark.parametrize(
    ("quiet", "at", "told"),
    [
        # 29 March 2026, London: 01:00 GMT becomes 02:00 BST; six o'clock is 05:00 UTC, the day before it was 06:00 UTC
        ((time(23), time(6)), "2026-03-28T02:00", "2026-03-28T06:00"),
        ((time(23), time(6)), "2026-03-29T00:30", "2026-03-29T05:00"),
        # 01:30 does not exist on that night: as long after the skip, 02:30 BST
        ((time(23), time(1, 30)), "2026-03-29T00:30", "2026-03-29T01:30"),
        # 25 October 2026: 02:00 BST becomes 01:00 GMT; six o'clock is 06:00 UTC again
        ((time(23), time(6)), "2026-10-24T23:30", "2026-10-25T06:00"),
        # 01:30 comes twice: quiet hours end with the first, hold again when the clock goes back to 01:00, and end with the second
        ((time(23), time(1, 30)), "2026-10-25T00:10", "2026-10-25T00:30"),
        ((time(23), time(1, 30)), "2026-10-25T01:10", "2026-10-25T01:30"),
    ],
)
def test_quiet_hours_follow_the_clock_when_it_changes(quiet, at, told):
    utc = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert tell_at(rule(quiet), utc, LONDON) == datetime.fromisoformat(told).replace(tzinfo=UTC)


CLOCKS = st.builds(time, st.integers(0, 23), st.integers(0, 59))
MOMENTS = st.integers(0, 365 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


@given(CLOCKS, CLOCKS, MOMENTS, st.sampled_from(["Asia/Riyadh", "Europe/London", "Asia/Gaza", "America/St_Johns", "Australia/Lord_Howe"]))
def test_nothing_is_told_in_quiet_hours_before_its_time_or_days_later(start, end, at, name):
    asked, zone = rule((start, end)), ZoneInfo(name)
    told = tell_at(asked, at, zone)
    assert at <= told <= at + timedelta(hours=26)
    assert (told > at) == is_quiet(asked, at, zone)
    assert start == end or not is_quiet(asked, told, zone)
