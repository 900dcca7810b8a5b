"""The desk: follows the posts, opens cases, joins what belongs together, forgets what was deleted. Each post once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Select, delete, func, select, update

from cases import assigning, broadcasting, outbox, rows, wording, workflow
from cases.forgetting import HIDDEN, Marks, forgotten, marks, packed, telling, unpacked
from cases.identity import case_id
from cases.joining import OVER, Index, Line, citizens, intent_of, is_sure, joins, line_of, marks_of, place_of, topic_of, verdict
from cases.lessons import lessons
from cases.roles import Role
from cases.routing import Lessons, route
from cases.store import CaseStore, keep_first, keep_place
from cases.tables import case_posts, triage
from cases.tables import cases as cases_table
from core.case import Case, Status, Step
from core.deployment import Deployment
from core.post import Kind, Post

FOLLOWER = "desk"
WHO = "desk"  # who opens and joins, in a case's history
OF_A_KIND = 200  # posts of one author, or copies of one text, that a new post is held against
NOTHING = packed(frozenset())  # the marks of a post that says nothing, or nothing any more
QUOTED_FOR = timedelta(days=30)  # after it was written a post may be quoted where it does not belong; all answers since then are read again
SUMMARY = 280  # characters of the opening post that a case keeps


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
        sitting = Sitting(_lines(db, posts), {}, _triaged(db, posts), deployment, now, lessons(db))
        sitting.know(_cases(db, {line.case_id for line in sitting.index.by_post.values()}))
        while (
            originals := {case.duplicate_of for case in sitting.cases.values() if case.duplicate_of}
            - sitting.cases.keys()
            - sitting.unknown
        ):
            sitting.know(_cases(db, originals))
            sitting.unknown |= originals
        sitting.said = _marks(db, sitting, posts)
        for post in posts:
            sitting.take(post)
        _write(db, case_store, sitting)
        broadcasting.hear(db, case_store, posts, now)
        keep_place(db, case_store.database, FOLLOWER, after)
    return sitting.received()


class Sitting:
    """One batch at the desk: what is known, and what changes because of the posts that come in."""

    def __init__(self, lines: Iterable[Line], cases: dict[str, Case], triaged: set[str], deployment: Deployment, now: datetime,
                 lessons: Lessons | None = None) -> None:  # fmt: skip
        self.index, self.cases, self.before = Index(lines), dict(cases), dict(cases)
        self.deployment, self.now, self.triaged, self.lessons = deployment, now, triaged, lessons or {}
        self.lines: list[Line] = []
        self.to_triage: list[Post] = []
        self.erased: list[str] = []
        self.unknown: set[str] = set()  # originals that were asked for
        self.said: dict[str, Marks] = {}  # post → marks of its words, of all posts of cases in which something is deleted
        self.unsaid: dict[str, Marks] = {}  # case → marks of what was said there until it was deleted
        self.edited: dict[str, Marks] = {}  # post → marks of its words with the new ones

    def know(self, cases: Iterable[Case]) -> None:
        """Learn of cases that stand already."""
        self.before |= {case.id: case for case in cases}
        self.cases |= self.before

    def take(self, post: Post) -> None:
        """Decide about one post."""
        if post.deleted_at:
            self._forget(post)
        elif post.id in self.index.by_post:
            self._edited(post)
        elif post.kind == Kind.OWN:
            self._answered(post)
        else:
            self._decide(post)

    def received(self) -> Received:
        """What became of the posts so far."""
        opened = len(self.cases.keys() - self.before.keys())
        return Received(opened=opened, joined=len(self.lines) - opened, to_triage=len(self.to_triage), erased=len(self.erased))

    def _decide(self, post: Post) -> None:
        said = verdict(post, self.index, self.cases, self.deployment, self.now)
        if said == "open":
            self._open(post)
        elif said == "join":
            self._join(post)
        elif said == "triage" and post.id not in self.triaged:
            self.triaged.add(post.id)
            self.to_triage.append(post)

    def _open(self, post: Post) -> None:
        case = opened(post, intent_of(post), self.deployment, self.now, WHO, self.lessons)
        self._keep(case, post)

    def _join(self, post: Post) -> None:
        line = joins(post, self.index, self.cases, self.deployment)
        if line:
            told = self.cases[line.case_id]
            case = self._original(told)  # what is said of a duplicate is said of its original
            self._keep(joined(case, post, self.deployment, self.now, citizens(told) if told is not case else frozenset()), post)

    def _original(self, case: Case) -> Case:
        """The case at the end of a chain of duplicates."""
        seen = {case.id}
        while (found := self.cases.get(case.duplicate_of or "")) and found.id not in seen:
            seen.add(found.id)
            case = found
        return case

    def _keep(self, case: Case, post: Post) -> None:
        self.cases[case.id] = case
        line = line_of(post, case.id, self.deployment)
        self.lines.append(line)
        self.index.add(line)

    def _edited(self, post: Post) -> None:
        case = self.cases.get(self.index.by_post[post.id].case_id)
        if post.versions:
            self.edited[post.id] = marks_of(post)
        if case and case.posts and case.posts[0] == post.id and case.summary != summary(post):
            self.cases[case.id] = workflow.noted(case, WHO, self._at(case), "", self.deployment, "edited", summary=summary(post))

    def _answered(self, post: Post) -> None:
        """The organisation answered a post of a case on the platform itself."""
        line = self.index.by_post.get(post.parent_id or "")
        case = self.cases.get(line.case_id) if line else None
        if case and not any(step.what == "answered" and step.why == post.id for step in case.steps):
            at = max(min(post.created_at, self.now), self._last(case))
            self.cases[case.id] = workflow.noted(
                case, post.account or WHO, at, post.id, self.deployment, "answered", answer_link=case.answer_link or post.url
            )

    def _forget(self, post: Post) -> None:
        line = self.index.by_post.get(post.id)
        case = self.cases.get(line.case_id) if line else None
        if case and line:
            self._erase(case, line)
        self.erased.append(post.id)

    def _erase(self, case: Case, line: Line) -> None:
        """Take a deleted post's text and author out of its case; the history keeps that it was."""
        if any(step.what == "erased" and step.why == line.post for step in case.steps):
            return
        opening = case.posts[:1] == (line.post,)
        kept: dict[str, object] = {"others": tuple(o for o in case.others if o != line.author)}
        taken = self._taken(case, line.post)
        if opening:
            kept = {"summary": "", "citizen": None}
            taken |= marks(case.summary)
        self.unsaid[case.id] = self.unsaid.get(case.id, frozenset()) | taken
        citizen = line.author if opening or line.author != case.citizen else None
        case = msgspec.structs.replace(case, steps=forgotten(case.steps, taken, citizen))
        self.cases[case.id] = workflow.noted(case, WHO, self._at(case), line.post, self.deployment, "erased", **kept)

    def _taken(self, case: Case, post: str) -> Marks:
        """Marks of what a deleted post said, but for what others of the case say too and still say."""
        stays = (self.said.get(other, frozenset()) for other in case.posts if other != post and other not in self.erased)
        return self.said.get(post, frozenset()).difference(*stays)

    def _at(self, case: Case) -> datetime:
        return max(self.now, self._last(case))

    def _last(self, case: Case) -> datetime:
        return case.steps[-1].at if case.steps else case.opened_at


