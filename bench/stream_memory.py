"""sada bench stream-memory: whether a worker's memory stays flat over many posts, on the real servers."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from bench import measure
from bench.cluster import make_posts, place, wait, workers
from bench.measure import Figures
from bench.stream_parts import HOT
from stream import showing
from stream.topics import RAW

MANY = 2_000_000
STEP = 10_000  # posts published at once; never more than two of these lie on Kafka


def run(large: int = MANY) -> Figures:
    """Figures over `large` posts; needs the servers of `make services`."""
    measure.use_services()
    with showing.progress("memory", "posts") as step:
        found = memory(large, lambda done: step(done, large))
    median = {name: found[name] for name in ("memory_posts", "rss_mb", "rss_growth_percent")}
    return measure.report("stream-memory", [found], median)


def memory(posts: int, done: Callable[[int], None]) -> Figures:
    """Resident memory of one worker while so many new posts are understood and written; `done` hears how far it is."""
    sizes: list[float] = []
    with place() as at, workers(at, words=HOT) as (worker,):
        for start in range(0, posts, STEP):
            at.publish(RAW, make_posts(STEP, start))
            wait(lambda start=start: at.written() >= start, 0.5)  # type: ignore[misc]
            sizes.append(worker.rss_mb())
            done(start)
        wait(lambda: at.written() >= posts, 0.5)
    return {"memory_posts": posts, "rss_mb": round(sizes[-1]), "rss_growth_percent": growth(sizes), "rss_mb_curve": thinned(sizes)}


def growth(sizes: Sequence[float]) -> float:
    """By how many percent the last tenth lies above the second: in the first a worker still loads what it needs."""
    tenth = max(len(sizes) // 10, 1)
    settled, last = sizes[tenth : 2 * tenth] or sizes[:1], sizes[-tenth:]
    return round(100 * (statistics.median(last) / statistics.median(settled) - 1), 1)


def thinned(sizes: Sequence[float], points: int = 20) -> list[int]:
    """At most so many points of the curve, and the last."""
    step = -(-len(sizes) // points)
    return [round(size) for size in (*sizes[:-1:step], sizes[-1])]
