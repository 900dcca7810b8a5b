"""sada demo: makes and plays a deployment's demo stream."""

from __future__ import annotations

import json
import time
from typing import Annotated

import typer

from enrich.knowledge import learn
from enrich.pipeline import understand
from stream import demo, demo_playing, running, set_up
from stream.following import ThemeFollower

app = typer.Typer()


@app.command("demo", epilog="Example: sada demo --deployment eastern-province --once")
def play_demo(deployment: Annotated[str | None, typer.Option("--deployment", "-d", help="A deployment file, or the name of a shipped one.")] = None,
              once: Annotated[bool, typer.Option(help="Make the history up to now and stop.")] = False,
              speed: Annotated[float, typer.Option(min=0.1, max=100_000, help="How many hours of the stream pass in an hour.")] = 1.0,
              seed: Annotated[int, typer.Option(min=0, help="Another seed, another stream with the same totals.")] = demo.SEED,
              as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False) -> None:  # fmt: skip
    """Make a deployment's demo: its own totals in invented texts; then play on until stopped."""
    settings = set_up.settings()
    name = deployment or settings.deployment or running.USUAL_DEMO
    using = set_up.deployment(name, settings)
    if not once:
        running.run(settings, using, name, port=0, demo=True, with_dashboard=False, seed=seed, speed=speed)
        return
    began = time.monotonic()
    knowledge = learn(using)
    with set_up.writing(settings, using) as store:
        known = demo.state_of(store)
        state = demo_playing.begun(store, settings, using, seed, set_up.now(), lambda posts: understand(posts, knowledge))
        if known is None or not known.done:
            ThemeFollower(store, using, set_up.now).run()
    told = {"deployment": state.deployment, "posts": state.posts, "cases": state.cases, "seconds": round(time.monotonic() - began, 2)}
    sentence = f"{state.posts:,} posts and {state.cases:,} cases of the demo of {state.deployment} up to {state.until:%Y-%m-%d %H:%M} UTC are in {settings.data}"
    typer.echo(json.dumps(told) if as_json else sentence)
