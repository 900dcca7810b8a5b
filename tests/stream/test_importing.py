"""People's history from files: each row once, or a line that says why not."""

import csv
import json
from datetime import UTC
from pathlib import Path

import msgspec
import openpyxl
import pytest

from core.deployment_file import load
from core.errors import BadInput, StoreFailed
from store.embedded import EmbeddedStore
from store.memory import MemoryStore
from store.query import Filter, FindPosts
from stream import importing, reading
from tests.make import NOON

NEUTRAL = load(Path(__file__).parents[2] / "deployments" / "default.toml")
HEADER = "id,text,created_at,author\n"
ROWS = HEADER + "1,الشارع مظلم منذ أسبوع,2026-03-01T10:00:00Z,resident1\n2,яма во дворе,01.03.2026 12:30,resident2\n"


def run(path, store=None, asked=None, **more):
    rules = importing.rules_for(path, asked or {}, NEUTRAL)
    return importing.run(path, store or MemoryStore(), rules, lambda posts: posts, lambda: NOON, **more)


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def texts(store):
    return [p.text for p in store.posts(Filter())]


def test_every_row_becomes_a_post(tmp_path):
    store = MemoryStore()
    done = run(write(tmp_path, "a.csv", ROWS), store)
    assert (done.read, done.stored, done.refused) == (2, 2, 0)
    first = store.get(["import:1"])[0]
    assert (first.text, first.created_at.isoformat(), first.author.handle) == (
        "الشارع مظلم منذ أسبوع",
        "2026-03-01T10:00:00+00:00",
        "resident1",
    )


def test_twice_changes_nothing(tmp_path):
    store, path = MemoryStore(), write(tmp_path, "a.csv", ROWS)
    run(path, store)
    again = run(path, store)
    assert (again.read, again.stored, again.updated, again.duplicates) == (2, 0, 0, 2)


ENCODED = [
    ("utf-8", "الشارع مظلم"),
    ("utf-8-sig", "яма во дворе"),
    ("cp1256", "الشارع مظلم جدا هذه الليلة"),
    ("cp1251", "яма во дворе уже месяц"),
    ("utf-16", "яма"),
]


@pytest.mark.parametrize(("name", "text"), ENCODED)
def test_files_come_in_many_encodings(tmp_path, name, text):
    store = MemoryStore()
    run(write(tmp_path, "a.csv", f"text;created_at\n{text};2026-03-01\n".encode(name)), store)
    assert texts(store) == [text]


def test_an_excel_file_is_read(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["text", "created_at", "likes"])
    book.active.append(["مرحبا", NOON.replace(tzinfo=None), 3])
    book.save(tmp_path / "a.xlsx")
    store = MemoryStore()
    assert run(tmp_path / "a.xlsx", store).stored == 1
    assert [(p.text, p.likes, p.created_at) for p in store.posts(Filter())] == [("مرحبا", 3, NOON)]


def test_json_lines_are_read(tmp_path):
    lines = [
        {
            "id": "9",
            "platform": "x",
            "text": "line one\nline two",
            "created_at": "2026-03-01T00:00:00+05:00",
            "author": {"id": "x:7", "name": "n"},
        },
        {"text": 5},
    ]
    store = MemoryStore()
    done = run(write(tmp_path, "a.jsonl", "\n".join(map(json.dumps, lines))), store)
    assert store.get(["x:9"])[0].text == "line one\nline two"
    assert (done.stored, store.get(["x:9"])[0].author.name) == (2, "n")


def test_what_is_refused_says_where_and_why_and_harms_nothing_else(tmp_path):
    bad = HEADER + "1,ok,2026-03-01,a\n2,,2026-03-01,a\n3,ok,the day before,a\n4,a,b,c,d,e,f\n5,ok,2026-03-02,a\n"
    store, path = MemoryStore(), write(tmp_path, "a.csv", bad)
    done = run(path, store)
    with (tmp_path / "a.csv.rejected.csv").open(encoding="utf-8-sig") as file:
        refused = [(row["line"], row["reason"]) for row in csv.DictReader(file)]
    assert (done.read, done.stored, done.refused) == (5, 2, 3)
    assert refused == [("3", "has no text"), ("4", "created_at is not a date we can read"), ("5", "has 7 fields where the header names 4")]


def test_a_broken_line_in_the_middle_is_refused_alone(tmp_path):
    good = "".join(f"{n},بلاغ عن حفرة في الطريق,2026-03-01,a\n" for n in range(50))
    store = MemoryStore()
    done = run(write(tmp_path, "a.csv", (HEADER + good).encode() + b"x,\xff\xfe\xfa,2026-03-01,a\n" + b"y,ok,2026-03-01,a\n"), store)
    assert (done.stored, done.refused) == (51, 1)


