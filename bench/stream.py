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

import sqlalchemy
from confluent_kafka.admin import AdminClient, NewTopic
from elasticsearch import Elasticsearch

from bench import measure, naive
from bench.importing import own_texts
from bench.services import ADDRESSES
from cases import desk
from cases.store import open_cases
from core.page import Page
from core.post import Author, Kind, Post
from core.settings import read
from enrich.knowledge import Knowledge, learn
from enrich.pipeline import understand
from store.base import Batch
from store.elastic import ElasticStore
from store.elastic_bodies import index_of
from store.elastic_saving import created
from store.elastic_set_up import set_up as prepare
from stream import kafka, set_up
from stream.following import count_themes
from stream.kafka import Publisher
from stream.topics import POSTS, RAW, TOPICS, encode, prefixed

ALL = 20_000  # posts of each measured run
TIMES = 3  # the worker and the plain loop in turns, so that a busy moment of the machine meets both
NAIVE = 1_500  # the naive way is slow: its rate shows in fewer
PAGE = 100
REQUEST = 5 * PAGE  # what the indexing agent puts into one request (stream/handling.py)
RATE, SECONDS = 300, 30  # freshness: posts a second, and for how long
MEMORY = int(os.environ.get("BENCH_MEMORY_POSTS", "2000000"))
START = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE = 1800.0
HOT = ("sada", "work", "--stage", "understand", "--stage", "index")  # what a plain loop of understanding and writing does too
Figures = dict[str, object]
GOALS: dict[str, tuple[str, float]] = {
    "cpu_ratio_to_plain_loop": ("at most", 1.15), "vs_naive": ("at least", 10), "bulk_share_of_limit": ("at least", 0.7),
    "two_workers": ("at least", 1.7), "freshness_p95_s": ("at most", 3.0), "rss_growth_percent": ("at most", 5.0),
}  # fmt: skip


def run() -> Figures:
    """Figures named as in the interface; needs Kafka and Elasticsearch (`make services`)."""
    for key, address in ADDRESSES.items():
        os.environ.setdefault(key, address)
    found: Figures = {}
    for part in PARTS:
        found |= part()
        print({k: v for k, v in found.items() if not isinstance(v, dict)}, file=sys.stderr)
    return document(found)


def document(found: Figures) -> Figures:
    """What is printed and kept: the figures, and in words which of them miss their goal or were not measured."""
    median = summary(found)
    return measure.report("stream", [found], median) | {"missed": missed(median)}


def missed(median: Figures) -> list[str]:
    """Figures beside the goals that they do not reach."""
    says = []
    for name, (at, goal) in GOALS.items():
        figure = median.get(name)
        if not isinstance(figure, int | float):
            says.append(f"{name}: not measured in this run (goal: {at} {goal})")
        elif figure > goal if at == "at most" else figure < goal:
            says.append(f"{name}: {figure} (goal: {at} {goal})")
    return says


def summary(found: Figures) -> Figures:
    """The figures of the interface from those that were measured; None where a part was not run."""
    return {
        "posts_per_s": found.get("worker_posts_per_s"), "cpu_ratio_to_plain_loop": _ratio(found, "worker_cpu_per_100k", "plain_cpu_per_100k"),
        "cpu_ratio_with_cases_and_themes": _ratio(found, "all_stages_cpu_per_100k", "plain_all_cpu_per_100k"),
        "vs_naive": _ratio(found, "worker_posts_per_s", "naive_posts_per_s"), "bulk_share_of_limit": _ratio(found, "index_docs_per_s", "limit_docs_per_s"),
        "two_workers": found.get("two_workers"), "freshness_p95_s": found.get("freshness_p95_s"), "rss_growth_percent": found.get("rss_growth_percent"),
    }  # fmt: skip


def _ratio(found: Figures, one: str, other: str) -> float | None:
    if one not in found or other not in found:
        return None
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

    def written(self) -> int:
        """Posts the engine has taken, whether they can be searched yet or not: asking does not make it work."""
        told = self.client.indices.stats(index=f"{self.prefix}-posts-*", metric="indexing")
        return int(told["_all"]["primaries"].get("indexing", {}).get("index_total", 0))

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
    """A worker process, ready when it has taken its partitions."""

    def __init__(self, at: Place, words: list[str]) -> None:
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", *words],
            env=os.environ | {"SADA_PREFIX": at.prefix},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

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


