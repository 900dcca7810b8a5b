"""Answers go out, each once, and their outcome is kept.

An answer stands in the outbox before anybody tries to send it. If the process dies between the platform's yes and our writing it down,
the answer is `unknown` afterwards: a person looks at the platform and says what happened. It is never sent a second time by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from cases.answering import PRIVATELY, told
from cases.forgetting import HIDDEN
from cases.outbox import TAKEN, Answer, State, all_in_state, bereft, claim, fetch, in_state, keep, text_now
from cases.query import AuditLine
from cases.roles import Person, Right, Role, must
from cases.store import CaseStore, note
from cases.store import fetch as fetch_case
from cases.work import must_be_theirs
from core.deployment import Deployment
from core.errors import AskedWrongly, PlatformProblem

MOST_TRIES = 5
MOST_READY = 1000  # looked through for those that are due
FIRST_PAUSE, NO_TOKEN_PAUSE = timedelta(minutes=1), timedelta(minutes=15)  # before the next attempt
TEMPLATES_ONLY = {"whatsapp": timedelta(hours=24)}  # after the citizen's last message only an approved template may be sent (Meta's rule)
INBOX_CLOSES = timedelta(days=7)  # Meta lets people answer a message, or a comment privately, for so long


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


def recover(store: CaseStore) -> int:
    """At the start of the one process that sends: what was being sent when the last one ended may have gone out. Returns how many."""
    with store.writing() as db:
        left = all_in_state(db, State.SENDING)
        for answer in left:
            keep(db, msgspec.structs.replace(answer, state=State.UNKNOWN, problem="the process ended while this was being sent"))
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
        answer = fetch(db, id, State.UNKNOWN)
        note(db, AuditLine(at=at, who=person.name, what="resolved", about=answer.case_id, detail="sent" if was_sent else "not sent"))
    return _outcome(store, _anew(answer), State.SENT if was_sent else State.READY, at, deployment)


def again(store: CaseStore, person: Person, id: str, at: datetime, deployment: Deployment) -> Answer:
    """Try an answer once more that was certainly not sent; one that nobody else let out yet waits for that again.

    Raises NotAllowed, AskedWrongly, also for one whose words a deletion took.
    """
    must(person, Right.ANSWER)
    with store.writing() as db:
        answer = fetch(db, id, State.FAILED)
        must_be_theirs(person, fetch_case(db, answer.case_id))
        if HIDDEN in answer.text:
            raise AskedWrongly(f"answer {id}: {TAKEN}")
        note(db, AuditLine(at=at, who=person.name, what="answer", about=answer.case_id, detail="tried again"))
    unseen = deployment.desk.approve_answers and answer.approved_by is None
    return _outcome(store, _anew(answer), State.DRAFT if unseen else State.READY, at, deployment)


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


def too_late(answer: Answer, at: datetime) -> str | None:
    """Why the platform would not take this answer any more, if so. Pure."""
    heard = answer.last_heard
    if answer.platform in PRIVATELY:
        if not (answer.direct or answer.privately) or heard is None or at - heard <= INBOX_CLOSES:
            return None
        return f"{answer.platform}: the citizen wrote more than {INBOX_CLOSES.days} days ago; nobody may write into that inbox now, answer by telephone"
    window = TEMPLATES_ONLY.get(answer.platform or "")
    if window is None or answer.template or (heard and at - heard <= window):
        return None
    hours = window // timedelta(hours=1)
    return (
        f"{answer.platform}: the citizen wrote more than {hours} hours ago; only an approved template may be sent, or answer by telephone"
    )


def _anew(answer: Answer) -> Answer:
    return msgspec.structs.replace(answer, tries=0, next_at=None, problem=None)


def _send(store: CaseStore, sender: Sender, answer: Answer, at: datetime, deployment: Deployment) -> Answer:
    if refusal := too_late(answer, at):
        return _outcome(store, answer, State.FAILED, at, deployment, problem=refusal)
    with store.writing() as db:  # durable before the platform hears of it
        if not claim(db, answer):
            return answer  # another sender has it
    try:
        sent = sender.send(answer)
    except PlatformProblem as problem:
        answer, state = refused(answer, problem, at)
        return _outcome(store, answer, state, at, deployment)
    return _outcome(store, answer, State.SENT, at, deployment, native_id=sent.native_id, url=sent.url)


def _outcome(store: CaseStore, answer: Answer, state: State, at: datetime, deployment: Deployment, **more: str | None) -> Answer:
    answer = msgspec.structs.replace(answer, state=state, sent_at=at if state == State.SENT else None, **more)
    if state == State.SENT:
        answer = msgspec.structs.replace(answer, problem=None, next_at=None)
    with store.writing() as db:
        text = text_now(db, answer.id)
        if text not in (None, answer.text):  # taken while it was under way: the words do not come back
            answer = bereft(answer, text)
        keep(db, answer)
        if state == State.SENT:
            from_whom = Person(name=answer.written_by, role=Role.OFFICER)
            told(db, fetch_case(db, answer.case_id), answer, from_whom, at, deployment)
    return answer
