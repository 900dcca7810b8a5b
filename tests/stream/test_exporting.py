"""Everything of one kind as a file that other programs open without harm."""

import csv
import io
import json

import msgspec
import pyarrow.parquet
import pytest

from core.account import AccountSample
from core.post import EngagementSample, Media, Post, tombstone
from store.base import Batch
from store.memory import MemoryStore
from stream import exporting
from tests import make


def written(records, what, format):
    out = io.BytesIO()
    assert exporting.write(records, what, format, out) == len(records)
    return out.getvalue()


def rows(data: bytes):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_json_lines_are_the_record_itself():
    posts = [make.post(1, text="سطر\nثانٍ"), make.post(2, likes=0)]
    lines = written(posts, "posts", "jsonl").splitlines()
    assert [msgspec.json.decode(line, type=Post) for line in lines] == posts


def test_a_table_begins_with_the_mark_spreadsheets_need():
    assert written([], "posts", "csv").startswith(b"\xef\xbb\xbfid,platform,kind,text")


@pytest.mark.parametrize(
    "text", ["=HYPERLINK(A1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u200f=1", "\ufeff@x", "＝1", "%1", "|x"]
)
def test_no_cell_is_a_formula(text):
    assert rows(written([make.post(1, text=text)], "posts", "csv"))[0]["text"] == f"'{text}"


@pytest.mark.parametrize("text", ['say "dark"', "a, b; c", "two\nlines", "حفرة في الشارع", "x" * 40_000, "a\u2028b", "🚧"])
def test_a_text_comes_back_from_a_table_as_it_was(text):
    assert rows(written([make.post(1, text=text)], "posts", "csv"))[0]["text"] == text


def test_what_is_nested_stays_json_in_a_cell():
    row = rows(
        written([make.post(1, media=(Media(kind="photo", url="https://example.org/p"),), topics=(make.claim("roads"),))], "posts", "csv")
    )[0]
    assert json.loads(row["media"]) == [{"kind": "photo", "url": "https://example.org/p"}]
    assert json.loads(row["topics"])[0]["label"] == "roads"


def test_not_told_is_empty_and_nobody_is_nought():
    row = rows(written([make.post(1, likes=0)], "posts", "csv"))[0]
    assert (row["likes"], row["views"]) == ("0", "")


def test_samples_of_accounts_and_of_posts_share_one_table():
    of_account = AccountSample(account="x:city", at=make.NOON, followers=5)
    of_post = EngagementSample(post_id="x:1", at=make.NOON, likes=2)
    first, second = rows(written([of_account, of_post], "samples", "csv"))
    assert (first["account"], first["followers"], first["post_id"]) == ("x:city", "5", "")
    assert (second["account"], second["likes"], second["post_id"]) == ("", "2", "x:1")


def test_a_parquet_file_holds_what_the_table_holds(tmp_path):
    posts = [make.post(n, text=f"text {n}") for n in range(3)]
    exporting.write(posts, "posts", "parquet", tmp_path / "posts.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "posts.parquet").to_pylist()
    assert [row["text"] for row in table] == [row["text"] for row in rows(written(posts, "posts", "csv"))]


def test_a_deleted_post_is_exported_as_a_count_without_a_text():
    store = MemoryStore()
    store.save(Batch(posts=(make.post(1, likes=4, text="a secret complaint"),)))
    store.save(Batch(posts=(tombstone(make.post(1, likes=4), make.NOON),)))
    (post,) = exporting.records(store, "posts")
    assert (post.text, post.author, post.likes) == ("", None, 4)
    assert b"secret" not in written([post], "posts", "jsonl")


def test_samples_of_every_post_are_found_whatever_their_number():
    store = MemoryStore()
    store.save(
        Batch(
            posts=tuple(make.post(n) for n in range(1200)),
            samples=tuple(EngagementSample(post_id=f"x:{n}", at=make.NOON, likes=n) for n in range(1200)),
        )
    )
    assert sum(isinstance(one, EngagementSample) for one in exporting.records(store, "samples")) == 1200
