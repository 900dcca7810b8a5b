"""Opening the database of cases: a SQLite file, or PostgreSQL where the settings name one; brought up to date by Alembic."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from core.settings import Settings
from store import database
from store.database import History, postgres_address
from store.database import failures as failures
from store.database import reading as reading
from store.database import writing as writing

HISTORY = History(Path(__file__).parent / "migrations", "alembic_version")


def address(settings: Settings) -> str:
    """The SQLAlchemy URL: SADA_POSTGRES, else the file cases.db under SADA_DATA. Raises BadSettings."""
    return postgres_address(settings) if settings.postgres else f"sqlite:///{settings.data / 'cases.db'}"


def connect(url: str) -> Engine:
    """An engine whose tables of cases are up to date. Raises StoreFailed where it cannot be opened or written."""
    return database.connect(url, HISTORY)
