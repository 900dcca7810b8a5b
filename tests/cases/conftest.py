"""A store of cases in each engine: SQLite always, PostgreSQL where Debian's is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy

from cases.store import CaseStore, open_cases
from core.settings import Settings


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def engine_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings that name an empty database of each engine in turn."""
    if request.param == "sqlite":
        return Settings(data=tmp_path)
    server = request.getfixturevalue("postgres")
    admin = sqlalchemy.create_engine(server.replace("postgresql://", "postgresql+psycopg://"))
    with admin.begin() as db:
        db.exec_driver_sql("DROP SCHEMA public CASCADE")
        db.exec_driver_sql("CREATE SCHEMA public")
    admin.dispose()
    return Settings(data=tmp_path, postgres=server)


@pytest.fixture
def store(engine_settings: Settings) -> Iterator[CaseStore]:
    """An empty store of cases, in each engine in turn."""
    opened = open_cases(engine_settings)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[CaseStore]:
    """An empty store of cases in a SQLite file."""
    opened = open_cases(Settings(data=tmp_path))
    yield opened
    opened.close()
