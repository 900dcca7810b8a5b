"""Opening the database: what the settings say, migrations that agree with the tables, errors in our own words."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import cases.alert_tables  # noqa: F401  its tables join the same metadata
from cases import engine
from cases.store import open_cases
from cases.tables import metadata
from core.errors import BadSettings, StoreFailed
from core.settings import Settings
from tests.cases.factory import case


def test_the_migrations_make_exactly_the_tables(store):
    with store.reading() as db:
        found = compare_metadata(MigrationContext.configure(db), metadata)
    assert found == []


@pytest.mark.parametrize(
    ("told", "says"),
    [("not a url", "is not a URL like postgresql://"), ("mysql://u@h/d", "names 'mysql', not postgresql")],
)
def test_an_address_that_cannot_be_is_refused_at_the_door(told, says):
    with pytest.raises(BadSettings, match=says):
        engine.address(Settings(postgres=told))


def test_postgresql_is_spoken_to_by_psycopg():
    assert engine.address(Settings(postgres="postgresql://u:secret@h/d")) == "postgresql+psycopg://u:secret@h/d"


def test_a_failure_names_no_password_and_no_value():
    url = "postgresql+psycopg://sada:secret@127.0.0.1:1/none"
    with pytest.raises(StoreFailed) as caught:
        engine.connect(url)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_said_so(tmp_path: Path):
    (tmp_path / "cases.db").write_bytes(b"this is a letter, not a database" * 50)
    with pytest.raises(StoreFailed, match="not a database"):
        open_cases(Settings(data=tmp_path))


def test_two_processes_may_write(tmp_path: Path):
    one, other = open_cases(Settings(data=tmp_path)), open_cases(Settings(data=tmp_path))
    one.put_many([case(1)])
    other.put_many([case(2)])
    assert len(list(one.all())) == len(list(other.all())) == 2
