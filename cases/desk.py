"""The desk: follows the posts, opens cases, joins what belongs together, forgets what was deleted. Each post once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Select, delete, func, select, update

from cases import marking, quotes, rows, subscribing
from cases.forgetting import packed
from cases.joining import Line, intent_of
from cases.lessons import lessons
from cases.sitting import Sitting
from cases.store import CaseStore, keep_first, keep_place
from cases.tables import case_posts, triage
from cases.tables import cases as cases_table
from core.case import Case
from core.deployment import Deployment
from core.post import Post

FOLLOWER = "desk"
OF_A_KIND = 200  # posts of one author, or copies of one text, that a new post is held against


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What became of some posts."""

    opened: int = 0
    joined: int = 0
    to_triage: int = 0
    erased: int = 0


def receive(posts: Sequence[Post], deployment: Deployment, case_store: CaseStore, now: datetime, after: int) -> Received:
    """Deal with `posts` and remember, in the same transaction, that the follower came to change number `after`.

    Done twice with the same posts it changes nothing the second time. Raises StoreFailed, and then nothing was done.
    """
    with case_store.writing() as db:
        sitting = _begun(db, posts, deployment, now)
        for post in posts:
            sitting.take(post)
        _write(db, case_store, sitting)
        written = [line.at for post in sitting.erased if (line := sitting.index.by_post.get(post))]
        quotes.hide(db, sitting.unsaid, written, now, deployment)
        subscribing.hear(db, case_store, posts, now)
        keep_place(db, case_store.database, FOLLOWER, after)
    return _received(sitting)


def _begun(db: Connection, posts: Sequence[Post], deployment: Deployment, now: datetime) -> Sitting:
    """A sitting over these posts that knows of the cases they may touch, and of those whose duplicates they are."""
    sitting = Sitting(_lines(db, posts), _triaged(db, posts), deployment, now, lessons(db))
    asked, wanted = set[str](), {line.case_id for line in sitting.index.by_post.values()}
    while wanted:
        sitting.know(_cases(db, wanted))
        asked |= wanted
        wanted = {case.duplicate_of for case in sitting.cases.values() if case.duplicate_of} - asked
    losing = {line.case_id for post in posts if post.deleted_at and (line := sitting.index.by_post.get(post.id))}
    sitting.said = marking.said_in(db, losing)
    return sitting


def _received(sitting: Sitting) -> Received:
    opened = len(sitting.cases.keys() - sitting.before.keys())
    return Received(opened=opened, joined=len(sitting.lines) - opened, to_triage=len(sitting.to_triage), erased=len(sitting.erased))


def _lines(db: Connection, posts: Sequence[Post]) -> list[Line]:
    """Posts of cases that share something with these; of each author and each group of copies the newest."""
    wanted = {
        case_posts.c.post: {p.id for p in posts} | {p.parent_id for p in posts if p.parent_id},
        case_posts.c.author: {p.author.id for p in posts if p.author and p.author.id},
        case_posts.c.copy_of: {p.copy_of for p in posts if p.copy_of},
    }
    rows = [row for column, values in wanted.items() if values for row in db.execute(_newest(column, values))]
    return list({row.post: Line(**row._mapping) for row in rows}.values())


def _newest(column: Column[str], values: set[str]) -> Select[Any]:
    """Lines with one of the values: of each value the newest, so that a flood of one kind does not make every batch after it slower."""
    rank = func.row_number().over(partition_by=column, order_by=case_posts.c.at.desc()).label("rank")
    known = [one for one in case_posts.c if one.name != "marks"]
    ranked = select(*known, rank).where(column.in_(values)).subquery()
    return select(*(one for one in ranked.c if one.name != "rank")).where(ranked.c.rank <= OF_A_KIND)


def _cases(db: Connection, ids: set[str]) -> list[Case]:
    asked = select(cases_table.c.record).where(cases_table.c.id.in_(ids)).with_for_update()
    return [rows.to_case(record) for record in db.scalars(asked)] if ids else []


def _triaged(db: Connection, posts: Sequence[Post]) -> set[str]:
    return set(db.scalars(select(triage.c.post).where(triage.c.post.in_([p.id for p in posts]))))


def _write(db: Connection, store: CaseStore, sitting: Sitting) -> None:
    new = [case for id, case in sitting.cases.items() if id not in sitting.before]
    changed = [(sitting.before[id], case) for id, case in sitting.cases.items() if id in sitting.before and case is not sitting.before[id]]
    store.write(db, new, changed)
    if sitting.lines:
        db.execute(keep_first(store.database, case_posts), [msgspec.structs.asdict(line) for line in sitting.lines])
    for post, known in sitting.edited.items():
        db.execute(update(case_posts).where(case_posts.c.post == post).values(marks=packed(known)))
    if sitting.to_triage:
        db.execute(keep_first(store.database, triage), [_triage_row(post) for post in sitting.to_triage])
    if sitting.erased:
        nobody = {"author": None, "conversation": None, "copy_of": None, "marks": marking.NOTHING}
        db.execute(update(case_posts).where(case_posts.c.post.in_(sitting.erased)).values(nobody))
        db.execute(delete(triage).where(triage.c.post.in_(sitting.erased)))


def _triage_row(post: Post) -> dict[str, object]:
    sure = post.intent.confidence if post.intent else None
    return {"post": post.id, "at": post.created_at, "intent": intent_of(post), "confidence": None if sure is None else round(sure * 100)}
