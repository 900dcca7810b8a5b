"""A small random sample of posts that staff label by hand, so that shares read off the pages can be trusted."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import insert, select

from cases.corrections import SENTIMENTS
from cases.query import AuditLine
from cases.roles import Person, Right, must
from cases.store import CaseStore, note
from cases.tables import sampled
from core.errors import AskedWrongly, Stale
from core.post import Moment, Post

FIRST, WEEKLY = 150, 30  # labels to begin with, then so many a week
WEEK = timedelta(days=7)
UNCLEAR = ""  # the label of a post of which a person cannot tell


class Sampled(msgspec.Struct, frozen=True, kw_only=True):
    """One labelled post of the sample: what a person says, and what the model had answered."""

    post: str
    label: str  # one of SENTIMENTS, or UNCLEAR
    answer: str
    answered_by: str
    language: str
    topics: tuple[str, ...]
    written_at: Moment
    who: str
    at: Moment


def label(store: CaseStore, person: Person, post: Post, said: str, at: datetime) -> None:
    """Keep what a person says a post of the sample is. Raises NotAllowed, AskedWrongly, Stale if somebody was faster."""
    must(person, Right.TRIAGE)
    if said not in (*SENTIMENTS, UNCLEAR) or not post.sentiment:
        raise AskedWrongly(f"sample: a post with a sentiment is labelled one of {', '.join(SENTIMENTS)}, or left unclear")
    line = Sampled(
        post=post.id, label=said, answer=post.sentiment.label, answered_by=post.sentiment.by, language=post.language.label if post.language else "",
        topics=tuple(topic.label for topic in post.topics), written_at=post.created_at, who=person.name, at=at,
    )  # fmt: skip
    with store.writing() as db:
        if db.scalar(select(sampled.c.post).where(sampled.c.post == post.id)):
            raise Stale("somebody else has labelled this post meanwhile; here is the next one", key="decided")
        db.execute(insert(sampled).values({**msgspec.structs.asdict(line), "topics": "|".join(line.topics)}))
        note(db, AuditLine(at=at, who=person.name, what="labelled", about=post.id, detail=said or "unclear"))


def labels(store: CaseStore) -> list[Sampled]:
    """Every labelled post, the first labelled first."""
    with store.reading() as db:
        lines = [row._asdict() for row in db.execute(select(sampled).order_by(sampled.c.at, sampled.c.post))]
    return [Sampled(**{**line, "topics": tuple(filter(None, line["topics"].split("|")))}) for line in lines]


def wanted(done: Sequence[Sampled], now: datetime) -> int:
    """How many posts more should be labelled now: FIRST to begin with, then WEEKLY in any seven days."""
    clear = [line for line in done if line.label]
    if len(clear) < FIRST:
        return FIRST - len(clear)
    return max(0, WEEKLY - sum(now - WEEK <= line.at for line in clear))


def trusted(done: Sequence[Sampled]) -> list[Sampled]:
    """The labels that say how today's models answer: clear ones, of the model that answered last in their language."""
    newest = {line.language: line.answered_by for line in done}
    return [line for line in done if line.label and line.answered_by == newest[line.language]]


def positions(seed: str, of: int, many: int) -> list[int]:
    """The places of `many` posts among `of`, every choice of them as likely as any other; the same for the same seed."""
    return random.Random(seed).sample(range(of), min(of, many))
