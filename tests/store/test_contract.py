"""What every store must do, whatever engine is behind it."""

from contextlib import contextmanager
from datetime import timedelta
from functools import reduce
from itertools import permutations

import msgspec
import pytest

from core.account import Account
from core.post import LONGEST_ID, EngagementSample, Kind
from core.theme import Theme
from store.base import Batch, Follower, Gap, Pass, Saved
from store.embedded import EmbeddedStore
from store.memory import MemoryStore
from store.merge import emptied, merged
from store.query import AccountHistory, CountPosts, Filter, FindPasses, FindPosts, FindThemes, WeekHours
from tests.conftest import new_elastic
from tests.make import NOON, claim, post, sample

STORES = ("memory", "sqlite", "elasticsearch")


@contextmanager
def opened(engine, folder):
    if engine == "elasticsearch":
        with new_elastic() as store:
            yield store
    else:
        store = MemoryStore() if engine == "memory" else EmbeddedStore(folder / "posts.db")
        yield store
        store.close()


ENGINES = [pytest.param(name, marks=pytest.mark.services) if name == "elasticsearch" else name for name in STORES]


@pytest.fixture(params=ENGINES)
def store(request, tmp_path):
    with opened(request.param, tmp_path) as store:
        yield store


@pytest.fixture(params=["memory", "sqlite"])
def ordered(request, tmp_path):
    """A store that also numbers its changes and keeps cursors and the ledger."""
    opened = MemoryStore() if request.param == "memory" else EmbeddedStore(tmp_path / "posts.db")
    yield opened
    opened.close()


def put(store, *posts):
    return store.save(Batch(posts=posts))


def fresh(store):
    """The store once everything saved can be searched."""
    if hasattr(store, "refresh"):
        store.refresh()
    return store


def ids(found):
    return [p.id for p in found.posts]


def test_saving_twice_keeps_one(store):
    assert put(store, post(1), post(2)) == Saved(stored=2)
    assert put(store, post(1), post(2)) == Saved(duplicates=2)
    assert fresh(store).find(FindPosts()).total == 2


def test_a_post_twice_in_one_batch_is_kept_once(store):
    assert put(store, post(1), post(1)) == Saved(stored=1, duplicates=1)


def test_samples_of_a_post_with_the_longest_id_are_kept_once_each(store):
    long = "x:" + "9" * (LONGEST_ID - 2)
    seen = tuple(EngagementSample(post_id=long, at=NOON + timedelta(hours=n), likes=n) for n in range(2))
    for _ in range(2):
        store.save(Batch(samples=seen))
    assert tuple(fresh(store).samples([long])) == seen


@pytest.mark.services
def test_posts_that_the_engine_will_never_take_are_counted_and_told_without_their_words(elastic, caplog):
    assert put(elastic, post(1), post(2, account="x:" + "a" * 40_000)) == Saved(stored=1, refused=1)
    assert "never take 1 of 2 posts" in caplog.text and "lamp" not in caplog.text


def test_a_post_comes_back_as_it_was(store):
    whole = post(1, likes=0, views=None, topics=(claim("roads"),), sentiment=claim("negative"), platform_language="ar")
    put(store, whole)
    assert fresh(store).get(["x:1", "x:absent"]) == [whole]


@pytest.mark.parametrize("in_order", [True, False])
def test_the_later_observation_wins_in_whatever_order_they_come(store, in_order):
    early = post(1, likes=1, text="the lamp is out", views=40)
    late = post(1, likes=5, text="the lamp is out, still", observed_at=early.observed_at + timedelta(hours=1))
    for one in (early, late) if in_order else (late, early):
        put(store, one)
    (kept,) = fresh(store).get(["x:1"])
    assert (kept.text, kept.likes, kept.views) == ("the lamp is out, still", 5, 40)
    assert [v.text for v in kept.versions] == ["the lamp is out"]


