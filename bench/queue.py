"""How fast the queue of cases answers when 100,000 are open: in a SQLite file, and in PostgreSQL where SADA_POSTGRES names one."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy

from bench import measure
from bench.measure import Figures
from cases import holding, work
from cases.query import FindCases
from cases.roles import Person, Role
from cases.store import CaseStore, open_cases
from core.case import Case, Status, Step
from core.settings import Settings

CASES = 100_000
RUNS = 5
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
OPEN = (Status.RECEIVED, Status.VERIFIED, Status.REFERRED, Status.IN_HAND, Status.DONE, Status.CONFIRMED, Status.ANSWERED, Status.REOPENED)
OFFICERS = 20
OFFICER = Person(name="officer-3", role=Role.OFFICER)
SCHEMA = "sada_bench_queue"  # of our own on that server, gone afterwards


def run(cases: int = CASES) -> Figures:
    """Ask what the Complaints page asks, of so many open cases; the slowest question's median is `slowest_ms`."""
    with _file() as store:
        runs = _asked(store, cases)
    if server := os.environ.get("SADA_POSTGRES"):
        with _schema(server) as store:
            runs = [
                of_file | {f"postgresql_{name}": ms for name, ms in of_server.items()}
                for of_file, of_server in zip(runs, _asked(store, cases), strict=True)
            ]
    medians = measure.medians(runs)
    slowest = max(medians, key=lambda name: float(str(medians[name])))
    return measure.report("queue", list(runs), {"cases": cases, "slowest_ms": medians[slowest], "slowest": slowest, **medians})


@contextmanager
def _file() -> Iterator[CaseStore]:
    with tempfile.TemporaryDirectory(prefix="sada-queue-") as folder:
        store = open_cases(Settings(data=Path(folder)))
        yield store
        store.close()


@contextmanager
def _schema(server: str) -> Iterator[CaseStore]:
    settings = Settings(postgres=server, others={"PREFIX": SCHEMA})
    store = open_cases(settings)
    try:
        yield store
    finally:
        with store.writing() as db:
            db.exec_driver_sql(f'DROP SCHEMA "{SCHEMA}" CASCADE')
        store.close()


def _asked(store: CaseStore, cases: int) -> list[dict[str, float]]:
    store.put_many(made(cases))
    if store.database.dialect.name == "postgresql":  # as autovacuum does within a minute
        with store.database.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.execute(sqlalchemy.text("VACUUM ANALYZE"))
    return measure.repeat(lambda: {name: _milliseconds(ask) for name, ask in questions(store).items()}, RUNS)


def made(number: int) -> Iterator[Case]:
    """So many invented open cases of three months, in every state, with the histories they would have."""
    rng = random.Random(8)
    for n in range(number):
        opened = NOW - timedelta(minutes=rng.randrange(130_000))
        status = rng.choice(OPEN)
        lines = tuple(
            Step(who="desk", at=opened + timedelta(hours=h), was=OPEN[h - 1] if h else None, now=OPEN[h])
            for h in range(OPEN.index(status) + 1)
        )
        yield Case(
            id=f"c-{n}", status=status, intent="complaint", opened_at=opened, category=f"topic-{n % 15}", place=f"place-{n % 40}",
            department=f"department-{n % 12}", assignee=f"officer-{n % OFFICERS}" if n % 2 else None, platform="x", citizen=f"x:u{n % 60_000}", posts=(f"x:{n}",), summary="the lamp in the lane is dark " * 4,
            answer_due=opened + timedelta(days=1), closing_due=opened + timedelta(days=rng.randrange(2, 60)), steps=lines,
        )  # fmt: skip


def questions(store: CaseStore) -> dict[str, Callable[[], object]]:
    """What the page and an officer ask."""
    department = Person(name="worker", role=Role.DEPARTMENT, departments=("department-3",))
    return {
        "queue": lambda: work.queue(store, OFFICER, FindCases(), NOW),
        "page_20": lambda: work.queue(store, OFFICER, FindCases(offset=1000), NOW),
        "overdue": lambda: work.queue(store, OFFICER, FindCases(overdue_at=NOW), NOW),
        "by_status": lambda: work.queue(store, OFFICER, FindCases(statuses=("referred",)), NOW),
        "by_category_and_place": lambda: work.queue(store, OFFICER, FindCases(categories=("topic-3",), places=("place-7", "place-8")), NOW),
        "questions_only": lambda: work.queue(store, OFFICER, FindCases(intents=("inquiry",)), NOW),
        "mine": lambda: work.queue(store, OFFICER, FindCases(assignee=OFFICER.name), NOW),
        "newest": lambda: work.queue(store, OFFICER, FindCases(order="newest"), NOW),
        "department": lambda: work.queue(store, department, FindCases(), NOW),
        "numbers": lambda: store.counts(NOW),
        "take_batch": lambda: holding.take(store, OFFICER, NOW),
        "give_back": lambda: holding.give_back(store, OFFICER),
        "citizen": lambda: store.find(FindCases(citizen="x:u77", is_open=None)),
    }  # fmt: skip


def _milliseconds(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000
