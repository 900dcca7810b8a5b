"""sada cases, report, users: cases at the command line."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer

from cases import audit_owner, holding, printing, report, users, work
from cases.query import FindCases, FoundCases
from cases.roles import Person, Role
from cases.store import CaseStore, open_cases
from core import settings as settings_of
from core.case import Status
from core.deployment import Deployment
from core.deployment_file import file_of, load
from core.errors import AskedWrongly

app = typer.Typer()
cases_app = typer.Typer(no_args_is_help=True, help="Cases: list them, look at one, move it.")
users_app = typer.Typer(no_args_is_help=True, help="Accounts: who may sign in, and as what.")
app.add_typer(cases_app, name="cases")
app.add_typer(users_app, name="users")

Limit = Annotated[int, typer.Option(min=1, help="How many at most.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
DeploymentName = Annotated[str | None, typer.Option("--deployment", "-d", help="A deployment file, or the name of a shipped one.")]


def now() -> datetime:
    """The clock of this shell; logic gets the time as an argument."""
    return datetime.now(UTC)


def settings() -> settings_of.Settings:
    """What the environment and .env say."""
    return settings_of.of_this_process()


def deployment(name: str | None) -> Deployment:
    """The deployment asked for, else that of SADA_DEPLOYMENT, else the neutral one. Raises BadDeployment."""
    return load(file_of(name or settings().deployment))


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
               settled: Annotated[bool, typer.Option(help="Settled ones too.")] = False, limit: Limit = 50, as_json: AsJson = False) -> None:  # fmt: skip
    """The queue: open cases, overdue first."""
    asked = FindCases(statuses=tuple(map(known_status, status or ())), departments=tuple(department or ()), categories=tuple(category or ()), limit=limit,
                      is_open=None if settled or status else True, overdue_at=now() if overdue else None)  # fmt: skip
    with opened() as store:
        found = store.find(asked)
    say(as_json, found.cases, printing.queue(found, now()))


@cases_app.command("show", epilog="Example: sada cases show c-abc123def456 --json")
def show(id: str, as_json: AsJson = False) -> None:
    """One case with its history and clocks. That you looked stands in the audit."""
    with opened() as store:
        case = work.read(store, cli(), id, now())
    say(as_json, case, printing.card(case, now()))


@cases_app.command("move", epilog="Example: sada cases move c-abc123def456 referred --department roads --why 'as the map shows'")
def move(id: str, to: str, why: str = "", department: Annotated[str | None, typer.Option(help="To whom it is referred.")] = None,
         version: Annotated[int | None, typer.Option(help="The version you looked at; refused if somebody changed it since.")] = None,
         as_whom: Annotated[str | None, typer.Option("--as", help="The user who moves it; else you, as a supervisor.")] = None,
         deployment_name: DeploymentName = None, as_json: AsJson = False) -> None:  # fmt: skip
    """Move a case along the workflow."""
    with opened() as store:
        who = user(store, as_whom) if as_whom else cli()
        case = work.move(store, who, id, version, known_status(to), why, now(), deployment(deployment_name), department)
    say(as_json, case, f"{case.id} is {case.status.value}")


@cases_app.command("take", epilog="Example: sada cases take --as olya")
def take(as_whom: Annotated[str, typer.Option("--as", help="The officer.")], as_json: AsJson = False) -> None:
    """Take a batch of 20 from the queue; nobody else sees them until they are given back or ten minutes are idle."""
    with opened() as store:
        held = holding.take(store, user(store, as_whom), now())
    say(as_json, held, printing.queue(FoundCases(cases=held, total=len(held)), now()))


@cases_app.command("audit", epilog="Example: sada cases audit --about c-abc123def456")
def show_audit(
    about: Annotated[str | None, typer.Option(help="A case, user or file.")] = None, limit: Limit = 100, as_json: AsJson = False
) -> None:
    """Who did what, newest first."""
    with opened() as store:
        lines = store.audit(about, limit)
    say(as_json, lines, printing.audit(lines))


@cases_app.command("audit-owner", epilog="Example: sada cases audit-owner | psql --username postgres --dbname sada")
def audit_owner_of(as_json: AsJson = False) -> None:
    """SQL for a superuser of PostgreSQL: afterwards Sada can add to the audit and change or remove nothing of it, not even its guard."""
    with opened() as store:
        found = audit_owner.statements(store)
    say(as_json, {"statements": found, "owner": audit_owner.OWNER}, "\n".join(f"{line};" for line in found))


def cli() -> Person:
    """Whoever works at the command line: may do what a supervisor may."""
    return Person(name=whoami(), role=Role.SUPERVISOR)


def user(store: CaseStore, name: str) -> Person:
    """A user by name. Raises AskedWrongly."""
    known = {found.name: found.person for found in users.everybody(store) if not found.disabled}
    if name not in known:
        raise AskedWrongly(f"user {name}: there is none; there are: {', '.join(known) or 'none yet'}")
    return known[name]


def known_status(asked: str) -> Status:
    """A status by name. Raises AskedWrongly."""
    try:
        return Status(asked)
    except ValueError as error:
        raise AskedWrongly(f"status {asked}: is not known; there are: {', '.join(s.value for s in Status)}") from error


@app.command("report", epilog="Example: sada report categories --json; sada report departments --since 2026-01-01 --language ar")
def make_report(by: Annotated[str, typer.Argument(help="categories, departments, branches, places or channels.")],
                language: Annotated[str, typer.Option(help="In which language names are.")] = "en",
                since: Annotated[str | None, typer.Option(help="Only cases opened on this day or later, in the organisation's time zone.")] = None,
                until: Annotated[str | None, typer.Option(help="Only cases opened up to this day, and on it.")] = None,
                deployment_name: DeploymentName = None, as_json: AsJson = False) -> None:  # fmt: skip
    """Received, handled and closed reports, how fast, and what is overdue."""
    dimension = printing.SINGULAR.get(by, by)
    if dimension not in report.DIMENSIONS:
        raise AskedWrongly(f"report {by}: is not known; ask for one of {', '.join(printing.SINGULAR)}")
    with opened() as store:
        about = deployment(deployment_name)
        table = report.table(store.all(), dimension, about, now(), language, days(since, until, about.zone))
    say(as_json, report.named(table), printing.report(table))


def days(since: str | None, until: str | None, zone: ZoneInfo) -> report.Span:
    """The span from the beginning of one local day to the end of another. Raises AskedWrongly."""
    first, last = day(since, "--since"), day(until, "--until")
    if first and last and last < first:
        raise AskedWrongly(f"--since {first} --until {last}: nothing lies between; the first day comes first")
    return report.Span(_begins(first, zone), _begins(last and last + timedelta(days=1), zone))


def day(asked: str | None, option: str) -> date | None:
    """A day as it is written in ISO 8601. Raises AskedWrongly."""
    try:
        return None if asked is None else date.fromisoformat(asked)
    except ValueError as error:
        raise AskedWrongly(f"{option} {asked}: is no day; write it as 2026-01-31") from error


def _begins(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), zone)


@users_app.command("add", epilog="Example: sada users add olya --role officer")
def add_user(name: str, role: Annotated[Role, typer.Option()], department: Annotated[list[str] | None, typer.Option(help="Of a department's person.")] = None,
             oidc: Annotated[bool, typer.Option("--oidc", help="Signs in by the organisation's OpenID provider; has no password here.")] = False,
             deployment_name: DeploymentName = None, as_json: AsJson = False) -> None:  # fmt: skip
    """A new account. The password is asked for, or read from standard input if that is no terminal."""
    password = None if oidc else _ask_password()
    with opened() as store:
        made = users.add(store, name, role, tuple(department or ()), password, now(), whoami(), deployment(deployment_name))
    say(as_json, made, f"{made.name} may sign in as {made.role.value}")


@users_app.command("first", epilog="Example: sada users first")
def first_user(as_json: AsJson = False) -> None:
    """Make the first administrator and show the password, this once; nothing where there is an account already."""
    with opened() as store:
        password = users.first_administrator(store, now())
    if password is None:
        raise AskedWrongly("there are accounts already; an administrator adds more with `sada users add NAME --role ROLE`")
    say(
        as_json,
        {"name": users.ADMINISTRATOR, "password": password},
        f"{users.ADMINISTRATOR} signs in with {password} (shown this once; keep it)",
    )


@users_app.command("list", epilog="Example: sada users list --json")
def list_users(as_json: AsJson = False) -> None:
    """All accounts."""
    with opened() as store:
        found = users.everybody(store)
    say(as_json, found, printing.people(found, now()))


@users_app.command("password", epilog="Example: sada users password olya")
def change_password(name: str) -> None:
    """A new password; ends the account's sessions and lifts its lock."""
    password = _ask_password()
    with opened() as store:
        users.set_password(store, name, password, now(), whoami())
    typer.echo(f"{name} has a new password")


@users_app.command("disable", epilog="Example: sada users disable olya")
def disable_user(name: str) -> None:
    """Close an account; what it did stays in the histories."""
    with opened() as store:
        users.disable(store, name, now(), whoami())
    typer.echo(f"{name} can no longer sign in")


def _ask_password() -> str:
    return getpass.getpass("password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
