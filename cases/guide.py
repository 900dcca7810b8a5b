"""The procedure guide: for each service the steps, the papers and the days it takes, in each language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import delete, insert, select

from cases.query import AuditLine
from cases.roles import Person, Right, must
from cases.store import CaseStore, note
from cases.tables import guide
from core.errors import AskedWrongly
from core.spelling import normal

SHORTEST = 3  # letters; shorter words say little
STEM = 4  # letters that two words must begin with alike


class Procedure(msgspec.Struct, frozen=True, kw_only=True):
    """One service in one language."""

    id: str
    language: str
    name: str
    steps: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    days: int | None = None  # working days it takes
    words: tuple[str, ...] = ()  # what people call it when they ask
    link: str | None = None


_pack = msgspec.msgpack.Encoder().encode
_procedure = msgspec.msgpack.Decoder(Procedure).decode


def keep(store: CaseStore, person: Person, procedure: Procedure, at: datetime) -> None:
    """Keep a procedure under its id and language; a later one replaces it. Raises NotAllowed, AskedWrongly."""
    must(person, Right.TEACH)
    if not procedure.name.strip() or not procedure.steps:
        raise AskedWrongly(f"procedure {procedure.id}: needs a name and at least one step", key="name_and_words")
    if procedure.link and urlsplit(procedure.link).scheme not in ("http", "https"):
        raise AskedWrongly(f"procedure {procedure.id}: its link must begin with http:// or https://", key="address")
    with store.writing() as db:
        db.execute(delete(guide).where(guide.c.id == procedure.id, guide.c.language == procedure.language))
        db.execute(insert(guide).values(id=procedure.id, language=procedure.language, record=_pack(procedure)))
        note(db, AuditLine(at=at, who=person.name, what="guide", about=procedure.id, detail=procedure.language))


def every(store: CaseStore, language: str | None = None) -> list[Procedure]:
    """All procedures, by id; of one language if it is given."""
    asked = select(guide.c.record).order_by(guide.c.id, guide.c.language)
    with store.reading() as db:
        return [_procedure(record) for record in db.scalars(asked if language is None else asked.where(guide.c.language == language))]


def fitting(text: str, procedures: Sequence[Procedure], most: int = 2) -> list[Procedure]:
    """The procedures a question seems to be about, the likeliest first. Pure.

    A word counts if it begins like a word of the name or of `words`, or the other way round: these languages bend their words at the end.
    """
    asked = _words(text)
    scores = {p.id + p.language: _score(asked, p) for p in procedures}
    found = [p for p in procedures if scores[p.id + p.language] > 0]
    return sorted(found, key=lambda p: (-scores[p.id + p.language], p.id))[:most]


def as_text(procedure: Procedure, papers: str, days: str) -> str:
    """A procedure as an answer; `papers` and `days` are the words for them in its language, {n} in `days` the number. Pure."""
    lines = [procedure.name, *(f"{n}. {step}" for n, step in enumerate(procedure.steps, 1))]
    lines += [f"{papers}: {', '.join(procedure.papers)}"] if procedure.papers else []
    lines += [days.format(n=procedure.days)] if procedure.days is not None else []
    return "\n".join([*lines, *([procedure.link] if procedure.link else [])])


def _score(asked: frozenset[str], procedure: Procedure) -> int:
    own = _words(" ".join(procedure.words))
    return 2 * _shared(asked, own) + _shared(asked, _words(procedure.name) - own)


def _shared(asked: frozenset[str], own: frozenset[str]) -> int:
    return sum(any(_alike(a, o) for a in asked) for o in own)


def _alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return (len(short) >= STEM and long.startswith(short[: max(STEM, len(short) - 2)])) or one == other


def _words(text: str) -> frozenset[str]:
    bare = (word[2:] if word.startswith("ال") and len(word) > 4 else word for word in re.findall(r"\w+", normal(text)))
    return frozenset(word for word in bare if len(word) >= SHORTEST)
