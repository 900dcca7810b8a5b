"""kill -9 during a pass at random moments: no loss, no double, no moved cursor. And a long pass in little memory."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections import Counter
from contextlib import suppress

import pytest

from store.embedded import EmbeddedStore
from store.query import Filter
from tests.collectors.replay import Asked, Reply, replay
from tests.conftest import ROOT
from tests.faults.one_pass import MENTIONS

PAGES = 8
NEWEST = 2041000000000000000
SEED = 20260406


class Platform:
    """So many pages of a hundred mentions, newest first; tells when page `watched` is asked for."""

    def __init__(self, pages: int, text: str = "the lamp in lane {} is dark", watched: int = -1) -> None:
        self.pages, self.text, self.watched, self.reached = pages, text, watched, threading.Event()

    def __call__(self, asked: Asked) -> Reply:
        page = int(asked.query.get("pagination_token", 0))
        if page == self.watched:
            self.reached.set()
        first = NEWEST - 100 * page
        posts = [
            {
                "id": str(first - n),
                "text": self.text.replace("{}", str(first - n)),
                "author_id": "2002",
                "created_at": "2026-04-06T06:10:03.000Z",
            }
            for n in range(100)
        ]
        meta = {"newest_id": str(first), **({"next_token": str(page + 1)} if page + 1 < self.pages else {})}
        return Reply({"data": posts if str(NEWEST) > asked.query.get("since_id", "") else [], "meta": meta})


def child(path, url):
    return subprocess.Popen([sys.executable, "-m", "tests.faults.one_pass", str(path), url], cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("times", [5])
def test_killed_at_random_moments_a_pass_loses_doubles_and_skips_nothing(tmp_path, times):
    chance = random.Random(SEED)
    path = tmp_path / "posts.db"
    for page in chance.choices(range(PAGES), k=times):
        platform = Platform(PAGES, watched=page)
        with replay(platform) as server:
            process = child(path, server.url)
            assert platform.reached.wait(120)
            with suppress(subprocess.TimeoutExpired):  # anywhere within the page: its reading, its transaction, the next question
                process.wait(chance.random() * 0.02)
            process.kill()
            process.communicate()
        store = EmbeddedStore(path)
        assert store.cursor(MENTIONS.id) in (None, str(NEWEST))
        assert store.cursor(MENTIONS.id) is None or len(list(store.posts(Filter()))) == 100 * PAGES
        store.close()
    with replay(Platform(PAGES)) as server:
        assert child(path, server.url).communicate(timeout=240)[0].startswith("ok")
    store = EmbeddedStore(path)
    counted = Counter(post.id for post in store.posts(Filter()))
    assert counted == Counter(f"x:{NEWEST - n}" for n in range(100 * PAGES)) and store.cursor(MENTIONS.id) == str(NEWEST)
    assert all(line.state != "running" for line in store.passes(MENTIONS.id))


def test_ten_thousand_posts_in_one_pass_stay_under_200_mb(tmp_path):
    with replay(Platform(100, text="the lamp in lane {} is dark, and has been since the feast " * 3)) as server:
        said, _ = child(tmp_path / "posts.db", server.url).communicate(timeout=240)
    state, stored, megabytes = said.split()
    assert (state, int(stored)) == ("ok", 10_000) and int(megabytes) < 200
