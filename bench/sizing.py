"""sada size: what a number of posts a day needs, from the measured figures in docs/benchmarks/. The same arithmetic makes docs/scale.md."""

from __future__ import annotations

import json
from math import ceil
from pathlib import Path
from typing import Any

import msgspec

from core.errors import StoreFailed

RESULTS = Path(__file__).parent.parent / "docs" / "benchmarks"
PEAK = 4.0  # the busiest quarter of an hour beside the mean of the day
HEADROOM = 0.6  # of a measured rate, what is planned with
KEPT_DAYS = 365  # posts are kept for a year
COPIES = 2  # one primary, one replica
SHARD_GB = 40.0  # Elastic's advice is 10 to 50 GB a shard
NODE_GB = 1500.0  # disk of one node that is filled to three quarters of 2 TB
RAW_DAYS = 7  # how long raw pages stay on Kafka
READ_DOLLARS = 0.005  # X, a post read (docs.x.com, pricing, seen 2026-11)
READ_CAP = 2_000_000  # X, posts a month by use; beyond it an enterprise contract
FROM_X = 0.3  # of all posts, how many come from X
DAY = 86_400


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table."""

    posts_per_day: int
    peak_per_s: float
    set_up: str
    partitions: int
    workers: int
    index_nodes: int
    shards_per_month: int
    disk_gb: int
    kafka_gb: int
    memory_gb: int
    x_reads_dollars_per_month: int | None  # None: beyond the cap of paying by use
    days_counted_in_1_s: float | None  # by two dimensions, nothing remembered; None: one machine keeps counts by day


def measured(name: str) -> dict[str, Any]:
    """The kept result of one benchmark. Raises StoreFailed naming the command that makes it."""
    path = RESULTS / f"{name}.json"
    if not path.is_file():
        raise StoreFailed(f"{path.name}: is not there; make it with `sada bench {name} --json > docs/benchmarks/{path.name}`")
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def size(posts_per_day: int, stream: dict[str, Any], imported: dict[str, Any], big: dict[str, Any]) -> Size:
    """What so many posts a day need, from what the stream, the import and the questions over ten million posts were measured to take."""
    found, median = stream["runs"][0], stream["median"]
    peak = posts_per_day / DAY * PEAK
    workers = max(1, ceil(peak / (median["posts_per_s"] * HEADROOM)))
    one = peak < imported["median"]["posts_per_s"] * HEADROOM and posts_per_day <= ONE_MACHINE
    disk = posts_per_day * KEPT_DAYS * COPIES * found["index_bytes_per_post"] / 1e9
    nodes = max(1 if one else 2, ceil(disk / NODE_GB), ceil(peak / (found["limit_docs_per_s"] * HEADROOM)))
    reads = posts_per_day * 30 * FROM_X
    return Size(
        posts_per_day=posts_per_day, peak_per_s=round(peak, 1), set_up="one machine" if one else "many machines", partitions=max(4, 2 * workers),
        workers=0 if one else workers, index_nodes=0 if one else nodes, disk_gb=ceil(disk / COPIES if one else disk),
        shards_per_month=0 if one else max(1, ceil(disk / COPIES / 12 / SHARD_GB)),
        kafka_gb=0 if one else ceil(posts_per_day * RAW_DAYS * 2 * found["page_bytes_per_post"] / 1e9),
        memory_gb=4 if one else nodes * 8 + workers + 4, x_reads_dollars_per_month=round(reads * READ_DOLLARS) if reads <= READ_CAP else None,
        days_counted_in_1_s=None if one else round(big["median"]["counted_posts_per_s"] * nodes / posts_per_day, 1),
    )  # fmt: skip


ONE_MACHINE = 30_000  # posts a day: a year of them is the ten million that one SQLite file was planned for
COLUMNS = {
    "posts_per_day": "posts a day", "peak_per_s": "peak, posts/s", "set_up": "set-up", "partitions": "partitions", "workers": "workers",
    "index_nodes": "Elasticsearch nodes", "shards_per_month": "shards a month", "disk_gb": "disk for a year, GB", "kafka_gb": "Kafka, GB",
    "memory_gb": "memory in all, GB", "x_reads_dollars_per_month": "X reads, $ a month",
    "days_counted_in_1_s": "days counted anew in 1 s",
}  # fmt: skip
NO_FIGURE = {"x_reads_dollars_per_month": "by contract", "days_counted_in_1_s": "all: counts are kept"}


def sized(posts_per_day: int) -> Size:
    """What so many posts a day need by the kept results. Raises StoreFailed where one is not there."""
    return size(posts_per_day, measured("stream"), measured("import"), measured("big"))


def table(lines: list[Size]) -> str:
    """The table as Markdown."""
    head = f"| {' | '.join(COLUMNS.values())} |\n|{'---|' * len(COLUMNS)}\n"
    return head + "\n".join(f"| {' | '.join(shown(line, name) for name in COLUMNS)} |" for line in lines)


def shown(line: Size, name: str) -> str:
    """One figure as people read it."""
    value = getattr(line, name)
    if value is None:
        return NO_FIGURE[name]
    return f"{value:,}" if isinstance(value, int | float) else str(value)