def opened(post: Post, intent: str, deployment: Deployment, now: datetime, who: str, lessons: Lessons | None = None) -> Case:
    """The case that a post opens. Its clocks run from when the citizen wrote; a platform whose clock is ahead opens nothing in the future."""
    written = min(post.created_at, now)
    topic, place = topic_of(post, deployment), place_of(post, deployment)
    routed = route(topic, place, deployment, lessons)
    case = Case(
        id=case_id(post.id), status=Status.RECEIVED, intent=intent, opened_at=written, version=0, category=topic, place=place,
        department=routed.department, routed_because=routed.because, platform=post.platform, account=post.account,
        branch=branch_of(post, place, deployment), citizen=post.author.id if post.author else None, posts=(post.id,), summary=summary(post),
    )  # fmt: skip
    return workflow.add(case, Step(who=who, at=now, was=None, now=Status.RECEIVED), deployment)


def joined(case: Case, post: Post, deployment: Deployment, now: datetime, known: frozenset[str] = frozenset()) -> Case:
    """The case with one more post. If it waited for this citizen, he is heard; if one of its citizens asks again after its end, it is reopened.

    `known`: the citizens of a duplicate of it.
    """
    author = post.author.id if post.author else None
    at = max(now, case.steps[-1].at if case.steps else case.opened_at)
    is_known = author in (None, case.citizen) or author in case.others
    others = case.others if is_known or author is None else (*case.others, author)
    case = msgspec.structs.replace(case, posts=(*case.posts, post.id), others=others)
    if author and author == case.citizen and case.waiting_since:
        return workflow.heard(case, WHO, at, post.id, deployment)
    if author and (is_known or author in known) and case.status in OVER and _asks_again(post, deployment):
        return workflow.move(case, Status.REOPENED, author, Role.CITIZEN, at, post.id, deployment)
    return workflow.noted(case, WHO, at, post.id, deployment, workflow.JOINED)


