"""Opening the database of cases: a SQLite file, or PostgreSQL where the settings name one; brought up to date by Alembic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from core.errors import BadSettings, DiskFull, StoreFailed
from core.settings import Settings

WAIT_S = 30  # how long a writer waits for another


def address(settings: Settings) -> str:
    """The SQLAlchemy URL: SADA_POSTGRES, else the file cases.db under SADA_DATA. Raises BadSettings."""
    if not settings.postgres:
        return f"sqlite:///{settings.data / 'cases.db'}"
    try:
        url = make_url(settings.postgres)
    except ArgumentError as error:
        raise BadSettings(
            "SADA_POSTGRES: is not a URL like postgresql://user:password@host:5432/sada; mend it. Nothing was started."
        ) from error
    if url.get_backend_name() != "postgresql":
        raise BadSettings(f"SADA_POSTGRES: names {url.get_backend_name()!r}, not postgresql; mend it. Nothing was started.")
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def connect(url: str) -> Engine:
    """An engine whose tables are up to date. Raises StoreFailed where it cannot be opened or written."""
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = sqlalchemy.create_engine(url, connect_args={"timeout": WAIT_S} if url.startswith("sqlite") else {})
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
    with failures(engine):
        _bring_up_to_date(engine)
    return engine


def _on_connect(connection, _record) -> None:  # type: ignore[no-untyped-def]
    connection.isolation_level = None  # we say BEGIN ourselves, below
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -32768", "temp_store = MEMORY", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    """A writer takes its turn at once; two that read first and then wrote would refuse each other."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One connection that sees one state of the data. Raises StoreFailed."""
    with failures(engine), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction: all of it becomes durable, or nothing. Raises StoreFailed."""
    with failures(engine), engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def failures(engine: Engine) -> Iterator[None]:
    """The engine's errors as ours: what, which, what then; never a value that was being stored."""
    try:
        yield
    except DBAPIError as error:
        where = engine.url.render_as_string(hide_password=True)
        text = str(error.orig).splitlines()[0] if error.orig else "no reason told"
        if "disk is full" in text or "No space left" in text:
            raise DiskFull(f"{where}: the disk is full; nothing of this change was kept. Free some space and try again.") from error
        if "locked" in text:
            raise StoreFailed(f"{where}: another process has been writing for {WAIT_S} s; nothing was kept. Try again.") from error
        raise StoreFailed(f"{where}: {type(error.orig).__name__}: {text}; nothing of this change was kept. Try `sada check`.") from error


def migrations() -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _bring_up_to_date(engine: Engine) -> None:
    config = migrations()
    newest = ScriptDirectory.from_config(config).get_current_head()
    with reading(engine) as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(746372)")  # two processes may start at once
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
