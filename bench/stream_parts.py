"""The measurements of the stream, each a function that makes a place of its own and returns figures."""

from __future__ import annotations

import os
import time
from contextlib import suppress

from msgspec.structs import replace

from bench import naive
from bench.cluster import PAGE, START, Place, Worker, make_posts, pages, place, servers_cpu, wait, workers
from bench.measure import Numbers
from cases import desk
from cases.store import open_cases
from core.errors import StoreFailed
from core.post import Post
from core.settings import read
from enrich.knowledge import Knowledge, learn
from enrich.pipeline import understand
from store.base import Batch
from store.distributed import open_distributed
from store.elastic import BULK, ElasticStore
from store.elastic_bodies import index_of
from store.elastic_saving import created
from stream import kafka, set_up
from stream.following import ThemeJoin, count_themes
from stream.handling import TOGETHER
from stream.topics import COUNTS, POSTS, RAW, prefixed

ALL = 20_000  # posts of each measured run
INDEXED = 60_000  # posts where they are only written, which is faster
NAIVE = 1_000  # the naive way is slow: its rate shows in fewer
SMALL_PAGE = 10  # what a quiet source brings at once
FEWER = 10_000  # posts of each point of the curve
RATE, SECONDS = 300, 20  # freshness: posts a second, and for how long
HOT = ("sada", "work", "--stage", "understand", "--stage", "index")  # what a plain loop of understanding and writing does too
BULK_HEADERS = {"accept": "application/json", "content-type": "application/x-ndjson"}


def knowledge() -> Knowledge:
    """What the worker knows too."""
    return learn(set_up.deployment(None, set_up.settings()))


def per_100k(seconds: float, posts: int = ALL) -> float:
    """CPU seconds of 100,000 posts."""
    return round(seconds * 100_000 / posts, 2)


def plain_loop() -> Numbers:
    """The same understanding and the same bulk writes, as many posts at once, without Kafka and Faust; then also cases and themes."""
    known, posts = knowledge(), make_posts(ALL)
    with place() as at:
        settings = read(os.environ | {"SADA_PREFIX": at.prefix})
        cases, store = open_cases(settings), open_distributed(settings)
        join = ThemeJoin(store, known.deployment, lambda: posts[-1].created_at)
        join.step([(0, count_themes(understand(posts[:TOGETHER], known), known.deployment))])  # everything is loaded by then
        began, cpu = time.perf_counter(), time.process_time()
        told = [_understood_and_written(posts[start : start + TOGETHER], at.store, known) for start in range(0, ALL, TOGETHER)]
        spent, wall = time.process_time() - cpu, time.perf_counter() - began
        for request in told:
            desk.receive(request, known.deployment, cases, START, 0)
        counts = [count_themes(request[n : n + PAGE], known.deployment) for request in told for n in range(0, TOGETHER, PAGE)]
        join.step(list(enumerate(counts, 1)))
        more = time.process_time() - cpu
        cases.close()
        store.close()
    return {"plain_cpu_per_100k": per_100k(spent), "plain_all_cpu_per_100k": per_100k(more), "plain_posts_per_s": round(ALL / wall)}


def _understood_and_written(posts: list[Post], store: ElasticStore, known: Knowledge) -> list[Post]:
    told = understand(posts, known)
    store.save(Batch(posts=tuple(told)))
    return told


def one_worker(size: int = PAGE) -> Numbers:
    """One worker that understands and writes pages of `size` posts."""
    with place() as at, workers(at, words=HOT) as (worker,):
        wall, spent, servers = _worked(at, [worker], ALL, size)
    found = {"worker_cpu_per_100k": per_100k(spent), "worker_posts_per_s": round(ALL / wall)}
    return found | ({"servers_cpu_per_100k": per_100k(servers)} if servers is not None else {})


def small_pages() -> Numbers:
    """The same with the pages of quiet sources."""
    return {f"small_pages_{name.removeprefix('worker_')}": figure for name, figure in one_worker(SMALL_PAGE).items() if "worker" in name}


def all_stages() -> Numbers:
    """The worker as it is started without --stage: cases and themes too, until these have caught up."""
    with place() as at, workers(at) as (worker,):
        _warmed(at, 1)
        wait(lambda: _has_followed(at), 1.0)
        began, cpu = time.perf_counter(), worker.cpu()
        at.publish(RAW, make_posts(ALL))
        wait(lambda: at.written() == ALL + PAGE and _has_followed(at), 1.0)
        wall, spent = time.perf_counter() - began, worker.cpu() - cpu
    return {"all_stages_cpu_per_100k": per_100k(spent), "all_stages_posts_per_s": round(ALL / wall)}


