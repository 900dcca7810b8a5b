"""Transactional databases: SQLite files and PostgreSQL, a schema an organisation, tables brought up to date by Alembic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from core.errors import BadSettings, DiskFull, StoreFailed
from core.settings import Settings

WAIT_S = 30  # how long a writer waits for another
SHARED = "sada"  # what indices begin with where no SADA_PREFIX is set; its tables lie in PostgreSQL's usual schema
ONE_AT_A_TIME = 746372  # PostgreSQL's advisory lock of whoever brings tables up to date


class History(msgspec.Struct, frozen=True):
    """The migrations of one folder's tables, and the table that says how far a database has come with them."""

    scripts: Path
    table: str

    def config(self) -> Config:
        """Alembic's configuration, without a file."""
        config = Config()
        config.set_main_option("script_location", str(self.scripts))
        config.attributes["version_table"] = self.table
        return config


def postgres_address(settings: Settings) -> str:
    """The SQLAlchemy URL of SADA_POSTGRES with the schema of SADA_PREFIX, so that organisations on one server never meet. Raises BadSettings."""
    try:
        url = make_url(str(settings.postgres))
    except ArgumentError as error:
        raise BadSettings(
            "SADA_POSTGRES: is not a URL like postgresql://user:password@host:5432/sada; mend it. Nothing was started."
        ) from error
    if url.get_backend_name() != "postgresql":
        raise BadSettings(f"SADA_POSTGRES: names {url.get_backend_name()!r}, not postgresql; mend it. Nothing was started.")
    return _in_schema(url.set(drivername="postgresql+psycopg"), settings.index_prefix).render_as_string(hide_password=False)


def _in_schema(url: URL, prefix: str) -> URL:
    if prefix == SHARED:
        return url
    told = [url.query["options"]] if isinstance(url.query.get("options"), str) else list(url.query.get("options", ()))
    return url.update_query_dict({"options": " ".join([*told, f'-csearch_path="{prefix}"'])})


def connect(url: str, history: History) -> Engine:
    """An engine whose tables are up to date. Raises StoreFailed where it cannot be opened or written."""
    is_file = url.startswith("sqlite")
    if is_file:
        _make_folder(Path(url.removeprefix("sqlite:///")).parent)
    engine = sqlalchemy.create_engine(url, connect_args={"timeout": WAIT_S} if is_file else {}, pool_pre_ping=not is_file)
    if is_file:
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
    else:
        event.listen(engine, "connect", _take_any_text)
    with failures(engine):
        _bring_up_to_date(engine, history)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreFailed(
            f"{folder}: cannot be written ({error.strerror}); make it writable or name another folder in SADA_DATA"
        ) from error


def _on_connect(connection, _record) -> None:  # type: ignore[no-untyped-def]
    connection.isolation_level = None  # we say BEGIN ourselves, below
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -32768", "temp_store = MEMORY", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _take_any_text(connection, _record) -> None:  # type: ignore[no-untyped-def]
    """PostgreSQL refuses U+0000, which a stranger may write: one such post would be refused for ever. There it becomes U+FFFD."""
    from psycopg.abc import Buffer  # only where PostgreSQL is used
    from psycopg.types.string import StrDumperUnknown

    class Text(StrDumperUnknown):
        def dump(self, obj: str) -> Buffer | None:
            return super().dump(obj.replace("\0", "\ufffd"))

    connection.adapters.register_dumper(str, Text)


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
        if "not a database" in text or "malformed" in text:
            raise StoreFailed(
                f"{where}: is not a readable SQLite file ({text}); restore it with `sada restore` into an empty SADA_DATA."
            ) from error
        raise StoreFailed(f"{where}: {type(error.orig).__name__}: {text}; nothing of this change was kept. Try `sada check`.") from error


def _bring_up_to_date(engine: Engine, history: History) -> None:
    config = history.config()
    steps = [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]  # newest first
    with reading(engine) as connection:
        stands_at = _revision(connection, history)
    if stands_at == steps[0]:
        return
    if stands_at is not None and stands_at not in steps:
        where = engine.url.render_as_string(hide_password=True)
        raise StoreFailed(f"{where}: was brought to {stands_at} by a later version of Sada; start that version. Nothing was changed.")
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")  # two processes may start at once
            _make_schema(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _revision(connection: Connection, history: History) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": history.table}).get_current_revision()


def _make_schema(connection: Connection) -> None:
    """The schema that this connection's search path names, where there is none yet."""
    if connection.exec_driver_sql("SELECT current_schema()").scalar() is None:
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {connection.exec_driver_sql('SHOW search_path').scalar()}")
