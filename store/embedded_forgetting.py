"""What was deleted leaves the file as well: words out of the search index, old pages out of the write-ahead log.

FTS5 marks a deleted text's words and drops them when it merges its parts, so they could be read in the file long after. Merging reads
the whole index; so it is owed from a deletion on and done at most once an hour, and when the file is closed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from store.base import Batch
from store.embedded_sql import micros

OWED = "words of deleted posts since"  # the key in the table meta
PATIENCE = timedelta(hours=1)


def owe(db: sqlite3.Connection, deleted: Sequence[datetime]) -> None:
    """Note, within the transaction that deletes them, that the words of posts deleted at these times still lie in the index."""
    if deleted:
        db.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", [OWED, str(micros(min(deleted)))])


def is_due(db: sqlite3.Connection, batch: Batch) -> bool:
    """Whether words were owed for so long by the time that `batch` was made; a batch that tells no time asks for nothing."""
    told = [line.finished or line.started for line in batch.passes] + [at for _, at in batch.deleted]
    since = owed(db) if told else None
    return since is not None and micros(max(told) - PATIENCE) >= since


def owed(db: sqlite3.Connection) -> int | None:
    """Since when words are owed, in microseconds of 1970; None: nothing is."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", [OWED]).fetchone()
    return int(row[0]) if row else None


def pay(db: sqlite3.Connection) -> None:
    """Merge the index, within a transaction of the caller's."""
    db.execute("INSERT INTO words(words) VALUES ('optimize')")
    db.execute("DELETE FROM meta WHERE key = ?", [OWED])


def empty_log(db: sqlite3.Connection) -> None:
    """Let nothing lie in the write-ahead log; where somebody is reading just now it is left for the next time."""
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
