"""Answers to citizens: written, let out by a second person where that is asked for, or given by other means. Sending them: cases/sending.py."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import Connection, Row, select

from cases import workflow
from cases.holding import must_be_free
from cases.outbox import Answer, State, fetch, keep, keep_new
from cases.query import AuditLine
from cases.roles import Person, Right, must
from cases.store import CaseStore, note, replace
from cases.store import fetch as fetch_case
from cases.tables import case_posts
from cases.work import must_be_theirs
from core.case import Case, Status
from core.deployment import Deployment
from core.errors import AskedWrongly, NotAllowed

PRIVATELY = ("facebook", "instagram")  # where a public comment may be answered in the inbox of whoever wrote it


def write(store: CaseStore, person: Person, case_id: str, text: str, at: datetime, deployment: Deployment, finishes: bool = True,
          template: str | None = None, privately: bool = False) -> Answer:  # fmt: skip
    """Put an answer into the outbox: ready to go, or a draft where a second person must let it.

    Raises NotAllowed, AskedWrongly for an empty text, a citizen who cannot be answered, or the same answer a second time.
    """
    must(person, Right.ANSWER)
    if not text.strip():
        raise AskedWrongly(f"case {case_id}: the answer is empty", key="empty")
    with store.writing() as db:
        case = fetch_case(db, case_id)
        _may_answer(db, person, case, at, finishes, deployment)
        answer = _addressed(db, case, text.strip(), person, at, deployment)
        answer = msgspec.structs.replace(
            answer, finishes=finishes, template=template, state=State.DRAFT if deployment.desk.approve_answers else State.READY,
            privately=privately and answer.platform in PRIVATELY and not answer.direct,
        )  # fmt: skip
        keep_new(db, answer)
        note(db, AuditLine(at=at, who=person.name, what="answer", about=case_id, detail=answer.state.value))
    return answer


def approve(store: CaseStore, person: Person, id: str, at: datetime) -> Answer:
    """Let another's answer go out. Raises NotAllowed if it is one's own."""
    must(person, Right.APPROVE)
    with store.writing() as db:
        answer = fetch(db, id, State.DRAFT)
        if answer.written_by == person.name:
            raise NotAllowed(f"{person.name} wrote this answer; somebody else must let it go out", key="own_words")
        answer = msgspec.structs.replace(answer, state=State.READY, approved_by=person.name)
        keep(db, answer)
        note(db, AuditLine(at=at, who=person.name, what="approved", about=answer.case_id))
    return answer


def elsewhere(store: CaseStore, person: Person, case_id: str, text: str, link: str | None, at: datetime, deployment: Deployment,
              finishes: bool = True) -> Answer:  # fmt: skip
    """The citizen was answered by other means: by telephone, at the counter, on the platform itself. Raises NotAllowed, AskedWrongly."""
    must(person, Right.ANSWER)
    if link and urlsplit(link).scheme not in ("http", "https"):
        raise AskedWrongly("the link must begin with http:// or https://", key="address")
    with store.writing() as db:
        case = fetch_case(db, case_id)
        _may_answer(db, person, case, at, finishes, deployment)
        answer = _addressed(db, case, text.strip(), person, at, deployment)
        answer = msgspec.structs.replace(answer, finishes=finishes, state=State.ELSEWHERE, url=link, sent_at=at)
        keep_new(db, answer)
        told(db, case, answer, person, at, deployment)
        note(db, AuditLine(at=at, who=person.name, what="answer", about=case_id, detail="elsewhere"))
    return answer


def told(db: Connection, case: Case, answer: Answer, person: Person, at: datetime, deployment: Deployment) -> None:
    """The citizen has been answered: a line in the history, and the move to `answered` if this finishes it and it can be made."""
    at = max(at, case.steps[-1].at if case.steps else at)
    ends = answer.finishes and Status.ANSWERED in workflow.moves(case, person.name, person.role, deployment)
    if ends:
        new = workflow.move(case, Status.ANSWERED, person.name, person.role, at, answer.id, deployment)
    else:
        new = workflow.noted(case, person.name, at, answer.id, deployment, "answered")
    replace(db, case, msgspec.structs.replace(new, answer_link=answer.url or case.answer_link))


def speaks_to(store: CaseStore, case: Case, deployment: Deployment) -> str | None:
    """Which of our accounts would answer this case now."""
    with store.reading() as db:
        return deployment.speaker(case.platform, _account(_answered(db, case), case))


def _may_answer(db: Connection, person: Person, case: Case, at: datetime, finishes: bool, deployment: Deployment) -> None:
    must_be_theirs(person, case)
    must_be_free(db, case.id, person.name, at)
    if finishes and Status.ANSWERED not in workflow.moves(case, person.name, person.role, deployment):
        raise AskedWrongly(
            f"case {case.id} is {case.status.value}: it is too early for the answer; send word in between instead", key="too_early"
        )


def _addressed(db: Connection, case: Case, text: str, person: Person, at: datetime, deployment: Deployment) -> Answer:
    """An answer in the name of the account that was written to, to what the citizen said last."""
    last = _answered(db, case)
    post = last.post if last else None
    digest = hashlib.blake2b("\0".join((case.id, post or "", str(case.reopened), text)).encode(), digest_size=10).hexdigest()
    return Answer(id=f"a-{digest}", case_id=case.id, text=text, written_by=person.name, written_at=at, state=State.READY, platform=case.platform,
                  account=deployment.speaker(case.platform, _account(last, case)), reply_to=post or next(iter(case.posts), None),
                  last_heard=last.at if last else None, direct=bool(last and last.private))  # fmt: skip


def _answered(db: Connection, case: Case) -> Row | None:  # type: ignore[type-arg]
    """Which of the citizen's posts an answer replies to."""
    c = case_posts.c
    theirs = select(c.post, c.at, c.account, c.private).where(c.case_id == case.id, c.author == case.citizen)
    return _last(db.execute(theirs.order_by(c.at.desc(), c.post)).all())


def _last(said: Sequence[Row]) -> Row | None:  # type: ignore[type-arg]
    """The latest, but what was begun in private stays there: where any of it may be private, the latest of that."""
    return next(iter([row for row in said if row.private is not False] or said), None)


def _account(last: Row | None, case: Case) -> str | None:  # type: ignore[type-arg]
    return (last.account if last else None) or case.account