LOOKS = (
    post(1, likes=3, views=7),
    post(1, likes=5, text="the lamp is out, still", observed_at=NOON + timedelta(hours=1)),
    post(1, url="https://x.example/1", text="it burns again", observed_at=NOON + timedelta(hours=2)),
)


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("together", [True, False])
def test_three_observations_leave_the_same_post_in_whatever_order_and_batches_they_come(store, order, together):
    for batch in [order] if together else [(n,) for n in order]:
        put(store, *(LOOKS[n] for n in batch))
    (kept,) = fresh(store).get(["x:1"])
    assert (kept.text, kept.likes, kept.views, kept.url) == ("it burns again", 5, 7, "https://x.example/1")
    assert [v.text for v in kept.versions] == [LOOKS[0].text, LOOKS[1].text]
    assert [(told.what, told.at) for told in kept.told_earlier if told.what in ("likes", "views")] == [
        ("likes", LOOKS[1].observed_at), ("views", LOOKS[0].observed_at),
    ]  # fmt: skip


def test_every_store_keeps_the_very_same_post_of_the_same_observations(store):
    gone = (("x:1", NOON + timedelta(hours=3)),)
    for batch in (Batch(posts=LOOKS[1:]), Batch(posts=LOOKS[:1]), Batch(deleted=gone), Batch(posts=(LOOKS[2],))):
        store.save(batch)
    expected = emptied(reduce(merged, [LOOKS[1], LOOKS[2], LOOKS[0]]), gone[0][1])
    assert fresh(store).get(["x:1"]) == [expected]


def test_a_post_deleted_in_the_batch_that_brings_it_is_a_tombstone(store):
    store.save(Batch(posts=(post(1, likes=3),), deleted=(("x:1", NOON + timedelta(days=1)),)))
    (kept,) = fresh(store).get(["x:1"])
    assert (kept.text, kept.likes, kept.deleted_at) == ("", 3, NOON + timedelta(days=1))


def test_of_two_deletions_the_first_counts_and_a_repeated_one_is_no_change(ordered):
    put(ordered, post(1))
    for hours in (5, 3, 3, 9):
        ordered.save(Batch(deleted=(("x:1", NOON + timedelta(hours=hours)),)))
    (kept,) = ordered.get(["x:1"])
    assert kept.deleted_at == NOON + timedelta(hours=3)
    assert ordered.changes(0, 100)[-1][0] == 3  # written, deleted, dated earlier


def test_a_change_is_found_by_its_new_words_and_not_by_its_old(store):
    put(store, post(1, text="water everywhere"))
    put(store, post(1, text="dry again", observed_at=NOON + timedelta(hours=9)))
    assert fresh(store).find(FindPosts(filter=Filter(search="water"))).total == 0
    assert ids(fresh(store).find(FindPosts(filter=Filter(search="dry")))) == ["x:1"]


def test_a_deleted_post_leaves_its_counts_and_nothing_else(store):
    put(store, post(1, likes=3))
    store.save(Batch(deleted=(("x:1", NOON + timedelta(days=1)), ("x:unknown", NOON))))
    (kept,) = fresh(store).get(["x:1"])
    assert (kept.text, kept.author, kept.likes, kept.deleted_at) == ("", None, 3, NOON + timedelta(days=1))
    assert fresh(store).find(FindPosts()).total == 0
    assert fresh(store).find(FindPosts(filter=Filter(deleted=True))).total == 1
    assert fresh(store).count(CountPosts()) == []


def test_a_deletion_is_final(store):
    put(store, post(1))
    store.save(Batch(deleted=(("x:1", NOON + timedelta(days=1)),)))
    put(store, post(1, observed_at=NOON + timedelta(days=9)))
    assert fresh(store).get(["x:1"])[0].text == ""


# filter → the numbers of the posts it means
FILTERS = [
    (Filter(), [4, 3, 2, 1]),
    (Filter(since=NOON + timedelta(minutes=3)), [4, 3]),
    (Filter(until=NOON + timedelta(minutes=3)), [2, 1]),
    (Filter(platforms=("facebook",)), [4]),
    (Filter(kinds=("own",)), [2]),
    (Filter(sentiments=("negative", "positive")), [3, 1]),
    (Filter(sentiments=("",)), [4, 2]),
    (Filter(topics=("roads",)), [3, 1]),
    (Filter(topics=("road",)), []),
    (Filter(topics=("waste", "")), [4, 3, 2]),
    (Filter(author="x:u3"), [3]),
    (Filter(ids=("x:2", "x:9")), [2]),
    (Filter(search="الشوارع"), [1]),
    (Filter(search="شوارع"), [1]),  # the bare word finds the one with its article
    (Filter(search="#حفر_الطريق"), [3]),
    (Filter(search="حفر"), [3, 1]),
    (Filter(search='"في الشوارع"'), [1]),
    (Filter(search='"الشوارع في"'), []),
    (Filter(search="улиц*"), [2]),
    (Filter(search="УЛИЦА ёлка"), [2]),
    (Filter(search="“"), []),
    (Filter(search="zzz OR a"), []),
    (Filter(search="x:1'); DROP TABLE posts"), []),
    (Filter(topics=("roads",), sentiments=("negative",), platforms=("x",)), [1]),
]


