"""Writes docs/benchmarks.md and docs/scale.md from the results kept in docs/benchmarks/: python -m bench.document"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench import sizing

DOCS = Path(__file__).parent.parent / "docs"
SAYS = {
    "import": "A file of invented posts in five languages goes the whole way (parsed, enriched, searchable); the same three parts are measured alone in the same run, in CPU seconds.",
    "pages": "The slowest question of each page over a SQLite file, with a hundred thousand and with a million posts.",
    "big": "The slowest questions of each page over one and ten million posts of two years in Elasticsearch, by the clock, 95th percentiles. `p95_ms`: the clock goes on and the newest two months change between askings, older months may be remembered; `cold_`: nothing is remembered.",
    "enrich": "The whole pipeline in batches of 500, beside lingua alone and beside the usual parts, one text at a time.",
    "stream": "A Faust worker on real Kafka and Elasticsearch, beside a plain loop, the naive way, and prepared bulk bodies. With cases and themes the two are not quite alike: the loop joins all counts in one window, the worker those of five seconds.",
    "stream-memory": "Resident memory of one worker while new posts are understood and written: the median of the last tenth beside that of the second.",
    "pool": "Pages read, understood and encoded in one process, in two that share them out of a pool, and in two that read for themselves as two workers do; no servers.",
    "themes": "The detector over a stream of posts.",
    "queue": "The queue's questions with a hundred thousand open cases.",
    "collect": "One pass of ten thousand posts in five languages through X's own client, every enricher and the store: the whole command, in a process of its own.",
}


def main() -> None:
    """Write both documents."""
    (DOCS / "benchmarks.md").write_text(benchmarks(), encoding="utf-8")
    (DOCS / "scale.md").write_text(scale(), encoding="utf-8")


def results() -> list[dict[str, Any]]:
    """Every kept result, in the order of SAYS."""
    paths = [DOCS / "benchmarks" / f"{name}.json" for name in SAYS]
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.is_file()]


def benchmarks() -> str:
    """docs/benchmarks.md."""
    head = (
        "# Benchmarks\n\nMade by `python -m bench.document` from the results in docs/benchmarks/, each the output of `sada bench NAME --json` on the machine it names. "
        "Ratios come from one run and hold on other machines; absolute figures do not.\n"
    )
    return head + "\n".join(_section(result) for result in results())


def _section(result: dict[str, Any]) -> str:
    name, machine = result["bench"], result["machine"]
    rows = "\n".join(f"| {key} | {_shown(value)} |" for key, value in result["median"].items())
    missed = "".join(f"- goal not reached: {line}\n" for line in result.get("missed", ()))
    versions = ", ".join(f"{library} {version}" for library, version in result["versions"].items())
    return f"\n## {name}\n\n{SAYS[name]} Repeat: `sada bench {name}`.\n\n| figure | median |\n|---|---|\n{rows}\n\n{missed}\n{machine['cpus']} × {machine['processor']}; {versions}.\n"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {_shown(v)}" for k, v in value.items())
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def scale() -> str:
    """docs/scale.md: the same table that `sada size` prints."""
    lines = [sizing.sized(n) for n in (10_000, 1_000_000, 10_000_000, 100_000_000)]
    return (DOCS / "scale.head.md").read_text(encoding="utf-8").replace("TABLE", sizing.table(lines))


if __name__ == "__main__":
    main()
