"""sada bench stream: the worker beside a plain loop, beside the naive way, and beside the engine's limit, in one run on the real servers."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from bench import measure
from bench import stream_parts as parts
from bench.measure import Figures, Numbers
from bench.stream_memory import memory
from stream import set_up, showing

Part = Callable[[], Mapping[str, object]]
TIMES = 3  # what is set against something else is measured in turns, so that a busy moment of the machine meets both
MEMORY = 100_000  # posts; over two million: sada bench stream-memory
CURVE = ((1, 1), (2, 1), (2, 2), (4, 2), (2, 2), (2, 1))  # partitions and workers; on two cores no more than two workers
GOALS: dict[str, tuple[str, float]] = {
    "cpu_ratio_to_plain_loop": ("at most", 1.15), "vs_naive": ("at least", 10), "bulk_share_of_limit": ("at least", 0.7),
    "two_workers": ("at least", 1.7), "freshness_p95_s": ("at most", 3.0), "rss_growth_percent": ("at most", 5.0),
}  # fmt: skip


def run() -> Figures:
    """Figures named as in the interface; needs the servers of `make services`. Takes about seven minutes where nothing else is at work.

    What is done part by part is kept in SADA_DATA: broken off and started again, it goes on with the part it was at.
    """
    measure.use_services()
    kept = Path(set_up.settings().data) / "bench-stream.json"
    with showing.progress("stream", "parts") as step:
        found = in_parts(PARTS, kept, lambda done: step(done, len(PARTS)))
    kept.unlink()
    return document(found)


def in_parts(each: Mapping[str, Part], kept: Path, done: Callable[[int], None]) -> Figures:
    """What all parts found, and how busy the machine was before each; those that `kept` knows are not measured again."""
    known = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {"load_average": {}}
    for number, (name, part) in enumerate(each.items(), 1):
        if name not in known["load_average"]:
            load = round(os.getloadavg()[0], 1)
            known.update(part())
            known["load_average"][name] = load
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(known), encoding="utf-8")
        done(number)
    return known


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
    told = ("curve", "two_workers", "two_workers_by_cpu", "two_workers_ceiling", "worker_cpu_per_100k", "small_pages_cpu_per_100k", "servers_cpu_per_100k",
            "freshness_p95_s", "rss_growth_percent", "memory_posts", "load_average")  # fmt: skip
    return {
        "posts_per_s": found.get("worker_posts_per_s"), "cpu_ratio_to_plain_loop": _ratio(found, "worker_cpu_per_100k", "plain_cpu_per_100k"),
        "cpu_ratio_with_cases_and_themes": _ratio(found, "all_stages_cpu_per_100k", "plain_all_cpu_per_100k"),
        "vs_naive": _ratio(found, "worker_posts_per_s", "naive_posts_per_s"), "bulk_share_of_limit": _ratio(found, "index_docs_per_s", "limit_docs_per_s"),
    } | {name: found.get(name) for name in told}  # fmt: skip


def _ratio(found: Figures, one: str, other: str) -> float | None:
    if one not in found or other not in found:
        return None
    return round(float(found[one]) / float(found[other]), 3)  # type: ignore[arg-type]


def in_turns(*ways: Callable[[], Numbers], times: int = TIMES) -> Figures:
    """The ways one after another, so many times, every second time in the other order: medians."""
    runs: list[Numbers] = []
    for turn in range(times):
        told: Numbers = {}
        for way in ways[:: -1 if turn % 2 else 1]:
            told |= way()
        runs.append(told)
    return measure.medians(runs) | {f"turns_of_{ways[0].__name__}": runs}


def _writing() -> Figures:
    posts = parts.understood_posts(parts.knowledge())

    def limit() -> Numbers:
        return parts.bulk_limit(posts)

    return in_turns(limit, lambda: parts.index_alone(posts), times=2)


def _workers_and_partitions() -> Figures:
    measured: dict[str, list[Numbers]] = {}
    for partitions, count in CURVE:
        measured.setdefault(f"{partitions} partitions, {count} workers", []).append(parts.several(partitions, count))
    curve = {point: measure.medians(runs) for point, runs in measured.items()}
    return {"curve": curve} | two_workers(curve["2 partitions, 1 workers"], curve["2 partitions, 2 workers"])


def two_workers(one: Figures, two: Figures) -> Figures:
    """By the clock of this machine, and where each worker has a core to itself: by the CPU seconds that they took for the same posts."""
    by = {name: float(str(two[name])) / float(str(one[name])) for name in ("posts_per_s", "cpu_per_100k")}
    return {"two_workers": round(by["posts_per_s"], 2), "two_workers_by_cpu": round(2 / by["cpu_per_100k"], 2)}


def _memory() -> Figures:
    return memory(MEMORY, lambda done: None)


def ceiling(found: Figures) -> Figures:
    """What two workers could gain on two cores at the most, since the servers' work needs these cores too; nothing where that is not known."""
    worker, servers = found.get("worker_cpu_per_100k"), found.get("servers_cpu_per_100k")
    if not isinstance(worker, int | float) or not isinstance(servers, int | float):
        return {}
    return {"two_workers_ceiling": round(2 * worker / (worker + servers), 2)}


def _turns() -> Figures:
    found = in_turns(parts.plain_loop, parts.one_worker)
    return found | ceiling(found)


def _all_stages() -> Figures:
    return in_turns(parts.all_stages, times=1)


PARTS: dict[str, Part] = {
    "worker beside plain loop": _turns, "naive way": parts.naive_way, "cases and themes too": _all_stages, "writing": _writing,
    "small pages": parts.small_pages, "freshness": parts.freshness, "workers and partitions": _workers_and_partitions, "memory": _memory,
}  # fmt: skip