@pytest.fixture(scope="module", params=ENGINES)
def filled(request, tmp_path_factory):
    """A store with four posts, of which is only asked."""
    with opened(request.param, tmp_path_factory.mktemp("filled")) as store:
        fill(store)
        yield fresh(store)


def fill(store):
    put(
        store,
        post(1, text="الحفر كثيرة في الشّــوارع", sentiment=claim("negative"), topics=(claim("roads"),)),
        post(2, text="Улица и елка", kind=Kind.OWN, likes=10, replies=2),
        post(3, text="متى تنتهي #حفر_الطريق", sentiment=claim("positive"), topics=(claim("roads"), claim("waste")), likes=0),
        post(4, id="facebook:4", platform="facebook", account="facebook:city", text="hello"),
    )


@pytest.mark.parametrize(("which", "numbers"), FILTERS)
def test_a_filter_means_these_posts(filled, which, numbers):
    found = filled.find(FindPosts(filter=which))
    assert [int(id.split(":")[1]) for id in ids(found)] == numbers
    assert found.total == len(numbers)
    assert sum(c.posts for c in filled.count(CountPosts(filter=which))) == len(numbers)


def test_pages_follow_one_another(filled):
    assert ids(filled.find(FindPosts(limit=2, offset=1))) == ["x:3", "x:2"]


def test_most_and_least_go_by_interactions_and_the_untold_come_last(filled):
    assert ids(filled.find(FindPosts(order="most")))[:2] == ["x:2", "x:3"]
    assert ids(filled.find(FindPosts(order="least")))[:2] == ["x:3", "x:2"]


def test_a_post_of_two_topics_counts_under_each(filled):
    counted = {c.keys: (c.posts, c.interactions) for c in filled.count(CountPosts(by=("topic",)))}
    assert counted == {("",): (2, 12), ("roads",): (2, 0), ("waste",): (1, 0)}


def test_a_chosen_topic_counts_alone(filled):
    counted = filled.count(CountPosts(by=("topic",), filter=Filter(topics=("waste",))))
    assert [(c.keys, c.posts) for c in counted] == [(("waste",), 1)]


# zone, bucket → the first two starts, of posts at 20:15 and 20:45 UTC on 28 February 2026 and one a day later
BUCKETS = [
    ("UTC", "hour", ["2026-02-28T20:00:00+00:00", "2026-03-01T20:00:00+00:00"]),
    ("Asia/Tehran", "hour", ["2026-02-28T19:30:00+00:00", "2026-02-28T20:30:00+00:00"]),
    ("UTC", "day", ["2026-02-28T00:00:00+00:00", "2026-03-01T00:00:00+00:00"]),
    ("Asia/Tehran", "day", ["2026-02-27T20:30:00+00:00", "2026-02-28T20:30:00+00:00"]),  # midnight lies between the first two
    ("Asia/Riyadh", "week", ["2026-02-22T21:00:00+00:00"]),
    ("UTC", "month", ["2026-02-01T00:00:00+00:00", "2026-03-01T00:00:00+00:00"]),
]


@pytest.mark.parametrize(("zone", "bucket", "starts"), BUCKETS)
def test_time_is_cut_where_the_city_cuts_it(store, zone, bucket, starts):
    first = NOON.replace(month=2, day=28, hour=20, minute=15)
    for n, later in enumerate((timedelta(), timedelta(minutes=30), timedelta(days=1)), 1):
        put(store, post(n, created_at=first + later))
    counted = fresh(store).count(CountPosts(bucket=bucket, timezone=zone))
    assert [c.start.isoformat() for c in counted][:2] == starts
    assert sum(c.posts for c in counted) == 3


