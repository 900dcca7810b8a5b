"""The audit stays as it was written, also against the program that writes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import Engine
from typer.testing import CliRunner

from cases import audit_owner, work
from cases.commands import app
from cases.history import derived
from cases.store import CaseStore, open_cases
from cases.tables import audit
from core.case import Status
from core.errors import AskedWrongly, StoreFailed
from core.settings import Settings
from tests.cases.factory import CITY, OFFICER, SUNDAY_NOON, case

HOUR = timedelta(hours=1)
ROLE, SCHEMA = "sada-one", "audit_tests"
GONE = (f'DROP SCHEMA IF EXISTS "{SCHEMA}" CASCADE', f'DROP OWNED BY "{ROLE}"', f'DROP ROLE "{ROLE}"', "DROP ROLE IF EXISTS sada_audit")


def run(admin: Engine, *statements: str) -> None:
    with admin.begin() as db:
        for statement in statements:
            db.exec_driver_sql(statement)


@pytest.fixture
def admin(postgres: str) -> Iterator[Engine]:
    """The server's superuser, beside whom Sada has a role that owns a schema and is nobody else."""
    engine = sqlalchemy.create_engine(postgres.replace("postgresql://", "postgresql+psycopg://"))
    run(engine, f'CREATE ROLE "{ROLE}" LOGIN NOSUPERUSER', f'CREATE SCHEMA "{SCHEMA}" AUTHORIZATION "{ROLE}"')
    yield engine
    run(engine, *GONE)
    engine.dispose()


@pytest.fixture
def settings(admin: Engine, postgres: str, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, postgres=postgres.replace("//sada@", f"//{ROLE}@"), others={"PREFIX": SCHEMA})


@pytest.fixture
def own(settings: Settings) -> Iterator[CaseStore]:
    """The cases as Sada itself opens them, with one line in the audit."""
    opened = open_cases(settings)
    opened.put_many([derived(case(1), CITY)])
    work.read(opened, OFFICER, "c-1", SUNDAY_NOON)
    yield opened
    opened.close()


TRIES = (
    "UPDATE audit SET who = 'nobody'", "DELETE FROM audit", "TRUNCATE audit", "DROP TABLE audit", "DROP TABLE audit CASCADE",
    "DROP TRIGGER audit_no_update ON audit", "ALTER TABLE audit DISABLE TRIGGER ALL", "ALTER TABLE audit RENAME TO old", f'DROP SCHEMA "{SCHEMA}" CASCADE',
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$", "SET ROLE sada_audit",
    "CREATE RULE quiet AS ON INSERT TO audit DO INSTEAD NOTHING", "SELECT setval('audit_number_seq', 1)",
)  # fmt: skip


@pytest.mark.services
@pytest.mark.parametrize("attempt", TRIES)
def test_once_it_is_out_of_reach_sada_itself_cannot_touch_it(own: CaseStore, admin: Engine, attempt: str) -> None:
    run(admin, *audit_owner.statements(own))
    before = own.audit()
    with pytest.raises(StoreFailed), own.writing() as db:
        db.exec_driver_sql(attempt)
    assert own.audit() == before != []


@pytest.mark.services
def test_before_that_an_owner_could_drop_the_guard(own: CaseStore) -> None:
    with pytest.raises(StoreFailed), own.writing() as db:
        db.execute(sqlalchemy.delete(audit))
    with own.writing() as db:
        db.exec_driver_sql("DROP TRIGGER audit_no_delete ON audit")
        db.execute(sqlalchemy.delete(audit))
    assert own.audit() == []


@pytest.mark.services
def test_the_work_goes_on_and_twice_is_once(own: CaseStore, admin: Engine, settings: Settings) -> None:
    for _ in range(2):
        run(admin, *audit_owner.statements(own))
    again = open_cases(settings)  # a new start, which looks whether the tables are up to date
    work.move(again, OFFICER, "c-1", None, Status.REJECTED, "not ours", SUNDAY_NOON + HOUR, CITY)
    with again.writing() as db:
        db.exec_driver_sql("CREATE TABLE next_version (id integer)")  # what a later migration does
    assert [line.what for line in again.audit()] == ["changed", "read"]
    again.close()


@pytest.mark.services
def test_a_superuser_is_told_that_nothing_holds_it(postgres: str, tmp_path: Path, admin: Engine) -> None:
    store = open_cases(Settings(data=tmp_path, postgres=postgres, others={"PREFIX": SCHEMA}))
    with pytest.raises(AskedWrongly, match="sada, a superuser, whom nothing holds"):
        audit_owner.statements(store)
    store.close()


def test_in_a_file_there_is_nobody_to_give_it_to(sqlite_store: CaseStore) -> None:
    with pytest.raises(AskedWrongly, match=r"SQLite file.*SADA_POSTGRES"):
        audit_owner.statements(sqlite_store)


def test_names_are_quoted() -> None:
    told = audit_owner.parted('odd"role', "north-branch")
    assert 'GRANT SELECT, INSERT ON "north-branch".audit TO "odd""role"' in told


@pytest.mark.services
def test_the_command_prints_what_psql_takes(own: CaseStore, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SADA_POSTGRES", str(settings.postgres))
    monkeypatch.setenv("SADA_PREFIX", SCHEMA)
    monkeypatch.delenv("SADA_TEST_POSTGRES", raising=False)  # says to tests which server to use, and is no setting
    said = CliRunner().invoke(app, ["cases", "audit-owner"], catch_exceptions=False).output
    assert [line.removesuffix(";") for line in said.splitlines()] == list(audit_owner.statements(own))
