"""sada bench stream: the worker beside a plain loop, beside the naive way, and beside the engine's limit, in one run on the real servers."""

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

from confluent_kafka.admin import AdminClient, NewTopic
from elasticsearch import Elasticsearch

from bench import measure, naive
from bench.importing import own_texts
from bench.services import ADDRESSES
from core.page import Page
from core.post import Author, Kind, Post
from enrich.knowledge import learn
from enrich.pipeline import understand
from store.base import Batch
from store.elastic import ElasticStore
from store.elastic_bodies import index_of
from store.elastic_saving import created
from store.elastic_set_up import set_up as prepare
from stream import kafka, set_up
from stream.kafka import Publisher
from stream.topics import POSTS, RAW, TOPICS, encode, prefixed

ALL = 40_000  # posts of each measured run
NAIVE = 1_500  # the naive way is slow: its rate shows in fewer
PAGE = 100
RATE, SECONDS = 300, 30  # freshness: posts a second, and for how long
MEMORY = int(os.environ.get("BENCH_MEMORY_POSTS", "300000"))
START = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE = 900.0


def run() -> dict[str, object]:
    """Figures named as in the interface; needs Kafka and Elasticsearch (`make services`)."""
    for key, address in ADDRESSES.items():
        os.environ.setdefault(key, address)
    found: dict[str, object] = {}
    for part in (_plain_loop, _one_worker, _naive_way, _index_alone, _workers_and_partitions, _freshness, _memory):
        found |= part()
        print({k: v for k, v in found.items() if not isinstance(v, dict)}, file=sys.stderr)
    median = {
        "posts_per_s": found["worker_posts_per_s"], "cpu_ratio_to_plain_loop": _ratio(found, "worker_cpu_per_100k", "plain_cpu_per_100k"),
        "vs_naive": _ratio(found, "worker_posts_per_s", "naive_posts_per_s"), "bulk_share_of_limit": _ratio(found, "index_docs_per_s", "limit_docs_per_s"),
        "two_workers": found["two_workers"], "freshness_p95_s": found["freshness_p95_s"], "rss_growth_percent": found["rss_growth_percent"],
    }  # fmt: skip
    return measure.report("stream", [found], median)


def _ratio(found: dict[str, object], one: str, other: str) -> float:
    return round(float(found[one]) / float(found[other]), 3)  # type: ignore[arg-type]


class Place:
    """Topics and indices of one measurement, removed afterwards."""

    def __init__(self, partitions: int) -> None:
        self.prefix = f"bench{uuid.uuid4().hex[:8]}"
        self.kafka, self.engine = os.environ["SADA_KAFKA"], os.environ["SADA_ELASTICSEARCH"]
        self.client = Elasticsearch(self.engine, request_timeout=120)
        self.store = ElasticStore(self.client, self.prefix)
        prepare(self.client, self.prefix)
        kafka.create_topics(self.kafka, partitions, 24, self.prefix)
        self.publisher = Publisher(self.kafka, self.prefix)

    def count(self) -> int:
        """Posts that can be searched now."""
        self.client.indices.refresh(index=f"{self.prefix}-*")
        return int(self.client.count(index=f"{self.prefix}-posts*", ignore_unavailable=True)["count"])

    def publish(self, topic: str, posts: list[Post]) -> None:
        """Posts in pages of PAGE."""
        self.publisher.publish(topic, pages(posts))

    def close(self) -> None:
        """Remove everything."""
        if names := list(self.client.indices.get(index=f"{self.prefix}-*")):
            self.client.indices.delete(index=names)
        self.client.indices.delete_index_template(name=f"{self.prefix}-*")
        AdminClient({"bootstrap.servers": self.kafka}).delete_topics([prefixed(t, self.prefix) for t in TOPICS])
        self.client.close()


@contextmanager
def place(partitions: int = 4) -> Iterator[Place]:
    """A Place for a while."""
    made = Place(partitions)
    try:
        yield made
    finally:
        made.close()


