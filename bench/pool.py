"""sada bench pool: whether a worker that lets a pool of processes understand its pages would be faster than as many workers."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from bench import measure
from bench.cluster import PAGE, make_posts, pages
from bench.measure import Figures, Numbers
from enrich.knowledge import Knowledge, learn
from enrich.pipeline import understand
from stream import handling, set_up
from stream.topics import encode

POSTS = 20_000
PROCESSES = 2
RUNS = 3
Messages = tuple[bytes, ...]
Done = tuple[list[bytes], float]  # messages and the CPU seconds that they took

_known: list[Knowledge] = []  # of a process of the pool, learnt once


def run() -> Figures:
    """Posts a second by the clock and CPU seconds of 100,000 posts, each way RUNS times in turns."""
    messages = bundles(pages(make_posts(POSTS)))
    with ProcessPoolExecutor(PROCESSES, get_context("spawn"), _learn) as pool:
        list(pool.map(_understood, messages[:PROCESSES] * 2))  # everybody has learnt
        _learn()
        ways = {"one_process": lambda: _here(messages), "pool": lambda: _pooled(pool, messages), "apart": lambda: _apart(pool, messages)}
        runs = [_turn(ways) for _ in range(RUNS)]
    return measure.report("pool", [dict(run) for run in runs], measure.medians(runs) | {"processes": PROCESSES})


def bundles(messages: Sequence[bytes]) -> list[Messages]:
    """As many messages together as are understood at once."""
    size = handling.TOGETHER // PAGE
    return [tuple(messages[start : start + size]) for start in range(0, len(messages), size)]


def _turn(ways: dict[str, Callable[[], float]]) -> Numbers:
    told: Numbers = {}
    for name, way in ways.items():
        began = time.perf_counter()
        spent = way()
        told |= {f"{name}_posts_per_s": round(POSTS / (time.perf_counter() - began)), f"{name}_cpu_per_100k": round(spent * 1e5 / POSTS, 2)}
    return told


def _here(messages: Sequence[Messages]) -> float:
    return sum(_understood(some)[1] for some in messages)


def _pooled(pool: ProcessPoolExecutor, messages: Sequence[Messages]) -> float:
    """Every page goes to the pool and comes back, as it would in a worker that fetches and sends."""
    began = time.process_time()
    spent = sum(cpu for _, cpu in pool.map(_understood, messages))
    return spent + time.process_time() - began


def _apart(pool: ProcessPoolExecutor, messages: Sequence[Messages]) -> float:
    """Each process has its own pages from the beginning, as workers have their partitions."""
    shares = [tuple(some for share in messages[n::PROCESSES] for some in share) for n in range(PROCESSES)]
    return sum(pool.map(_worked_off, shares))


def _worked_off(messages: Messages) -> float:
    return _here(bundles(messages))


def _learn() -> None:
    _known[:] = [learn(set_up.deployment(None, set_up.settings()))]


def _understood(messages: Messages) -> Done:
    """What the understanding stage does between Kafka and Kafka."""
    began = time.process_time()
    now = set_up.now()
    read, _ = handling.read_pages(messages, "understand", now)
    known, _ = handling.understood(read, lambda posts: understand(posts, _known[0]), now)
    return [encode(page) for page in known], time.process_time() - began
