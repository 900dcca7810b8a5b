"""However the SQLite store goes about a question, the answer is the same as of the store that keeps all in memory."""

from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from core.post import Kind
from store import embedded_count, embedded_find, embedded_hours
from store.base import Batch
from store.embedded import EmbeddedStore
from store.embedded_sql import Plan
from store.memory import MemoryStore
from store.query import CountPosts, Filter, FindPosts, WeekHours
from tests.make import claim, post

RIYADH, TEHRAN = "Asia/Riyadh", "Asia/Tehran"
START = datetime(2026, 3, 1, tzinfo=UTC)
MOMENTS = (
    None,
    START,
    START + timedelta(hours=30),
    START + timedelta(days=2, hours=21),
    START + timedelta(days=2, hours=20, minutes=30),
    START + timedelta(days=6, seconds=1),
)


def posts():  # type: ignore[no-untyped-def]
    """Nine days of posts, one every 37 minutes, of changing sentiment, topic, kind and words."""
    for n in range(350):
        yield post(
            n, created_at=START + timedelta(minutes=37 * n), sentiment=claim(("negative", "neutral", "positive")[n % 3]), likes=n % 7,
            topics=(claim("water"),) * (n % 2), kind=Kind.OWN if n % 5 == 0 else Kind.MENTION, text=f"lamp {'dark' if n % 4 else 'bright'} {n}",
        )  # fmt: skip


@pytest.fixture(scope="module", params=[RIYADH, TEHRAN])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[EmbeddedStore, MemoryStore, str]:
    stores = EmbeddedStore(tmp_path_factory.mktemp("plans") / "posts.db", request.param), MemoryStore()
    for store in stores:
        store.save(Batch(posts=tuple(posts())))
    return (*stores, request.param)


@pytest.mark.parametrize(("since", "until"), list(product(MOMENTS, MOMENTS)))
@pytest.mark.parametrize(
    ("by", "bucket"), [(("sentiment",), None), (("topic",), "day"), (("kind", "sentiment"), "week"), ((), "hour"), ((), "quarter")]
)
def test_a_count_from_daily_counts_and_edges_is_the_count_of_the_posts(both, since, until, by, bucket) -> None:  # type: ignore[no-untyped-def]
    stored, remembered, zone = both
    asked = CountPosts(filter=Filter(since=since, until=until), by=by, bucket=bucket, timezone=zone)
    assert stored.count(asked) == remembered.count(asked)


def test_whole_days_come_from_the_daily_counts_and_only_the_edges_from_the_posts() -> None:
    asked = CountPosts(filter=Filter(since=START, until=START + timedelta(days=5)), by=("sentiment",), timezone=RIYADH)
    cube, before, after = embedded_count.parts(asked, RIYADH)  # START is 03:00 in Riyadh
    assert " FROM daily_marks WHERE" in cube.sql
    assert all(" FROM posts INDEXED BY posts_by_time WHERE" in edge.sql for edge in (before, after))


def test_whole_days_alone_touch_no_post() -> None:
    asked = CountPosts(filter=Filter(since=START - timedelta(hours=3)), by=("sentiment",), timezone=RIYADH)
    (cube,) = embedded_count.parts(asked, RIYADH)
    assert " FROM daily_marks WHERE" in cube.sql


def test_less_than_a_day_is_counted_from_the_posts() -> None:
    asked = CountPosts(filter=Filter(since=START, until=START + timedelta(hours=20)), timezone=RIYADH)
    assert [part.in_days for part in embedded_count.parts(asked, RIYADH)] == [False]


@pytest.mark.parametrize("order", ["newest", "oldest", "most", "least"])
@pytest.mark.parametrize("within", [None, (1, 350), (100, 120)])
def test_walking_along_the_posts_finds_what_fetching_every_match_finds(both, order, within) -> None:  # type: ignore[no-untyped-def]
    stored, _, _ = both
    asked = FindPosts(filter=Filter(search="dark lamp"), order=order)
    fetched = stored._rows(*embedded_find.sql(asked, Plan(within=within), 400, 0))
    walked = stored._rows(*embedded_find.sql(asked, Plan(walk=True, within=within), 400, 0))
    assert fetched == walked
    assert fetched


@pytest.mark.parametrize(("since", "until"), list(product(MOMENTS, MOMENTS)))
def test_words_are_found_within_every_time(both, since, until) -> None:  # type: ignore[no-untyped-def]
    stored, remembered, _ = both
    asked = FindPosts(filter=Filter(search="bright", since=since, until=until), limit=7, offset=3)
    assert stored.find(asked) == remembered.find(asked)


@pytest.mark.parametrize("topics", [(), ("water",)])
def test_own_posts_are_answered_from_their_own_index_alone(both, topics) -> None:  # type: ignore[no-untyped-def]
    stored, _, zone = both
    own = Filter(kinds=("own",), since=START, topics=topics)
    counted = embedded_count.parts(CountPosts(filter=own, by=("language",), bucket="hour", timezone=zone), zone)
    hours = embedded_hours.stretches(WeekHours(filter=own, timezone=zone), START, START + timedelta(days=9))
    found = embedded_find.sql(FindPosts(filter=own, order="most"), Plan(), 3, 0)
    for sql, values in [*((part.sql, part.values) for part in (*counted, *hours)), found]:
        assert "USING COVERING INDEX posts_of_ours" in str(stored._rows(f"EXPLAIN QUERY PLAN {sql}", values))


@pytest.mark.parametrize(("since", "until"), list(product(MOMENTS, MOMENTS)))
def test_hours_of_the_week_are_those_of_the_posts(both, since, until) -> None:  # type: ignore[no-untyped-def]
    stored, remembered, zone = both
    for which in (Filter(since=since, until=until), Filter(since=since, until=until, kinds=("own",), topics=("water",))):
        asked = WeekHours(filter=which, timezone=zone)
        assert stored.week_hours(asked) == remembered.week_hours(asked)


def test_a_file_whose_daily_counts_are_of_before_is_counted_anew(tmp_path: Path) -> None:
    old = EmbeddedStore(tmp_path / "posts.db", RIYADH)
    old.save(Batch(posts=tuple(posts())))
    old._db.execute("DELETE FROM daily_marks")
    old._db.execute("UPDATE meta SET value = 'of an earlier version' WHERE key = 'counted'")
    asked = CountPosts(by=("sentiment",), timezone=RIYADH)
    assert old.count(asked) == []
    old.close()
    assert sum(c.posts for c in EmbeddedStore(tmp_path / "posts.db", RIYADH).count(asked)) == 350
