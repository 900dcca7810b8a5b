"""sada bench: long measurements, each beside its alternative and its limit in one run."""

from __future__ import annotations

import importlib
import json
from typing import Annotated

import msgspec
import typer

from core.errors import AskedWrongly

app = typer.Typer()
# What may be measured → where it is measured: a module of bench/ with `run() -> dict`.
BENCHES = {"import": "importing", "pages": "pages", "enrich": "enrich", "stream": "stream", "stream-memory": "stream_memory", "pool": "pool", "themes": "themes", "queue": "queue", "collect": "collecting", "ablation": "ablation",
           "big": "big", "shares": "share_methods"}  # fmt: skip


@app.command(epilog="Example: sada bench import --json > import.json")
def bench(what: str, large: Annotated[int, typer.Option(help="import: also measure memory over so many rows; big: the larger of the two sizes; stream-memory: over so many posts.")] = 0,
          as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False) -> None:  # fmt: skip
    """Measure import, pages, enrich, stream, stream-memory, pool, themes, queue, collect, ablation, big or shares on this machine."""
    if what not in BENCHES:
        raise AskedWrongly(f"bench {what}: there is no such measurement; ask for one of {', '.join(BENCHES)}")
    measured = importlib.import_module(f"bench.{BENCHES[what]}")
    found = measured.run(large=large) if what in ("import", "big", "stream-memory") and large else measured.run()
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    typer.echo(f"{what} on {found['machine']['cpus']} × {found['machine']['processor']}")
    for name, figure in found["median"].items():
        typer.echo(f"  {name:>24}  {figure}")


@app.command(epilog="Example: sada size --posts-per-day 1000000")
def size(
    posts_per_day: Annotated[int, typer.Option("--posts-per-day", help="How many posts come in on a usual day.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """What a number of posts a day needs: partitions, workers, nodes, disk, memory, money."""
    from bench import sizing

    if posts_per_day < 1:
        raise AskedWrongly(f"--posts-per-day {posts_per_day}: give at least 1")
    found = sizing.sized(posts_per_day)
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(found)))
        return
    for name, says in sizing.COLUMNS.items():
        typer.echo(f"{says:>24}  {sizing.shown(found, name)}")
