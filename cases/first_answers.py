"""How long citizens waited for the first answers that were given in some time: little is read of each case, so that a page may ask often."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Select, select

from cases import asking
from cases.query import FindCases
from cases.store import CaseStore
from cases.tables import cases
from core.post import Moment

OLDEST = timedelta(days=30)  # a case opened longer before is not looked at: its answer would tell of a month that is past
REPORTS = ("complaint", "inquiry")  # as in the table of reports: suggestions have a register of their own


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """When a case was opened and first answered."""

    opened_at: Moment
    first_answer_at: Moment | None = None
    duplicate_of: str | None = None


_answered = msgspec.msgpack.Decoder(Answered).decode  # the other fields of the record are passed over


def given(store: CaseStore, which: FindCases, since: datetime) -> list[Answered]:
    """The first answers given since then to the cases meant that were opened at most OLDEST before, open or settled by now."""
    with store.reading() as db:
        found = [_answered(record) for record in db.scalars(_records(which, since))]
    return [one for one in found if not one.duplicate_of and one.first_answer_at and one.first_answer_at >= max(since, one.opened_at)]


def explain(store: CaseStore, which: FindCases, since: datetime) -> str:
    """The SQL behind `given`."""
    return store.explained(_records(which, since))


def _records(which: FindCases, since: datetime) -> Select[Any]:
    question = msgspec.structs.replace(which, is_open=None, intents=REPORTS, opened_since=since - OLDEST)
    return select(cases.c.record).where(asking.where(question))


def hours(answered: list[Answered], since: datetime, until: datetime) -> list[float]:
    """Hours waited for each of the first answers given in [since, until), by the wall clock."""
    times = [(one.opened_at, one.first_answer_at) for one in answered]
    return [(answer - opened) / timedelta(hours=1) for opened, answer in times if answer and since <= answer < until]
