"""Periods are exact: hours end now, days are local days, and a change is against the same stretch before."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.periods import DAYS, HOURS, back, midnight, window

NOW = datetime(2026, 11, 22, 9, 20, tzinfo=UTC)
RIYADH = "Asia/Riyadh"


@pytest.mark.parametrize(("period", "hours"), [("1h", 1), ("6h", 6), ("24h", 24)])
def test_hours_end_now(period: str, hours: int) -> None:
    w = window(period, NOW, RIYADH)
    assert (w.since, w.until) == (NOW - timedelta(hours=hours), NOW)


@pytest.mark.parametrize(("period", "days"), [("7d", 7), ("30d", 30), ("90d", 90), ("1y", 365)])
def test_days_are_local_days_and_today_is_the_last(period: str, days: int) -> None:
    w = window(period, NOW, RIYADH)
    zone = ZoneInfo(RIYADH)
    assert w.until.astimezone(zone) == datetime(2026, 11, 23, tzinfo=zone)
    assert (w.until - w.since).days == days
    assert w.since.astimezone(zone).hour == 0


def test_the_period_before_goes_exactly_as_far_as_this_one_has_come() -> None:
    since, until = window("7d", NOW, RIYADH).earlier(1)
    assert until == NOW - timedelta(days=7)
    assert since == window("7d", NOW, RIYADH).since - timedelta(days=7)


def test_a_day_back_keeps_the_local_time_over_a_change_of_clocks() -> None:
    after = datetime(2026, 10, 25, 12, tzinfo=ZoneInfo("Europe/Berlin"))  # the night before, clocks went back
    assert back(after, timedelta(days=1), "Europe/Berlin").astimezone(ZoneInfo("Europe/Berlin")).hour == 12


def test_midnight_is_local_midnight() -> None:
    assert midnight(NOW, "Asia/Tehran") == datetime(2026, 11, 21, 20, 30, tzinfo=UTC)


def test_every_period_has_bars_the_store_can_count() -> None:
    assert {bucket for _, bucket in (HOURS | DAYS).values()} <= {"quarter", "hour", "day", "week"}
