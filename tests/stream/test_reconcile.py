from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from collectors.base import Answer, Source
from core.post import EngagementSample
from store.base import Batch, Gap, Pass
from store.memory import MemoryStore
from store.query import Filter
from stream import collecting, reconcile
from tests.make import NOON, post

MENTIONS = Source(id="x.mentions.city", platform="x", what="mentions", rereadable=True)
LATER = NOON + timedelta(hours=6)
MINUTE = timedelta(minutes=1)


class Platform:
    """Shows posts 1 to 100, newest first, ten a page."""

    PLATFORM = "x"

    def __init__(self):
        self.pages = 0

    def ask(self, client, source, cursor, now):
        for first in range(100, 0, -10):
            self.pages += 1
            yield Answer(posts=tuple(post(n) for n in range(first, first - 10, -1)), returned=10, cursor="100", next="on")


def passed(store, numbers):
    collecting.run_pass(
        store, MENTIONS, [Answer(posts=tuple(post(n) for n in numbers))], lambda posts: posts, lambda: NOON + timedelta(hours=3)
    )


def night(store, platform):
    return reconcile.poll(store, platform, None, reconcile.sources([MENTIONS])[0], lambda posts: posts, lambda: LATER)


def test_what_was_missing_is_found_stored_and_told_as_a_share():
    store = MemoryStore()
    passed(store, [n for n in range(1, 101) if n not in (60, 70, 80, 90, 95)])
    line = night(store, Platform())
    assert (line.stored, line.duplicates, reconcile.share_missing(line)) == (5, 45, 0.1)
    assert len(list(store.posts(Filter()))) == 100
    assert line.source == "x.mentions.city.reconcile" and store.cursor(line.source) is None


def test_a_sample_ends_after_a_few_pages():
    store, platform = MemoryStore(), Platform()
    passed(store, range(1, 101))
    assert reconcile.share_missing(night(store, platform)) == 0.0
    assert platform.pages == reconcile.MOST_PAGES


def test_posts_younger_than_the_last_pass_are_not_called_missing():
    store = MemoryStore()
    store.save(Batch(posts=(post(1),)))
    collecting.run_pass(store, MENTIONS, [Answer(posts=(post(1),))], lambda posts: posts, lambda: NOON + timedelta(minutes=20))
    assert reconcile.share_missing(night(store, Platform())) is None


def test_a_pass_of_another_source_has_no_such_share():
    store = MemoryStore()
    passed(store, [1])
    assert reconcile.share_missing(store.passes()[0]) is None


def test_it_happens_at_three_at_night_of_the_deployment():
    riyadh = ZoneInfo("Asia/Riyadh")
    assert reconcile.next_night(NOON, riyadh) == datetime(2026, 3, 2, 0, tzinfo=UTC)
    assert reconcile.next_night(datetime(2026, 3, 1, 0, tzinfo=UTC), riyadh) == datetime(2026, 3, 2, 0, tzinfo=UTC)


def test_only_what_can_be_read_again_is_compared():
    updates = Source(id="telegram.updates", platform="telegram", what="updates")
    assert [s.id for s in reconcile.sources([MENTIONS, updates])] == ["x.mentions.city.reconcile"]


@pytest.mark.parametrize(("now", "night"), [
    ("2026-03-01T12:00:00+00:00", "2026-03-02T00:00:00+00:00"),  # three in Riyadh is midnight in London
    ("2026-02-28T23:59:59+00:00", "2026-03-01T00:00:00+00:00"),
    ("2026-03-01T00:00:00+00:00", "2026-03-02T00:00:00+00:00"),  # at three exactly: tomorrow's
    ("2026-03-01T15:00:00+03:00", "2026-03-02T00:00:00+00:00"),
])  # fmt: skip
def test_the_next_night(now, night):
    found = reconcile.next_night(datetime.fromisoformat(now), ZoneInfo("Asia/Riyadh"))
    assert found == datetime.fromisoformat(night)
    assert found.utcoffset() == datetime.fromisoformat(now).utcoffset()


def test_a_nightly_source_is_known_by_its_name_and_comes_once_a_day():
    (nightly,) = reconcile.sources([MENTIONS])
    assert (reconcile.is_nightly(nightly), reconcile.is_nightly(MENTIONS), nightly.every_minutes) == (True, False, 1440)


def answer(*numbers):
    return Answer(posts=tuple(post(n) for n in numbers), returned=len(numbers), cursor="9", next="on")


def sampled(*answers, since=NOON, until=LATER):
    return [[int(p.id[2:]) for p in one.posts] for one in reconcile.sample(iter(answers), since, until)]


def test_a_sample_holds_what_was_written_from_its_beginning_to_before_its_end():
    assert sampled(answer(4, 3, 2, 1), since=NOON + 2 * MINUTE, until=NOON + 4 * MINUTE) == [[3, 2]]


def test_a_sample_ends_with_the_page_that_reaches_behind_it():
    assert sampled(answer(9, 8), answer(7, 2), answer(1), since=NOON + 5 * MINUTE) == [[9, 8], [7]]
    assert sampled(answer(9, 8), answer(7, 5), answer(4), since=NOON + 5 * MINUTE) == [[9, 8], [7, 5], []]


def test_a_sample_is_five_pages_at_most():
    assert len(sampled(*[answer(n) for n in range(30, 20, -1)])) == 5


def test_a_sample_moves_no_cursor_and_adds_no_numbers():
    whole = msgspec.structs.replace(
        answer(3), samples=(EngagementSample(post_id="x:3", at=NOON, likes=1),), gap=Gap(since=NOON, until=LATER, cause="x")
    )
    (one,) = reconcile.sample(iter([whole]), NOON, LATER)
    assert (one.cursor, one.next, one.gap, one.samples, one.returned) == (None, None, None, (), 1)


# the last passes of the source, newest last → which of the posts 1 to 100 were due
BEFORE = [
    ([("ok", 60)], 49),
    ([("partial", 60)], 49),
    ([("ok", 60), ("failed", 90), ("waiting", 95)], 49),  # what failed brought nothing
    ([], 100),  # nothing is known of the last pass: everything settled by now
]


@pytest.mark.parametrize(("passes", "due"), BEFORE)
def test_what_was_due_is_what_the_last_whole_pass_could_have_brought(passes, due):
    store = MemoryStore()
    store.save(Batch(passes=tuple(
        Pass(id=f"{state}{minute}", source=MENTIONS.id, platform="x", started=NOON + minute * MINUTE, state=state) for state, minute in passes
    )))  # fmt: skip

    class Whole(Platform):
        def ask(self, client, source, cursor, now):
            yield Answer(posts=tuple(post(n) for n in range(100, 0, -1)), returned=100)

    line = night(store, Whole())
    assert (line.stored, line.returned) == (due, 100)
