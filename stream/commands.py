"""sada import, run, export, backup, restore: posts on the move."""

from __future__ import annotations

import getpass
import json
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer

from cases.store import open_cases
from core.errors import AskedWrongly, BadInput
from enrich.knowledge import learn
from enrich.pipeline import understand
from stream import backup, demo_command, exporting, importing, reading, receive_command, running, set_up
from stream.moments import Order
from stream.showing import progress

app = typer.Typer()
app.registered_commands += demo_command.app.registered_commands
app.registered_commands += receive_command.app.registered_commands
Dates = Literal["day-first", "month-first"]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
DeploymentName = Annotated[str | None, typer.Option("--deployment", "-d", help="A deployment file, or the name of a shipped one.")]


def say(as_json: bool, result: object, sentence: str) -> None:
    """The result for a program, or the sentence for a person."""
    typer.echo(json.dumps(msgspec.to_builtins(result), ensure_ascii=False) if as_json else sentence)


@app.command("import", epilog="Example: sada import complaints-2025.csv --map text=Complaint --map created_at=Date")
def import_file(file: Path, map: Annotated[list[str] | None, typer.Option("--map", help="FIELD=COLUMN, or COLUMN=- to leave one out.")] = None,
                deployment: DeploymentName = None, dates: Annotated[Dates | None, typer.Option(help="What stands first in 3/4/2026; else as the column's other dates show, and the day where none does.")] = None,
                as_json: AsJson = False) -> None:  # fmt: skip
    """Import history from CSV, TSV, XLSX or JSONL; again and again without doubling anything."""
    settings = set_up.settings()
    using = set_up.deployment(deployment, settings)
    rules = importing.rules_for(file, _pairs(map or []), using, Order(dates) if dates else None)
    for shown in rules.month_first if dates is None else ():
        typer.echo(
            f"{rules.columns[shown.field]}: the month is read before the day, as line {shown.line} shows; --dates day-first says otherwise",
            err=True,
        )
    began = time.monotonic()
    knowledge = learn(using)
    rejected = importing.rejected_of(file, settings.data)
    with set_up.writing(settings, using) as store, progress("importing", "lines") as tell:
        lines = reading.count_lines(file)
        done = importing.run(
            file, store, rules, lambda posts: understand(posts, knowledge), set_up.now, lambda p: tell(p.line, lines), rejected
        )
    result = {name: getattr(done, name) for name in ("read", "stored", "updated", "duplicates", "refused")}
    result["seconds"] = round(time.monotonic() - began, 2)  # type: ignore[assignment]
    why = f"; the refused lines and why: {rejected}" if done.refused else ""
    say(
        as_json,
        result,
        f"{done.read} read: {done.stored} stored, {done.updated} updated, {done.duplicates} known already, {done.refused} refused{why}",
    )


def _pairs(asked: list[str]) -> dict[str, str]:
    for pair in asked:
        if "=" not in pair:
            raise AskedWrongly(f"--map {pair}: is not FIELD=COLUMN; for instance --map text=Complaint")
    return dict(pair.split("=", 1) for pair in asked)


@app.command(epilog="Example: sada run --deployment deployments/gaza.toml")
def run(deployment: DeploymentName = None, port: Annotated[int, typer.Option(min=1, max=65535, help="Of the dashboard.")] = 8501, demo: Annotated[bool, typer.Option(help="Play the deployment's demo stream.")] = False,
        speed: Annotated[float, typer.Option(min=0.1, max=10_000, help="Of the demo: how many of its hours pass in an hour.")] = 1.0,
        no_dashboard: bool = False) -> None:  # fmt: skip
    """Start everything on this machine: collectors, understanding, themes, cases and the dashboard."""
    settings = set_up.settings()
    name = deployment or settings.deployment or (running.USUAL_DEMO if demo else None)
    running.run(settings, set_up.deployment(name, settings), name, port=port, demo=demo, with_dashboard=not no_dashboard, speed=speed)


@app.command("backup", epilog="Example: sada backup /mnt/backups/2026-11-22")
def make_backup(folder: Path, as_json: AsJson = False) -> None:
    """Copy everything of SADA_DATA into an empty folder, while the system runs."""
    began, settings = time.monotonic(), set_up.settings()
    if (settings.data / "cases.db").is_file():
        with closing(open_cases(msgspec.structs.replace(settings, postgres=None))) as there:
            exporting.leaves(there, "backup", f"cli:{getpass.getuser()}", set_up.now())
    posts, cases = backup.copy(settings.data, folder)
    say(
        as_json,
        {"posts": posts, "cases": cases, "seconds": round(time.monotonic() - began, 2)},
        f"{posts} posts and {cases} cases are in {folder}",
    )


@app.command(epilog="Example: SADA_DATA=./var-new sada restore /mnt/backups/2026-11-22")
def restore(folder: Path, as_json: AsJson = False) -> None:
    """Put a backup into an empty SADA_DATA."""
    if not (folder / "posts.db").is_file():
        raise BadInput(f"{folder}: holds no backup of Sada (no posts.db in it); name the folder that `sada backup` was given")
    began = time.monotonic()
    posts, cases = backup.copy(folder, set_up.settings().data)
    say(
        as_json,
        {"posts": posts, "cases": cases, "seconds": round(time.monotonic() - began, 2)},
        f"{posts} posts and {cases} cases are restored",
    )


@app.command(epilog="Example: sada export posts --format csv --out posts.csv")
def export(what: str, format: Annotated[str, typer.Option("--format", help="jsonl, csv or parquet.")] = "jsonl",
           out: Annotated[Path | None, typer.Option("--out", help="A file; else standard output.")] = None,
           deployment: DeploymentName = None) -> None:  # fmt: skip
    """Everything of one kind, one record a line: posts, accounts, samples, cases, themes, or corrections for `sada train`."""
    for asked, known in ((what, tuple(exporting.RECORDS)), (format, exporting.FORMATS)):
        if asked not in known:
            raise AskedWrongly(f"export {asked}: is not known; ask for one of {', '.join(known)}")
    if format == "parquet" and out is None:
        raise AskedWrongly("--format parquet: needs a file to write; add --out posts.parquet")
    if out is not None and (out.is_dir() or not out.absolute().parent.is_dir()):
        raise AskedWrongly(f"--out {out}: cannot be written; name a file in a folder that is there")
    settings, to = set_up.settings(), out or sys.stdout.buffer
    who, about = f"cli:{getpass.getuser()}", set_up.deployment(deployment, settings)
    if what == "cases":
        with closing(open_cases(settings)) as cases:
            count = exporting.write(exporting.all_cases(cases, who, set_up.now()), what, format, to)
    elif what == "posts":
        with set_up.reading(settings, about) as store, closing(open_cases(settings)) as cases:
            count = exporting.write(exporting.all_posts(store, cases, who, set_up.now()), what, format, to)
    elif what == "corrections":
        with closing(open_cases(settings)) as cases, set_up.reading(settings, about) as store:
            count = exporting.write(exporting.all_corrections(store, cases, about, who, set_up.now()), what, format, to)
    else:
        with set_up.reading(settings, about) as store, closing(open_cases(settings)) as cases:
            exporting.leaves(cases, what, who, set_up.now())
            count = exporting.write(exporting.records(store, what), what, format, to)
    typer.echo(f"{count} {what} written", err=True)