def _knowledge() -> Knowledge:
    return learn(set_up.deployment(None, set_up.settings()))


def _in_turns() -> Figures:
    """The worker and the plain loop, TIMES times each in turns: medians."""
    runs = [_plain_loop() | _one_worker() for _ in range(TIMES)]
    return measure.medians(runs) | {"turns": runs}


def _plain_loop() -> dict[str, float]:
    """The same understanding and the same bulk writes, without Kafka and Faust; then also cases and counts of themes."""
    knowledge, posts = _knowledge(), make_posts(ALL)
    with place() as at:
        cases = open_cases(read(os.environ | {"SADA_PREFIX": at.prefix}))
        understand(posts[:PAGE], knowledge)
        began, cpu = time.perf_counter(), time.process_time()
        known = [_understood_and_written(posts[start : start + REQUEST], at.store, knowledge) for start in range(0, ALL, REQUEST)]
        spent, wall = time.process_time() - cpu, time.perf_counter() - began
        for request in known:
            desk.receive(request, knowledge.deployment, cases, START, 0)
            for start in range(0, REQUEST, PAGE):
                count_themes(request[start : start + PAGE], knowledge.deployment)
        more = time.process_time() - cpu
        cases.close()
    return {
        "plain_cpu_per_100k": round(spent * 100_000 / ALL, 2),
        "plain_all_cpu_per_100k": round(more * 100_000 / ALL, 2),
        "plain_posts_per_s": round(ALL / wall),
    }


def _understood_and_written(posts: list[Post], store: ElasticStore, knowledge: Knowledge) -> list[Post]:
    known = [post for start in range(0, len(posts), PAGE) for post in understand(posts[start : start + PAGE], knowledge)]
    store.save(Batch(posts=tuple(known)))
    return known


def _one_worker(words: tuple[str, ...] = HOT) -> dict[str, float]:
    with place() as at, workers(at, words=words) as (worker,):
        at.publish(RAW, make_posts(PAGE, ALL))
        _wait(lambda: at.written() == PAGE)
        began, cpu = time.perf_counter(), worker.cpu()
        at.publish(RAW, make_posts(ALL))
        _wait(lambda: at.written() == ALL + PAGE)
        wall, spent = time.perf_counter() - began, worker.cpu() - cpu
    return {"worker_cpu_per_100k": round(spent * 100_000 / ALL, 2), "worker_posts_per_s": round(ALL / wall)}


def _all_stages() -> Figures:
    """The worker as it is started without --stage: cases and themes too, until these have caught up."""
    with place() as at, workers(at) as (worker,):
        at.publish(RAW, make_posts(PAGE, ALL))
        _wait(lambda: at.written() == PAGE)
        began, cpu = time.perf_counter(), worker.cpu()
        at.publish(RAW, make_posts(ALL))
        _wait(lambda: at.written() == ALL + PAGE and not kafka.lag(at.kafka, f"{at.prefix}-sada-follow", prefixed(POSTS, at.prefix)), 1.0)
        wall, spent = time.perf_counter() - began, worker.cpu() - cpu
    return {"all_stages_cpu_per_100k": round(spent * 100_000 / ALL, 2), "all_stages_posts_per_s": round(ALL / wall)}


def _naive_way() -> dict[str, object]:
    with place() as at:
        admin = AdminClient({"bootstrap.servers": at.kafka})
        admin.create_topics([NewTopic(f"{at.prefix}.{naive.TOPIC}", 4, 1)])[f"{at.prefix}.{naive.TOPIC}"].result(30)
        at.publisher.publish(naive.TOPIC, map(naive.message, make_posts(50, ALL)))
        with workers(at, words=("bench.naive", at.prefix)):
            _wait(lambda: at.written() == 50)
            began = time.perf_counter()
            at.publisher.publish(naive.TOPIC, map(naive.message, make_posts(NAIVE)))
            _wait(lambda: at.written() == NAIVE + 50)
            wall = time.perf_counter() - began
        admin.delete_topics([f"{at.prefix}.{naive.TOPIC}"])
    return {"naive_posts_per_s": round(NAIVE / wall)}


