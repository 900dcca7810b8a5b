"""Quotes of what is deleted now, hidden wherever somebody repeated it: in answers, in notes, in the reasons of other cases' histories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, Table, select, update

from cases import outbox, rows, wording, workflow
from cases.forgetting import Marks, forgotten, telling, without_quotes
from cases.marking import still_said
from cases.opening import WHO
from cases.store import fetch, replace
from cases.tables import audit, cases, events, handovers
from core.case import Case
from core.deployment import Deployment

# so long after it was written a post may be quoted where it does not belong; all that was written since is read again
QUOTED_FOR = timedelta(days=30)


def hide(db: Connection, unsaid: Mapping[str, Marks], written: Sequence[datetime], at: datetime, deployment: Deployment) -> None:
    """Hide what repeats the posts deleted now, inside the transaction that forgets them.

    `unsaid`: case → marks of what was said there until now; `written`: when those posts were written, one time at least.
    """
    for case, said in unsaid.items():
        outbox.forget(db, case, said)
    quoted = telling(frozenset().union(*unsaid.values())) - wording.said(db) if unsaid else frozenset()
    if quoted:
        since, until = min(written), max(written) + QUOTED_FOR
        outbox.forget_elsewhere(db, quoted, since, until)
        for notes in (handovers, events):
            _forget_in(db, notes, quoted, since, until)
        for changed in _changed(db, since, until):
            if forgotten(changed.steps, quoted) != changed.steps:
                _forget_reasons(db, changed.id, quoted, at, deployment)


def _forget_in(db: Connection, notes: Table, quoted: Marks, since: datetime, until: datetime) -> None:
    """Hide the quotes in what staff noted between, for the next shift or of a day."""
    written = select(notes.c.number, notes.c.text).where(notes.c.at.between(since, until))
    for number, text in db.execute(written).all():
        if (shown := without_quotes(text, quoted)) != text:
            db.execute(update(notes).where(notes.c.number == number).values(text=shown))


def _changed(db: Connection, since: datetime, until: datetime) -> list[Case]:
    """The cases that people changed between: the audit has a line of each change that could give a reason."""
    theirs = select(audit.c.about).where(audit.c.what == "changed", audit.c.at.between(since, until))
    return [rows.to_case(record) for record in db.scalars(select(cases.c.record).where(cases.c.id.in_(theirs)))]


def _forget_reasons(db: Connection, id: str, quoted: Marks, at: datetime, deployment: Deployment) -> None:
    """Hide the quotes in the reasons of one case's history, but not what its own citizens still say; a new line tells that it was done."""
    case = fetch(db, id)
    steps = forgotten(case.steps, quoted - still_said(db, id))
    if steps != case.steps:
        bare = msgspec.structs.replace(case, steps=steps)
        replace(db, case, workflow.noted(bare, WHO, max(at, steps[-1].at), "", deployment, "erased"))
