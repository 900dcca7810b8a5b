"""Answers to citizens: written, let out by a second person where that is asked for, sent once, and their outcome kept.

An answer stands in the outbox before anybody tries to send it. If the process dies between the platform's yes and our writing it down,
the answer is `unknown` afterwards: a person looks at the platform and says what happened. It is never sent a second time by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from cases import workflow
from cases.holding import must_be_free
from cases.query import AuditLine
from cases.roles import Person, Right, Role, must
from cases.store import CaseStore, fetch, note, replace
from cases.tables import answers, case_posts
from cases.work import must_be_theirs
from core.case import Case, Status
from core.deployment import Deployment
from core.errors import AskedWrongly, NotAllowed, PlatformProblem
from core.post import Moment

MOST_TRIES = 5
MOST_READY = 1000  # looked through for those that are due
FIRST_PAUSE, NO_TOKEN_PAUSE = timedelta(minutes=1), timedelta(minutes=15)  # before the next attempt
PRIVATELY = ("facebook", "instagram")  # where a public comment may be answered in the inbox of whoever wrote it
WINDOWS = {"whatsapp": timedelta(hours=24)}  # after the citizen's last message only an approved template may be sent (Meta's rule)


class State(StrEnum):
    """Where an answer stands."""

    DRAFT = "draft"  # waits for a second person
    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"  # it may have gone out; a person must look
    ELSEWHERE = "elsewhere"  # given by other means


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answer to the citizen of one case."""

    id: str
    case_id: str
    text: str
    written_by: str
    written_at: Moment
    state: State
    platform: str | None = None
    account: str | None = None  # which of ours speaks
    reply_to: str | None = None  # the post it answers
    last_heard: Moment | None = None  # when the citizen wrote last
    template: str | None = None
    privately: bool = False  # to a public comment, in its writer's inbox
    finishes: bool = True  # it is the answer, not word in between
    approved_by: str | None = None
    tries: int = 0
    next_at: Moment | None = None  # not tried again before
    native_id: str | None = None
    url: str | None = None
    problem: str | None = None
    sent_at: Moment | None = None


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform said when it took an answer."""

    native_id: str
    url: str | None = None


class Sender(Protocol):
    """Sends answers on one platform; lives in collectors/.

    Raises PlatformProblem: `then` is "retry", "wait" or "credential" only if nothing went out, `kind` "no receipt" if that is not known.
    """

    platform: str

    def send(self, answer: Answer) -> Sent: ...


_pack = msgspec.msgpack.Encoder().encode
_answer = msgspec.msgpack.Decoder(Answer).decode


def write(store: CaseStore, person: Person, case_id: str, text: str, at: datetime, deployment: Deployment, finishes: bool = True,
          template: str | None = None, privately: bool = False) -> Answer:  # fmt: skip
    """Put an answer into the outbox: ready to go, or a draft where a second person must let it.

    Raises NotAllowed, AskedWrongly for an empty text, a citizen who cannot be answered, or the same answer a second time.
    """
    must(person, Right.ANSWER)
    if not text.strip():
        raise AskedWrongly(f"case {case_id}: the answer is empty")
    with store.writing() as db:
        case = fetch(db, case_id)
        _may_answer(db, person, case, at, finishes, deployment)
        answer = _addressed(db, case, text.strip(), person, at, finishes, template)
        privately = privately and answer.platform in PRIVATELY
        answer = msgspec.structs.replace(answer, privately=privately, state=State.DRAFT if deployment.desk.approve_answers else State.READY)
        _keep_new(db, answer)
        note(db, AuditLine(at=at, who=person.name, what="answer", about=case_id, detail=answer.state.value))
    return answer


def approve(store: CaseStore, person: Person, id: str, at: datetime) -> Answer:
    """Let another's answer go out. Raises NotAllowed if it is one's own."""
    must(person, Right.APPROVE)
    with store.writing() as db:
        answer = _fetch(db, id, State.DRAFT)
        if answer.written_by == person.name:
            raise NotAllowed(f"{person.name} wrote this answer; somebody else must let it go out")
        answer = msgspec.structs.replace(answer, state=State.READY, approved_by=person.name)
        _keep(db, answer)
        note(db, AuditLine(at=at, who=person.name, what="approved", about=answer.case_id))
    return answer


def elsewhere(store: CaseStore, person: Person, case_id: str, text: str, link: str | None, at: datetime, deployment: Deployment,
              finishes: bool = True) -> Answer:  # fmt: skip
    """The citizen was answered by other means: by telephone, at the counter, on the platform itself. Raises NotAllowed, AskedWrongly."""
    must(person, Right.ANSWER)
    if link and urlsplit(link).scheme not in ("http", "https"):
        raise AskedWrongly("the link must begin with http:// or https://")
    with store.writing() as db:
        case = fetch(db, case_id)
        _may_answer(db, person, case, at, finishes, deployment)
        answer = _addressed(db, case, text.strip(), person, at, finishes, None)
        answer = msgspec.structs.replace(answer, state=State.ELSEWHERE, url=link, sent_at=at)
        _keep_new(db, answer)
        _told(db, case, answer, person, at, deployment)
        note(db, AuditLine(at=at, who=person.name, what="answer", about=case_id, detail="elsewhere"))
    return answer


def of_case(store: CaseStore, case_id: str) -> list[Answer]:
    """A case's answers, oldest first."""
    with store.reading() as db:
        return [
            _answer(r)
            for r in db.scalars(select(answers.c.record).where(answers.c.case_id == case_id).order_by(answers.c.written_at, answers.c.id))
        ]


