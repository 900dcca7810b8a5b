"""From counts to what is drawn."""

import itertools
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from dashboard import sums
from dashboard.periods import window
from store.base import Gap, Pass
from store.query import Count

NOW = datetime(2026, 11, 22, 9, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


def count(key: str, posts: int, start: datetime | None = None) -> Count:
    return Count(posts=posts, interactions=0, start=start, keys=(key,))


@pytest.mark.parametrize(("period", "bars"), [("1h", 5), ("6h", 25), ("24h", 25), ("7d", 7), ("30d", 30), ("90d", 13), ("1y", 53)])
def test_every_bar_of_a_period_is_there_even_without_posts(period: str, bars: int) -> None:
    """Hours that begin and end within a bar touch one bar more than they are long."""
    at = sums.starts(window(period, NOW, "Asia/Riyadh"))
    assert len(at) == bars
    assert at == sorted(set(at))


def test_the_hour_that_comes_twice_has_two_bars() -> None:
    """In Berlin on 25 October 2026 the hour from two to three comes twice."""
    w = window("24h", datetime(2026, 10, 25, 12, 0, tzinfo=UTC), "Europe/Berlin")
    at = sums.starts(w)
    assert all(later - earlier == HOUR for earlier, later in itertools.pairwise(at))


def test_bars_without_posts_are_nought() -> None:
    at = [NOW, NOW + HOUR, NOW + 2 * HOUR]
    counts = [count("negative", 3, NOW), count("positive", 4, NOW), count("negative", 1, at[2])]
    assert sums.series(counts, at, "negative") == [3, 0, 1]
    assert sums.series(counts, at) == [7, 0, 1]
    assert sums.totals(counts) == {"negative": 4, "positive": 4}


def test_usual_is_the_mean_of_the_periods_before() -> None:
    (rise,) = sums.rises([count("water", 9)], [[count("water", 2)], [count("water", 6)]])
    assert (rise.now, rise.usual, rise.times) == (9, 4.0, 2.0)


def test_a_period_before_the_first_post_does_not_make_the_usual_lower() -> None:
    (rise,) = sums.rises([count("water", 9)], [[count("water", 4)], [], []])
    assert rise.usual == 4.0


def test_without_any_earlier_post_nothing_rose() -> None:
    found = sums.rises([count("water", 90)], [[], []])
    assert found[0].times is None
    assert sums.risen(found) == []


def test_what_was_usual_and_is_gone_is_told_too() -> None:
    found = sums.rises([count("water", 9)], [[count("roads", 8), count("water", 9)]])
    assert [(r.keys[0], r.now) for r in found] == [("water", 9), ("roads", 0)]


@pytest.mark.parametrize(("now", "usual", "told"), [(12, 4, True), (4, 0, False), (12, 11, False), (5, 1, True)])
def test_only_a_clear_rise_of_enough_posts_is_told(now: int, usual: int, told: bool) -> None:
    found = sums.rises([count("water", now)], [[count("water", usual), count("roads", 1)]])
    assert bool(sums.risen([r for r in found if r.keys == ("water",)])) is told


def test_posts_without_a_topic_are_no_topic() -> None:
    assert sums.rises([count("", 50)], [[count("", 1)]]) == []


def gap(since: datetime, until: datetime) -> Pass:
    return Pass(id="p", source="x", platform="x", started=since, gaps=(Gap(since=since, until=until, cause="rate limit"),))


def test_a_bar_is_blind_as_far_as_gaps_cover_it() -> None:
    at = [NOW, NOW + HOUR, NOW + 2 * HOUR]
    assert sums.blind(at, NOW + 3 * HOUR, [gap(NOW + HOUR * 1.5, NOW + HOUR * 2.25)]) == [0.0, 0.5, 0.25]
    assert sums.blind(at, NOW + 3 * HOUR, [gap(NOW - HOUR, NOW)]) == [0.0, 0.0, 0.0]
    assert sums.blind(at, NOW + 3 * HOUR, []) == [0.0, 0.0, 0.0]


def test_overlapping_gaps_are_not_counted_twice() -> None:
    told = [gap(NOW, NOW + HOUR * 0.5), gap(NOW + HOUR * 0.25, NOW + HOUR * 0.75)]
    assert sums.blind([NOW], NOW + HOUR, told) == [0.75]


def test_one_blind_source_of_two_is_half_blind() -> None:
    whole = Pass(id="q", source="other", platform="x", started=NOW)
    assert sums.blind([NOW], NOW + HOUR, [gap(NOW, NOW + HOUR), whole]) == [0.5]


def test_the_same_gap_told_by_two_passes_is_one() -> None:
    one = gap(NOW, NOW + HOUR)
    again = msgspec.structs.replace(one, id="q")
    assert len(sums.gaps_of([one, again], NOW - HOUR, NOW + 2 * HOUR)) == 1
