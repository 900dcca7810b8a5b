"""Numbers stand in the language's own digits; shares say how sure they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import figures
from dashboard.words import LANGUAGES, words


@pytest.mark.parametrize(
    ("code", "whole", "decimal", "percent"),
    [
        ("en", "1,284", "2.4", "31%"),
        ("ar", "١٬٢٨٤", "٢٫٤", "٣١٪"),
        ("fa", "۱٬۲۸۴", "۲٫۴", "۳۱٪"),
        ("ru", "1\u00a0284", "2,4", "31\u00a0%"),
        ("kk", "1\u00a0284", "2,4", "31%"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(code: str, whole: str, decimal: str, percent: str) -> None:
    w = words(code)
    assert (figures.whole(1284, w), figures.decimal(2.4, w), figures.percent(0.31, w)) == (whole, decimal, percent)


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_nobody_told_is_a_dash_and_nothing_is_a_nought(code: str) -> None:
    w = words(code)
    assert figures.whole(None, w) == figures.percent(None, w) == figures.signed(None, w) == figures.NONE
    assert figures.whole(0, w) in ("0", "٠", "۰")


def test_a_fall_has_a_minus_and_a_rise_a_plus() -> None:
    w = words("en")
    assert figures.signed_percent(0.12, w).endswith("+12%")
    assert figures.signed(-9870, w).endswith("−9,870")
    assert figures.signed_percent(0.0, w) == "0%"


def test_nothing_to_compare_with_is_no_change() -> None:
    assert figures.change(5, 0) is None
    assert figures.change(None, 5) is None
    assert figures.change(6, 4) == 0.5


@pytest.mark.parametrize(("part", "of", "low", "high"), [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (50, 100, 0.4038, 0.5962)])
def test_the_interval_is_wilsons(part: int, of: int, low: float, high: float) -> None:
    """Published values: Brown, Cai and DasGupta (2001), and scipy.stats.binomtest(...).proportion_ci(method="wilson")."""
    assert figures.wilson(part, of) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_within_nought_and_one(pair: tuple[int, int]) -> None:
    part, of = pair
    low, high = figures.wilson(part, of) or (1, 0)
    assert 0 <= low <= part / of + 1e-12
    assert part / of - 1e-12 <= high <= 1


def test_no_posts_have_no_share() -> None:
    assert figures.wilson(0, 0) is figures.half_width(0, 0) is figures.share(0, 0) is None
