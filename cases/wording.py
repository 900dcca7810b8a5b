"""Words kept ready: canned answers by topic, language and state of the case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, insert, select

from cases.forgetting import Marks, marks
from cases.query import AuditLine
from cases.roles import Person, Right, must
from cases.store import CaseStore, note
from cases.tables import canned
from core.case import Case
from core.errors import AskedWrongly


class Canned(msgspec.Struct, frozen=True, kw_only=True):
    """One text; {case} in it becomes the case's number. An empty category or status is for all."""

    id: str
    language: str
    text: str
    category: str | None = None
    status: str | None = None
    template: str | None = None  # the name under which WhatsApp approved it


def keep(store: CaseStore, person: Person, text: Canned, at: datetime) -> None:
    """Keep a text under its id; a later one replaces it. Raises NotAllowed, AskedWrongly if it is empty."""
    must(person, Right.TEACH)
    if not text.text.strip() or not text.id.strip():
        raise AskedWrongly("a text kept ready needs a name and words", key="name_and_words")
    with store.writing() as db:
        db.execute(delete(canned).where(canned.c.id == text.id))
        db.execute(insert(canned).values(**msgspec.structs.asdict(text), by=person.name, at=at))
        note(db, AuditLine(at=at, who=person.name, what="canned", about=text.id))


def forget(store: CaseStore, person: Person, id: str, at: datetime) -> None:
    """Take a text away; answers given with it stay. Raises NotAllowed, AskedWrongly."""
    must(person, Right.TEACH)
    with store.writing() as db:
        if not db.execute(delete(canned).where(canned.c.id == id)).rowcount:
            raise AskedWrongly(f"text {id}: there is none of this name")
        note(db, AuditLine(at=at, who=person.name, what="canned", about=id, detail="taken away"))


def every(store: CaseStore) -> list[Canned]:
    """All texts, by name."""
    columns = [canned.c[field] for field in Canned.__struct_fields__]
    with store.reading() as db:
        return [Canned(**row._mapping) for row in db.execute(select(*columns).order_by(canned.c.id))]


def said(db: Connection) -> Marks:
    """The marks of all texts: who repeats one of them quotes us, and no citizen."""
    return marks(*db.scalars(select(canned.c.text)))


def fitting(texts: Sequence[Canned], case: Case, language: str) -> list[Canned]:
    """Those for this case's topic and state in a language, the most special first, with the case's number filled in. Pure."""
    chosen = [t for t in texts if t.language == language and t.category in (None, case.category) and t.status in (None, case.status.value)]
    ordered = sorted(chosen, key=lambda t: (-(t.category is not None) - (t.status is not None), t.id))
    return [msgspec.structs.replace(t, text=t.text.replace("{case}", case.id)) for t in ordered]
