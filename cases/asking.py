"""Questions about cases as SQL, for both engines alike."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Dialect, Select, and_, func, or_, select, true

from cases.query import FindCases
from cases.tables import cases

_ANY = {"statuses": cases.c.status, "intents": cases.c.intent, "categories": cases.c.category, "places": cases.c.place,
        "departments": cases.c.department, "platforms": cases.c.platform, "branches": cases.c.branch}  # fmt: skip
_ONE = {"assignee": cases.c.assignee, "citizen": cases.c.citizen, "is_open": cases.c.is_open}
_ORDER = {"queue": (cases.c.due.asc().nulls_last(), cases.c.opened_at, cases.c.id), "newest": (cases.c.opened_at.desc(), cases.c.id.desc()),
          "oldest": (cases.c.opened_at, cases.c.id)}  # fmt: skip


def where(question: FindCases) -> ColumnElement[bool]:
    """Which rows are meant."""
    said: list[ColumnElement[bool]] = [true()]
    said += [column.in_(chosen) for name, column in _ANY.items() if (chosen := getattr(question, name))]
    said += [column == chosen for name, column in _ONE.items() if (chosen := getattr(question, name)) is not None]
    if question.overdue_at is not None:
        said.append(cases.c.due < question.overdue_at)
    if question.due_since is not None:
        said.append(cases.c.due >= question.due_since)
    if question.is_still:
        said.append(cases.c.due.is_(None))
    if question.opened_since is not None:
        said += [cases.c.opened_at >= question.opened_since, cases.c.is_open.in_((True, False))]  # the index by opening begins with is_open
    if question.free_for is not None:
        said.append(or_(cases.c.held_by.is_(None), cases.c.held_by == question.free_for, cases.c.held_until <= question.free_at))
    return and_(*said)


def find(question: FindCases) -> Select[bytes]:
    """One page of records."""
    return select(cases.c.record).where(where(question)).order_by(*_ORDER[question.order]).limit(question.limit).offset(question.offset)


def total(question: FindCases) -> Select[int]:
    """How many there are in all: those meant, less the few of them that others hold, so that an index alone can count them."""
    everybodys = msgspec.structs.replace(question, free_for=None)
    meant = select(func.count()).select_from(cases).where(where(everybodys))
    if question.free_for is None:
        return meant
    others = (cases.c.held_by.is_not(None), cases.c.held_by != question.free_for, cases.c.held_until > question.free_at)
    theirs = cases.c.id.in_(select(cases.c.id).where(*others))
    held = select(func.count()).select_from(cases).where(theirs, where(everybodys))
    return select(meant.scalar_subquery() - held.scalar_subquery())


EVERY = FindCases(is_open=None)


def every(which: FindCases = EVERY) -> Select[Any]:
    """All cases meant, without end, oldest first: what a table of reports is made of."""
    asked = select(cases.c.record).order_by(cases.c.opened_at, cases.c.id)
    return asked if which == EVERY else asked.where(where(which))


def as_text(asked: Select[Any], dialect: Dialect) -> str:
    """A question as this engine is asked, its values written in."""
    return str(asked.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