class Worker:
    """A worker process, ready when it has taken its partitions."""

    def __init__(self, at: Place, words: list[str]) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", *words], env=os.environ | {"SADA_PREFIX": at.prefix}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603

    def cpu(self) -> float:
        """CPU seconds of the process so far."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:  # noqa: PTH123
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mb(self) -> float:
        """Resident memory now."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:  # noqa: PTH123
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

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


def make_posts(count: int, first: int = 0) -> list[Post]:
    """Invented posts of 0.3 to 0.6 KB in five languages."""
    texts, draw = own_texts(), random.Random(first)
    return [
        Post(id=f"x:{n}", platform="x", kind=Kind.MENTION, text=f"{draw.choice(texts)} {n}", created_at=START + timedelta(seconds=n), observed_at=START,
             source="x.mentions.city", account="x:city", author=Author(id=f"x:u{n % 5000}", handle=f"resident{n % 5000}"), likes=n % 7)
        for n in range(first, first + count)
    ]  # fmt: skip


def pages(posts: list[Post]) -> list[bytes]:
    """Posts as messages."""
    return [
        encode(Page(source="x.mentions.city", pass_id="", number=1, fetched_at=START, posts=tuple(posts[i : i + PAGE])))
        for i in range(0, len(posts), PAGE)
    ]  # fmt: skip


def _wait(until: Callable[[], bool], every: float = 0.2) -> None:
    end = time.monotonic() + PATIENCE
    while not until():
        if time.monotonic() > end:
            raise TimeoutError("the measured worker did not come to its end")
        time.sleep(every)


def _plain_loop() -> dict[str, object]:
    """The same understanding and the same bulk writes, without Kafka and Faust."""
    knowledge = learn(set_up.deployment(None, set_up.settings()))
    posts = make_posts(ALL)
    with place() as at:
        understand(posts[:PAGE], knowledge)
        began, cpu = time.perf_counter(), time.process_time()
        for start in range(0, ALL, PAGE):
            at.store.save(Batch(posts=tuple(understand(posts[start : start + PAGE], knowledge))))
        spent, wall = time.process_time() - cpu, time.perf_counter() - began
    return {"plain_cpu_per_100k": round(spent * 100_000 / ALL, 2), "plain_posts_per_s": round(ALL / wall)}


def _one_worker() -> dict[str, object]:
    with place() as at, workers(at) as (worker,):
        at.publish(RAW, make_posts(PAGE, ALL))
        _wait(lambda: at.count() == PAGE)
        began, cpu = time.perf_counter(), worker.cpu()
        at.publish(RAW, make_posts(ALL))
        _wait(lambda: at.count() == ALL + PAGE)
        wall, spent = time.perf_counter() - began, worker.cpu() - cpu
    return {"worker_cpu_per_100k": round(spent * 100_000 / ALL, 2), "worker_posts_per_s": round(ALL / wall)}


def _naive_way() -> dict[str, object]:
    with place() as at:
        admin = AdminClient({"bootstrap.servers": at.kafka})
        admin.create_topics([NewTopic(f"{at.prefix}.{naive.TOPIC}", 4, 1)])[f"{at.prefix}.{naive.TOPIC}"].result(30)
        at.publisher.publish(naive.TOPIC, map(naive.message, make_posts(50, ALL)))
        with workers(at, words=("bench.naive", at.prefix)):
            _wait(lambda: at.count() == 50)
            began = time.perf_counter()
            at.publisher.publish(naive.TOPIC, map(naive.message, make_posts(NAIVE)))
            _wait(lambda: at.count() == NAIVE + 50)
            wall = time.perf_counter() - began
        admin.delete_topics([f"{at.prefix}.{naive.TOPIC}"])
    return {"naive_posts_per_s": round(NAIVE / wall)}


