"""A SQLite file as the store uses it: one connection for several threads, transactions that are whole or nothing, failures as ours."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.errors import DiskFull, StoreFailed


class EmbeddedFile:
    """One open file. Raises StoreFailed (DiskFull where that is the reason)."""

    def __init__(self, path: Path | str, read_only: bool = False, cache_mb: int = 64) -> None:
        self.path, self._read_only = Path(path), read_only
        self._one_at_a_time = threading.RLock()  # one connection, several threads
        if not read_only:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        address = f"file:{self.path}?mode={'ro' if read_only else 'rwc'}"
        with failures(self.path):
            self._db = sqlite3.connect(address, uri=True, timeout=30, isolation_level=None, check_same_thread=False)
            self._db.execute(f"PRAGMA cache_size = -{cache_mb * 1024}")
            self._db.execute("PRAGMA temp_store = MEMORY")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._one_at_a_time, failures(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _rows(self, sql: str, values: Sequence[object]) -> list[tuple]:  # type: ignore[type-arg]
        with self._one_at_a_time, failures(self.path):
            return self._db.cursor().execute(sql, values).fetchall()


@contextmanager
def failures(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours: what, which, what then."""
    try:
        yield
    except sqlite3.Error as error:
        text = str(error)
        if "full" in text:
            raise DiskFull(
                f"{path}: the disk is full; nothing of this batch was kept. Free some space and start again: work goes on where it stood."
            ) from error
        if "locked" in text:
            raise StoreFailed(
                f"{path}: another process has been writing for 30 s; nothing was kept of this batch. Stop it or wait, then start again."
            ) from error
        if "not a database" in text or "malformed" in text:
            raise StoreFailed(
                f"{path}: is not a readable SQLite file ({text}); restore it with `sada restore` or name another folder in SADA_DATA."
            ) from error
        if "unable to open" in text:
            raise StoreFailed(f"{path}: cannot be opened; is the folder there and may this user write in it? Try `sada check`.") from error
        raise StoreFailed(f"{path}: {text}; nothing of this batch was kept.") from error
