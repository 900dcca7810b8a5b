"""Servers that die, stop, fill up and come back while workers work: counted by ids, nothing lost, none twice.

The servers are this module's own, on ports of their own. With SADA_LONG=1 each fault is as long and as frequent as operators know it.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from bench import services
from cases.store import open_cases
from core.post import Kind
from tests.faults.jumping_worker import LAST
from tests.make import post
from tests.ports import free_ports
from tests.stream.cluster import Cluster, numbered

LONG = bool(os.environ.get("TESTS_SADA_LONG"))
AWAY_S = 60 if LONG else 0  # beyond what a server takes to start
TIMES = 20 if LONG else 2
NAMES = {"kafka": "own-kafka", "elasticsearch": "own-elasticsearch", "postgres": "own-postgres"}
pytestmark = pytest.mark.services


class Own:
    """The three servers of this module, each to be stopped and started."""

    def __init__(self) -> None:
        self.ports = dict(zip(("kafka", "controller", "elasticsearch", "transport", "postgres"), free_ports(5), strict=True))

    def start(self, name: str) -> None:
        """Start one and wait until it can be asked."""
        port = self.ports[name]
        if name == "kafka":
            services.start_kafka(port, self.ports["controller"], NAMES[name], "384m")
        elif name == "elasticsearch":
            services.start_elasticsearch(
                port, self.ports["transport"], NAMES[name], "512m", "thread_pool.write.size: 1\nthread_pool.write.queue_size: 1\n"
            )
            services.wait_until(lambda: services.elasticsearch_is_ready(port), NAMES[name])
        else:
            services.start_postgres(port, NAMES[name])
        services.wait_until(lambda: services.answers(port), NAMES[name])

    def crash(self, name: str) -> None:
        """End one without letting it finish anything."""
        if name == "postgres":
            services.stop_postgres(NAMES[name], "immediate")
        else:
            services.stop_java(NAMES[name], signal.SIGKILL)
        services.wait_until(lambda: not services.answers(self.ports[name]), NAMES[name])

    def addresses(self) -> dict[str, str]:
        """What workers are told."""
        return {"SADA_KAFKA": f"127.0.0.1:{self.ports['kafka']}", "SADA_ELASTICSEARCH": f"http://127.0.0.1:{self.ports['elasticsearch']}",
                "SADA_POSTGRES": f"postgresql+psycopg://sada@127.0.0.1:{self.ports['postgres']}/sada"}  # fmt: skip


def remove() -> None:
    for name in NAMES.values():
        shutil.rmtree(services.home() / name, ignore_errors=True)


@pytest.fixture(scope="module")
def own():
    if not (services.home() / "kafka" / "libs").is_dir() or not (services.home() / f"elasticsearch-{services.ELASTICSEARCH}").is_dir():
        says = "no servers of ours lie here to be stopped; `make services` fetches them"
        if os.environ.get("CI"):
            pytest.fail(says)
        pytest.skip(says)
    remove()
    servers = Own()
    try:
        for name in NAMES:
            servers.start(name)
        yield servers
    finally:
        services.stop_java(NAMES["kafka"], signal.SIGKILL)
        services.stop_java(NAMES["elasticsearch"], signal.SIGKILL)
        services.stop_postgres(NAMES["postgres"], "immediate")
        remove()


@pytest.fixture
def cluster(own):
    made = Cluster(own.addresses())
    yield made
    made.close()


def posts(count, first=0):
    return [post(n, text=f"الشارع رقم {n} مظلم, lamp {n}") for n in range(first, first + count)]


def complaints(count, first=0):
    lately = datetime.now(UTC) - timedelta(days=1)  # the desk opens nothing for what is long past
    return [
        post(n, kind=Kind.REPORT, text=f"no water in lane {n}", created_at=lately + timedelta(minutes=n))
        for n in range(first, first + count)
    ]


def test_kafka_killed_and_started_again_loses_and_doubles_nothing(own, cluster):
    draw, total = random.Random(5), 0
    worker = cluster.work("--stage", "understand", "--stage", "index")
    for _ in range(TIMES):
        cluster.publish(posts(2000, total))
        total += 2000
        cluster.wait_for_some(total - draw.randrange(1500))
        own.crash("kafka")
        time.sleep(AWAY_S / 3)
        own.start("kafka")
    cluster.wait_for(total)
    assert cluster.ids() == numbered(total)
    assert worker.poll() is None
    assert cluster.dead() == []


def test_the_engine_away_and_then_too_busy_is_waited_for(own, cluster):
    worker = cluster.watched("--stage", "understand", "--stage", "index")
    cluster.publish(posts(500))
    cluster.wait_for(500)
    own.crash("elasticsearch")
    cluster.publish(posts(6000, 500))
    cluster.wait_until_retried(worker)
    time.sleep(AWAY_S)
    own.start("elasticsearch")
    cluster.wait_for(6500)
    assert cluster.ids() == numbered(6500)
    assert worker.poll() is None
    assert cluster.dead() == []


def test_an_engine_that_answers_429_is_asked_again_until_it_has_everything(own, cluster):
    cluster.publish(posts(100))
    first = cluster.work("--stage", "understand")
    cluster.publish(posts(7900, 100), 500)  # a request each
    cluster.wait_until_understood()
    cluster.stop(first)
    before = rejected(cluster)
    for _ in range(2):
        cluster.work("--stage", "index")  # all pages lie ready: many requests at once, of which the engine queues one
    cluster.wait_for(8000)
    assert cluster.ids() == numbered(8000)
    assert rejected(cluster) > before
    assert cluster.dead() == []


def rejected(cluster) -> int:
    nodes = cluster.client.nodes.stats(metric="thread_pool")["nodes"].values()
    return sum(node["thread_pool"]["write"]["rejected"] for node in nodes)


def test_postgres_crashed_and_started_again_leaves_one_case_a_complaint(own, cluster):
    worker = cluster.work()
    cluster.publish(complaints(50), 10)
    cluster.wait_for(50)
    own.crash("postgres")
    cluster.publish(complaints(50, 50), 10)
    cluster.wait_for_some(100)  # what the engine has, its worker has read: from here on it wants the database
    time.sleep(AWAY_S)
    own.start("postgres")
    cluster.wait_for(100)
    cluster.wait_until_followed()
    cases = open_cases(cluster.settings())
    belonging = sorted(id for case in cases.all() for id in case.posts)
    cases.close()
    assert belonging == numbered(100)
    assert cluster.ids() == numbered(100)
    assert worker.poll() is None


def test_a_clock_that_jumps_days_ahead_and_back_loses_and_doubles_nothing(own, cluster):
    total = 3000
    cluster.publish(posts(total // 2))
    worker = cluster.work_as("tests.faults.jumping_worker")
    cluster.wait_for(total // 2)
    cluster.publish(posts(total // 2, total // 2))
    cluster.wait_for(total)
    cluster.wait_until_said(worker, LAST)
    cluster.publish(posts(300, total))
    cluster.wait_for(total + 300)
    assert worker.poll() is None
    assert cluster.ids() == numbered(total + 300)
