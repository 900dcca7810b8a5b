"""Raw bodies sent to us, durable before we say so: an SQLite file of its own, so that receiving needs no lock on the posts.

A body lies here until its posts are durable, then only its mark stays, by which a repeated delivery is known. A body that could not be
read stays for a month, so that a person can look at it with `sada translate`.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from collectors.base import Receipt, Wish
from core.errors import DiskFull, StoreFailed
from core.post import Moment

FILE = "inbox.db"
REPEATED_FOR = timedelta(days=8)  # Meta repeats a delivery for 7 days
UNREADABLE_FOR = timedelta(days=30)
BUSY_MS = 10_000
STATES = ("failed", "sent", "delivered", "read", "played")
SCHEMA = """
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    door TEXT NOT NULL,
    name TEXT NOT NULL,
    received_at TEXT NOT NULL,
    mark TEXT NOT NULL,
    body BLOB,
    unreadable INTEGER NOT NULL DEFAULT 0,
    UNIQUE (door, name, mark)
);
CREATE TABLE IF NOT EXISTS receipts (
    post_id TEXT NOT NULL,
    reader TEXT NOT NULL,
    state TEXT NOT NULL,
    at TEXT NOT NULL,
    why TEXT,
    PRIMARY KEY (post_id, reader, state)
);
CREATE TABLE IF NOT EXISTS wishes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    citizen TEXT NOT NULL,
    said TEXT NOT NULL,
    at TEXT NOT NULL,
    UNIQUE (citizen, said, at)
);
CREATE TABLE IF NOT EXISTS gone (post_id TEXT PRIMARY KEY, at TEXT NOT NULL);
"""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One body as it came. `door` is the platform, `name` which form or account."""

    id: int
    door: str
    name: str
    received_at: Moment
    body: bytes