def _index_alone() -> dict[str, object]:
    """The indexing agent on pages already understood, beside prepared bodies over one connection."""
    knowledge = learn(set_up.deployment(None, set_up.settings()))
    posts = [p for start in range(0, ALL, 500) for p in understand(make_posts(500, start), knowledge)]
    with place() as at:
        bodies = [b"".join(created(p, index_of(p, at.prefix)) for p in posts[i : i + 500]) for i in range(0, ALL, 500)]
        headers = {"accept": "application/json", "content-type": "application/x-ndjson"}
        began = time.perf_counter()
        for body in bodies:
            at.client.perform_request("POST", "/_bulk", headers=headers, body=body)
        limit = ALL / (time.perf_counter() - began)
        at.client.indices.forcemerge(index=f"{at.prefix}-posts-*", max_num_segments=1, wait_for_completion=True)
        stored = at.client.indices.stats(index=f"{at.prefix}-posts-*", metric="store")["_all"]["primaries"]["store"]["size_in_bytes"]
    with place() as at, workers(at, words=("sada", "work", "--stage", "index")):
        at.publish(POSTS, understand(make_posts(PAGE, ALL), knowledge))
        _wait(lambda: at.count() == PAGE)
        messages = pages(posts)
        began = time.perf_counter()
        at.publisher.publish(POSTS, messages)
        _wait(lambda: at.count() == ALL + PAGE, 0.05)
        rate = ALL / (time.perf_counter() - began)
    return {"limit_docs_per_s": round(limit), "index_docs_per_s": round(rate), "index_bytes_per_post": round(stored / ALL),
            "page_bytes_per_post": round(sum(map(len, messages)) / ALL)}  # fmt: skip


def _workers_and_partitions() -> dict[str, object]:
    """Posts a second with 1, 2 and 4 partitions and as many workers (at most two: there are two cores)."""
    curve = {f"{partitions} partitions, {count} workers": _rate(partitions, count) for partitions, count in ((1, 1), (2, 1), (2, 2), (4, 2))}
    return {"curve": curve, "two_workers": round(curve["2 partitions, 2 workers"] / curve["2 partitions, 1 workers"], 2)}


def _rate(partitions: int, count: int) -> float:
    with place(partitions) as at, workers(at, count):
        at.publish(RAW, make_posts(PAGE * 8, ALL))
        _wait(lambda: at.count() == PAGE * 8)
        time.sleep(5)  # the second worker has taken its partitions by then
        began = time.perf_counter()
        at.publish(RAW, make_posts(ALL))
        _wait(lambda: at.count() == ALL + PAGE * 8)
        return round(ALL / (time.perf_counter() - began))


def _freshness() -> dict[str, object]:
    """Seconds from published to searchable: how many posts can be searched is asked all the time and set against when each was published."""
    with place() as at, workers(at):
        at.publish(RAW, make_posts(PAGE, ALL))
        _wait(lambda: at.count() == PAGE)
        published: list[float] = []
        ages: list[float] = []
        posts = make_posts(RATE * SECONDS)
        began = time.monotonic()
        seen = 0
        while seen < len(posts):
            due = min(len(posts), int((time.monotonic() - began) * RATE))
            if due - len(published) >= RATE // 10:
                at.publish(RAW, posts[len(published) : due])
                published += [time.monotonic()] * (due - len(published))
            now_seen = int(at.client.count(index=f"{at.prefix}-posts")["count"]) - PAGE
            ages += [time.monotonic() - published[n] for n in range(seen, now_seen)]
            seen = max(seen, now_seen)
        ages.sort()
    return {"freshness_p50_s": round(ages[len(ages) // 2], 2), "freshness_p95_s": round(ages[int(len(ages) * 0.95)], 2)}


def _memory() -> dict[str, object]:
    """Resident memory of a worker from a tenth of MEMORY posts to all of them."""
    with place() as at, workers(at) as (worker,):
        sizes = []
        for start in range(0, MEMORY, 10_000):
            at.publish(RAW, make_posts(10_000, start))
            _wait(lambda start=start: at.count() >= start + 10_000, 0.5)  # type: ignore[misc]
            sizes.append(worker.rss_mb())
    settled = sizes[max(len(sizes) // 10, 1) :]
    return {"memory_posts": MEMORY, "rss_mb": round(sizes[-1]), "rss_growth_percent": round(100 * (settled[-1] / settled[0] - 1), 1)}
