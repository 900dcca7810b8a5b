"""`sada run` killed with -9 while it fills and plays: started again it ends with what a quiet run has."""

import json
import os
import random
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

from store.embedded import EmbeddedStore
from store.query import Filter
from tests.stream.cluster import until

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


def stored(folder):
    """How many posts lie in the file now; none before there is one."""
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(f"file:{folder}/posts.db?mode=ro", uri=True)) as file:
        return file.execute("SELECT count(*) FROM posts").fetchone()[0]
    return 0


def run_and_kill(folder, posts):
    """Kill it once so many posts are stored."""
    command, where = sada(folder, "run", "--demo", "--no-dashboard")
    process = subprocess.Popen(command, **where, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: stored(folder) >= posts, lambda: f"{stored(folder)} of {posts} posts", every=0.05)
        assert process.poll() is None, "it must run until it is killed"
    finally:
        process.kill()
        process.wait()


def test_a_run_killed_at_random_moments_ends_whole(tmp_path):
    draw, quiet = random.Random(5), once(tmp_path / "quiet")
    moments = sorted(draw.randrange(1, quiet["posts"]) for _ in range(2))
    for posts in (*moments, quiet["posts"]):  # twice while it fills, once when it plays
        run_and_kill(tmp_path / "killed", posts)
    said = once(tmp_path / "killed")
    assert (said["posts"], said["cases"]) == (quiet["posts"], quiet["cases"])
    known = ids(tmp_path / "killed")
    assert len(known) == len(set(known)) >= said["posts"]
