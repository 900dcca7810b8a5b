"""sada bench import: what the whole way costs beside the sum of its parts, in one run."""

from __future__ import annotations

import csv
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from bench import measure
from core.post import Post
from enrich.knowledge import learn
from enrich.pipeline import understand
from store.base import Batch
from store.embedded import EmbeddedStore
from stream import importing, reading, set_up

ROWS = 20_000
RUNS = 3
MILLION = 1_000_000
START = datetime(2025, 1, 1, tzinfo=UTC)
LABELS = Path(__file__).parent.parent / "enrich" / "labels"


def run(rows: int = ROWS, runs: int = RUNS, large: int = 0) -> dict[str, object]:
    """Median posts a second, the ratio of the whole to parse + enrich + insert alone, and the peak memory.

    With `large` the memory is that of a separate process importing so many rows.
    """
    figures = [_once(rows, seed) for seed in range(runs)]
    median = measure.medians(figures)
    if large:
        median["peak_rss_mb"], median["rows_for_memory"] = _memory(large), large
    return measure.report("import", figures, median)  # type: ignore[arg-type]


def write_rows(path: Path, rows: int, seed: int) -> None:
    """A CSV of invented posts in five languages, each text of our own labels with another number behind it."""
    texts, draw = own_texts(), random.Random(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "text", "created_at", "platform", "author", "likes"))
        for n in range(rows):
            at = START + timedelta(seconds=n * 31)
            writer.writerow(
                (n, f"{draw.choice(texts)} {draw.randrange(10_000)}", at.isoformat(), "x", f"r{draw.randrange(5000)}", draw.randrange(40))
            )


def own_texts() -> list[str]:
    """The texts of our own labelled posts."""
    return [line.split("\t")[0] for path in sorted(LABELS.glob("*.tsv")) for line in path.read_text(encoding="utf-8").splitlines()[1:]]


def _once(rows: int, seed: int) -> dict[str, float]:
    deployment = set_up.deployment(None, set_up.settings())
    knowledge = learn(deployment)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        write_rows(path, rows, seed)
        rules = importing.rules_for(path, {}, deployment)
        understand([importing.to_post(row, rules) for _, row in islice(reading.rows(path), 500)], knowledge)  # type: ignore[arg-type]
        parts = _parts(path, rules, knowledge, Path(folder))
        store = EmbeddedStore(Path(folder) / "whole.db")
        began, cpu = time.perf_counter(), time.process_time()
        importing.run(path, store, rules, lambda posts: understand(posts, knowledge), set_up.now)
        whole, whole_cpu = time.perf_counter() - began, time.process_time() - cpu
        store.close()
    return {"posts_per_s": rows / whole, "ratio_to_parts": whole_cpu / sum(parts.values()), **{f"{k}_s": v for k, v in parts.items()},
            "whole_s": whole_cpu, "peak_rss_mb": measure.peak_rss_mb()}  # fmt: skip


def _parts(path: Path, rules: importing.Rules, knowledge: object, folder: Path) -> dict[str, float]:
    """CPU seconds of parsing, of enriching and of inserting, each alone."""
    with measure.cpu_seconds() as parsing:
        posts = [importing.to_post(row, rules) for _, row in reading.rows(path) if not isinstance(row, str)]
        parse = parsing()
    with measure.cpu_seconds() as enriching:
        understood: list[Post] = []
        for start in range(0, len(posts), importing.BATCH):
            understood += understand(posts[start : start + importing.BATCH], knowledge)  # type: ignore[arg-type]
        enrich = enriching()
    store = EmbeddedStore(folder / "parts.db")
    with measure.cpu_seconds() as inserting:
        for start in range(0, len(understood), importing.BATCH):
            store.save(Batch(posts=tuple(understood[start : start + importing.BATCH])))
        insert = inserting()
    store.close()
    return {"parse": parse, "enrich": enrich, "insert": insert}


def _memory(rows: int) -> float:
    """The peak of a fresh process importing so many rows, in megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        write_rows(Path(folder) / "rows.csv", rows, 1)
        code = f"from bench.importing import import_and_tell; import_and_tell({folder!r})"
        said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603
    return float(said.stdout.split()[-1])


def import_and_tell(folder: str) -> None:
    """Import FOLDER/rows.csv and print this process's peak memory; run in a process of its own."""
    deployment = set_up.deployment(None, set_up.settings())
    knowledge, path = learn(deployment), Path(folder) / "rows.csv"
    store = EmbeddedStore(Path(folder) / "whole.db")
    importing.run(path, store, importing.rules_for(path, {}, deployment), lambda posts: understand(posts, knowledge), set_up.now)
    print(measure.peak_rss_mb())
