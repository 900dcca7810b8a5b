"""Marks of what citizens said, as they are kept beside their posts' lines until a post is deleted (cases/forgetting.py tells what they are)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, select, update

from cases.forgetting import Marks, packed, unpacked
from cases.joining import marks_of
from cases.store import CaseStore
from cases.tables import case_posts
from core.post import Post

NOTHING = packed(frozenset())  # the marks of a post that says nothing, or nothing any more


def said_in(db: Connection, cases: Collection[str]) -> dict[str, Marks]:
    """What was said in these cases, by post; short texts cost some bytes for each word."""
    asked = select(case_posts.c.post, case_posts.c.marks).where(case_posts.c.case_id.in_(cases))
    return {row.post: unpacked(row.marks) for row in db.execute(asked)} if cases else {}


def still_said(db: Connection, case: str) -> Marks:
    """What the citizens of a case say themselves, in all its posts that are not deleted."""
    return frozenset().union(*said_in(db, [case]).values())


def unmarked(store: CaseStore, most: int) -> list[str]:
    """Posts that joined a case before marks were kept."""
    with store.reading() as db:
        return list(db.scalars(select(case_posts.c.post).where(case_posts.c.marks.is_(None)).limit(most)))


def mark(store: CaseStore, ids: Sequence[str], posts: Sequence[Post]) -> None:
    """Keep the marks of these posts' words as they stand; of those that are there no more, that nothing is left to be found."""
    known = {post.id: packed(marks_of(post)) for post in posts}
    with store.writing() as db:
        for id in ids:
            theirs = (case_posts.c.post == id, case_posts.c.marks.is_(None))  # a deletion may have been faster
            db.execute(update(case_posts).where(*theirs).values(marks=known.get(id, NOTHING)))