def _has_followed(at: Place) -> bool:
    """Whether cases and themes have been made of every page there is; a group that has just begun cannot say it yet."""
    with suppress(StoreFailed):
        return not any(kafka.lag(at.kafka, f"{at.prefix}-sada-follow", prefixed(topic, at.prefix)) for topic in (POSTS, COUNTS))
    return False


def naive_way() -> Numbers:
    """One faust.Record a message, one post understood at a time, one request a post."""
    with place() as at:
        at.add_topic(naive.TOPIC, 4)
        at.publisher.publish(naive.TOPIC, map(naive.message, make_posts(50, ALL)))
        with workers(at, words=("bench.naive", at.prefix)):
            wait(lambda: at.written() == 50)
            began = time.perf_counter()
            at.publisher.publish(naive.TOPIC, map(naive.message, make_posts(NAIVE)))
            wait(lambda: at.written() == NAIVE + 50)
            wall = time.perf_counter() - began
    return {"naive_posts_per_s": round(NAIVE / wall)}


def understood_posts(known: Knowledge) -> list[Post]:
    """Posts as the index stage gets them: ALL of them, told again under other ids until there are INDEXED."""
    posts = [post for start in range(0, ALL, TOGETHER) for post in understand(make_posts(TOGETHER, start), known)]
    return [replace(posts[n % ALL], id=f"x:{n}") for n in range(INDEXED)]


def bulk_limit(posts: list[Post]) -> Numbers:
    """Prepared bodies over one connection, and what a post takes on disk afterwards."""
    with place() as at:
        bodies = [b"".join(created(p, index_of(p, at.prefix)) for p in posts[i : i + TOGETHER]) for i in range(0, INDEXED, TOGETHER)]
        began = time.perf_counter()
        for body in bodies:
            at.client.perform_request("POST", BULK, headers=BULK_HEADERS, body=body)
        limit = INDEXED / (time.perf_counter() - began)
        at.client.indices.forcemerge(index=f"{at.prefix}-posts-*", max_num_segments=1, wait_for_completion=True)
        stored = at.client.indices.stats(index=f"{at.prefix}-posts-*", metric="store")["_all"]["primaries"]["store"]["size_in_bytes"]
    return {"limit_docs_per_s": round(limit), "index_bytes_per_post": round(stored / INDEXED)}


def index_alone(posts: list[Post]) -> Numbers:
    """The indexing agent on pages already understood."""
    with place() as at, workers(at, words=("sada", "work", "--stage", "index")):
        at.publish(POSTS, understand(make_posts(PAGE, INDEXED), knowledge()))
        wait(lambda: at.written() == PAGE)
        messages = pages(posts)
        began = time.perf_counter()
        at.publisher.publish(POSTS, messages)
        wait(lambda: at.written() == INDEXED + PAGE, 0.05)
        rate = INDEXED / (time.perf_counter() - began)
    return {"index_docs_per_s": round(rate), "page_bytes_per_post": round(sum(map(len, messages)) / INDEXED)}


def several(partitions: int, count: int) -> Numbers:
    """So many workers on so many partitions: posts a second by the clock, and what they take of the processors together."""
    with place(partitions) as at, workers(at, count, HOT) as started:
        wall, spent, _ = _worked(at, started, FEWER, PAGE)
    return {"posts_per_s": round(FEWER / wall), "cpu_per_100k": per_100k(spent, FEWER)}


def _worked(at: Place, started: list[Worker], posts: int, size: int) -> tuple[float, float, float | None]:
    """Clock seconds, the workers' CPU seconds and the servers' for so many posts, from published to written."""
    _warmed(at, len(started))
    messages = pages(make_posts(posts), size)
    done = at.written() + posts
    began, cpu, servers = time.perf_counter(), [worker.cpu() for worker in started], servers_cpu()
    at.publisher.publish(RAW, messages)
    wait(lambda: at.written() == done)
    wall, spent, after = time.perf_counter() - began, sum(w.cpu() for w in started) - sum(cpu), servers_cpu()
    return wall, spent, None if servers is None or after is None else after - servers


def _warmed(at: Place, count: int) -> None:
    """Every worker has taken its partitions and written once."""
    if count > 1:
        wait(lambda: at.members() == count)
    at.publish(RAW, make_posts(PAGE * count, ALL))
    wait(lambda: at.written() == PAGE * count)


def freshness() -> Numbers:
    """Seconds from published to searchable: how many posts can be searched is asked all the time and set against when each was published."""
    with place() as at, workers(at):
        at.publish(RAW, make_posts(PAGE, ALL))
        wait(lambda: at.count() == PAGE)
        ages = sorted(_ages(at, make_posts(RATE * SECONDS)))
    return {"freshness_p50_s": round(ages[len(ages) // 2], 2), "freshness_p95_s": round(ages[int(len(ages) * 0.95)], 2)}


def _ages(at: Place, posts: list[Post]) -> list[float]:
    published: list[float] = []
    ages: list[float] = []
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
    return ages
