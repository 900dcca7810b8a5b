"""Which cases analysts' copy lacks: the database itself writes down each change, in the transaction that makes it (PostgreSQL only)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from cases import rows
from cases.store import CaseStore
from cases.tables import case_copies, cases
from core.case import Case

MOST = 500  # changes dealt with at once


def waiting(store: CaseStore, most: int = MOST) -> tuple[list[int], list[Case]]:
    """The numbers of the oldest changes that were not copied, and the cases as they stand now."""
    with store.reading() as db:
        asked = db.execute(select(case_copies.c.number, case_copies.c.case_id).order_by(case_copies.c.number).limit(most)).all()
        changed = {row.case_id for row in asked}
        found = db.scalars(select(cases.c.record).where(cases.c.id.in_(changed))) if changed else ()
        return [row.number for row in asked], [rows.to_case(record) for record in found]


def copied(store: CaseStore, numbers: Sequence[int]) -> None:
    """These changes are in the copy. What changed meanwhile has a number of its own."""
    with store.writing() as db:
        db.execute(delete(case_copies).where(case_copies.c.number.in_(numbers)))
