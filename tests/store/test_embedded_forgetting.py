"""What was deleted leaves the file itself: no byte of its text, its author or its words can be read there."""

import sqlite3
from datetime import timedelta

import pytest

from core.errors import StoreFailed
from core.post import Author, tombstone
from store.base import Batch, Pass
from store.embedded import EmbeddedStore
from store.embedded_forgetting import PATIENCE
from store.query import Filter, FindPosts
from tests.make import NOON, post

TEXT = (
    "Zerquibolt leaks over the pavement of quondamly street " + "and nobody mends it, " * 4000
)  # many pages of the file become free at once
MARKS = (b"Zerquibolt", b"zerquibolt", b"quondamly", b"nobody mends", b"Marvolina")
LATER = NOON + timedelta(days=1)


def written(number=1, **told):
    return post(number, text=TEXT, author=Author(id="x:u1", name="Marvolina"), **told)


def left(folder):
    """The marks that can still be read in any file of the folder."""
    bytes_there = b"".join(path.read_bytes() for path in folder.iterdir())
    return [mark for mark in MARKS if mark in bytes_there]


def opened(folder):
    return EmbeddedStore(folder / "posts.db")


@pytest.fixture
def full(tmp_path):
    """A file with a marked post among others, closed."""
    store = opened(tmp_path)
    for first in (2, 200):
        store.save(Batch(posts=tuple(post(n) for n in range(first, first + 150))))
    store.save(Batch(posts=(written(),)))
    store.close()
    assert b"Zerquibolt" in (tmp_path / "posts.db").read_bytes()
    return tmp_path


def a_pass(at):
    return Pass(id=f"s@{at.isoformat()}", source="s", platform="x", started=at)


# how a deletion reaches the store
WAYS = {
    "an id that is gone": Batch(deleted=(("x:1", LATER),)),
    "a tombstone": Batch(posts=(tombstone(written(), LATER),)),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_after_the_file_is_closed_nothing_of_a_deleted_post_is_in_it(full, way):
    store = opened(full)
    store.save(way)
    store.close()
    assert left(full) == []


def test_while_it_is_open_the_words_go_within_an_hour_of_polling(full):
    store = opened(full)
    store.save(Batch(deleted=(("x:1", LATER),)))
    store.save(Batch(passes=(a_pass(LATER + PATIENCE - timedelta(seconds=1)),)))
    assert b"zerquibolt" in (full / "posts.db").read_bytes()
    store.save(Batch(passes=(a_pass(LATER + PATIENCE),)))
    assert left(full) == []
    store.close()


def test_a_process_that_was_killed_leaves_the_debt_to_the_next(full):
    killed = opened(full)
    killed.save(Batch(deleted=(("x:1", LATER),)))
    killed._db.close()  # without our own goodbye
    assert b"zerquibolt" in (full / "posts.db").read_bytes()
    opened(full).close()
    assert left(full) == []


def test_an_author_who_was_replaced_is_overwritten(full):
    store = opened(full)
    store.save(Batch(posts=(post(1, text=TEXT, observed_at=LATER, author=Author(id="x:u1")),)))
    store.close()
    assert b"Marvolina" not in (full / "posts.db").read_bytes()


def test_what_was_not_deleted_is_found_as_before(full):
    store = opened(full)
    store.save(Batch(deleted=(("x:1", LATER),)))
    store.close()
    again = opened(full)
    assert again.find(FindPosts(filter=Filter(search="zerquibolt"))).total == 0
    assert again.find(FindPosts(filter=Filter(search="lamp lane"))).total == 300
    assert again.find(FindPosts(filter=Filter(search='"lane 7"'))).total == 1
    assert again._db.execute("INSERT INTO words(words, rank) VALUES ('integrity-check', 1)").fetchall() == []
    again.close()


def test_a_post_stored_and_deleted_at_once_never_had_words(tmp_path):
    store = opened(tmp_path)
    store.save(Batch(posts=(written(),), deleted=(("x:1", LATER),)))
    assert store.get(["x:1"])[0].deleted_at == LATER
    store.close()
    assert left(tmp_path) == []


def test_a_reader_in_the_middle_of_its_reading_holds_nothing_up_for_good(full):
    store, reader = opened(full), EmbeddedStore(full / "posts.db", read_only=True)
    store._db.execute("PRAGMA busy_timeout = 20")
    reading = reader.posts(Filter())
    next(reading)
    store.save(Batch(deleted=(("x:1", LATER),)))
    store.save(Batch(passes=(a_pass(LATER + PATIENCE),)))  # the log cannot be emptied now
    assert sum(1 for _ in reading) == 300
    reader.close()
    store.close()
    assert left(full) == []


def test_a_file_that_cannot_be_written_at_the_end_is_closed_all_the_same_and_owes(full):
    store = opened(full)
    store.save(Batch(deleted=(("x:1", LATER),)))
    store._db.execute("PRAGMA query_only = ON")
    store.close()
    with pytest.raises(StoreFailed, match="closed"):
        store.newest()
    with sqlite3.connect(full / "posts.db") as db:
        assert db.execute("SELECT COUNT(*) FROM meta WHERE key LIKE 'words of deleted%'").fetchone() == (1,)


def test_where_the_words_cannot_be_dropped_what_was_saved_stays_saved_and_they_stay_owed(full):
    store = opened(full)
    store.save(Batch(deleted=(("x:1", LATER),)))
    denied = [sqlite3.SQLITE_DENY]

    def judge(action, table, *_):
        return denied[0] if (action, table) == (sqlite3.SQLITE_INSERT, "words") else sqlite3.SQLITE_OK

    store._db.set_authorizer(judge)
    store.save(Batch(passes=(a_pass(LATER + PATIENCE),), cursors=(("s", "9"),)))
    assert (store.cursor("s"), len(store.passes())) == ("9", 1)
    assert b"zerquibolt" in (full / "posts.db").read_bytes()
    denied[0] = sqlite3.SQLITE_OK
    store.save(Batch(passes=(a_pass(LATER + 2 * PATIENCE),)))
    assert left(full) == []
    store.close()


def test_a_reader_pays_nothing(full):
    EmbeddedStore(full / "posts.db", read_only=True).close()
    store = opened(full)
    store.save(Batch(deleted=(("x:1", LATER),)))
    EmbeddedStore(full / "posts.db", read_only=True).close()
    assert b"zerquibolt" in (full / "posts.db").read_bytes()
    store.close()


def test_closing_twice_does_no_harm(full):
    store = opened(full)
    store.save(Batch(deleted=(("x:1", LATER),)))
    store.close()
    store.close()
    assert left(full) == []
