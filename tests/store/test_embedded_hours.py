"""Hours of the week are cut where the city's clocks change, whatever stretch of time is asked for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from store.base import Batch
from store.embedded import EmbeddedStore
from store.embedded_hours import steady
from store.memory import MemoryStore
from store.query import Filter, WeekHours
from tests.make import post

SPRING = datetime(2026, 3, 29, 1, tzinfo=UTC)  # Berlin's clocks go from 02:00 to 03:00
AUTUMN = datetime(2026, 10, 25, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_zone_without_changes_is_one_stretch() -> None:
    year = (AUTUMN - timedelta(days=365), AUTUMN)
    assert list(steady(ZoneInfo("Asia/Riyadh"), *year)) == [(*year, 3 * HOUR)]


def test_a_stretch_ends_exactly_where_clocks_change() -> None:
    since, until = SPRING - timedelta(days=40), AUTUMN + timedelta(days=3, hours=5)
    assert list(steady(ZoneInfo("Europe/Berlin"), since, until)) == [
        (since, SPRING, HOUR),
        (SPRING, AUTUMN, 2 * HOUR),
        (AUTUMN, until, HOUR),
    ]


@pytest.mark.parametrize(("since", "until", "hours"), [
    (SPRING, SPRING + HOUR, [2]),  # begins at the change
    (SPRING - HOUR, SPRING, [1]),  # ends at it
    (SPRING - timedelta(microseconds=1), SPRING + timedelta(microseconds=1), [1, 2]),
    (SPRING, SPRING, []),
    (AUTUMN, SPRING, []),  # nothing lies between a later and an earlier moment
])  # fmt: skip
def test_the_edges_of_a_question_may_touch_the_change(since: datetime, until: datetime, hours: list[int]) -> None:
    assert [offset // HOUR for _, _, offset in steady(ZoneInfo("Europe/Berlin"), since, until)] == hours


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Tehran", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Almaty"])
def test_every_zone_gives_the_hours_that_memory_gives(tmp_path: Path, zone: str) -> None:
    written = [
        post(n, created_at=SPRING - timedelta(days=30) + timedelta(hours=7, minutes=19) * n, likes=n, views=n * 10 if n % 3 else None)
        for n in range(900)
    ]
    stored, remembered = EmbeddedStore(tmp_path / "posts.db", zone), MemoryStore()
    for store in (stored, remembered):
        store.save(Batch(posts=tuple(written)))
    for which in (
        Filter(),
        Filter(since=SPRING),
        Filter(until=AUTUMN),
        Filter(since=SPRING - HOUR, until=AUTUMN + HOUR),
        Filter(since=AUTUMN + timedelta(days=900)),
    ):
        asked = WeekHours(filter=which, timezone=zone)
        assert stored.week_hours(asked) == remembered.week_hours(asked)


def test_a_store_without_posts_has_no_hours(tmp_path: Path) -> None:
    assert EmbeddedStore(tmp_path / "posts.db").week_hours(WeekHours(filter=Filter(since=SPRING), timezone="Europe/Berlin")) == []
