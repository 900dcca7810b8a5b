"""Workers that come and go while pages wait: each change of partitions hands on what is not acknowledged, and nothing is lost or doubled."""

from __future__ import annotations

import os

import pytest

from tests.make import post
from tests.stream.cluster import PATIENCE_S, numbered
from tests.stream.cluster import cluster as cluster  # a fixture

LONG = bool(os.environ.get("TESTS_SADA_LONG"))
TURNS = 12 if LONG else 2
POSTS = 100_000 if LONG else 8_000
pytestmark = pytest.mark.services


def test_two_workers_that_join_and_leave_again_and_again_lose_and_double_nothing(cluster):
    cluster.publish([post(n, text=f"الشارع رقم {n} مظلم, lamp {n}") for n in range(POSTS)])
    working = [cluster.watched("--stage", "understand", "--stage", "index")]
    for turn in range(TURNS):
        working.append(cluster.watched("--stage", "understand", "--stage", "index"))
        cluster.wait_until_ready(working[1])
        leaving = working.pop(0)
        assert cluster.stop(leaving) == 0, cluster.said(leaving)[-2000:]
        cluster.publish([post(POSTS + turn)])  # the stream goes on while they change
    cluster.wait_for(POSTS + TURNS, 600 if LONG else PATIENCE_S)
    assert cluster.ids() == numbered(POSTS + TURNS)
    assert all(worker.poll() is None for worker in working)
    assert cluster.dead() == []
