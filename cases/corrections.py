"""What people said a post really is: kept beside the cases, laid over what models claim, and learnt from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, get_args

import msgspec
from sqlalchemy import func, insert, select

from cases.query import AuditLine
from cases.roles import Person, Right, must
from cases.store import CaseStore, keep_place, note
from cases.tables import corrections
from core.deployment import LANGUAGES, Deployment
from core.errors import AskedWrongly
from core.page import in_parts
from core.post import Claim, Moment, Post, corrected_by

Field = Literal["language", "sentiment", "intent", "topics", "places"]
FIELDS: tuple[Field, ...] = get_args(Field)
SEVERAL = ("topics", "places")
SENTIMENTS = ("negative", "neutral", "positive")
INTENTS = ("complaint", "inquiry", "suggestion", "thanks", "news", "other")
FOLLOWER = "corrections"
AT_ONCE = 500  # ids in one question


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """One field of one post, as somebody says it is, and what a model had said."""

    number: int
    post: str
    field: Field
    labels: tuple[str, ...]
    was: tuple[str, ...]
    was_by: str
    who: str
    at: Moment


def choices(deployment: Deployment) -> dict[Field, tuple[str, ...]]:
    """What each field may be said to be."""
    topics, places = tuple(t.id for t in deployment.topics), tuple(p.id for p in deployment.places)
    return {"language": LANGUAGES, "sentiment": SENTIMENTS, "intent": INTENTS, "topics": topics, "places": places}


def labels_of(post: Post, field: Field) -> tuple[str, ...]:
    """What is claimed of a post now; empty: nothing."""
    return tuple(claim.label for claim in _claims(post, field))


def correct(
    store: CaseStore, person: Person, post: Post, said: Mapping[Field, tuple[str, ...]], at: datetime, deployment: Deployment
) -> int:
    """Keep what a person says of a post wherever that differs from what stands there; returns how many fields do.

    Raises NotAllowed, AskedWrongly for a label the deployment does not have.
    """
    must(person, Right.TRIAGE)
    changed = {field: labels for field, labels in said.items() if labels != labels_of(post, field)}
    _check(changed, deployment)
    rows = [_row(post, field, labels, person, at) for field, labels in changed.items()]
    if rows:
        with store.writing() as db:
            db.execute(insert(corrections), rows)
            note(db, AuditLine(at=at, who=person.name, what="corrected", about=post.id, detail=", ".join(changed)))
    return len(rows)


def _check(said: Mapping[Field, tuple[str, ...]], deployment: Deployment) -> None:
    known = choices(deployment)
    for field, labels in said.items():
        if field not in SEVERAL and len(labels) != 1:
            raise AskedWrongly(f"{field}: a post has exactly one; say which")
        if unknown := [label for label in labels if label not in known[field]]:
            raise AskedWrongly(f"{field}: there is no {unknown[0]!r}; it is one of {', '.join(known[field])}")


def _row(post: Post, field: Field, labels: tuple[str, ...], person: Person, at: datetime) -> dict[str, object]:
    was = _claims(post, field)
    return {"post": post.id, "field": field, "labels": "|".join(labels), "was": "|".join(c.label for c in was), "was_by": was[0].by if was else "",
            "who": person.name, "at": at}  # fmt: skip


def of(store: CaseStore, posts: Sequence[str]) -> dict[str, tuple[Correction, ...]]:
    """What holds of each of these posts, by its id; those that nobody corrected are left out."""
    found: dict[str, tuple[Correction, ...]] = {}
    c = corrections.c
    for part in in_parts(posts, AT_ONCE):
        some = c.post.in_(part)
        last = select(func.max(c.number)).where(some).group_by(c.post, c.field)
        with store.reading() as db:
            for row in db.execute(select(corrections).where(c.number.in_(last)).order_by(c.number)):
                found[row.post] = (*found.get(row.post, ()), _correction(row))
    return found


def after(store: CaseStore, number: int, limit: int = AT_ONCE) -> list[Correction]:
    """The corrections that followed number `number`, in the order in which people made them."""
    asked = select(corrections).where(corrections.c.number > number).order_by(corrections.c.number).limit(limit)
    with store.reading() as db:
        return [_correction(row) for row in db.execute(asked)]


def place(store: CaseStore, number: int) -> None:
    """Remember that every correction up to this number stands in the store of posts."""
    with store.writing() as db:
        keep_place(db, store.database, FOLLOWER, number)


def corrected(post: Post, said: Sequence[Correction]) -> Post:
    """The post as people say it is. Each claim names the number of its correction, never who made it.

    It counts as seen a moment later than before, so that a field which people emptied is emptied in a store too.
    """
    if not said or post.deleted_at:
        return post
    new: dict[str, object] = {"observed_at": post.observed_at + timedelta(microseconds=1)}
    for one in said:
        claims = tuple(Claim(label=label, confidence=1.0, by=corrected_by(one.number)) for label in one.labels)
        new[one.field] = claims if one.field in SEVERAL else claims[0]
    return msgspec.structs.replace(post, **new)


def _claims(post: Post, field: Field) -> tuple[Claim, ...]:
    value: tuple[Claim, ...] | Claim | None = getattr(post, field)
    return value if isinstance(value, tuple) else (value,) if value else ()


def _correction(row) -> Correction:  # type: ignore[no-untyped-def]
    return Correction(
        number=row.number,
        post=row.post,
        field=row.field,
        labels=_split(row.labels),
        was=_split(row.was),
        was_by=row.was_by,
        who=row.who,
        at=row.at,
    )


def _split(said: str) -> tuple[str, ...]:
    return tuple(said.split("|")) if said else ()
