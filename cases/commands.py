"""sada cases, report, users: cases at the command line."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cases import printing, report
from cases.query import FindCases
from cases.store import CaseStore, open_cases
from core import settings as settings_of
from core.deployment import Deployment, load
from core.errors import AskedWrongly, BadDeployment

app = typer.Typer()
cases_app = typer.Typer(no_args_is_help=True, help="Cases: list them, look at one, move it.")
app.add_typer(cases_app, name="cases")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
DeploymentName = Annotated[str | None, typer.Option("--deployment", "-d", help="A deployment file, or the name of a shipped one.")]
DEPLOYMENTS = Path(__file__).parent.parent / "deployments"


def now() -> datetime:
    """The clock of this shell; logic gets the time as an argument."""
    return datetime.now(UTC)


def settings() -> settings_of.Settings:
    """What the environment and .env say."""
    dotenv = Path(".env")
    return settings_of.read(os.environ, dotenv.read_text(encoding="utf-8") if dotenv.is_file() else "")


def deployment(name: str | None) -> Deployment:
    """The deployment asked for, else that of SADA_DEPLOYMENT, else the neutral one. Raises BadDeployment."""
    asked = name or settings().deployment or "default"
    for path in (Path(asked), DEPLOYMENTS / f"{asked}.toml"):
        if path.is_file():
            return load(path)
    raise BadDeployment(
        f"{asked}: there is no such deployment file; name a file, or one of: {', '.join(sorted(p.stem for p in DEPLOYMENTS.glob('*.toml')))}"
    )


@contextmanager
def opened() -> Iterator[CaseStore]:
    """The cases of this machine's settings."""
    store = open_cases(settings())
    try:
        yield store
    finally:
        store.close()


def say(as_json: bool, result: object, text: str) -> None:
    """The result for a program, or the text for a person."""
    typer.echo(json.dumps(msgspec.to_builtins(result), ensure_ascii=False) if as_json else text)


def whoami() -> str:
    """The account of the operating system that works at the command line; it stands in the history and the audit."""
    return f"cli:{getpass.getuser()}"


@cases_app.command("list", epilog="Example: sada cases list --status referred --department roads")
def list_cases(status: Annotated[list[str] | None, typer.Option()] = None, department: Annotated[list[str] | None, typer.Option()] = None,
               category: Annotated[list[str] | None, typer.Option()] = None, overdue: bool = False,
               settled: Annotated[bool, typer.Option(help="Settled ones too.")] = False, limit: int = 50, as_json: AsJson = False) -> None:  # fmt: skip
    """The queue: open cases, overdue first."""
    asked = FindCases(statuses=tuple(status or ()), departments=tuple(department or ()), categories=tuple(category or ()), limit=limit,
                      is_open=None if settled or status else True, overdue_at=now() if overdue else None)  # fmt: skip
    with opened() as store:
        found = store.find(asked)
    say(as_json, found.cases, printing.queue(found, now()))


@app.command("report", epilog="Example: sada report categories --json; sada report department --language ar")
def make_report(by: Annotated[str, typer.Argument(help="categories, departments, branches, places or channels.")],
                language: Annotated[str, typer.Option(help="In which language names are.")] = "en",
                deployment_name: DeploymentName = None, as_json: AsJson = False) -> None:  # fmt: skip
    """Received, handled and closed reports, how fast, and what is overdue."""
    dimension = printing.SINGULAR.get(by, by)
    if dimension not in report.DIMENSIONS:
        raise AskedWrongly(f"report {by}: is not known; ask for one of {', '.join(printing.SINGULAR)}")
    with opened() as store:
        table = report.table(store.all(), dimension, deployment(deployment_name), now(), language)
    say(as_json, report.named(table), printing.report(table))
