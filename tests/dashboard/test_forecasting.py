"""The hours ahead of a theme: towards the usual rate, in a band that holds what it says, and nothing where there is nothing to go on."""

import random

import pytest

from dashboard.forecasting import HALVES, HOURS, INSIDE, SPREAD, forecast, level, quantile


def test_the_excess_over_the_usual_halves_in_the_time_it_should() -> None:
    found = forecast([8] * 100, usual=2.0)
    assert found is not None
    assert found.mean[int(HALVES) - 1] == pytest.approx(2.0 + 6.0 / 2)
    assert list(found.mean) == sorted(found.mean, reverse=True)
    assert min(found.mean) > 2.0


def test_the_last_hours_count_most() -> None:
    rising, falling = forecast([0, 0, 0, 2, 6, 12], 0.1), forecast([12, 6, 2, 0, 0, 0], 0.1)
    assert rising is not None
    assert falling is None or rising.mean[0] > 2 * falling.mean[0]


def test_a_theme_below_its_usual_rate_is_expected_to_come_back_to_it() -> None:
    found = forecast([1] * 20, usual=5.0)
    assert found is not None
    assert found.mean == (5.0,) * HOURS


@pytest.mark.parametrize("per_hour", [[], [0] * 10, [9, 9, 9, *[0] * 6], [1, 1]])
def test_where_too_little_was_said_lately_nothing_is_foretold(per_hour: list[int]) -> None:
    assert forecast(per_hour, 0.3) is None


def test_the_band_lies_round_the_mean_and_widens_with_it() -> None:
    few, many = forecast([2] * 20, 0.1), forecast([40] * 20, 0.1)
    assert few is not None
    assert many is not None
    for found in (few, many):
        assert all(low <= mean <= high + 1 for low, mean, high in zip(found.low, found.mean, found.high, strict=True))
    assert many.high[0] - many.low[0] > few.high[0] - few.low[0]


@pytest.mark.parametrize("mean", [0.2, 1.0, 7.0, 60.0])
def test_a_quantile_is_that_of_the_negative_binomial(mean: float) -> None:
    from scipy.stats import nbinom

    size = 1 / SPREAD
    for share in (0.05, 0.1, 0.5, 0.9, 0.99):
        assert quantile(mean, share) == nbinom.ppf(share, size, size / (size + mean))


def test_the_band_holds_what_it_says_of_hours_that_go_so() -> None:
    draw = random.Random(7)
    inside = total = 0
    for _ in range(400):
        found = forecast([12] * 30, 1.0)
        assert found is not None
        for low, mean, high in zip(found.low, found.mean, found.high, strict=True):
            posts = poisson(draw, draw.gammavariate(1 / SPREAD, SPREAD * mean))
            inside, total = inside + (low <= posts <= high), total + 1
    assert INSIDE - 0.02 < inside / total < INSIDE + 0.12  # whole posts: the band holds a little more than it must


def poisson(draw: random.Random, mean: float) -> int:
    """A number of events, by counting the spaces between them."""
    at, number = draw.expovariate(1.0), 0
    while at < mean:
        at, number = at + draw.expovariate(1.0), number + 1
    return number


def test_where_it_stands_is_the_rate_itself_when_nothing_changes() -> None:
    assert level([3] * 50) == pytest.approx(3.0)
    assert level([5]) == 5.0
