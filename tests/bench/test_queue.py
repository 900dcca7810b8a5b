"""The queue's benchmark asks the same of both engines, leaves nothing behind, and its questions find what they should."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy

from bench import queue
from cases import asking, holding, work
from cases.query import FindCases
from cases.store import CaseStore, open_cases
from core.settings import Settings

MANY = 400


@pytest.fixture
def full(tmp_path: Path) -> Iterator[CaseStore]:
    store = open_cases(Settings(data=tmp_path))
    store.put_many(queue.made(MANY))
    yield store
    store.close()


def test_without_a_server_the_file_alone_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SADA_POSTGRES", raising=False)
    median = queue.run(MANY)["median"]
    assert isinstance(median, dict) and median["cases"] == MANY
    times = {name: ms for name, ms in median.items() if name not in ("cases", "slowest", "slowest_ms")}
    assert median["slowest_ms"] == max(times.values()) == times[median["slowest"]] and not any("postgresql" in name for name in times)


@pytest.mark.services
def test_a_server_is_asked_the_same_and_nothing_stays_there(monkeypatch: pytest.MonkeyPatch, postgres: str) -> None:
    monkeypatch.setenv("SADA_POSTGRES", postgres)
    median = queue.run(MANY)["median"]
    assert isinstance(median, dict)
    of_server = {name.removeprefix("postgresql_") for name in median if name.startswith("postgresql_")}
    assert of_server and of_server == {name for name in median if f"postgresql_{name}" in median}
    with sqlalchemy.create_engine(postgres.replace("postgresql://", "postgresql+psycopg://")).connect() as db:
        assert db.exec_driver_sql(f"SELECT count(*) FROM pg_namespace WHERE nspname = '{queue.SCHEMA}'").scalar() == 0


def test_every_question_finds_something_and_an_officers_own_are_his(full: CaseStore) -> None:
    asked = queue.questions(full)
    assert {name for name, ask in asked.items() if not ask()} <= {"questions_only"}  # every case is a complaint
    mine = work.queue(full, queue.OFFICER, FindCases(assignee=queue.OFFICER.name), queue.NOW)
    assert 0 < mine.total < MANY and {case.assignee for case in mine.cases} == {queue.OFFICER.name}
    assert holding.give_back(full, queue.OFFICER) == 0  # the benchmark gave back what it took


def test_an_officers_own_cases_are_read_in_order_from_an_index(full: CaseStore) -> None:
    asked = FindCases(assignee=queue.OFFICER.name, free_for=queue.OFFICER.name, free_at=queue.NOW)
    words = str(asking.find(asked).compile(full.database, compile_kwargs={"literal_binds": False}))
    plan = "SEARCH cases USING INDEX cases_by_assignee"
    with full.reading() as db:
        lines = [str(row[3]) for row in db.execute(sqlalchemy.text(f"EXPLAIN QUERY PLAN {words.replace('?', 'NULL')}"))]
    assert any(line.startswith(plan) for line in lines) and not any("TEMP B-TREE" in line for line in lines), lines
