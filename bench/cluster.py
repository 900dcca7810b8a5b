"""What the measurements of the stream stand on: topics and indices of their own, workers as processes, invented posts as pages."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy
from confluent_kafka.admin import AdminClient, NewTopic
from elasticsearch import Elasticsearch

from bench import services
from bench.importing import own_texts
from core.page import Page
from core.post import Author, Kind, Post
from store.elastic import ElasticStore
from store.elastic_set_up import set_up as prepare
from stream import kafka
from stream.kafka import Publisher
from stream.topics import encode, prefixed

PAGE = 100
START = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE = 1800.0
TICKS = os.sysconf("SC_CLK_TCK")


class Place:
    """Topics and indices of one measurement, removed afterwards."""

    def __init__(self, partitions: int) -> None:
        self.prefix = f"bench{uuid.uuid4().hex[:8]}"
        self.kafka, self.engine = os.environ["SADA_KAFKA"], os.environ["SADA_ELASTICSEARCH"]
        self.client = Elasticsearch(self.engine, request_timeout=120)
        self.store = ElasticStore(self.client, self.prefix)
        self.admin = AdminClient({"bootstrap.servers": self.kafka})
        prepare(self.client, self.prefix)
        kafka.create_topics(self.kafka, partitions, 24, self.prefix)
        self.publisher = Publisher(self.kafka, self.prefix)

    def count(self) -> int:
        """Posts that can be searched now."""
        self.client.indices.refresh(index=f"{self.prefix}-*")
        return int(self.client.count(index=f"{self.prefix}-posts*", ignore_unavailable=True)["count"])

    def written(self) -> int:
        """Posts the engine has taken, whether they can be searched yet or not: asking does not make it work."""
        told = self.client.indices.stats(index=f"{self.prefix}-posts-*", metric="indexing")
        return int(told["_all"]["primaries"].get("indexing", {}).get("index_total", 0))

    def members(self) -> int:
        """Workers among which the partitions are now shared out."""
        group = f"{self.prefix}-sada"
        told = self.admin.describe_consumer_groups([group])[group].result(30)
        return sum(bool(member.assignment.topic_partitions) for member in told.members)

    def publish(self, topic: str, posts: list[Post]) -> None:
        """Posts in pages of PAGE."""
        self.publisher.publish(topic, pages(posts))

    def add_topic(self, name: str, partitions: int) -> None:
        """One more topic, removed with the others."""
        self.admin.create_topics([NewTopic(prefixed(name, self.prefix), partitions, 1)])[prefixed(name, self.prefix)].result(30)

    def close(self) -> None:
        """Remove everything."""
        if names := list(self.client.indices.get(index=f"{self.prefix}-*")):
            self.client.indices.delete(index=names)
        self.client.indices.delete_index_template(name=f"{self.prefix}-*")
        mine = [name for name in self.admin.list_topics(timeout=30).topics if name.startswith(f"{self.prefix}.")]
        for deleted in self.admin.delete_topics(mine).values():
            deleted.result(30)  # else the broker may never hear of it
        self.client.close()
        with sqlalchemy.create_engine(os.environ["SADA_POSTGRES"]).begin() as db:
            db.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{self.prefix}" CASCADE')


@contextmanager
def place(partitions: int = 4) -> Iterator[Place]:
    """A Place for a while."""
    made = Place(partitions)
    try:
        yield made
    finally:
        made.close()


class Worker:
    """A worker process."""

    def __init__(self, at: Place, words: list[str]) -> None:
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", *words],
            env=os.environ | {"SADA_PREFIX": at.prefix},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def cpu(self) -> float:
        """CPU seconds of the process so far."""
        return sum(_cpu_ticks(_stat(self.process.pid))) / TICKS

    def rss_mb(self) -> float:
        """Resident memory now."""
        pages_held = int(Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages_held * os.sysconf("SC_PAGE_SIZE") / 2**20

    def stop(self) -> None:
        """End it as an operator would."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()


@contextmanager
def workers(at: Place, count: int = 1, words: tuple[str, ...] = ("sada", "work")) -> Iterator[list[Worker]]:
    """Workers for a while."""
    started = [Worker(at, list(words)) for _ in range(count)]
    try:
        yield started
    finally:
        for worker in started:
            worker.stop()


def servers_cpu() -> float | None:
    """CPU seconds so far of the Kafka and the Elasticsearch that `make services` started; None where they run elsewhere."""
    files = [services.home() / f"{name}.pid" for name in ("kafka", "elasticsearch")]
    if not all(file.is_file() for file in files):
        return None
    groups = {int(file.read_text()) for file in files}
    stats = [_stat(int(folder.name)) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    return sum(sum(_cpu_ticks(stat)) for stat in stats if stat and int(stat[2]) in groups) / TICKS


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name, from the state on; none of a process that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _cpu_ticks(stat: list[str]) -> tuple[int, int]:
    return (int(stat[11]), int(stat[12])) if stat else (0, 0)  # user, system


def make_posts(count: int, first: int = 0) -> list[Post]:
    """Invented posts of 0.3 to 0.6 KB in five languages."""
    texts, draw = own_texts(), random.Random(first)
    return [
        Post(id=f"x:{n}", platform="x", kind=Kind.MENTION, text=f"{draw.choice(texts)} {n}", created_at=START + timedelta(seconds=n), observed_at=START,
             source="x.mentions.city", account="x:city", author=Author(id=f"x:u{n % 5000}", handle=f"resident{n % 5000}"), likes=n % 7)
        for n in range(first, first + count)
    ]  # fmt: skip


def pages(posts: list[Post], size: int = PAGE) -> list[bytes]:
    """Posts as messages."""
    return [
        encode(Page(source="x.mentions.city", pass_id="", number=1, fetched_at=START, posts=tuple(posts[i : i + size])))
        for i in range(0, len(posts), size)
    ]  # fmt: skip


def wait(until: Callable[[], bool], every: float = 0.2) -> None:
    """Ask again and again. Raises TimeoutError after half an hour."""
    end = time.monotonic() + PATIENCE
    while not until():
        if time.monotonic() > end:
            raise TimeoutError("the measured worker did not come to its end")
        time.sleep(every)
