"""All data of one machine, copied whole or not at all."""

import sqlite3
from contextlib import closing

import pytest

from core.errors import BadInput, StoreFailed
from store.base import Batch
from store.embedded import EmbeddedStore
from store.query import Filter
from stream import backup
from tests import make


@pytest.fixture
def data(tmp_path):
    """A folder of data with three posts, still open for writing."""
    store = EmbeddedStore(tmp_path / "var" / "posts.db", "UTC")
    store.save(Batch(posts=tuple(make.post(n) for n in range(3))))
    yield tmp_path / "var", store
    store.close()


def test_a_copy_is_whole_while_the_store_is_open(data, tmp_path):
    folder, store = data
    assert backup.copy(folder, tmp_path / "kept") == (3, 0)
    store.save(Batch(posts=(make.post(9),)))  # what comes later is not in it
    with closing(EmbeddedStore(tmp_path / "kept" / "posts.db", "UTC", read_only=True)) as kept:
        assert {p.id for p in kept.posts(Filter())} == {"x:0", "x:1", "x:2"}


def test_nothing_unfinished_is_left_beside_a_copy(data, tmp_path):
    backup.copy(data[0], tmp_path / "kept")
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["posts.db"]


def test_a_folder_that_holds_data_is_never_written_over(data, tmp_path):
    backup.copy(data[0], tmp_path / "kept")
    before = (tmp_path / "kept" / "posts.db").read_bytes()
    with pytest.raises(BadInput, match=r"already holds posts\.db"):
        backup.copy(data[0], tmp_path / "kept")
    assert (tmp_path / "kept" / "posts.db").read_bytes() == before


def test_a_folder_without_data_is_named(tmp_path):
    with pytest.raises(BadInput, match="holds no data of Sada"):
        backup.copy(tmp_path, tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


def test_a_place_that_cannot_be_written_is_named(data, tmp_path):
    (tmp_path / "kept").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(StoreFailed, match="the copy failed"):
        backup.copy(data[0], tmp_path / "kept")


def test_a_broken_database_is_no_backup(tmp_path):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "posts.db").write_bytes(b"this is no database, however long it may be" * 100)
    with pytest.raises(StoreFailed):
        backup.copy(tmp_path / "var", tmp_path / "kept")
    assert not (tmp_path / "kept" / "posts.db").exists()


def test_the_key_of_the_links_goes_with_the_data_and_stays_private(data, tmp_path):
    key = data[0] / "secret.key"
    key.touch(mode=0o600)
    key.write_text("k", encoding="ascii")
    backup.copy(data[0], tmp_path / "kept")
    assert (tmp_path / "kept" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_cases_are_counted_where_there_are_any(data, tmp_path):
    with closing(sqlite3.connect(data[0] / "cases.db")) as db:
        db.execute("CREATE TABLE cases (id TEXT)")
        db.execute("INSERT INTO cases VALUES ('c-1')")
        db.commit()
    assert backup.copy(data[0], tmp_path / "kept") == (3, 1)
