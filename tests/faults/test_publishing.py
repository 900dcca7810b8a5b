"""A collector of many machines killed with -9 while it publishes: what was not confirmed is asked again, and no post is there twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from contextlib import suppress

import pytest

from store.ledger import open_ledger
from tests.collectors.replay import replay
from tests.conftest import ROOT
from tests.faults.one_pass import MENTIONS
from tests.faults.test_collecting import NEWEST, PAGES, Platform
from tests.stream.cluster import cluster as cluster  # a fixture

TIMES = 20 if os.environ.get("TESTS_SADA_LONG") else 4
pytestmark = pytest.mark.services


def passing(cluster, url):
    return subprocess.Popen([sys.executable, "-m", "tests.faults.publish_pass", url], cwd=ROOT, env=os.environ | cluster.environment,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # fmt: skip


def cursor(cluster):
    ledger = open_ledger(cluster.settings())
    try:
        return ledger.cursor(MENTIONS.id)
    finally:
        ledger.close()


def test_a_collector_killed_at_random_moments_publishes_everything_and_the_index_has_each_post_once(cluster):
    chance = random.Random(20260406)
    for page in chance.choices(range(PAGES), k=TIMES):
        platform = Platform(PAGES, watched=page)
        with replay(platform) as server:
            process = passing(cluster, server.url)
            assert platform.reached.wait(120)
            with suppress(subprocess.TimeoutExpired):  # anywhere within the page: its reading, its sending, the ledger's line
                process.wait(chance.random() * 0.05)
            process.kill()
            process.communicate()
        assert cursor(cluster) in (None, str(NEWEST))
    with replay(Platform(PAGES)) as server:
        assert passing(cluster, server.url).communicate(timeout=240)[0].startswith("ok")
    cluster.work()
    cluster.wait_for(100 * PAGES)
    assert cluster.ids() == sorted(f"x:{NEWEST - n}" for n in range(100 * PAGES))
    assert cursor(cluster) == str(NEWEST)
    assert cluster.dead() == []
