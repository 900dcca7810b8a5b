"""A store of cases in each engine: SQLite always, PostgreSQL where Debian's is installed."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy

from cases.store import CaseStore, open_cases
from core.settings import Settings
from tests.passwords import cheap_passwords as cheap_passwords  # a fixture for every test of cases


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table and no case, to be copied: making the tables takes six times as long."""
    folder = tmp_path_factory.mktemp("tables")
    open_cases(Settings(data=folder)).close()
    return folder / "cases.db"


class Server:
    """A PostgreSQL server with a database of every table and no case, to be copied."""

    def __init__(self, url: str) -> None:
        self._at = url.rpartition("/")[0]
        self._admin = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
        self._tables = self._new("")
        open_cases(Settings(postgres=f"{self._at}/{self._tables}")).close()

    def _new(self, how: str) -> str:
        name = f"test{uuid.uuid4().hex[:10]}"
        self._do(f"CREATE DATABASE {name} {how}")
        return name

    def _do(self, sql: str) -> None:
        with self._admin.connect() as db:
            db.exec_driver_sql(sql)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a copy, which goes afterwards."""
        name = self._new(f"TEMPLATE {self._tables} STRATEGY file_copy")
        yield f"{self._at}/{name}"
        self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        self._do(f"DROP DATABASE {self._tables} WITH (FORCE)")
        self._admin.dispose()


@pytest.fixture(scope="session")
def server(postgres: str) -> Iterator[Server]:
    made = Server(postgres)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def engine_settings(request: pytest.FixtureRequest, tmp_path: Path, tables: Path) -> Iterator[Settings]:
    """Settings that name a database of each engine in turn, with its tables and no case."""
    if request.param == "sqlite":
        shutil.copy(tables, tmp_path)
        yield Settings(data=tmp_path)
    else:
        with request.getfixturevalue("server").database() as url:
            yield Settings(data=tmp_path, postgres=url)


@pytest.fixture
def store(engine_settings: Settings) -> Iterator[CaseStore]:
    """An empty store of cases, in each engine in turn."""
    opened = open_cases(engine_settings)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(tmp_path: Path, tables: Path) -> Iterator[CaseStore]:
    """An empty store of cases in a SQLite file."""
    shutil.copy(tables, tmp_path)
    opened = open_cases(Settings(data=tmp_path))
    yield opened
    opened.close()
