"""When the file under the store fails, the batch is kept whole or not at all, and the sentence says what, which and what then."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from core.account import Account
from core.errors import DiskFull, StoreFailed
from core.theme import Theme
from store.base import Batch, Follower, Pass
from store.embedded import EmbeddedStore
from store.query import AccountHistory, CountPosts, Filter, FindPosts, WeekHours
from tests.make import NOON, post, sample

LINE = Pass(id="p", source="x.mentions.city", platform="x", started=NOON)
EVERYTHING = Batch(
    posts=(post(2), post(3)), accounts=(Account(id="x:city", platform="x"),), account_samples=(sample(0, 5),), deleted=(("x:1", NOON),),
    cursors=(("x.mentions.city", "3"),), passes=(LINE,),
)  # fmt: skip


@pytest.fixture
def path(tmp_path):
    """A file with one post in it."""
    store = EmbeddedStore(tmp_path / "posts.db")
    store.save(Batch(posts=(post(1),), cursors=(("x.mentions.city", "1"),)))
    store.close()
    return tmp_path / "posts.db"


@pytest.fixture
def store(path):
    opened = EmbeddedStore(path)
    opened._db.execute("PRAGMA busy_timeout = 50")  # a test does not wait half a minute
    yield opened
    opened.close()


def is_as_it_was(store) -> bool:
    return (
        [p.id for p in store.posts(Filter(deleted=True))] == ["x:1"]
        and store.get(["x:1"]) == [post(1)]
        and sum(c.posts for c in store.count(CountPosts(by=("platform",), bucket="day"))) == 1
        and (store.cursor("x.mentions.city"), store.passes(), store.accounts(), store.account_history(AccountHistory()))
        == ("1", [], [], [])
        and store.find(FindPosts(filter=Filter(search="lane"))).total == 1
    )


def test_a_full_disk_keeps_nothing_of_the_batch_and_lets_it_in_later(store):
    store._db.execute(f"PRAGMA max_page_count = {store._db.execute('PRAGMA page_count').fetchone()[0]}")
    many = Batch(posts=tuple(post(n, text="a lamp " * 500) for n in range(2, 400)), cursors=(("x.mentions.city", "400"),))
    with pytest.raises(DiskFull, match=r"posts\.db: the disk is full; nothing of this batch was kept\..*start again"):
        store.save(many)
    assert is_as_it_was(store)
    store._db.execute("PRAGMA max_page_count = 1000000")
    assert store.save(many).stored == 398
    assert store.cursor("x.mentions.city") == "400"


def test_a_file_that_somebody_else_writes_to_is_named_and_nothing_is_kept(store, path):
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreFailed, match=r"posts\.db: another process has been writing"):
            store.save(EVERYTHING)
        assert is_as_it_was(store)  # whoever reads is not held up
        other.execute("ROLLBACK")
    assert store.save(EVERYTHING).stored == 2


class Torn(str):
    """A text that breaks when it is written down."""

    def translate(self, table):
        raise RuntimeError("a mistake of ours")


@pytest.mark.parametrize(
    "broken",
    [
        Batch(posts=(post(2), post(3, text=Torn("x"))), deleted=(("x:1", NOON),), cursors=(("x.mentions.city", "3"),)),
        Batch(posts=(post(2),), cursors=(("x.mentions.city", object()),)),  # type: ignore[arg-type]
        Batch(posts=(post(2),), deleted=(("x:1", NOON),), passes=(object(),)),  # type: ignore[arg-type]
    ],
)
def test_whatever_breaks_in_the_middle_nothing_is_kept_half_and_the_store_goes_on(store, broken):
    with pytest.raises(Exception, match=r".+"):
        store.save(broken)
    assert is_as_it_was(store)
    assert store.save(EVERYTHING).stored == 2
    assert store.get(["x:1"])[0].deleted_at == NOON


def test_themes_and_the_place_of_who_found_them_are_kept_both_or_neither(store):
    theme = Theme(id="t1", name="dark lanes", first_seen=NOON, raised_at=NOON, updated_at=NOON)
    with pytest.raises(Exception, match=r".+"):
        store.save_themes([theme, object()], Follower(name="themes", place=7))  # type: ignore[list-item]
    assert (store.themes(), store.follower("themes")) == ([], None)


def damaged(path):
    """The file with its pages, but for the first, written over."""
    raw = bytearray(path.read_bytes())
    raw[4096:] = b"\xa5" * (len(raw) - 4096)
    path.write_bytes(bytes(raw))


QUESTIONS = {
    "posts": lambda s: list(s.posts(Filter())),
    "get": lambda s: s.get(["x:1"]),
    "count": lambda s: s.count(CountPosts(by=("platform",))),
    "find": lambda s: s.find(FindPosts()),
    "week hours": lambda s: s.week_hours(WeekHours()),
    "changes": lambda s: s.changes(0, 10),
    "passes": lambda s: s.passes(),
    "newest": lambda s: s.newest(),
    "save": lambda s: s.save(EVERYTHING),
}


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_a_damaged_file_is_named_with_what_to_do_whatever_is_asked(path, ask):
    damaged(path)
    with pytest.raises(StoreFailed, match=r"posts\.db: is not a readable SQLite file .*sada restore"):
        ask(EmbeddedStore(path))


@pytest.mark.parametrize("raw", [b"no database at all, but long enough to be looked at" * 50, b"x" * 5000])
def test_a_file_that_never_was_a_database_is_named_and_left_alone(tmp_path, raw):
    (tmp_path / "posts.db").write_bytes(raw)
    with pytest.raises(StoreFailed, match=r"posts\.db: is not a readable SQLite file"):
        EmbeddedStore(tmp_path / "posts.db")
    assert (tmp_path / "posts.db").read_bytes() == raw


def test_a_reader_where_there_is_no_file_is_told_so_and_makes_none(tmp_path):
    with pytest.raises(StoreFailed, match=r"posts\.db: cannot be opened.*sada check"):
        EmbeddedStore(tmp_path / "posts.db", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_cannot_write(path):
    reader = EmbeddedStore(path, read_only=True)
    with pytest.raises(StoreFailed, match=r"posts\.db: .*readonly"):
        reader.save(Batch(posts=(post(9),)))
    assert is_as_it_was(reader)
    reader.close()


def test_a_store_that_was_closed_says_so(path):
    store = EmbeddedStore(path)
    store.close()
    with pytest.raises(StoreFailed, match="closed"):
        store.save(EVERYTHING)


def test_a_reader_sees_what_was_durable_when_it_asked_and_never_half_a_batch(store, path):
    reader = EmbeddedStore(path, read_only=True)
    walking = reader.posts(Filter())
    first = next(walking)
    store.save(EVERYTHING)
    assert [first.id, *(p.id for p in walking)] == ["x:1"]  # as it was when the walk began
    assert [p.id for p in reader.posts(Filter())] == ["x:2", "x:3"]
    reader.close()


def test_another_time_zone_counts_every_day_anew(tmp_path):
    late = post(1, created_at=NOON.replace(hour=22))
    for zone, day in (
        ("UTC", "2026-03-01T00:00:00+00:00"),
        ("Asia/Riyadh", "2026-03-01T21:00:00+00:00"),
        ("UTC", "2026-03-01T00:00:00+00:00"),
    ):
        store = EmbeddedStore(tmp_path / "posts.db", zone)
        store.save(Batch(posts=(late,)))
        (counted,) = store.count(CountPosts(by=("platform",), bucket="day", timezone=zone))
        assert (counted.start.isoformat(), counted.posts) == (day, 1)
        store.close()


def test_words_of_a_file_that_spelt_them_otherwise_are_indexed_anew(path):
    store = EmbeddedStore(path)
    store._db.execute("UPDATE meta SET value = 'as once' WHERE key = 'spelt'")
    store._db.execute("INSERT INTO words(words) VALUES ('delete-all')")
    store.close()
    store = EmbeddedStore(path)
    assert store.find(FindPosts(filter=Filter(search=post(1).text))).total == 1
    store.close()


def test_counts_kept_by_day_are_those_counted_anew_after_every_kind_of_change(store, path):
    changes = [
        Batch(posts=tuple(post(n, likes=n) for n in range(2, 30))),
        Batch(posts=tuple(post(n, likes=9, text="edited", observed_at=NOON + timedelta(days=1)) for n in range(5, 15))),
        Batch(deleted=tuple((f"x:{n}", NOON + timedelta(days=2)) for n in range(10, 20))),
        Batch(posts=tuple(post(n, observed_at=NOON + timedelta(days=3)) for n in range(8, 25))),
    ]
    asked = [
        CountPosts(by=by, bucket="day") for by in ((), ("platform",), ("account", "kind"), ("topic",), ("place",), ("sentiment", "intent"))
    ]
    for batch in changes:
        store.save(batch)
        kept = [store.count(question) for question in asked]
        with store._transaction():
            store._recount()
        assert [store.count(question) for question in asked] == kept
    assert sum(c.posts for c in kept[0]) == 19
