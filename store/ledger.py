"""Cursors and the ledger in a transactional database, for the set-up in which posts lie in Elasticsearch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sql
from sqlalchemy import Engine
from sqlalchemy.dialects import postgresql, sqlite

from core.settings import Settings
from store import database
from store.base import Follower, Pass
from store.database import History, postgres_address, reading, writing
from store.query import FindPasses

HISTORY = History(Path(__file__).parent / "migrations", "ledger_version")
SEVERAL = 1000  # passes read at once
metadata = sql.MetaData()
cursors = sql.Table("cursors", metadata, sql.Column("source", sql.Text, primary_key=True), sql.Column("value", sql.Text, nullable=False))
passes = sql.Table(
    "passes", metadata,
    sql.Column("id", sql.Text, primary_key=True), sql.Column("source", sql.Text, nullable=False), sql.Column("started", sql.DateTime(timezone=True)),
    sql.Column("record", sql.Text, nullable=False),
    # counted by the workers, each message once: see `count`
    sql.Column("stored", sql.BigInteger, nullable=False, server_default="0"), sql.Column("duplicates", sql.BigInteger, nullable=False, server_default="0"),
    sql.Index("passes_by_source", "source", "started"), sql.Index("passes_by_time", "started"),
)  # fmt: skip

followers = sql.Table(
    "followers", metadata,
    sql.Column("name", sql.Text, primary_key=True), sql.Column("place", sql.BigInteger, nullable=False), sql.Column("state", sql.LargeBinary, nullable=False),
)  # fmt: skip


class SqlLedger:
    """How far each source was read, and what each pass brought. PostgreSQL, or SQLite in tests. Every verb raises StoreFailed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(self, moved: Sequence[tuple[str, str]], lines: Sequence[Pass]) -> None:
        """Keep cursors and passes in one transaction."""
        with writing(self._engine) as db:
            for source, value in moved:
                db.execute(self._keep(cursors, source=source, value=value))
            for line in lines:
                record = msgspec.json.encode(line).decode()
                db.execute(self._keep(passes, id=line.id, source=line.source, started=line.started, record=record))

    def _keep(self, table: sql.Table, **row: object) -> sql.Insert:
        """One row under its first column; what was there under it takes the new values."""
        key, *others = row
        insert = postgresql.insert if self._engine.dialect.name == "postgresql" else sqlite.insert
        asked = insert(table).values(row)
        return asked.on_conflict_do_update(index_elements=[key], set_={name: asked.excluded[name] for name in others})

    def count(self, pass_id: str, stored: int, duplicates: int) -> None:
        """Add what a worker found of one page of a pass."""
        added = {"stored": passes.c.stored + stored, "duplicates": passes.c.duplicates + duplicates}
        with writing(self._engine) as db:
            db.execute(sql.update(passes).where(passes.c.id == pass_id).values(**added))

    def cursor(self, source: str) -> str | None:
        """How far this source has been read and confirmed."""
        with reading(self._engine) as db:
            value: str | None = db.execute(sql.select(cursors.c.value).where(cursors.c.source == source)).scalar()
        return value

    def passes(self, source: str | None = None, limit: int = 100) -> list[Pass]:
        """The ledger, newest first."""
        with reading(self._engine) as db:
            rows = db.execute(_newest(FindPasses(source=source, limit=limit))).all()
        return [_counted(msgspec.json.decode(record, type=Pass), stored, duplicates) for record, stored, duplicates in rows]

    def explain(self, question: FindPasses) -> str:
        """The SQL behind `passes`."""
        return str(_newest(question).compile(self._engine, compile_kwargs={"literal_binds": True}))

    def every(self) -> Iterator[Pass]:
        """All passes, oldest first, without holding them in memory."""
        asked = sql.select(passes.c.record, passes.c.stored, passes.c.duplicates).order_by(passes.c.started)
        with reading(self._engine) as db:
            for record, stored, duplicates in db.execution_options(yield_per=SEVERAL).execute(asked):
                yield _counted(msgspec.json.decode(record, type=Pass), stored, duplicates)

    def count_passes(self) -> int:
        """How many passes there are."""
        with reading(self._engine) as db:
            return db.scalar(sql.select(sql.func.count()).select_from(passes)) or 0

    def save_follower(self, follower: Follower) -> None:
        """Keep how far a follower has come."""
        with writing(self._engine) as db:
            db.execute(self._keep(followers, name=follower.name, place=follower.place, state=follower.state))

    def follower(self, name: str) -> Follower | None:
        """How far this follower has come."""
        with reading(self._engine) as db:
            row = db.execute(sql.select(followers).where(followers.c.name == name)).one_or_none()
        return Follower(name=row.name, place=row.place, state=row.state) if row else None

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()


def open_ledger(settings: Settings) -> SqlLedger:
    """The ledger that SADA_POSTGRES names, its tables up to date. Raises BadSettings, StoreFailed."""
    return SqlLedger(connect(postgres_address(settings)))


def connect(url: str) -> Engine:
    """An engine whose tables of the ledger are up to date. Raises StoreFailed."""
    return database.connect(url, HISTORY)


def _newest(question: FindPasses) -> sql.Select[Any]:
    asked = sql.select(passes.c.record, passes.c.stored, passes.c.duplicates).order_by(passes.c.started.desc()).limit(question.limit)
    return asked.where(passes.c.source == question.source) if question.source else asked


def _counted(line: Pass, stored: int, duplicates: int) -> Pass:
    return msgspec.structs.replace(line, stored=line.stored + stored, duplicates=line.duplicates + duplicates)
