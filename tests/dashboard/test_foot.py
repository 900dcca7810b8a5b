"""A source's health comes from the age of what is completely known, never from the last call alone."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.foot import health
from store.base import Gap, Pass

NOW = datetime(2026, 11, 22, 9, 20, tzinfo=UTC)
RHYTHM = timedelta(minutes=15)


def read(minutes: int, state: str = "ok", gap: bool = False) -> Pass:
    at = NOW - timedelta(minutes=minutes)
    gaps = (Gap(since=at - RHYTHM, until=at, cause="rate limit"),) if gap else ()
    return Pass(id=f"p{minutes}{state}", source="x", platform="x", started=at, finished=at, state=state, gaps=gaps)


@pytest.mark.parametrize(
    ("passes", "state"),
    [
        ([read(5)], "good"),
        ([read(31)], "late"),
        ([read(91)], "silent"),
        ([read(5, "failed"), read(91)], "silent"),  # that it was asked just now does not help
        ([read(5, "failed"), read(20)], "good"),
        ([read(5, gap=True), read(45)], "late"),  # a reading with a gap is no complete one
        ([read(5, "credential")], "silent"),  # never read completely
        ([], "imported"),  # nobody asks it
    ],
)
def test_a_source_is_judged_by_its_last_complete_reading(passes: list[Pass], state: str) -> None:
    assert health("x", None, passes, NOW, RHYTHM).state == state


def test_another_sources_reading_does_not_count() -> None:
    assert health("y", None, [read(5)], NOW, RHYTHM).state == "imported"


def test_the_last_pass_is_told_with_its_error() -> None:
    found = health("x", NOW, [read(5, "failed"), read(20)], NOW, RHYTHM)
    assert found.last is not None
    assert found.last.state == "failed"
    assert found.heard == NOW - timedelta(minutes=20)
