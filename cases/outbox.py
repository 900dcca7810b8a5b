"""The outbox: answers as they stand, before anybody tries to send them and after."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import Connection, insert, select, update

from cases.forgetting import Marks, without_quotes
from cases.marking import still_said
from cases.store import CaseStore
from cases.tables import answers
from core.errors import AskedWrongly
from core.post import Moment


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
    last_heard: Moment | None = None  # when the citizen wrote that post
    template: str | None = None
    direct: bool = False  # in the private conversation that it answers
    privately: bool = False  # to a public comment, in its writer's inbox
    finishes: bool = True  # it is the answer, not word in between
    approved_by: str | None = None
    tries: int = 0
    next_at: Moment | None = None  # not tried again before
    native_id: str | None = None
    url: str | None = None
    problem: str | None = None
    sent_at: Moment | None = None


TAKEN = "the citizen deleted what this answer repeats; write another"
_pack = msgspec.msgpack.Encoder().encode
_answer = msgspec.msgpack.Decoder(Answer).decode


def of_case(store: CaseStore, case_id: str) -> list[Answer]:
    """A case's answers, oldest first."""
    asked = select(answers.c.record).where(answers.c.case_id == case_id).order_by(answers.c.written_at, answers.c.id)
    with store.reading() as db:
        return [_answer(record) for record in db.scalars(asked)]


def in_state(store: CaseStore, state: State, limit: int = 100) -> list[Answer]:
    """Answers that stand so, oldest first."""
    asked = select(answers.c.record).where(answers.c.state == state.value).order_by(answers.c.written_at, answers.c.id).limit(limit)
    with store.reading() as db:
        return [_answer(record) for record in db.scalars(asked)]


def keep_new(db: Connection, answer: Answer) -> None:
    """Keep an answer that was written just now. Raises AskedWrongly for the same one a second time."""
    if db.scalar(select(answers.c.id).where(answers.c.id == answer.id)):
        raise AskedWrongly(f"case {answer.case_id}: this very answer was written already; nobody is told the same twice", key="twice")
    db.execute(
        insert(answers).values(
            id=answer.id, case_id=answer.case_id, state=answer.state.value, written_at=answer.written_at, record=_pack(answer)
        )
    )


def keep(db: Connection, answer: Answer) -> None:
    """Keep how an answer stands now."""
    db.execute(update(answers).where(answers.c.id == answer.id).values(state=answer.state.value, record=_pack(answer)))


def forget(db: Connection, case_id: str, said: Marks) -> None:
    """Hide in a case's answers what they repeat of a deleted post; one that has not gone out yet must be written anew."""
    for record in db.scalars(select(answers.c.record).where(answers.c.case_id == case_id).with_for_update()).all():
        _hide(db, _answer(record), said)


def forget_elsewhere(db: Connection, said: Marks, since: datetime, until: datetime) -> None:
    """The same in the answers of all cases that were written from `since` to `until`; what citizens of such a case still say themselves stays."""
    written = select(answers.c.record).where(answers.c.written_at.between(since, until))
    repeating = [answer for answer in map(_answer, db.scalars(written)) if without_quotes(answer.text, said) != answer.text]
    for answer in repeating:
        now = db.scalar(select(answers.c.record).where(answers.c.id == answer.id).with_for_update())
        if now is not None:
            _hide(db, _answer(now), said - still_said(db, answer.case_id))


def _hide(db: Connection, answer: Answer, said: Marks) -> None:
    text = without_quotes(answer.text, said)
    if text != answer.text:
        keep(db, bereft(answer, text))


def bereft(answer: Answer, text: str) -> Answer:
    """The answer with `text` in place of its own, from which a deletion took words: one that waits to go out fails, and must be written anew."""
    waits = answer.state in (State.DRAFT, State.READY)
    told = {"state": State.FAILED, "problem": TAKEN} if waits else {}
    return msgspec.structs.replace(answer, text=text, **told)


def text_now(db: Connection, id: str) -> str | None:
    """An answer's words as they stand: a deletion may have taken some while it was under way. None: it is there no more."""
    record = db.scalar(select(answers.c.record).where(answers.c.id == id).with_for_update())
    return None if record is None else _answer(record).text


def claim(db: Connection, answer: Answer) -> bool:
    """Take a ready answer in order to send it; False if another sender has it."""
    asked = update(answers).where(answers.c.id == answer.id, answers.c.state == State.READY.value)
    return db.execute(asked.values(state=State.SENDING.value)).rowcount == 1


def all_in_state(db: Connection, state: State) -> list[Answer]:
    """Answers that stand so, inside a transaction."""
    return [_answer(record) for record in db.scalars(select(answers.c.record).where(answers.c.state == state.value))]


def fetch(db: Connection, id: str, state: State) -> Answer:
    """The answer with this id, which nobody else changes meanwhile. Raises AskedWrongly if it does not stand so."""
    record = db.scalar(select(answers.c.record).where(answers.c.id == id).with_for_update())
    if record is None or (found := _answer(record)).state != state:
        raise AskedWrongly(f"answer {id}: there is none that is {state.value}")
    return found
