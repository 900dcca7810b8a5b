"""A small cluster of one's own for a test: topics and indices under a prefix nobody else has, and workers to start, stop and kill."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import pytest
import sqlalchemy
from elasticsearch import ApiError, Elasticsearch

from core.errors import StoreFailed
from core.page import Page
from core.post import Post
from core.settings import Settings, read
from stream import kafka
from stream.kafka import Publisher
from stream.topics import DEAD, POSTS, RAW, SAMPLES, decode_dead_letter, encode, prefixed
from tests.conftest import address
from tests.make import NOON
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PARTITIONS = 4
PATIENCE_S = 180  # a busy machine may take long over what is quick; nothing waits longer than it must


class Cluster:
    """Addresses, a prefix, a publisher, and the workers that were started."""

    def __init__(self, addresses: dict[str, str]) -> None:
        self.prefix = f"test{uuid.uuid4().hex[:10]}"
        self.environment = addresses | {"SADA_PREFIX": self.prefix}
        self.kafka = addresses["SADA_KAFKA"]
        self.client = Elasticsearch(addresses["SADA_ELASTICSEARCH"], request_timeout=60)
        self.workers: list[subprocess.Popen[bytes]] = []
        self._said: dict[int, IO[bytes]] = {}
        self._ports: dict[int, int] = {}
        self.sada("setup", "--partitions", str(PARTITIONS))
        self.publisher = Publisher(self.kafka, self.prefix)

    def sada(self, *words: str, status: int = 0) -> str:
        """Run a command and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "sada", *words], cwd=ROOT, env=os.environ | self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == status, done.stderr[-2000:]
        return done.stdout

    def work(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a worker."""
        return self.work_as("sada", "work", *words)

    def watched(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a worker whose numbers can be asked for."""
        port = free_port()
        worker = self.work("--metrics-port", str(port), *words)
        self._ports[worker.pid] = port
        return worker

    def _asked(self, worker: subprocess.Popen[bytes], path: str) -> str:
        """What a watched worker answers; nothing before it can, and where it says no."""
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self._ports[worker.pid]}{path}", timeout=10) as answer:
            return str(answer.read().decode())
        return ""

    def wait_until_ready(self, worker: subprocess.Popen[bytes]) -> None:
        """Until a watched worker has its share of the partitions."""
        until(lambda: self._asked(worker, "/readyz") == "ok\n", lambda: f"the worker is not ready: {self.said(worker)[-2000:]}")

    def wait_until_retried(self, worker: subprocess.Popen[bytes], times: float = 0) -> None:
        """Until a watched worker has asked the store again more often than so many times."""
        until(lambda: self.retries(worker) > times, lambda: "the worker had to ask nothing again")

    def retries(self, worker: subprocess.Popen[bytes]) -> float:
        """How often a watched worker has asked the store again."""
        told = re.search(r"^sada_retries_total (\S+)$", self._asked(worker, "/metrics"), re.MULTILINE)
        return float(told[1]) if told else 0.0

    def work_as(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a module as a worker. What it says goes into a file: a pipe that nobody reads would stop it when it has much to say."""
        said = tempfile.TemporaryFile()  # noqa: SIM115
        worker = subprocess.Popen(
            [sys.executable, "-m", *words], cwd=ROOT, env=os.environ | self.environment, stdout=subprocess.DEVNULL, stderr=said
        )
        self.workers.append(worker)
        self._said[worker.pid] = said
        return worker

    def said(self, worker: subprocess.Popen[bytes]) -> str:
        """What a worker wrote to stderr so far. Its place in the file is left where it writes."""
        file = self._said[worker.pid].fileno()
        return os.pread(file, os.fstat(file).st_size, 0).decode(errors="replace")

    def wait_until_said(self, worker: subprocess.Popen[bytes], words: str) -> None:
        """Until a worker has written these words to stderr."""
        until(lambda: words in self.said(worker), lambda: f"{words!r} was not said: {self.said(worker)[-2000:]}")

    def publish(self, posts: list[Post], at_once: int = 100) -> None:
        """Put posts on the stream, so many to a page."""
        pages = [posts[i : i + at_once] for i in range(0, len(posts), at_once)]
        self.publisher.publish(
            RAW,
            [encode(Page(source="x.mentions.city", pass_id="", number=n, fetched_at=NOON, posts=tuple(p))) for n, p in enumerate(pages, 1)],
        )

    def count(self) -> int:
        """Posts that can be searched now: 0 before there is an index, and while an engine that was just started has not opened it."""
        try:
            self.client.indices.refresh(index=f"{self.prefix}-posts")
            return int(self.client.count(index=f"{self.prefix}-posts")["count"])
        except ApiError as error:
            if error.status_code not in (404, 503):
                raise
            return 0

    def ids(self) -> list[str]:
        """Every id in every month index, as often as it stands there."""
        from store.elastic import ElasticStore

        store = ElasticStore(self.client, self.prefix)
        return [hit["id"] for hit in store._every(f"{self.prefix}-posts", {"match_all": {}}, [{"id": "asc"}])]

    def wait_for_some(self, posts: int) -> None:
        """Until so many posts can be searched; fails with what there is."""
        until(lambda: self.count() >= posts, lambda: f"{self.count()} of {posts} posts", every=0.05)

    def wait_for(self, posts: int, seconds: float = PATIENCE_S) -> None:
        """Until so many posts can be searched and nothing is waiting on Kafka; fails with what there is."""
        until(
            lambda: self.count() >= posts and not self.lag(),
            lambda: f"{self.count()} of {posts} posts, {self.lag()} pages waiting",
            seconds,
        )

    def lag(self, group: str = "sada", topics: tuple[str, ...] = (RAW, POSTS)) -> int:
        """Pages not yet finished; 1 while Kafka, just started, cannot say."""
        try:
            return sum(kafka.lag(self.kafka, f"{self.prefix}-{group}", prefixed(topic, self.prefix)) for topic in topics)
        except StoreFailed:
            return 1

    def wait_until_followed(self) -> None:
        """Until cases and counts of themes have been made of every page."""
        self._wait_until_taken("sada-follow", POSTS)

    def wait_until_understood(self) -> None:
        """Until nothing that was collected waits to be understood."""
        self._wait_until_taken("sada", RAW)

    def wait_until_heard(self) -> None:
        """Until sizes, numbers and deletions have been taken in."""
        self._wait_until_taken("sada", SAMPLES)

    def _wait_until_taken(self, group: str, topic: str) -> None:
        until(lambda: not self.lag(group, (topic,)), lambda: f"{self.lag(group, (topic,))} pages of {topic} wait for {group}")

    def settings(self) -> Settings:
        """What a program in this cluster is told."""
        return read(self.environment)

    def dead(self) -> list[str]:
        """Why each dead letter is one."""
        return [decode_dead_letter(message).why for _, _, message in kafka.read_all(self.kafka, prefixed(DEAD, self.prefix))]

    def stop(self, worker: subprocess.Popen[bytes]) -> int:
        """Ask a worker to end and return its exit status."""
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=240)  # it finishes the pages it has taken, on a machine that may be busy
        return worker.returncode

    def close(self) -> None:
        """Kill what still runs and remove what was made."""
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
                worker.communicate()
        names = list(self.client.indices.get(index=f"{self.prefix}-*"))
        if names:
            self.client.indices.delete(index=names)
        self.client.indices.delete_index_template(name=f"{self.prefix}-*")
        self.client.cluster.delete_component_template(name=f"{self.prefix}-settings")
        database = sqlalchemy.create_engine(self.environment["SADA_POSTGRES"])
        with database.begin() as db:
            db.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{self.prefix}" CASCADE')
        database.dispose()
        kafka.AdminClient({"bootstrap.servers": self.kafka}).delete_topics([prefixed(t, self.prefix) for t in kafka.TOPICS])
        self.client.close()

    def letters(self) -> list[dict[str, str]]:
        """What `sada dead-letters list` says."""
        return json.loads(self.sada("dead-letters", "list", "--json"))


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A cluster on the servers that all tests share."""
    made = Cluster({key: address(key) for key in ("SADA_KAFKA", "SADA_ELASTICSEARCH", "SADA_POSTGRES")})
    yield made
    made.close()


def until(is_so: Callable[[], bool], what_not: Callable[[], str], seconds: float = PATIENCE_S, every: float = 0.3) -> None:
    """Wait until something is so, looked at anew after `every` seconds; fails with what is not."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, what_not()
        time.sleep(every)


def numbered(count: int) -> list[str]:
    """The ids of so many posts of `tests.make`, sorted."""
    return sorted(f"x:{n}" for n in range(count))
