"""The store of one machine: a SQLite file (WAL, FTS5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from core import spelling
from core.errors import StoreFailed
from core.post import Post
from core.theme import Theme
from store import embedded_forgetting as forgetting
from store import embedded_rows, embedded_sql
from store.base import Batch, Follower, Saved
from store.embedded_asking import EmbeddedAsking
from store.embedded_file import failures
from store.embedded_rows import COLUMNS, Cubes
from store.embedded_sql import CUBES, micros
from store.merge import emptied, is_same, merged

_pack = msgspec.msgpack.Encoder().encode
_post = msgspec.msgpack.Decoder(Post).decode


class EmbeddedStore(EmbeddedAsking):
    """All posts in one file. One process writes, any number read."""

    def __init__(self, path: Path | str, timezone: str = "UTC", read_only: bool = False, cache_mb: int = 64) -> None:
        super().__init__(path, timezone, read_only, cache_mb)
        self._day = embedded_rows.day_cutter(timezone)
        if not read_only:
            with failures(self.path):
                self._prepare()

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA secure_delete = ON")  # what is replaced is overwritten in the file
        self._db.executescript(embedded_sql.SCHEMA)
        self._made_as("counted", f"{self.timezone} {embedded_sql.COUNTED}", self._recount)
        self._made_as("spelt", embedded_sql.SPELT, self._respell)

    def _made_as(self, key: str, wanted: str, make_anew: Callable[[], None]) -> None:
        """What is derived from posts is made anew where the file's was made in another way."""
        known = self._db.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
        if known is None or known[0] != wanted:
            with self._transaction():
                make_anew()
                self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [key, wanted])

    # Saving

    def save(self, batch: Batch) -> Saved:
        """Make `batch` durable as a whole, or raise StoreFailed and leave everything as it was."""
        with self._transaction():
            saved = self._save_posts(batch)
            self._save_rest(batch)
            is_due = forgetting.is_due(self._db, batch)
        if is_due:
            self._forget()
        return saved

    def _forget(self) -> None:
        """Let what was deleted leave the file too. Where that fails, as on a full disk, it stays owed: whatever was saved before is durable."""
        with suppress(StoreFailed), self._transaction():
            forgetting.pay(self._db)
        with suppress(StoreFailed), self._one_at_a_time, failures(self.path):
            forgetting.empty_log(self._db)

    def _save_posts(self, batch: Batch) -> Saved:
        ids = list(dict.fromkeys([p.id for p in batch.posts] + [i for i, _ in batch.deleted]))
        before = self._known(ids)
        now = {id: post for id, (_, post) in before.items()}
        tally = Counter({"stored": 0, "updated": 0, "duplicates": 0})
        for post in batch.posts:
            old = now.get(post.id)
            new = merged(old, post)
            tally["stored" if old is None else "duplicates" if is_same(old, new) else "updated"] += 1
            if old is None or not is_same(old, new):
                now[post.id] = new
        for id, at in batch.deleted:
            if id in now and not is_same(now[id], gone := emptied(now[id], at)):
                now[id] = gone
        changed = {id: (before.get(id), post) for id, post in now.items() if id not in before or before[id][1] is not post}
        self._write(changed)
        forgetting.owe(self._db, [post.deleted_at for known, post in changed.values() if known and post.deleted_at])
        return Saved(**tally)

    def _write(self, changed: dict[str, tuple[tuple[int, Post] | None, Post]]) -> None:
        if not changed:
            return
        number = self._db.execute("SELECT COALESCE(MAX(number), 0) FROM posts").fetchone()[0]
        inserts, updates, words, unwords, seqs = [], [], [], [], []
        cubes = embedded_rows.no_cubes()
        for known, post in changed.values():
            row = embedded_rows.row(post)
            if known is None:
                number += 1
                inserts.append((number, *row))
                at = number
            else:
                at, old = known
                updates.append((*row, at))
                unwords.append((at, spelling.search_text(old.text)))
                embedded_rows.count(cubes, embedded_rows.row(old), -1, self._day)
            words.append((at, spelling.search_text(post.text) if post.normal is None else post.normal))
            seqs.append((at,))
            embedded_rows.count(cubes, row, 1, self._day)
        self._db.executemany("INSERT INTO words(words, rowid, text) VALUES ('delete', ?, ?)", unwords)
        self._db.executemany(embedded_rows.INSERT, inserts)
        self._db.executemany(embedded_rows.UPDATE, updates)
        self._db.executemany("INSERT INTO words(rowid, text) VALUES (?, ?)", words)
        self._db.executemany("INSERT INTO changes(post) VALUES (?)", seqs)
        self._add_cubes(cubes)

    def _add_cubes(self, cubes: Cubes) -> None:
        for name, dims in CUBES.items():
            self._db.executemany(
                f"INSERT INTO {name} VALUES ({', '.join('?' * (len(dims) + 3))}) ON CONFLICT DO UPDATE SET"
                " posts = posts + excluded.posts, interactions = interactions + excluded.interactions",
                [(*key, *sums) for key, sums in cubes[name].items()],
            )

    def _recount(self) -> None:
        """Make the daily counts anew; needed when the time zone, and so every day's edge, or what is counted changed."""
        cubes = embedded_rows.no_cubes()
        for name in CUBES:
            self._db.execute(f"DELETE FROM {name}")
        for row in self._db.execute(f"SELECT {', '.join(COLUMNS[:-1])}, NULL FROM posts"):
            embedded_rows.count(cubes, row, 1, self._day)
        self._add_cubes(cubes)

    def _respell(self) -> None:
        """Index the words of all posts anew; needed when their normal spelling changed."""
        self._db.execute("INSERT INTO words(words) VALUES ('delete-all')")
        told = self._db.execute("SELECT number, record FROM posts")
        self._db.executemany(
            "INSERT INTO words(rowid, text) VALUES (?, ?)", ((at, spelling.search_text(_post(record).text)) for at, record in told)
        )

    def _save_rest(self, batch: Batch) -> None:
        put = self._db.executemany
        put("INSERT OR REPLACE INTO accounts VALUES (?, ?)", [(a.id, _pack(a)) for a in batch.accounts])
        put("INSERT OR IGNORE INTO account_samples VALUES (?, ?, ?)", [(s.account, micros(s.at), _pack(s)) for s in batch.account_samples])
        put("INSERT OR IGNORE INTO samples VALUES (?, ?, ?)", [(s.post_id, micros(s.at), _pack(s)) for s in batch.samples])
        put("INSERT OR REPLACE INTO cursors VALUES (?, ?)", batch.cursors)
        put("INSERT OR REPLACE INTO passes VALUES (?, ?, ?, ?)", [(p.id, p.source, micros(p.started), _pack(p)) for p in batch.passes])

    def save_themes(self, themes: Sequence[Theme], follower: Follower | None = None) -> None:
        """Keep each theme under its id, a later state replacing the earlier, and with them how far who found them has come."""
        with self._transaction():
            if follower:
                self._db.execute("INSERT OR REPLACE INTO followers VALUES (?, ?, ?)", [follower.name, follower.place, follower.state])
            self._db.executemany("INSERT OR REPLACE INTO themes VALUES (?, ?, ?)", [(t.id, micros(t.raised_at), _pack(t)) for t in themes])

    def close(self) -> None:
        """Let go of the file; words that deleted posts still owe are dropped before."""
        with suppress(StoreFailed), failures(self.path):  # a file that cannot be read any more is closed all the same
            if not self._read_only and forgetting.owed(self._db) is not None:
                self._forget()
        self._db.close()
