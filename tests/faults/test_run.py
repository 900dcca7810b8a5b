"""`sada run` killed with -9 while it fills and plays: started again it ends with what a quiet run has."""

import json
import os
import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from store.embedded import EmbeddedStore
from store.query import Filter

ROOT = Path(__file__).parents[2]


def sada(folder, *words):
    return [sys.executable, "-m", "sada", *words], {"cwd": ROOT, "env": os.environ | {"SADA_DATA": str(folder), "SADA_DEPLOYMENT": "gaza"}}


def once(folder):
    command, where = sada(folder, "demo", "--once", "--json")
    return json.loads(subprocess.run(command, **where, check=True, capture_output=True, text=True).stdout)


def ids(folder):
    store = EmbeddedStore(folder / "posts.db", read_only=True)
    try:
        return [post.id for post in store.posts(Filter(deleted=True))]
    finally:
        store.close()


def run_and_kill(folder, seconds):
    command, where = sada(folder, "run", "--demo", "--no-dashboard")
    process = subprocess.Popen(command, **where, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    assert process.returncode is None, "it must run until it is killed"
    process.kill()
    process.wait()


def test_a_run_killed_at_random_moments_ends_whole(tmp_path):
    draw = random.Random(5)
    for _ in range(3):
        run_and_kill(tmp_path / "killed", draw.uniform(4, 10))
    said, quiet = once(tmp_path / "killed"), once(tmp_path / "quiet")
    assert (said["posts"], said["cases"]) == (quiet["posts"], quiet["cases"])
    known = ids(tmp_path / "killed")
    assert len(known) == len(set(known)) >= said["posts"]