class Inbox:
    """The file. Safe to use from several threads; several processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(folder / FILE, check_same_thread=False, isolation_level=None)
            self._db.executescript(
                f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA busy_timeout={BUSY_MS};" + SCHEMA
            )
        except (OSError, sqlite3.Error) as error:
            raise StoreFailed(
                f"{folder / FILE}: cannot be opened ({type(error).__name__}); make it writable or name another SADA_DATA"
            ) from error
        self._lock = threading.Lock()

    def keep(self, door: str, name: str, body: bytes, at: datetime, signed_at: str = "") -> bool:
        """Make a body durable; False where the same one, signed at the same time, came before. Raises StoreFailed, and then nothing was kept."""
        return self._write(
            "INSERT OR IGNORE INTO deliveries (door, name, received_at, mark, body) VALUES (?, ?, ?, ?, ?)",
            (door, name, at.astimezone(UTC).isoformat(), hashlib.sha256(signed_at.encode() + body).hexdigest(), body),
        )  # fmt: skip

    def keep_unreadable(self, door: str, body: bytes, at: datetime) -> bool:
        """Keep something no post could be made of, for a person to look at."""
        return self._write(
            "INSERT OR IGNORE INTO deliveries (door, name, received_at, mark, body, unreadable) VALUES (?, '', ?, ?, ?, 1)",
            (door, at.astimezone(UTC).isoformat(), hashlib.sha256(body).hexdigest(), body),
        )  # fmt: skip

    def read(self, door: str, after: int, limit: int = 100) -> list[Delivery]:
        """Bodies of a door whose posts are not known to be durable, oldest first."""
        return self._kept("NOT unreadable", door, after, limit)

    def unreadable(self, door: str, after: int, limit: int = 1000) -> list[Delivery]:
        """Bodies of a door in which something was told that no post could be made of, oldest first."""
        return self._kept("unreadable", door, after, limit)

    def _kept(self, which: str, door: str, after: int, limit: int) -> list[Delivery]:
        with self._lock:
            rows = self._db.execute(
                f"SELECT id, door, name, received_at, body FROM deliveries WHERE door = ? AND id > ? AND body IS NOT NULL AND {which} "
                "ORDER BY id LIMIT ?",
                (door, after, limit),
            ).fetchall()  # fmt: skip
        return [Delivery(id=i, door=d, name=n, received_at=datetime.fromisoformat(at), body=bytes(body)) for i, d, n, at, body in rows]

    def done(self, ids: list[int], unreadable: list[int]) -> None:
        """Their posts are durable: forget the bodies, but for those that could not be read."""
        self._write_many([
            *(("UPDATE deliveries SET body = NULL WHERE id = ? AND NOT unreadable", (id,)) for id in ids),
            *(("UPDATE deliveries SET unreadable = 1 WHERE id = ?", (id,)) for id in unreadable),
        ])  # fmt: skip

    def mark_gone(self, post_ids: Iterable[str], at: datetime) -> None:
        """Remember what was taken back, since the message itself may come after its revocation; and forget any kept body that holds it."""
        when = at.astimezone(UTC).isoformat()
        forget = "UPDATE deliveries SET body = NULL, unreadable = 0 WHERE unreadable AND instr(body, ?)"
        for id in post_ids:
            native = id.partition(":")[2].encode()
            self._write_many([("INSERT OR IGNORE INTO gone (post_id, at) VALUES (?, ?)", (id, when)), (forget, (native,))])

    def gone(self, post_ids: Sequence[str]) -> set[str]:
        """Which of these were taken back."""
        with self._lock:
            return {id for id in post_ids if self._db.execute("SELECT 1 FROM gone WHERE post_id = ?", (id,)).fetchone()}

    def note(self, receipts: Iterable[Receipt], wishes: Iterable[Wish] = ()) -> None:
        """Keep receipts, each state of each reader once, the earliest time standing; and each wish once."""
        keep = "INSERT INTO receipts (post_id, reader, state, at, why) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET at = MIN(at, excluded.at)"
        self._write_many([
            *((keep, (r.post_id, r.to or "", r.state, r.at.astimezone(UTC).isoformat(), r.why)) for r in receipts),
            *(("INSERT OR IGNORE INTO wishes (citizen, said, at) VALUES (?, ?, ?)", (w.citizen, w.said, w.at.astimezone(UTC).isoformat())) for w in wishes),
        ])  # fmt: skip

    def receipts(self, post_id: str) -> list[Receipt]:
        """Everything told of one message we sent, whatever the order it came in: the states of a reader as they follow each other."""
        with self._lock:
            rows = self._db.execute("SELECT reader, state, at, why FROM receipts WHERE post_id = ?", (post_id,)).fetchall()
        found = [
            Receipt(post_id=post_id, state=state, at=datetime.fromisoformat(at), to=to or None, why=why) for to, state, at, why in rows
        ]
        return sorted(found, key=lambda one: (one.to or "", STATES.index(one.state)))

    def receipts_after(self, after: int, limit: int) -> list[tuple[int, Receipt]]:
        """Receipts in the order they became durable, each with its number."""
        with self._lock:
            rows = self._db.execute(
                "SELECT rowid, post_id, reader, state, at, why FROM receipts WHERE rowid > ? ORDER BY rowid LIMIT ?", (after, limit)
            ).fetchall()
        return [(n, Receipt(post_id=p, state=s, at=datetime.fromisoformat(at), to=to or None, why=why)) for n, p, to, s, at, why in rows]

    def wishes_after(self, after: int, limit: int) -> list[tuple[int, Wish]]:
        """Wishes in the order they became durable, each with its number."""
        with self._lock:
            rows = self._db.execute("SELECT id, citizen, said, at FROM wishes WHERE id > ? ORDER BY id LIMIT ?", (after, limit)).fetchall()
        return [(n, Wish(citizen=citizen, said=said, at=datetime.fromisoformat(at))) for n, citizen, said, at in rows]

    def tidy(self, now: datetime) -> None:
        """Forget marks that no repetition can need any more, bodies nobody looked at, and what the file's log still has of the others."""
        self._write("DELETE FROM gone WHERE at < ?", ((now - REPEATED_FOR).astimezone(UTC).isoformat(),))
        self._write("DELETE FROM wishes WHERE at < ?", ((now - UNREADABLE_FOR).astimezone(UTC).isoformat(),))
        for old, only in ((now - REPEATED_FOR, "body IS NULL"), (now - UNREADABLE_FOR, "unreadable")):
            self._write(f"DELETE FROM deliveries WHERE {only} AND received_at < ?", (old.astimezone(UTC).isoformat(),))
        with self._lock:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # bodies that are posts by now lie in the log no longer

    def waiting(self) -> int:
        """How many bodies are not posts yet."""
        with self._lock:
            return int(self._db.execute("SELECT COUNT(*) FROM deliveries WHERE body IS NOT NULL AND NOT unreadable").fetchone()[0])

    def last(self, door: str) -> datetime | None:
        """When this door was last knocked at with something valid."""
        with self._lock:
            at = self._db.execute("SELECT MAX(received_at) FROM deliveries WHERE door = ?", (door,)).fetchone()[0]
        return datetime.fromisoformat(at) if at else None

    def _write(self, statement: str, values: tuple[object, ...]) -> bool:
        return self._write_many([(statement, values)]) > 0

    def _write_many(self, steps: Sequence[tuple[str, tuple[object, ...]]]) -> int:
        """All of the steps or none, durable when this returns; how many rows changed. Raises StoreFailed."""
        if not steps:
            return 0
        try:
            with self._lock, self._db:
                self._db.execute("BEGIN IMMEDIATE")
                return sum(self._db.execute(statement, values).rowcount for statement, values in steps)
        except sqlite3.Error as error:
            full = isinstance(error, sqlite3.OperationalError) and "full" in str(error)
            raise (DiskFull if full else StoreFailed)(
                f"{FILE}: nothing was kept ({type(error).__name__}); the sender will try again"
            ) from error

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def keep_unreadable(folder: Path, door: str, body: bytes, at: datetime) -> None:
    """As the inbox's own, for a caller who seldom needs it."""
    inbox = Inbox(folder)
    try:
        inbox.keep_unreadable(door, body, at)
    finally:
        inbox.close()
