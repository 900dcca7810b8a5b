"""Where cases rest: SQLite or PostgreSQL, the same verbs, one contract suite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection, Insert, Select, Table, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine

from cases import asking, engine, rows
from cases.query import AuditLine, FindCases, FoundCases, OpenCounts
from cases.tables import audit, case_posts, cases, places
from core.case import Case
from core.errors import AskedWrongly, Stale
from core.settings import Settings

EVERY = FindCases()  # all that are open
CHUNK = 5000  # rows written or read at once


def open_cases(settings: Settings) -> CaseStore:
    """The cases of these settings, their tables brought up to date. Raises StoreFailed."""
    return CaseStore(engine.connect(engine.address(settings)))


class CaseStore:
    """Cases with their history. Every verb is one transaction; what it returns is durable. Raises StoreFailed."""

    def __init__(self, database: Engine) -> None:
        self.database = database

    def put_many(self, many: Iterable[Case]) -> int:
        """Keep whole cases, history included, by id; returns how many were not known before.

        A case that is known stays as it is unless the given one has a higher version, so doing it twice changes nothing.
        """
        with engine.writing(self.database) as db:
            before = _count(db)
            left = iter(many)
            while chunk := list(islice(left, CHUNK)):
                db.execute(_keep_newer(self.database), [rows.to_row(case) for case in chunk])
                if lines := [line for case in chunk for line in rows.post_rows(case)]:
                    db.execute(keep_first(self.database, case_posts), lines)
            return _count(db) - before

    def write(self, db: Connection, new: Sequence[Case], changed: Iterable[tuple[Case, Case]]) -> None:
        """Keep new cases, and the changed ones over what was read of them, inside a transaction. Raises Stale."""
        if new:
            db.execute(keep_first(self.database, cases), [rows.to_row(case) for case in new])
        replace_many(db, list(changed))

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction for what needs several tables at once: all of it becomes durable, or nothing."""
        return engine.writing(self.database)

    def reading(self) -> AbstractContextManager[Connection]:
        """One state of the data, to ask several questions of."""
        return engine.reading(self.database)

    def get(self, id: str) -> Case:
        """The case with this id. Raises AskedWrongly."""
        with engine.reading(self.database) as db:
            return fetch(db, id)

    def find(self, question: FindCases) -> FoundCases:
        """One page of cases."""
        with engine.reading(self.database) as db:
            found = tuple(rows.to_case(record) for record in db.scalars(asking.find(question)))
            return FoundCases(cases=found, total=db.scalar(asking.total(question)) or 0)

    def all(self, which: FindCases = asking.EVERY) -> Iterator[Case]:
        """Every case meant, oldest first, without holding them in memory."""
        with engine.reading(self.database) as db:
            for record in db.execution_options(yield_per=CHUNK).scalars(asking.every(which)):
                yield rows.to_case(record)

    def counts(self, now: datetime, which: FindCases = EVERY) -> OpenCounts:
        """What is open at `now`, of the cases meant."""
        asked = select(cases.c.status, func.count(), func.count(cases.c.due)).where(asking.where(which)).group_by(cases.c.status)
        late = asking.total(msgspec.structs.replace(which, overdue_at=now))
        with engine.reading(self.database) as db:
            told = [(str(status), int(number), int(running)) for status, number, running in db.execute(asked)]
            overdue = db.scalar(late) or 0
        total = sum(number for _, number, _ in told)
        return OpenCounts(open=total, overdue=overdue, waiting_for_citizen=total - sum(r for *_, r in told),
                          by_status={status: number for status, number, _ in told})  # fmt: skip

    def explain(self, question: FindCases) -> str:
        """The SQL behind a list of cases and its number."""
        return ";\n".join(self.explained(asked) for asked in (asking.find(question), asking.total(question)))

    def explained(self, asked: Select[Any]) -> str:
        """Any question as this database is asked it, its values written in."""
        return asking.as_text(asked, self.database.dialect)

    def change(self, id: str, version: int | None, how: Callable[[Case], Case], line: AuditLine | None = None) -> Case:
        """Replace a case by what `how` makes of it, with its line in the audit, in one transaction.

        `version` is the one the writer has read (None: whatever stands there now). Raises Stale saying what changed since then,
        and whatever `how` raises; then nothing is changed.
        """
        with engine.writing(self.database) as db:
            old = fetch(db, id)
            if version is not None and old.version != version:
                raise Stale(since(old, version))
            new = how(old)
            replace(db, old, new)
            if line:
                note(db, line)
            return new

    def place(self, name: str) -> int:
        """The number of the last change of posts that the follower `name` has dealt with; 0 before the first."""
        with engine.reading(self.database) as db:
            return db.scalar(select(places.c.number).where(places.c.name == name)) or 0

    def note(self, line: AuditLine) -> None:
        """Write a line into the audit."""
        with engine.writing(self.database) as db:
            note(db, line)

    def audit(self, about: str | None = None, limit: int = 200) -> list[AuditLine]:
        """The audit, newest first; only what was done about one case, user or file if `about` is given."""
        asked = select(audit.c.at, audit.c.who, audit.c.what, audit.c.about, audit.c.detail).order_by(audit.c.number.desc()).limit(limit)
        with engine.reading(self.database) as db:
            found = db.execute(asked if about is None else asked.where(audit.c.about == about))
            return [AuditLine(at=at, who=who, what=what, about=about, detail=detail) for at, who, what, about, detail in found]

    def close(self) -> None:
        """Let go of the database."""
        self.database.dispose()


