"""What the desk was not sure of: a person looks and decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import func, insert, select, update

from cases import opening, rows
from cases.joining import ASKING, line_of
from cases.lessons import lessons
from cases.query import AuditLine
from cases.roles import Person, Right, must
from cases.store import CaseStore, fetch, note, replace
from cases.tables import case_posts, cases, triage
from core.case import Case
from core.deployment import Deployment
from core.errors import AskedWrongly, Stale
from core.post import Moment, Post

DISMISSED = "dismissed"


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A post that waits for a decision: what it was taken for, and how surely."""

    post: str
    at: Moment
    intent: str | None
    percent: int | None


def waiting(store: CaseStore, person: Person, limit: int = 50) -> tuple[list[Waiting], int]:
    """The newest posts that wait, and how many there are. Raises NotAllowed."""
    must(person, Right.TRIAGE)
    undecided = triage.c.decision.is_(None)
    asked = (
        select(triage.c.post, triage.c.at, triage.c.intent, triage.c.confidence).where(undecided).order_by(triage.c.at.desc()).limit(limit)
    )
    with store.reading() as db:
        found = [Waiting(post=post, at=at, intent=intent, percent=sure) for post, at, intent, sure in db.execute(asked)]
        return found, db.scalar(select(func.count()).select_from(triage).where(undecided)) or 0


def open_case(store: CaseStore, person: Person, post: Post, intent: str, at: datetime, deployment: Deployment) -> Case:
    """Open a case for a post because a person says so, from the triage queue or from the posts page; if it has one, that one.

    Raises NotAllowed, AskedWrongly for an unknown intent or a deleted post, Stale if somebody else decided otherwise meanwhile.
    """
    must(person, Right.TRIAGE)
    _must_be_there(post)
    if intent not in ASKING:
        raise AskedWrongly(f"intent {intent}: a case is one of {', '.join(ASKING)}")
    with store.writing() as db:
        known = db.scalar(select(cases.c.record).join(case_posts, case_posts.c.case_id == cases.c.id).where(case_posts.c.post == post.id))
        if known is not None:
            return rows.to_case(known)
        case = opening.opened(post, intent, deployment, at, person.name, lessons(db))
        store.write(db, [case], [])
        db.execute(insert(case_posts).values(**msgspec.structs.asdict(line_of(post, case.id, deployment))))
        db.execute(update(triage).where(triage.c.post == post.id).values(decided_by=person.name, decided_at=at, decision=intent))
        note(db, AuditLine(at=at, who=person.name, what="opened", about=case.id, detail=intent))
    return case


def cases_of(store: CaseStore, posts: Sequence[str]) -> dict[str, str]:
    """The case each of these posts belongs to; those that belong to none are left out."""
    with store.reading() as db:
        found = db.execute(select(case_posts.c.post, case_posts.c.case_id).where(case_posts.c.post.in_(posts)))
        return {row.post: row.case_id for row in found}


def join(store: CaseStore, person: Person, post: Post, id: str, at: datetime, deployment: Deployment) -> Case:
    """Put a post to a case that tells of the same. Raises NotAllowed, AskedWrongly if it belongs to another one or was deleted."""
    must(person, Right.TRIAGE)
    _must_be_there(post)
    with store.writing() as db:
        belongs = db.scalar(select(case_posts.c.case_id).where(case_posts.c.post == post.id))
        if belongs:
            raise AskedWrongly(f"this post belongs to case {belongs} already")
        old = fetch(db, id)
        new = opening.joined(old, post, deployment, at)
        replace(db, old, new)
        db.execute(insert(case_posts).values(**msgspec.structs.asdict(line_of(post, id, deployment))))
        db.execute(update(triage).where(triage.c.post == post.id).values(decided_by=person.name, decided_at=at, decision="joined"))
        note(db, AuditLine(at=at, who=person.name, what="joined", about=id))
    return new


def _must_be_there(post: Post) -> None:
    if post.deleted_at:
        raise AskedWrongly("its author has deleted this post meanwhile; there is nothing left to answer", key="deleted")


def looked(store: CaseStore, person: Person, posts: Sequence[str], at: datetime) -> None:
    """This person saw these posts with their authors; each stands in the audit. Raises NotAllowed."""
    must(person, Right.TRIAGE)
    with store.writing() as db:
        for post in posts:
            note(db, AuditLine(at=at, who=person.name, what="read", about=post))


def dismiss(store: CaseStore, person: Person, post_id: str, at: datetime) -> None:
    """Nobody needs to answer this post. Raises NotAllowed, Stale if somebody else has decided."""
    must(person, Right.TRIAGE)
    with store.writing() as db:
        asked = update(triage).where(triage.c.post == post_id, triage.c.decision.is_(None))
        if db.execute(asked.values(decided_by=person.name, decided_at=at, decision=DISMISSED)).rowcount != 1:
            raise Stale("somebody else has decided about this post meanwhile", key="decided")
        note(db, AuditLine(at=at, who=person.name, what="dismissed", about=post_id))
