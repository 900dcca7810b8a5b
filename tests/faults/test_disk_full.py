"""A disk that is full while history is brought in: one clear sentence, nothing corrupted, and with room again the rest comes in. On a real, small disk."""

import json
import shutil
import sqlite3
import subprocess
import sys

import pytest

from store.embedded import EmbeddedStore
from store.query import Filter
from tests.conftest import ROOT

ROWS = 6000
DISK = ["unshare", "--map-root-user", "--mount", "sh", "-euc"]  # a disk that only this command and its children see
SCRIPT = """
mount -t tmpfs -o size=3m tmpfs "$1/data"
cd "$2"
SADA_DATA="$1/data" "$3" -m sada import "$1/rows.csv" --json > "$1/first.json" 2> "$1/first.txt" && exit 9 || echo $? > "$1/first.status"
SADA_DATA="$1/data" "$3" -m sada export posts > "$1/export.jsonl" 2> "$1/export.txt" && exit 8 || echo $? > "$1/export.status"
SADA_DATA="$1/data" "$3" -c "$4" > "$1/between.txt"
mount -o remount,size=200m "$1/data"
SADA_DATA="$1/data" "$3" -m sada import "$1/rows.csv" --json > "$1/second.json"
cp "$1"/data/posts.db* "$1/kept/"
"""
READ = """
import os, pathlib
from store.embedded import EmbeddedStore
from store.query import Filter
store = EmbeddedStore(pathlib.Path(os.environ["SADA_DATA"], "posts.db"), read_only=True)
print(*(post.id for post in store.posts(Filter())), sep="\\n")
"""


def has_small_disks():
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*DISK, "mount -t tmpfs -o size=1m tmpfs /mnt"], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    if not has_small_disks():
        pytest.skip("this machine lets nobody mount a small disk of one's own (unshare, tmpfs)")
    there = tmp_path_factory.mktemp("full")
    for name in ("data", "kept"):
        (there / name).mkdir()
    with (there / "rows.csv").open("w", encoding="utf-8") as file:
        file.write("id,text,created_at\n")
        file.writelines(f"{n},الشارع رقم {n} مظلم and the drain of lane {n} smells,2026-03-01T10:00:00Z\n" for n in range(ROWS))
    done = subprocess.run([*DISK, SCRIPT, "sh", str(there), str(ROOT), sys.executable, READ], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:] + (there / "first.txt").read_text()[-2000:]
    return there


def test_the_command_fails_and_says_what_and_what_then(folder):
    said = (folder / "first.txt").read_text(encoding="utf-8").splitlines()[-1]
    assert (folder / "first.status").read_text().strip() == "2"
    assert said.startswith("sada: ") and "the disk is full" in said and "Free some space" in said
    assert (folder / "first.json").read_text() == ""
    assert "Traceback" not in (folder / "first.txt").read_text()


def test_what_was_stored_can_be_read_while_the_disk_is_still_full(folder):
    between = (folder / "between.txt").read_text(encoding="utf-8").splitlines()
    assert 0 < len(between) < ROWS
    assert len(set(between)) == len(between)


def test_what_the_audit_cannot_note_does_not_leave_the_house(folder):
    assert (folder / "export.status").read_text().strip() == "2"
    assert (folder / "export.jsonl").read_text() == ""
    assert "the disk is full" in (folder / "export.txt").read_text().splitlines()[-1]


def test_with_room_again_the_rest_comes_in_and_every_post_is_there_once(folder):
    second = json.loads((folder / "second.json").read_text())
    assert second["read"] == ROWS and second["stored"] + second["duplicates"] == ROWS
    with sqlite3.connect(folder / "kept" / "posts.db") as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    store = EmbeddedStore(folder / "kept" / "posts.db", read_only=True)
    kept = sorted(int(post.id.rpartition(":")[2]) for post in store.posts(Filter()))
    store.close()
    assert kept == list(range(ROWS))
