"""A theme hour by hour: what is drawn of it, and from which hours the next ones are foretold."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from core.theme import State, Theme
from dashboard.forecasting import HOURS
from dashboard.periods import window
from dashboard.theme_life import HOUR, Life, lived

NOW = datetime(2026, 11, 22, 12, 20, tzinfo=UTC)


def theme(state: State = State.RISING, **told: object) -> Theme:
    usual = {"id": "t-1", "name": "water", "first_seen": NOW - 5 * HOUR, "raised_at": NOW - 2 * HOUR, "updated_at": NOW, "rate_usual": 0.5}
    return Theme(**(usual | {"state": state} | told))  # type: ignore[arg-type]


def posts(*an_hour: int, last: datetime = NOW) -> list[datetime]:
    """So many posts in each hour, the last number in the hour of `last`."""
    begin = last.replace(minute=0) - (len(an_hour) - 1) * HOUR
    return [begin + i * HOUR + timedelta(minutes=1 + j) for i, n in enumerate(an_hour) for j in range(n)]


def life(times: Sequence[datetime], now: datetime = NOW, **told: object) -> Life:
    return lived(theme(**told), times, window("7d", now, "UTC"), now)  # type: ignore[arg-type]


def test_every_hour_has_its_posts_also_those_without_any() -> None:
    found = life(posts(2, 0, 5, 1))
    assert found.posts[-4:] == (2, 0, 5, 1)
    assert sum(found.posts) == 8
    assert found.at[-1] == NOW.replace(minute=0)


def test_the_hour_that_still_runs_foretells_nothing() -> None:
    times = posts(4, 4, 4, 0)
    assert life(times).ahead == life([*times, *posts(30)]).ahead
    assert life(times).over == len(life(times).at) - 1


def test_the_hours_ahead_follow_the_last_whole_one_without_a_hole() -> None:
    found = life(posts(4, 4, 4, 1))
    assert found.ahead is not None
    assert len(found.axis) == found.over + HOURS
    assert {later - earlier for earlier, later in zip(found.axis, found.axis[1:], strict=False)} == {HOUR}
    assert found.axis[: len(found.at)] == found.at


@pytest.mark.parametrize("state", [State.RISING, State.HEIGHT, State.FADING])
def test_a_theme_that_lives_is_drawn_up_to_now(state: State) -> None:
    found = life(posts(5, 5, last=NOW - 4 * HOUR), state=state)
    assert found.at[-1] == NOW.replace(minute=0)
    assert found.ahead is not None


def test_a_theme_that_is_over_ends_with_its_last_post_and_has_no_hours_ahead() -> None:
    long_ago = NOW - timedelta(days=3)
    found = life(posts(5, 5, 5, last=long_ago), state=State.OVER, updated_at=long_ago, first_seen=long_ago - 3 * HOUR)
    assert found.ahead is None
    assert found.axis == found.at
    assert long_ago <= found.at[-1] <= long_ago + 2 * HOUR


def test_a_theme_nobody_speaks_of_now_is_not_foretold() -> None:
    assert life(posts(9, 9, last=NOW - 9 * HOUR)).ahead is None


def test_a_theme_whose_posts_are_gone_is_drawn_empty() -> None:
    found = life([])
    assert set(found.posts) == {0}
    assert found.ahead is None
