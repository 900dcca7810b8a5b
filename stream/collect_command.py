"""sada collect, ledger and check: what comes in, what came in, and what is in the way."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from collectors import own_keys
from collectors.base import Collector, Source
from core.deployment import Deployment
from core.errors import AskedWrongly, CredentialMissing, SadaError
from core.settings import Settings
from store.base import Pass, Store
from stream import checking, ledger, polling, set_up
from stream.every import COLLECTORS

app = typer.Typer()
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
DeploymentName = Annotated[str | None, typer.Option("--deployment", "-d", help="A deployment file, or the name of a shipped one.")]
BROKEN = ("failed", "credential")
ONE_PASS_CACHE_MB = 4  # a single pass reads little of the file again, and must stay small however large the file is


@app.command(epilog="Example: sada collect --once --source x.mentions.CITY --deployment deployments/gaza.toml")
def collect(
    once: Annotated[bool, typer.Option("--once", help="One pass over each source, then stop.")] = False,
    source: Annotated[list[str] | None, typer.Option("--source", help="Only this source, by its id; may be given again.")] = None,
    deployment: DeploymentName = None,
    metrics_port: Annotated[int | None, typer.Option(help="Serve /healthz and /readyz there, while it goes on.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask the platforms: once, or at each source's cadence until stopped."""
    settings = set_up.settings()
    using = set_up.deployment(deployment, settings)
    if not once:
        from stream import running  # themes and cases cost 80 MB: only where it goes on

        return running.run(settings, using, deployment, port=0, demo=False, with_dashboard=False, metrics_port=metrics_port)
    chosen = choose(using, source or [])
    passes = _passes(settings, using, chosen, strictly=bool(source))
    say(passes, as_json, Console())
    if passes and all(p.state in BROKEN for p in passes):
        raise typer.Exit(1)
    return None


def choose(deployment: Deployment, ids: Sequence[str]) -> list[tuple[Collector, Source]]:
    """The deployment's sources, or those named (also second looks and nightly comparisons). Raises AskedWrongly naming the nearest known one."""
    regular = {source.id: (collector, source) for collector in COLLECTORS for source in collector.sources(deployment)}
    known = regular | {source.id: (collector, source) for collector in COLLECTORS for source in polling.beside(collector, deployment)}
    for id in ids:
        if id not in known:
            near = difflib.get_close_matches(id, known, n=1, cutoff=0)
            hint = f"; did you mean {near[0]}?" if near else "; the deployment names no account of a platform we collect from"
            raise AskedWrongly(f"--source {id}: is not a source of {deployment.id}{hint}")
    return [known[id] for id in ids] if ids else list(regular.values())


def _passes(settings: Settings, using: Deployment, chosen: list[tuple[Collector, Source]], strictly: bool) -> list[Pass]:
    """One pass over each; a source without its credential is told, and is an error only where it was named."""
    done = []
    with set_up.collecting(settings, using, ONE_PASS_CACHE_MB) as (store, understand):
        for collector, source in chosen:
            try:
                client = own_keys.client_of(source, collector, settings)
            except CredentialMissing as missing:
                if strictly:
                    raise
                typer.echo(f"{source.id}: {missing}", err=True)
                continue
            done += one_pass(store, (collector, client, source), using, understand)
    return done


def one_pass(store: Store, ready: polling.Ready, using: Deployment, understand: polling.Understand) -> list[Pass]:
    """The pass's line; of one that a mistake of ours broke what the ledger has, and the other sources go on."""
    source = ready[2]
    try:
        return [polling.poll(store, ready, using, understand, set_up.now)]
    except SadaError:
        raise
    except Exception as error:  # the loop's edge: the ledger has its line already
        typer.echo(f"{source.id}: the pass broke ({type(error).__name__}); a mistake of ours", err=True)
        return store.passes(source.id, 1)


@app.command("ledger", epilog="Example: sada ledger --source x.mentions.CITY --limit 20")
def show_ledger(
    source: Annotated[str | None, typer.Option("--source", help="Only this source.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many passes, newest first.")] = 100,
    deployment: DeploymentName = None,
    as_json: AsJson = False,
) -> None:
    """What each pass asked, got, stored and could not reach."""
    settings = set_up.settings()
    with set_up.reading(settings, set_up.deployment(deployment, settings)) as store:
        say(store.passes(source, limit), as_json, Console())


def say(passes: Sequence[Pass], as_json: bool, console: Console) -> None:
    """The ledger lines for a program, or as a table for a person."""
    if as_json:
        typer.echo(json.dumps([ledger.shape(p) for p in passes], ensure_ascii=False))
    else:
        console.print(ledger.drawn(passes))


@app.command(epilog="Example: sada check --deployment deployments/gaza.toml")
def check(
    deployment: DeploymentName = None, offline: Annotated[bool, typer.Option(help="Ask no platform.")] = False,
    try_alerts: Annotated[bool, typer.Option("--try-alerts", help="Send each address of the alerts' rules a message that nothing has happened.")] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """What is set up, what each credential may read, and what is in the way."""
    settings = set_up.settings()
    using = set_up.deployment(deployment, settings)
    found = list(checking.findings(settings, using, set_up.now(), offline))
    if try_alerts:
        from stream import alert_checking, alert_sending  # they bring the cases' libraries, which a pass does not need

        found += alert_checking.tried(using, alert_sending.environment(), settings.others.get("DASHBOARD_URL"))
    if as_json:
        typer.echo(json.dumps([{"what": f.what, "state": f.state, "says": f.says, "then": f.then} for f in found], ensure_ascii=False))
    else:
        Console().print(_drawn([[f.what, f.state, f.says, f.then] for f in found]))
    if any(f.state == "failed" for f in found):
        raise typer.Exit(1)


def _drawn(rows: list[list[Any]]) -> Table:
    drawn = Table("what", "state", "says", "then")
    for row in rows:
        drawn.add_row(*row)
    return drawn