def _index_alone() -> dict[str, object]:
    """The indexing agent on pages already understood, beside prepared bodies over one connection."""
    knowledge = _knowledge()
    posts = [p for start in range(0, ALL, REQUEST) for p in understand(make_posts(REQUEST, start), knowledge)]
    with place() as at:
        bodies = [b"".join(created(p, index_of(p, at.prefix)) for p in posts[i : i + REQUEST]) for i in range(0, ALL, REQUEST)]
        headers = {"accept": "application/json", "content-type": "application/x-ndjson"}
        began = time.perf_counter()
        for body in bodies:
            at.client.perform_request("POST", "/_bulk", headers=headers, body=body)
        limit = ALL / (time.perf_counter() - began)
        at.client.indices.forcemerge(index=f"{at.prefix}-posts-*", max_num_segments=1, wait_for_completion=True)
        stored = at.client.indices.stats(index=f"{at.prefix}-posts-*", metric="store")["_all"]["primaries"]["store"]["size_in_bytes"]
    with place() as at, workers(at, words=("sada", "work", "--stage", "index")):
        at.publish(POSTS, understand(make_posts(PAGE, ALL), knowledge))
        _wait(lambda: at.written() == PAGE)
        messages = pages(posts)
        began = time.perf_counter()
        at.publisher.publish(POSTS, messages)
        _wait(lambda: at.written() == ALL + PAGE, 0.05)
        rate = ALL / (time.perf_counter() - began)
    return {"limit_docs_per_s": round(limit), "index_docs_per_s": round(rate), "index_bytes_per_post": round(stored / ALL),
            "page_bytes_per_post": round(sum(map(len, messages)) / ALL)}  # fmt: skip


def _workers_and_partitions() -> dict[str, object]:
    """Posts a second with 1, 2 and 4 partitions and as many workers (at most two: there are two cores)."""
    curve = {
        f"{partitions} partitions, {count} workers": _rate(partitions, count) for partitions, count in ((1, 1), (2, 1), (2, 2), (4, 2))
    }
    return {"curve": curve, "two_workers": round(curve["2 partitions, 2 workers"] / curve["2 partitions, 1 workers"], 2)}


def _rate(partitions: int, count: int) -> float:
    with place(partitions) as at, workers(at, count, HOT):
        at.publish(RAW, make_posts(PAGE * 8, ALL))
        _wait(lambda: at.written() == PAGE * 8)
        time.sleep(5)  # the second worker has taken its partitions by then
        began = time.perf_counter()
        at.publish(RAW, make_posts(ALL))
        _wait(lambda: at.written() == ALL + PAGE * 8)
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
            if due - len(published) >= (RATE // 10 if due < len(posts) else 1):
                at.publish(RAW, posts[len(published) : due])
                published += [time.monotonic()] * (due - len(published))
            now_seen = int(at.client.count(index=f"{at.prefix}-posts")["count"]) - PAGE
            ages += [time.monotonic() - published[n] for n in range(seen, now_seen)]
            seen = max(seen, now_seen)
            time.sleep(0.05)
        ages.sort()
    return {"freshness_p50_s": round(ages[len(ages) // 2], 2), "freshness_p95_s": round(ages[int(len(ages) * 0.95)], 2)}


def _memory() -> dict[str, object]:
    """Resident memory of a worker from a tenth of MEMORY posts to all of them; never more than a few seconds' work lies on Kafka."""
    with place() as at, workers(at, words=HOT) as (worker,):
        sizes = []
        for start in range(0, MEMORY, 10_000):
            at.publish(RAW, make_posts(10_000, start))
            _wait(lambda start=start: at.written() >= start, 0.5)  # type: ignore[misc]
            sizes.append(worker.rss_mb())
    settled = sizes[max(len(sizes) // 10, 1) :]
    return {"memory_posts": MEMORY, "rss_mb": round(sizes[-1]), "rss_growth_percent": round(100 * (settled[-1] / settled[0] - 1), 1),
            "rss_mb_curve": [round(size) for size in sizes[:: max(len(sizes) // 20, 1)]]}  # fmt: skip


PARTS = (_in_turns, _all_stages, _naive_way, _index_alone, _workers_and_partitions, _freshness, _memory)
