"""Killed with -9 at random moments and started again: nothing lost, nothing double."""

import json
import os
import random
import signal
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from core.errors import StoreFailed
from store.embedded import EmbeddedStore
from store.query import Filter

ROOT = Path(__file__).parents[2]
ROWS = 30_000


def rows(path):
    with path.open("w", encoding="utf-8") as file:
        file.write("id,text,created_at\n")
        file.writelines(f"{n},الشارع رقم {n} مظلم and the drain of lane {n} smells,2026-03-01T10:00:00Z\n" for n in range(ROWS))


def importing(folder):
    return subprocess.Popen(
        [sys.executable, "-m", "sada", "import", str(folder / "rows.csv"), "--json"], cwd=ROOT,
        env=os.environ | {"SADA_DATA": str(folder / "data")}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def stored(folder):
    path = folder / "data" / "posts.db"
    if not path.is_file():
        return 0
    try:
        with closing(EmbeddedStore(path, read_only=True)) as store:
            return sum(1 for _ in store.posts(Filter()))
    except StoreFailed:  # killed before the tables were there
        return 0


def is_running(process):
    """Whether it still runs, having waited a moment for its end."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(0.05)
    return process.returncode is None


def kill_somewhere(folder, process, draw):
    """Kill once a drawn share of what is left has been stored."""
    target = stored(folder) + draw.randrange(1, ROWS // 3)
    while is_running(process) and stored(folder) < target:
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("seed", [1, 2])
def test_an_import_killed_at_random_moments_ends_whole(tmp_path, seed):
    rows(tmp_path / "rows.csv")
    draw = random.Random(seed)
    for _ in range(3):
        kill_somewhere(tmp_path, importing(tmp_path), draw)
    last = importing(tmp_path)
    said = json.loads(last.communicate()[0])
    assert last.returncode == 0
    assert stored(tmp_path) == ROWS
    assert said["stored"] + said["duplicates"] == said["read"] == ROWS


def test_a_second_process_on_the_same_data_is_told_so(tmp_path):
    rows(tmp_path / "rows.csv")
    first = importing(tmp_path)
    lock = tmp_path / "data" / "writer.lock"
    while is_running(first) and not (lock.is_file() and lock.read_text().strip()):
        pass
    first.send_signal(signal.SIGSTOP)  # so that it cannot end before the second has looked
    assert first.poll() is None
    second = subprocess.run(
        [sys.executable, "-m", "sada", "import", str(tmp_path / "rows.csv")], cwd=ROOT, env=os.environ | {"SADA_DATA": str(tmp_path / "data")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    first.kill()
    first.communicate()
    assert second.returncode == 2
    assert "is already writing there" in second.stderr
    assert "Traceback" not in second.stderr