def _asks_again(post: Post, deployment: Deployment) -> bool:
    return intent_of(post) == "complaint" or (intent_of(post) == "inquiry" and is_sure(post, deployment))


def branch_of(post: Post, place: str | None, deployment: Deployment) -> str | None:
    """The branch of the account it was addressed to, else of the place it names."""
    account = next((a.branch for a in deployment.accounts if a.key == post.account), None)
    return account or next((p.branch for p in deployment.places if p.id == place), None)


def summary(post: Post) -> str:
    """The beginning of the text, with personal data hidden."""
    text = post.text
    for span in sorted(post.private, key=lambda s: s.start, reverse=True):
        text = text[: span.start] + HIDDEN + text[span.end :]
    return text if len(text) <= SUMMARY else text[: SUMMARY - 1] + "…"


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


def _marks(db: Connection, sitting: Sitting, posts: Sequence[Post]) -> dict[str, Marks]:
    """What was said in the cases in which something is deleted now; short texts cost some bytes for each word."""
    gone = {line.case_id for post in posts if post.deleted_at and (line := sitting.index.by_post.get(post.id))}
    asked = select(case_posts.c.post, case_posts.c.marks).where(case_posts.c.case_id.in_(gone))
    return {row.post: unpacked(row.marks) for row in db.execute(asked)} if gone else {}


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
        db.execute(
            update(case_posts)
            .where(case_posts.c.post.in_(sitting.erased))
            .values(author=None, conversation=None, copy_of=None, marks=NOTHING)
        )
        db.execute(delete(triage).where(triage.c.post.in_(sitting.erased)))
    for case, said in sitting.unsaid.items():
        outbox.forget(db, case, said)
    _forget_elsewhere(db, sitting)


def _forget_elsewhere(db: Connection, sitting: Sitting) -> None:
    """Hide quotes of what is deleted now in other cases' answers and in notes to the next shift, but not what is ours to say."""
    quoted = telling(frozenset().union(*sitting.unsaid.values())) - wording.said(db) if sitting.unsaid else frozenset()
    if quoted:
        written = [sitting.index.by_post[post].at for post in sitting.erased if post in sitting.index.by_post]
        span = min(written), max(written) + QUOTED_FOR
        outbox.forget_elsewhere(db, quoted, *span)
        assigning.forget(db, quoted, *span)


def _triage_row(post: Post) -> dict[str, object]:
    sure = post.intent.confidence if post.intent else None
    return {"post": post.id, "at": post.created_at, "intent": intent_of(post), "confidence": None if sure is None else round(sure * 100)}
