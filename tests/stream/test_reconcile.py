from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from collectors.base import Answer, Source
from store.base import Batch
from store.memory import MemoryStore
from store.query import Filter
from stream import collecting, reconcile
from tests.make import NOON, post

MENTIONS = Source(id="x.mentions.city", platform="x", what="mentions", rereadable=True)
LATER = NOON + timedelta(hours=6)


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
