"""sada demo: makes and plays a deployment's demo stream."""

from __future__ import annotations

import json
import time
from typing import Annotated

import msgspec
import typer

from cases.store import open_cases
from enrich.knowledge import learn
from enrich.pipeline import understand
from stream import demo, set_up, showing

app = typer.Typer()
USUAL = "momra"  # the deployment played where none is named


@app.command("demo", epilog="Example: sada demo --deployment eastern-province --once")
def play_demo(deployment: Annotated[str | None, typer.Option("--deployment", "-d", help="A deployment file, or the name of a shipped one.")] = None,
              once: Annotated[bool, typer.Option(help="Make the history up to now and stop.")] = False,
              speed: Annotated[float, typer.Option(min=0.1, max=100_000, help="How many hours of the stream pass in an hour.")] = 1.0,
              seed: Annotated[int, typer.Option(min=0, help="Another seed, another stream with the same totals.")] = demo.SEED,
              as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False) -> None:  # fmt: skip
    """Make a deployment's demo: its own totals in invented texts; then play on until stopped."""
    settings = set_up.settings()
    using = set_up.deployment(deployment or settings.deployment or USUAL, settings)
    began = time.monotonic()
    knowledge = learn(using)
    with set_up.writing(settings, using) as store, showing.progress("making the demo", "posts") as step:
        case_store = open_cases(settings)
        state = demo.loaded(store, case_store, using, seed, set_up.now(), lambda posts: understand(posts, knowledge), step, settings.data)
        case_store.close()
    told = {"deployment": state.deployment, "posts": state.posts, "cases": state.cases, "seconds": round(time.monotonic() - began, 2)}
    sentence = f"{state.posts:,} posts and {state.cases:,} cases of the demo of {state.deployment} up to {state.until:%Y-%m-%d %H:%M} UTC are in {settings.data}"
    typer.echo(json.dumps(msgspec.to_builtins(told)) if as_json else sentence)
