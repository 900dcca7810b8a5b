"""Engagement rates say what they are a share of."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard import engaging
from store.query import Count, WeekHour

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def count(account: str, posts: int, interactions: int, day: int = 0) -> Count:
    return Count(posts=posts, interactions=interactions, start=NOON + timedelta(days=day), keys=(account,))


def test_the_rate_by_followers_is_of_the_mean_post() -> None:
    (rate,) = engaging.by_followers([count("a", 2, 30), count("a", 2, 10, 1)], {"a": 1000})
    assert (rate.posts, rate.interactions, rate.rate) == (4, 40, 0.01)


def test_an_account_with_unknown_followers_has_no_rate() -> None:
    (rate,) = engaging.by_followers([count("a", 2, 30)], {})
    assert rate.rate is None


def test_the_rate_by_views_counts_only_posts_whose_views_were_told() -> None:
    cells = [WeekHour(weekday=0, hour=9, posts=3, interactions=90, views=1000, seen=20)]
    (rate,) = engaging.by_views({"a": cells, "silent": []})
    assert (rate.account, rate.rate) == ("a", 0.02)


def test_views_that_nobody_told_are_no_rate_and_not_nought() -> None:
    (rate,) = engaging.by_views({"a": [WeekHour(weekday=0, hour=9, posts=3, interactions=90, views=0)]})
    assert rate.rate is None


def test_all_accounts_together_weigh_by_whom_they_reach() -> None:
    counts = [count("a", 1, 10), count("b", 1, 10), count("unknown", 9, 900)]
    assert engaging.overall(counts, {"a": 100, "b": 900}) == 20 / 1000
    assert engaging.overall([], {}) is None


def test_a_day_without_posts_has_no_rate() -> None:
    at = [NOON, NOON + timedelta(days=1), NOON + timedelta(days=2)]
    counts = [count("x:a", 1, 10), count("x:a", 1, 30, 2), count("facebook:a", 1, 999)]
    assert engaging.line(counts, "x", at, {"x:a": 1000, "facebook:a": 1}) == (0.01, None, 0.03)


def test_an_hour_with_few_posts_says_nothing() -> None:
    cells = [
        WeekHour(weekday=2, hour=7, posts=2, interactions=999, views=0),
        WeekHour(weekday=3, hour=8, posts=4, interactions=40, views=0),
    ]
    assert engaging.means(cells)[2][7] is None
    assert engaging.means(cells)[3][8] == 10
    assert engaging.best(cells) == cells[1]
    assert engaging.best(cells[:1]) is None


def test_the_times_at_which_an_hour_came_are_told_by_local_clock_the_best_first() -> None:
    def hour(day: int, at: int, posts: int, interactions: int) -> Count:
        return Count(posts=posts, interactions=interactions, start=datetime(2026, 11, day, at, tzinfo=UTC))

    counts = [hour(2, 6, 2, 10), hour(9, 6, 1, 30), hour(16, 7, 5, 500), hour(3, 6, 5, 500), Count(posts=1, interactions=1)]
    riyadh = ZoneInfo("Asia/Riyadh")  # Mondays at nine there
    found = engaging.at_hour(counts, 0, 9, riyadh)
    assert [(start.day, posts, interactions) for start, posts, interactions in found] == [(9, 1, 30), (2, 2, 10)]
    assert engaging.at_hour(counts, 6, 9, riyadh) == []
