"""Growth: missing polls are gaps, never guesses."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from core.account import AccountSample
from dashboard import growing
from dashboard.growing import Grown

GREENWICH = ZoneInfo("UTC")
DAYS = growing.days(date(2026, 11, 1), date(2026, 11, 5))


def told(account: str, day: int, followers: int | None, hour: int = 12) -> AccountSample:
    return AccountSample(account=account, at=datetime(2026, 11, day, hour, tzinfo=UTC), followers=followers)


def one(*daily: int | None) -> Grown:
    return Grown(account="a", daily=daily)


def test_a_missing_poll_is_none() -> None:
    (a,) = growing.grown([told("a", 1, 100), told("a", 4, 130)], DAYS, GREENWICH)
    assert a.daily == (100, None, None, 130, None)
    assert (a.gained, a.share, a.gaps) == (30, 0.3, 1)


def test_the_last_sample_of_a_local_day_counts() -> None:
    samples = [told("a", 1, 100, 10), told("a", 1, 105, 21), told("a", 1, 107, 22)]
    (riyadh,) = growing.grown(samples, DAYS, ZoneInfo("Asia/Riyadh"))  # 21:00 UTC is the next day in Riyadh
    assert riyadh.daily[:2] == (100, 107)


def test_a_platform_that_does_not_tell_followers_says_nothing() -> None:
    assert growing.grown([told("a", 1, None)], DAYS, GREENWICH) == []


def test_the_largest_account_comes_first() -> None:
    found = growing.grown([told("small", 1, 5), told("large", 1, 50)], DAYS, GREENWICH)
    assert [g.account for g in found] == ["large", "small"]


def test_one_known_number_is_no_change() -> None:
    assert (one(None, 5, None).gained, one(None, 5, None).share, one(None, 5, None).gaps) == (None, None, 0)


def test_days_before_the_first_and_after_the_last_number_are_no_gap() -> None:
    assert one(None, 1, None, 2, None, None, 3, None).gaps == 2


def test_the_sum_is_known_only_where_every_account_is() -> None:
    assert growing.together([one(1, 2, None), one(10, None, 30)]) == (11, None, None)


def test_an_account_counts_from_its_first_day_on() -> None:
    assert growing.together([one(1, 2, 3), one(None, 10, 20)]) == (1, 12, 23)


def test_an_index_begins_at_a_hundred() -> None:
    assert growing.indexed((None, 50, None, 75)) == (None, 100.0, None, 150.0)
    assert growing.indexed((0, 5)) == (0.0, 100.0) or growing.indexed((0, 5)) == (None, 100.0)


def test_accounts_without_a_group_are_left_out() -> None:
    found = growing.grown([told("a", 1, 5), told("b", 1, 50)], DAYS, GREENWICH)
    assert list(growing.grouped(found, {"a": "north"})) == ["north"]