# a file's name, its content, what the message says
WRONG = [
    ("a.csv", b"", "is empty"),
    ("a.csv", b"PK\x03\x04rest", "is not what its name says"),
    ("a.xlsx", b"text,created_at\n", "is not what its name says"),
    ("a.xlsx", b"PK\x03\x04rest", "not a readable Excel file"),
    ("a.pdf", b"%PDF", "not a kind of file we read"),
    ("a.jsonl", b"text,created_at\n", "not JSON"),
    ("a.csv", b"no header here\nmore\n", "names no columns"),
    ("a.csv", b"text,colour\nhello,red\n", "column 'colour' is not one we know"),
    ("a.csv", b"text,colour,shape\nhello,red,round\n", "leave them out with --map colour=- --map shape=-"),
    ("a.csv", b"txt,created_at\nhello,2026-01-01\n", "did you mean 'text'?"),
    ("a.csv", b"likes,created_at\n1,2026-01-01\n", "no column holds the text"),
    ("a.csv", b"a\0b,text\n", "zero bytes"),
    ("a.csv", b"text,created_at\n", "no row that can be read below its header"),
]


@pytest.mark.parametrize(("name", "content", "says"), WRONG)
def test_a_wrong_file_is_named_and_nothing_is_stored(tmp_path, name, content, says):
    store = MemoryStore()
    with pytest.raises(BadInput) as raised:
        run(write(tmp_path, name, content), store)
    assert says in str(raised.value)
    assert name in str(raised.value) or "column" in str(raised.value)
    assert texts(store) == []


def test_columns_are_mapped_either_way_round_or_left_out(tmp_path):
    path = write(tmp_path, "a.csv", "Complaint,Date,Clerk\nlamp out,2026-03-01,k\n")
    store = MemoryStore()
    run(path, store, {"text": "Complaint", "Date": "created_at", "Clerk": "-"})
    assert texts(store) == ["lamp out"]


def test_a_map_to_a_column_that_is_not_there_says_which_there_are(tmp_path):
    with pytest.raises(BadInput, match="it has: text, likes"):
        run(write(tmp_path, "a.csv", "text,likes\na,1\n"), asked={"author": "Name"})


class Full(Exception):
    """Stands for the moment at which the process dies."""


def test_stopped_between_batches_it_goes_on_where_it_stood(tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 3)
    path = write(tmp_path, "a.csv", HEADER + "".join(f"{n},{'' if n == 1 else 'text'} ,2026-03-01,a\n" for n in range(10)))
    store = EmbeddedStore(tmp_path / "posts.db")

    def die(progress):
        if progress.line > 6:
            raise Full

    with pytest.raises(Full):
        run(path, store, tell=die)
    done = run(path, store)
    assert (done.read, done.stored, done.duplicates, done.refused) == (10, 9, 0, 1)
    assert store.find(FindPosts()).total == 9
    assert (tmp_path / "a.csv.rejected.csv").read_text(encoding="utf-8-sig").splitlines() == ["line,reason", "3,has no text"]


def test_a_store_that_fails_keeps_what_was_done(tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)
    store = EmbeddedStore(tmp_path / "posts.db")
    store._db.execute("PRAGMA max_page_count = 60")  # a disk that is full after a few batches
    path = write(tmp_path, "a.csv", HEADER + "".join(f"{n},{'word ' * 2000},2026-03-01,a\n" for n in range(40)))
    with pytest.raises(StoreFailed, match="disk is full"):
        run(path, store)
    kept = store.find(FindPosts()).total
    store._db.execute("PRAGMA max_page_count = 100000")
    assert 0 < kept < 40
    assert run(path, store).stored == 40
    assert store._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


# as people's files write a count → what it is
COUNTS = [
    ("1000", 1000), ("5000000", 5_000_000), ("1,234,000", 1_234_000), ("١٬٠٠٠", 1000), ("۲۰۰۰", 2000), ("12 000", 12_000), ("12\u00a0000", 12_000), ("3.0", 3), ("٣٫٠", 3),
]  # fmt: skip


@pytest.mark.parametrize(("written", "count"), COUNTS)
def test_a_count_is_read_as_it_was_written(tmp_path, written, count):
    store = MemoryStore()
    run(write(tmp_path, "a.tsv", f"text\tlikes\tauthor\tfollowers\na\t{written}\tb\t{written}\n"), store)
    (told,) = store.posts(Filter())
    assert (told.likes, told.author.followers) == (count, count)