def in_state(store: CaseStore, state: State, limit: int = 100) -> list[Answer]:
    """Answers that stand so, oldest first."""
    asked = select(answers.c.record).where(answers.c.state == state.value).order_by(answers.c.written_at, answers.c.id).limit(limit)
    with store.reading() as db:
        return [_answer(record) for record in db.scalars(asked)]


def recover(store: CaseStore) -> int:
    """At the start of the one process that sends: what was being sent when the last one ended may have gone out. Returns how many."""
    with store.writing() as db:
        left = [_answer(r) for r in db.scalars(select(answers.c.record).where(answers.c.state == State.SENDING.value))]
        for answer in left:
            _keep(db, msgspec.structs.replace(answer, state=State.UNKNOWN, problem="the process ended while this was being sent"))
    return len(left)


def send_ready(store: CaseStore, senders: Mapping[str, Sender], at: datetime, deployment: Deployment, limit: int = 50) -> list[Answer]:
    """Send what is ready and has a sender, each once; returns what became of them. With no senders (the default) nothing is sent."""
    due = [answer for answer in in_state(store, State.READY, MOST_READY) if answer.next_at is None or answer.next_at <= at]
    waiting = [(senders[answer.platform or ""], answer) for answer in due if (answer.platform or "") in senders]
    return [_send(store, sender, answer, at, deployment) for sender, answer in waiting[:limit]]


def resolve(store: CaseStore, person: Person, id: str, was_sent: bool, at: datetime, deployment: Deployment) -> Answer:
    """A person looked at the platform and says whether an `unknown` answer went out; if not it is ready again. Raises NotAllowed."""
    must(person, Right.APPROVE)
    with store.writing() as db:
        answer = _fetch(db, id, State.UNKNOWN)
        note(db, AuditLine(at=at, who=person.name, what="resolved", about=answer.case_id, detail="sent" if was_sent else "not sent"))
    return _outcome(store, _anew(answer), State.SENT if was_sent else State.READY, at, deployment)


def again(store: CaseStore, person: Person, id: str, at: datetime, deployment: Deployment) -> Answer:
    """Try an answer once more that was certainly not sent. Raises NotAllowed, AskedWrongly."""
    must(person, Right.ANSWER)
    with store.writing() as db:
        answer = _fetch(db, id, State.FAILED)
        must_be_theirs(person, fetch(db, answer.case_id))
        note(db, AuditLine(at=at, who=person.name, what="answer", about=answer.case_id, detail="tried again"))
    return _outcome(store, _anew(answer), State.READY, at, deployment)


def _anew(answer: Answer) -> Answer:
    return msgspec.structs.replace(answer, tries=0, next_at=None, problem=None)


def _send(store: CaseStore, sender: Sender, answer: Answer, at: datetime, deployment: Deployment) -> Answer:
    if refusal := _too_late(answer, at):
        return _outcome(store, answer, State.FAILED, at, deployment, problem=refusal)
    with store.writing() as db:  # durable before the platform hears of it
        claimed = db.execute(
            update(answers).where(answers.c.id == answer.id, answers.c.state == State.READY.value).values(state=State.SENDING.value)
        )
        if claimed.rowcount != 1:
            return answer  # another sender has it
    try:
        sent = sender.send(answer)
    except PlatformProblem as problem:
        answer, state = refused(answer, problem, at)
        return _outcome(store, answer, state, at, deployment)
    return _outcome(store, answer, State.SENT, at, deployment, native_id=sent.native_id, url=sent.url)