def test_hours_of_the_week_are_local(store):
    late = NOON.replace(hour=22)
    put(store, post(1, created_at=late, likes=4, views=9), post(2, created_at=late, likes=5))
    (cell,) = fresh(store).week_hours(WeekHours(timezone="Asia/Riyadh"))
    assert (cell.weekday, cell.hour, cell.posts, cell.interactions, cell.views, cell.seen) == (0, 1, 2, 9, 9, 4)


def test_changes_come_in_order_and_again_when_a_post_changes(ordered):
    store = ordered
    put(store, post(1), post(2))
    first = store.changes(0, 10)
    put(store, post(1, likes=7, observed_at=NOON + timedelta(days=1)))
    (seq, changed) = store.changes(first[-1][0], 10)[0]
    assert [p.id for _, p in first] == ["x:1", "x:2"]
    assert (changed.id, changed.likes) == ("x:1", 7)
    assert store.changes(seq, 10) == []


def test_untold_followers_stay_untold(store):
    store.save(Batch(account_samples=(sample(0, 10), sample(1, None), sample(2, 0))))
    assert [s.followers for s in fresh(store).account_history(AccountHistory())] == [10, None, 0]


def test_daily_history_keeps_the_last_of_a_day(store):
    later = msgspec.structs.replace(sample(0, 12), at=NOON + timedelta(hours=3))
    store.save(Batch(account_samples=(sample(0, 10), later, sample(1, 20), sample(1, 5, "x:other"))))
    history = fresh(store).account_history(AccountHistory(accounts=("x:city",), daily=True))
    assert [s.followers for s in history] == [12, 20]


def test_history_has_bounds(store):
    store.save(Batch(account_samples=tuple(sample(d, d) for d in range(5))))
    history = fresh(store).account_history(AccountHistory(since=NOON + timedelta(days=1), until=NOON + timedelta(days=3)))
    assert [s.followers for s in history] == [1, 2]


def test_the_ledger_and_the_cursor_are_kept(ordered):
    store = ordered
    line = Pass(
        id="x.mentions.city@1", source="x.mentions.city", platform="x", started=NOON, gaps=(Gap(since=NOON, until=NOON, cause="limit"),)
    )
    store.save(Batch(passes=(line,), cursors=(("x.mentions.city", "17"),)))
    store.save(Batch(passes=(msgspec.structs.replace(line, finished=NOON, pages=3),)))
    assert [(p.pages, p.gaps) for p in store.passes("x.mentions.city")] == [(3, line.gaps)]
    assert store.cursor("x.mentions.city") == "17"
    assert store.cursor("another") is None


def test_newest_says_how_old_each_source_is(filled):
    assert filled.newest() == {"x.mentions.city": NOON + timedelta(minutes=4)}


def test_accounts_samples_and_themes_are_kept(store):
    numbers = EngagementSample(post_id="x:1", at=NOON, likes=2)
    theme = Theme(id="t1", name="dark lanes", first_seen=NOON, raised_at=NOON, updated_at=NOON)
    store.save(Batch(accounts=(Account(id="x:city", platform="x"),), samples=(numbers,)))
    store.save_themes([theme])
    assert [a.id for a in fresh(store).accounts()] == ["x:city"]
    assert fresh(store).samples(["x:1"]) == [numbers]
    assert fresh(store).themes() == fresh(store).themes(since=NOON) == [theme]
    assert fresh(store).themes(since=NOON + timedelta(microseconds=1)) == []
    assert fresh(store).themes(since=NOON + timedelta(days=1)) == []


def test_every_question_can_be_explained(filled):
    for question in (CountPosts(), FindPosts(), WeekHours(), AccountHistory(), FindThemes(), FindThemes(since=NOON)):
        assert filled.explain(question)


def test_what_is_asked_of_the_ledger_can_be_explained(ordered):
    for question in (FindPasses(), FindPasses(source="x.city")):
        assert ordered.explain(question)


def test_all_posts_come_oldest_first(filled):
    assert [p.id for p in filled.posts(Filter())] == ["x:1", "x:2", "x:3", "facebook:4"]


def test_a_follower_remembers_with_its_themes(ordered):
    theme = Theme(id="t1", name="dark lanes", first_seen=NOON, raised_at=NOON, updated_at=NOON)
    ordered.save_themes([theme], Follower(name="themes", place=7, state=b"\x00memory"))
    assert ordered.follower("themes") == Follower(name="themes", place=7, state=b"\x00memory")
    assert ordered.follower("another") is None
