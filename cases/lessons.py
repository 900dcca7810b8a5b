"""What referrals taught: which department kept such cases to the end, and which sent them back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from cases.routing import Lessons, Matter, Tally
from cases.tables import referrals
from core.case import Case, Status


def lessons(db: Connection) -> Lessons:
    """What became of referrals so far, by topic and place."""
    columns = (referrals.c.topic, referrals.c.place, referrals.c.department, referrals.c.kept)
    found: dict[Matter, dict[str, Tally]] = {}
    for topic, place, department, kept, number in db.execute(select(*columns, func.count()).group_by(*columns)):
        tallies = found.setdefault((topic, place), {})
        old = tallies.get(department, Tally())
        tallies[department] = Tally(kept=old.kept + (number if kept else 0), returned=old.returned + (0 if kept else number))
    return found


def learn(db: Connection, old: Case, new: Case, at: datetime) -> None:
    """Write down that a department solved a case that was referred to it, or sent it back, if that is what just happened; undone, it taught nothing."""
    last = new.steps[-1]
    if last.what == "undone":
        db.execute(delete(referrals).where(referrals.c.case_id == new.id, referrals.c.at == old.steps[-1].at))
    solved, returned = last.what == "moved" and last.now == Status.DONE, last.what == "returned"
    if old.department and (solved or returned):
        db.execute(
            insert(referrals).values(at=at, case_id=new.id, topic=old.category, place=old.place, department=old.department, kept=solved)
        )