def fetch(db: Connection, id: str) -> Case:
    """The case with this id, inside a transaction; in one that writes, nobody else changes it meanwhile. Raises AskedWrongly."""
    record = db.scalar(select(cases.c.record).where(cases.c.id == id).with_for_update())
    if record is None:
        raise AskedWrongly(f"case {id}: there is none; `sada cases list` shows those there are")
    return rows.to_case(record)


def replace(db: Connection, old: Case, new: Case) -> None:
    """Write `new` over `old`. Raises Stale if another writer was faster."""
    replace_many(db, [(old, new)])


def replace_many(db: Connection, changed: Sequence[tuple[Case, Case]]) -> None:
    """Write each new case over its old one. Raises Stale if another writer was faster with any of them."""
    if not changed:
        return
    columns: dict[str, object] = {name: bindparam(f"new_{name}") for name in rows.to_row(changed[0][1])}
    asked = update(cases).where(cases.c.id == bindparam("old_id"), cases.c.version == bindparam("old_version")).values(columns)
    values = [
        {f"new_{name}": value for name, value in rows.to_row(new).items()} | {"old_id": old.id, "old_version": old.version}
        for old, new in changed
    ]
    if db.execute(asked, values).rowcount != len(changed):
        raise Stale("somebody changed one of these cases just now; nothing was kept, it is done again with what stands there")


def note(db: Connection, line: AuditLine) -> None:
    """Write a line into the audit, inside a transaction."""
    db.execute(insert(audit).values(at=line.at, who=line.who, what=line.what, about=line.about, detail=line.detail))


def keep_place(db: Connection, database: Engine, name: str, number: int) -> None:
    """Remember how far a follower came, in the transaction that did what it came for."""
    asked = _insert(database, places).values(name=name, number=number)
    db.execute(asked.on_conflict_do_update(index_elements=["name"], set_={"number": asked.excluded.number}))


def keep_first(database: Engine, table: Table) -> Insert:
    """An insert that leaves alone what is there already."""
    return _insert(database, table).on_conflict_do_nothing()


def _insert(database: Engine, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Both engines know INSERT … ON CONFLICT, each in a dialect of its own."""
    return postgresql.insert(table) if database.dialect.name == "postgresql" else sqlite.insert(table)


def _keep_newer(database: Engine) -> Insert:
    asked = _insert(database, cases)
    new = {name: asked.excluded[name] for name in _kept_columns()}
    return asked.on_conflict_do_update(index_elements=["id"], set_=new, where=cases.c.version < asked.excluded.version)


def _kept_columns() -> Sequence[str]:
    return [column.name for column in cases.columns if column.name not in ("id", "held_by", "held_until")]


def _count(db: Connection) -> int:
    return db.scalar(select(func.count()).select_from(cases)) or 0


def since(case: Case, version: int) -> str:
    """What happened since the writer read `version`; each change of a case adds a line to its history."""
    lines = case.steps[-max(case.version - version, 1) :]
    told = "; ".join(f"{s.who} at {s.at:%H:%M:%S} UTC: {s.what} {s.was.value if s.was else '-'} → {s.now.value}" for s in lines)
    return f"case {case.id} was changed meanwhile ({told}); look again, then decide"
