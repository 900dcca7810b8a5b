"""Somebody rings or stands at the counter: what he says becomes a post and a case in one step."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import delete, insert, select

from cases import opening
from cases.joining import ASKING, line_of
from cases.lessons import lessons
from cases.query import AuditLine
from cases.roles import Person, Right, must
from cases.store import CaseStore, note
from cases.tables import case_posts, entries
from core.case import Case
from core.deployment import Deployment
from core.errors import AskedWrongly
from core.post import Author, Claim, Kind, Post
from core.spelling import digits_of

CHANNELS = ("phone", "counter")
_post = msgspec.msgpack.Decoder(Post).decode


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """The one screen that is filled in while somebody speaks."""

    channel: str
    text: str
    intent: str = "complaint"
    category: str | None = None
    place: str | None = None
    name: str | None = None
    telephone: str | None = None


def enter(store: CaseStore, person: Person, entry: Entry, at: datetime, deployment: Deployment) -> Case:
    """Open a case for what somebody says; the post waits in `entered` until the stream has stored it. Raises NotAllowed, AskedWrongly."""
    must(person, Right.ENTER)
    _check(entry, deployment)
    post = as_post(entry, person, at)
    with store.writing() as db:
        case = opening.opened(post, entry.intent, deployment, at, person.name, lessons(db))
        store.write(db, [case], [])
        db.execute(insert(case_posts).values(**msgspec.structs.asdict(line_of(post, case.id, deployment))))
        db.execute(insert(entries).values(post=post.id, record=msgspec.msgpack.encode(post)))
        note(db, AuditLine(at=at, who=person.name, what="entered", about=case.id, detail=entry.channel))
    return case


def as_post(entry: Entry, person: Person, at: datetime) -> Post:
    """What was said, as a post. The citizen is told apart by the telephone number where there is one."""
    digits = digits_of(entry.telephone or "")
    author = Author(id=f"phone:{digits}" if digits else None, name=entry.name or None) if digits or entry.name else None
    return Post(
        id=f"{entry.channel}:{secrets.token_hex(8)}", platform=entry.channel, kind=Kind.CALL if entry.channel == "phone" else Kind.REPORT,
        text=entry.text.strip(), created_at=at, observed_at=at, source=f"entry.{entry.channel}", author=author,
        topic_told=entry.category, place_told=entry.place, intent=Claim(label=entry.intent, confidence=1.0, by=f"person:{person.name}"),
    )  # fmt: skip


def entered(store: CaseStore, limit: int = 500) -> list[Post]:
    """Posts written down here that the stream has not stored yet, in their order."""
    with store.reading() as db:
        return [_post(record) for record in db.scalars(select(entries.c.record).order_by(entries.c.number).limit(limit))]


def stored(store: CaseStore, posts: Sequence[str]) -> None:
    """The stream has stored these; done twice it changes nothing."""
    with store.writing() as db:
        db.execute(delete(entries).where(entries.c.post.in_(posts)))


def _check(entry: Entry, deployment: Deployment) -> None:
    topics, places = [t.id for t in deployment.topics], [p.id for p in deployment.places]
    for told, known, what in (
        (entry.channel, CHANNELS, "channel"), (entry.intent, ASKING, "intent"),
        (entry.category or None, [*topics, None], "topic"), (entry.place or None, [*places, None], "place"),
    ):  # fmt: skip
        if told not in known:
            raise AskedWrongly(f"{what} {told}: is not known; choose one of {', '.join(str(k) for k in known if k)}")
    if not entry.text.strip():
        raise AskedWrongly("what is the matter? The text is empty", key="empty")
