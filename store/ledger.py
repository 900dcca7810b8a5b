"""Cursors and the ledger in a transactional database, for the set-up in which posts lie in Elasticsearch."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import sqlalchemy as sql
from sqlalchemy import Engine

from core.errors import StoreFailed
from store.base import Follower, Pass

_tables = sql.MetaData()
cursors = sql.Table("cursors", _tables, sql.Column("source", sql.Text, primary_key=True), sql.Column("value", sql.Text, nullable=False))
passes = sql.Table(
    "passes", _tables,
    sql.Column("id", sql.Text, primary_key=True), sql.Column("source", sql.Text, nullable=False), sql.Column("started", sql.DateTime(timezone=True)),
    sql.Column("record", sql.Text, nullable=False),
    # counted by the workers, each message once: see `count`
    sql.Column("stored", sql.BigInteger, nullable=False, server_default="0"), sql.Column("duplicates", sql.BigInteger, nullable=False, server_default="0"),
    sql.Index("passes_by_source", "source", "started"), sql.Index("passes_by_time", "started"),
)  # fmt: skip

followers = sql.Table(
    "followers", _tables,
    sql.Column("name", sql.Text, primary_key=True), sql.Column("place", sql.BigInteger, nullable=False), sql.Column("state", sql.LargeBinary, nullable=False),
)  # fmt: skip


class SqlLedger:
    """How far each source was read, and what each pass brought. PostgreSQL, or SQLite in tests."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        try:
            _tables.create_all(engine)
        except sql.exc.OperationalError as error:
            raise StoreFailed("PostgreSQL cannot be reached; start it or mend SADA_POSTGRES") from error

    def save(self, moved: Sequence[tuple[str, str]], lines: Sequence[Pass]) -> None:
        """Keep cursors and passes in one transaction."""
        with self._engine.begin() as db:
            for source, value in moved:
                db.execute(sql.delete(cursors).where(cursors.c.source == source))
                db.execute(sql.insert(cursors).values(source=source, value=value))
            for line in lines:
                self._put(db, line)

    def _put(self, db: sql.Connection, line: Pass) -> None:
        record = msgspec.json.encode(line).decode()
        changed = db.execute(sql.update(passes).where(passes.c.id == line.id).values(record=record, started=line.started))
        if not changed.rowcount:
            db.execute(sql.insert(passes).values(id=line.id, source=line.source, started=line.started, record=record))

    def count(self, pass_id: str, stored: int, duplicates: int) -> None:
        """Add what a worker found of one page of a pass."""
        added = {"stored": passes.c.stored + stored, "duplicates": passes.c.duplicates + duplicates}
        with self._engine.begin() as db:
            db.execute(sql.update(passes).where(passes.c.id == pass_id).values(**added))

    def cursor(self, source: str) -> str | None:
        """How far this source has been read and confirmed."""
        with self._engine.connect() as db:
            value: str | None = db.execute(sql.select(cursors.c.value).where(cursors.c.source == source)).scalar()
        return value

    def passes(self, source: str | None = None, limit: int = 100) -> list[Pass]:
        """The ledger, newest first."""
        asked = sql.select(passes.c.record, passes.c.stored, passes.c.duplicates).order_by(passes.c.started.desc()).limit(limit)
        if source:
            asked = asked.where(passes.c.source == source)
        with self._engine.connect() as db:
            rows = db.execute(asked).all()
        return [_counted(msgspec.json.decode(record, type=Pass), stored, duplicates) for record, stored, duplicates in rows]

    def save_follower(self, follower: Follower) -> None:
        """Keep how far a follower has come."""
        with self._engine.begin() as db:
            db.execute(sql.delete(followers).where(followers.c.name == follower.name))
            db.execute(sql.insert(followers).values(name=follower.name, place=follower.place, state=follower.state))

    def follower(self, name: str) -> Follower | None:
        """How far this follower has come."""
        with self._engine.connect() as db:
            row = db.execute(sql.select(followers).where(followers.c.name == name)).one_or_none()
        return Follower(name=row.name, place=row.place, state=row.state) if row else None

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()


def open_ledger(address: str) -> SqlLedger:
    """The ledger at an SQLAlchemy URL, its tables made if they were missing."""
    return SqlLedger(sql.create_engine(address, pool_pre_ping=True))


def _counted(line: Pass, stored: int, duplicates: int) -> Pass:
    return msgspec.structs.replace(line, stored=line.stored + stored, duplicates=line.duplicates + duplicates)