def refused(answer: Answer, problem: PlatformProblem, at: datetime) -> tuple[Answer, State]:
    """An answer after an attempt that brought no receipt, and how it stands. Pure.

    Without a token that holds it waits for one, however long: nothing is wrong with the answer.
    """
    answer = msgspec.structs.replace(answer, tries=answer.tries + 1, problem=problem.says)
    if problem.kind == "no receipt":
        return answer, State.UNKNOWN
    if problem.then == "credential":
        return msgspec.structs.replace(answer, tries=answer.tries - 1, next_at=at + NO_TOKEN_PAUSE), State.READY
    if problem.then not in ("retry", "wait") or answer.tries >= MOST_TRIES:
        return answer, State.FAILED
    return msgspec.structs.replace(answer, next_at=problem.until or at + FIRST_PAUSE * 2 ** (answer.tries - 1)), State.READY


def _too_late(answer: Answer, at: datetime) -> str | None:
    window = WINDOWS.get(answer.platform or "")
    if window is None or answer.template or (answer.last_heard and at - answer.last_heard <= window):
        return None
    hours = window // timedelta(hours=1)
    return (
        f"{answer.platform}: the citizen wrote more than {hours} hours ago; only an approved template may be sent, or answer by telephone"
    )


def _outcome(store: CaseStore, answer: Answer, state: State, at: datetime, deployment: Deployment, **more: str | None) -> Answer:
    answer = msgspec.structs.replace(answer, state=state, sent_at=at if state == State.SENT else None, **more)
    if state == State.SENT:
        answer = msgspec.structs.replace(answer, problem=None, next_at=None)
    with store.writing() as db:
        _keep(db, answer)
        if state == State.SENT:
            from_whom = Person(name=answer.written_by, role=Role.OFFICER)
            _told(db, fetch(db, answer.case_id), answer, from_whom, at, deployment)
    return answer


def _told(db: Connection, case: Case, answer: Answer, person: Person, at: datetime, deployment: Deployment) -> None:
    """The citizen has been answered: a line in the history, and the move to `answered` if this finishes it and it can be made."""
    at = max(at, case.steps[-1].at if case.steps else at)
    ends = answer.finishes and Status.ANSWERED in workflow.moves(case, person.name, person.role, deployment)
    if ends:
        new = workflow.move(case, Status.ANSWERED, person.name, person.role, at, answer.id, deployment)
    else:
        new = workflow.noted(case, person.name, at, answer.id, deployment, "answered")
    replace(db, case, msgspec.structs.replace(new, answer_link=answer.url or case.answer_link))


def _may_answer(db: Connection, person: Person, case: Case, at: datetime, finishes: bool, deployment: Deployment) -> None:
    must_be_theirs(person, case)
    must_be_free(db, case.id, person.name, at)
    if finishes and Status.ANSWERED not in workflow.moves(case, person.name, person.role, deployment):
        raise AskedWrongly(f"case {case.id} is {case.status.value}: it is too early for the answer; send word in between instead")


def _addressed(db: Connection, case: Case, text: str, person: Person, at: datetime, finishes: bool, template: str | None) -> Answer:
    theirs = (case_posts.c.case_id == case.id, case_posts.c.author == case.citizen)
    last = db.scalar(select(func.max(case_posts.c.at)).where(*theirs))
    post = db.scalar(select(case_posts.c.post).where(*theirs, case_posts.c.at == last)) if last else None
    digest = hashlib.blake2b("\0".join((case.id, post or "", str(case.reopened), text)).encode(), digest_size=10).hexdigest()
    return Answer(id=f"a-{digest}", case_id=case.id, text=text, written_by=person.name, written_at=at, state=State.READY, platform=case.platform,
                  account=case.account, reply_to=post or next(iter(case.posts), None), last_heard=last, template=template, finishes=finishes)  # fmt: skip


def _keep_new(db: Connection, answer: Answer) -> None:
    if db.scalar(select(answers.c.id).where(answers.c.id == answer.id)):
        raise AskedWrongly(f"case {answer.case_id}: this very answer was written already; nobody is told the same twice")
    db.execute(
        insert(answers).values(
            id=answer.id, case_id=answer.case_id, state=answer.state.value, written_at=answer.written_at, record=_pack(answer)
        )
    )


def _keep(db: Connection, answer: Answer) -> None:
    db.execute(update(answers).where(answers.c.id == answer.id).values(state=answer.state.value, record=_pack(answer)))


def _fetch(db: Connection, id: str, state: State) -> Answer:
    record = db.scalar(select(answers.c.record).where(answers.c.id == id).with_for_update())
    if record is None or (found := _answer(record)).state != state:
        raise AskedWrongly(f"answer {id}: there is none that is {state.value}")
    return found
