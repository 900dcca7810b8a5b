"""Files dropped into a hotline's folder become posts once."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from core.deployment import Deployment, OfficialAccount
from core.settings import Settings
from store.base import Pass
from store.memory import MemoryStore
from store.query import Filter
from stream import drop_folder
from stream.collecting import poll
from stream.every import COLLECTORS

NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)
TOWN = Deployment(id="t", name={}, timezone="Asia/Riyadh", languages=("ar",), accounts=(OfficialAccount(platform="hotline", handle="940"),))


def drop(root: Path, name: str, text: str | bytes, age: timedelta = timedelta(minutes=5)) -> Path:
    path = root / "drop" / "940" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(path, ((NOW - age).timestamp(),) * 2)
    return path


def collect(root: Path, store: MemoryStore, now: datetime = NOW) -> Pass:
    (source,) = drop_folder.sources(TOWN)
    return poll(store, drop_folder, drop_folder.client(Settings(data=root)), source, lambda posts: posts, lambda: now)


def names(root: Path, where: str) -> list[str]:
    folder = root / "drop" / "940" / where
    return sorted(path.name.partition("-")[2] for path in folder.iterdir()) if folder.is_dir() else []


def test_every_row_is_a_call_of_this_hotline_and_the_file_moves_away(tmp_path):
    store = MemoryStore()
    drop(tmp_path, "april.csv", "id,text,created_at,category\n7,الإنارة مطفأة,2026-04-01 10:00,lighting\n8,كلب ضال,2026-04-02,pests\n")
    line = collect(tmp_path, store)
    first = store.get(["hotline:7"])[0]
    assert (line.stored, line.refused, line.state) == (2, 0, "ok") and names(tmp_path, "done") == ["april.csv"]
    assert (first.kind, first.account, first.text, first.topic_told) == ("call", "hotline:940", "الإنارة مطفأة", "lighting")
    assert first.created_at == datetime(2026, 4, 1, 7, tzinfo=UTC)  # told in the town's own time


def test_the_same_file_again_changes_nothing_and_a_corrected_one_does(tmp_path):
    store = MemoryStore()
    for text, age in (("bin full", 9), ("bin full", 8), ("bin full at gate 3", 7)):
        drop(tmp_path, "calls.csv", f"id,text,created_at\n7,{text},2026-04-01\n", timedelta(minutes=age))
        collect(tmp_path, store)
    (post,) = store.posts(Filter())
    assert post.text == "bin full at gate 3" and [v.text for v in post.versions] == ["bin full"]


def test_columns_may_be_named_in_the_folder_and_unknown_ones_are_left_out(tmp_path):
    store = MemoryStore()
    drop(tmp_path, "columns.toml", 'text = "الوصف"\nid = "رقم البلاغ"\n')
    drop(tmp_path, "a.csv", "رقم البلاغ,الوصف,ملاحظة داخلية\n7,حفرة,سري\n")
    collect(tmp_path, store)
    (post,) = store.posts(Filter())
    assert (post.id, post.text) == ("hotline:7", "حفرة")


def test_an_excel_file_is_read(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["id", "text", "created_at"])
    book.active.append([12, "noise at night", datetime(2026, 4, 3, 22, 0)])  # noqa: DTZ001 a cell of Excel knows no time zone
    path = drop(tmp_path, "calls.xlsx", b"")
    book.save(path)
    os.utime(path, ((NOW - timedelta(minutes=5)).timestamp(),) * 2)
    store = MemoryStore()
    assert collect(tmp_path, store).stored == 1 and store.get(["hotline:12"])[0].created_at == datetime(2026, 4, 3, 19, tzinfo=UTC)


def test_a_file_still_written_to_and_files_of_other_kinds_wait(tmp_path):
    drop(tmp_path, "now.csv", "id,text\n1,a\n", timedelta(seconds=5))
    drop(tmp_path, "upload.csv.part", "id,text\n1,a\n")
    drop(tmp_path, ".hidden.csv", "id,text\n1,a\n")
    assert collect(tmp_path, MemoryStore()).returned == 0
    assert collect(tmp_path, MemoryStore(), NOW + timedelta(minutes=1)).stored == 1


def test_a_bad_row_is_counted_and_named_and_the_others_are_stored(tmp_path):
    line = (drop(tmp_path, "a.csv", "id,text,created_at\n1,,2026-04-01\n2,fine,2026-04-01\n3,x,never\n"), collect(tmp_path, MemoryStore()))[
        1
    ]
    assert (line.stored, line.refused) == (1, 2) and names(tmp_path, "done") == ["a.csv", "a.csv.why.txt"]
    why = next((tmp_path / "drop/940/done").glob("*.why.txt")).read_text()
    assert why.splitlines() == ["line 2: has no text", "line 4: created_at is not a date we can read"]


def test_a_first_row_that_cannot_be_read_does_not_cost_the_file(tmp_path):
    drop(tmp_path, "a.csv", "id,text\n1,one, two\n2,fine\n")
    line = collect(tmp_path, MemoryStore())
    assert (line.stored, line.refused) == (1, 1)


@pytest.mark.parametrize("content", ["", "no header at all", b"PK\x03\x04 not a csv", b"\x00\x00\x01"])
def test_a_file_that_is_none_is_put_aside_with_the_reason_and_the_next_one_is_read(tmp_path, content):
    drop(tmp_path, "bad.csv", content, timedelta(minutes=9))
    drop(tmp_path, "good.csv", "id,text\n1,a\n")
    line = collect(tmp_path, MemoryStore())
    assert line.stored == 1 and names(tmp_path, "refused") == ["bad.csv", "bad.csv.why.txt"]


def test_a_bad_list_of_columns_is_named(tmp_path):
    drop(tmp_path, "columns.toml", "text: Complaint")
    drop(tmp_path, "a.csv", "id,text\n1,a\n")
    collect(tmp_path, MemoryStore())
    assert "columns.toml" in next((tmp_path / "drop/940/refused").glob("*.why.txt")).read_text()


def test_killed_before_the_file_moved_it_is_read_again_and_nothing_doubles(tmp_path):
    store = MemoryStore()
    drop(tmp_path, "a.csv", "text,created_at,author\none,2026-04-01,x\ntwo,2026-04-01,x\n")
    (source,) = drop_folder.sources(TOWN)
    answers = drop_folder.ask(drop_folder.client(Settings(data=tmp_path)), source, None, NOW)
    first = next(answers)
    answers.close()  # the process ends here
    assert names(tmp_path, "done") == [] and collect(tmp_path, store).stored == 2
    assert {post.id for post in first.posts} == {post.id for post in store.posts(Filter())}


def test_it_stands_in_the_list_of_all_that_brings_posts():
    assert drop_folder in COLLECTORS and [s.id for s in drop_folder.sources(TOWN)] == ["hotline.files.940"]