# field, what stands there → why the row is refused
NO_VALUE = [
    ("likes", "1e30", "likes is not a number from 0"), ("likes", "-5", "likes is not a number from 0"), ("likes", "many", "likes is not a number"),
    ("likes", "nan", "likes is not a number"), ("likes", "inf", "likes is not a number"), ("likes", "9" * 5000, "likes is not a number"),
    ("id", "й" * 300, "id is longer than 512 bytes"), ("created_at", "35/25/2026", "created_at is not a date we can read: there is no month 25"),
    ("created_at", "1404/12/10", "the year 1404 is of no calendar this deployment uses"), ("kind", "own post", "kind is none of own,"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "told", "why"), NO_VALUE)
def test_a_value_that_cannot_be_kept_refuses_its_row_alone(tmp_path, field, told, why):
    path = write(tmp_path, "a.tsv", f"text\t{field}\nlamp out\t{told}\nok\t\n")
    store = EmbeddedStore(tmp_path / "posts.db")
    done = run(path, store)
    assert (done.stored, done.refused) == (1, 1)
    with (tmp_path / "a.tsv.rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        ((line, reason),) = list(csv.reader(file))[1:]
    assert line == "2"
    assert why in reason
    assert "lamp" not in reason
    store.close()


def test_zero_bytes_that_json_writes_are_refused_since_no_database_keeps_them(tmp_path):
    done = run(write(tmp_path, "a.jsonl", '{"text": "a\\u0000b"}\n{"text": "ok"}\n'))
    assert (done.stored, done.refused) == (1, 1)


def test_what_was_refused_stays_told_over_a_stop_and_is_forgotten_by_the_next_import(tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)
    path, store, told = (
        write(tmp_path, "a.csv", "id,text\n" + "".join(f"{n},\n" for n in range(7))),
        MemoryStore(),
        tmp_path / "a.csv.rejected.csv",
    )

    def die(progress):
        if progress.line == 5:
            raise Full

    with pytest.raises(Full):
        run(path, store, tell=die)
    with told.open("a") as file:
        file.write("6,has no text\n12")  # as if killed after it was written and before the batch was durable
    assert run(path, store).refused == 7
    assert told.read_text(encoding="utf-8-sig").splitlines() == ["line,reason", *[f"{n},has no text" for n in range(2, 9)]]
    run(path, store)
    assert len(told.read_text(encoding="utf-8-sig").splitlines()) == 8
    path.write_text("id,text\n1,mended\n")
    run(path, store)
    assert not told.exists()


def test_refused_lines_that_can_be_told_nowhere_stop_the_import(tmp_path):
    path = write(tmp_path, "a.csv", "id,text\n1,\n")
    (tmp_path / "a.csv.rejected.csv").mkdir()
    with pytest.raises(StoreFailed, match="refused lines cannot be told there"):
        run(path)


def test_refused_lines_are_told_beside_the_file_or_where_one_can_write(tmp_path):
    assert importing.rejected_of(tmp_path / "a.csv", Path("var")) == tmp_path / "a.csv.rejected.csv"
    assert importing.rejected_of(tmp_path / "away" / "a.csv", Path("var")) == Path("var/a.csv.rejected.csv")


def test_an_id_made_from_the_post_is_stable(tmp_path):
    path = write(tmp_path, "a.csv", "text,created_at\nsame,2026-03-01\nsame,2026-03-01\nsame,2026-03-02\n")
    done = run(path)
    assert (done.stored, done.duplicates) == (2, 1)


def test_real_posts_come_in_whole(shared, tmp_path):
    path = shared / "data" / "complaints" / "kursk_appeals_ru" / "train.tsv"
    asked = dict.fromkeys(("responsible", "topic"), "-")
    with path.open(encoding="utf-8") as file:
        written = sum(1 for line in file if line.strip()) - 1
    copy = tmp_path / "real.tsv"
    copy.symlink_to(path)
    done = run(copy, asked=asked)
    assert done.read == written
    assert done.refused == 0


def test_times_are_aware(tmp_path):
    store = MemoryStore()
    run(write(tmp_path, "a.csv", ROWS), store)
    assert {p.created_at.tzinfo for p in store.posts(Filter())} == {UTC}


def test_reading_counts_lines_for_the_bar(tmp_path):
    assert reading.count_lines(write(tmp_path, "a.csv", ROWS)) == 3


def test_what_the_engine_will_never_take_is_counted_as_refused(tmp_path):
    class Picky(MemoryStore):
        def save(self, batch):
            kept = tuple(post for post in batch.posts if "odd" not in post.text)
            return msgspec.structs.replace(super().save(msgspec.structs.replace(batch, posts=kept)), refused=len(batch.posts) - len(kept))

    done = run(write(tmp_path, "a.csv", "text,likes\nodd one,1\nlamp out,2\nlamp out again,x\n"), Picky())
    assert (done.read, done.stored, done.refused) == (3, 1, 2)
