"""The store of one machine: a SQLite file (WAL, FTS5)."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from core import spelling
from core.account import Account, AccountSample
from core.errors import DiskFull, StoreFailed
from core.post import EngagementSample, Post, interactions
from core.theme import Theme
from store import buckets, embedded_count, embedded_find, embedded_hours, embedded_sql
from store import embedded_forgetting as forgetting
from store.base import Batch, Follower, Pass, Saved
from store.embedded_sql import CUBES, micros, moment
from store.merge import is_same, merged
from store.query import (
    AccountHistory,
    Count,
    CountPosts,
    Filter,
    FindPosts,
    Found,
    WeekHour,
    WeekHours,
)

_pack = msgspec.msgpack.Encoder().encode
_post = msgspec.msgpack.Decoder(Post).decode
_pass = msgspec.msgpack.Decoder(Pass).decode
_theme = msgspec.msgpack.Decoder(Theme).decode
_account = msgspec.msgpack.Decoder(Account).decode
_account_sample = msgspec.msgpack.Decoder(AccountSample).decode
_sample = msgspec.msgpack.Decoder(EngagementSample).decode

Row = tuple[object, ...]
COLUMNS = ("id", "created", "deleted", "platform", "account", "kind", "language", "sentiment", "intent", "topics", "places",
           "source", "author", "interactions", "views", "record")  # fmt: skip
_INSERT = f"INSERT INTO posts(number, {', '.join(COLUMNS)}) VALUES ({', '.join('?' * (len(COLUMNS) + 1))})"
_UPDATE = f"UPDATE posts SET {', '.join(f'{c} = ?' for c in COLUMNS)} WHERE number = ?"


CREATED, DELETED, INTERACTIONS = (COLUMNS.index(name) for name in ("created", "deleted", "interactions"))
_PICKED = {name: itemgetter(*map(COLUMNS.index, dims)) for name, dims in CUBES.items()}
Cubes = dict[str, defaultdict[Row, list[int]]]  # cube → day and dimensions → posts, interactions


class EmbeddedStore:
    """All posts in one file. One process writes, any number read."""

    def __init__(self, path: Path | str, timezone: str = "UTC", read_only: bool = False, cache_mb: int = 64) -> None:
        self.path, self.timezone, self._read_only = Path(path), timezone, read_only
        self._day = _day_cutter(timezone)
        self._one_at_a_time = threading.RLock()  # one connection, several threads
        if not read_only:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        address = f"file:{self.path}?mode={'ro' if read_only else 'rwc'}"
        with _said(self.path):
            self._db = sqlite3.connect(address, uri=True, timeout=30, isolation_level=None, check_same_thread=False)
            self._db.execute(f"PRAGMA cache_size = -{cache_mb * 1024}")
            self._db.execute("PRAGMA temp_store = MEMORY")
            if not read_only:
                self._prepare()

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA secure_delete = ON")  # what is replaced is overwritten in the file
        self._db.executescript(embedded_sql.SCHEMA)
        known = self._db.execute("SELECT value FROM meta WHERE key = 'counted'").fetchone()
        counted = f"{self.timezone} {embedded_sql.COUNTED}"
        if known is None or known[0] != counted:
            with self._transaction():
                self._recount()
                self._db.execute("INSERT OR REPLACE INTO meta VALUES ('counted', ?)", [counted])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._one_at_a_time, _said(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

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
        """Let what was deleted leave the file too."""
        with self._transaction():
            forgetting.pay(self._db)
        with self._one_at_a_time, _said(self.path):
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
            if id in now:
                now[id] = merged(now[id], _gone(now[id], at))
        changed = {id: (before.get(id), post) for id, post in now.items() if id not in before or before[id][1] is not post}
        self._write(changed)
        forgetting.owe(self._db, [post.deleted_at for known, post in changed.values() if known and post.deleted_at])
        return Saved(**tally)

    def _known(self, ids: Sequence[str]) -> dict[str, tuple[int, Post]]:
        if not ids:
            return {}
        rows = self._db.execute("SELECT id, number, record FROM posts WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(ids)])
        return {id: (number, _post(record)) for id, number, record in rows}

    def _write(self, changed: dict[str, tuple[tuple[int, Post] | None, Post]]) -> None:
        if not changed:
            return
        number = self._db.execute("SELECT COALESCE(MAX(number), 0) FROM posts").fetchone()[0]
        inserts, updates, words, unwords, seqs = [], [], [], [], []
        cubes = _no_cubes()
        for known, post in changed.values():
            row = _row(post)
            if known is None:
                number += 1
                inserts.append((number, *row))
                at = number
            else:
                at, old = known
                updates.append((*row, at))
                unwords.append((at, spelling.search_text(old.text)))
                self._count(cubes, _row(old), -1)
            words.append((at, spelling.search_text(post.text) if post.normal is None else post.normal))
            seqs.append((at,))
            self._count(cubes, row, 1)
        self._db.executemany("INSERT INTO words(words, rowid, text) VALUES ('delete', ?, ?)", unwords)
        self._db.executemany(_INSERT, inserts)
        self._db.executemany(_UPDATE, updates)
        self._db.executemany("INSERT INTO words(rowid, text) VALUES (?, ?)", words)
        self._db.executemany("INSERT INTO changes(post) VALUES (?)", seqs)
        self._add_cubes(cubes)

    def _count(self, cubes: Cubes, row: Row, sign: int) -> None:
        if row[DELETED]:
            return
        day, told = self._day(row[CREATED]), row[INTERACTIONS] or 0
        for name, chosen in _PICKED.items():
            line = cubes[name][(day, *chosen(row))]
            line[0] += sign
            line[1] += sign * told  # type: ignore[operator]

    def _add_cubes(self, cubes: Cubes) -> None:
        for name, dims in CUBES.items():
            self._db.executemany(
                f"INSERT INTO {name} VALUES ({', '.join('?' * (len(dims) + 3))}) ON CONFLICT DO UPDATE SET"
                " posts = posts + excluded.posts, interactions = interactions + excluded.interactions",
                [(*key, *sums) for key, sums in cubes[name].items()],
            )

    def _recount(self) -> None:
        """Make the daily counts anew; needed when the time zone, and so every day's edge, or what is counted changed."""
        cubes = _no_cubes()
        for name in CUBES:
            self._db.execute(f"DELETE FROM {name}")
        for row in self._db.execute(f"SELECT {', '.join(COLUMNS[:-1])}, NULL FROM posts"):
            self._count(cubes, row, 1)
        self._add_cubes(cubes)

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

    # Asking

    def get(self, ids: Sequence[str]) -> list[Post]:
        """The posts with these ids that there are, in the order asked."""
        known = self._known(ids)
        return [known[id][1] for id in ids if id in known]

    def count(self, question: CountPosts) -> list[Count]:
        """Posts and interactions by time and dimensions, in order of time and keys."""
        unit = embedded_count.raw_unit(question)
        raw: list[buckets.Raw] = []
        for part in embedded_count.parts(question, self.timezone, embedded_find.plan(self._rows, question.filter)):
            rows = self._rows(part.sql, part.values)
            raw += ((_start(r[0], unit, part.in_days) if question.bucket else None, r[1:-2], r[-2], r[-1]) for r in rows)
        return buckets.gather(question, raw)

    def find(self, question: FindPosts) -> Found:
        """One page of posts, and how many there are up to COUNT_LIMIT."""
        return embedded_find.found(self._rows, question)

    def week_hours(self, question: WeekHours) -> list[WeekHour]:
        """Sums by local hour of the week, only hours that have posts."""
        asked = embedded_hours.stretches(question, *embedded_find.reach(self._rows))
        rows = (row for one in asked for row in embedded_hours.read(one, self._rows(one.sql, one.values)))
        return buckets.week_hours("UTC", rows)

    def posts(self, which: Filter) -> Iterator[Post]:
        """Every post meant, oldest first, without holding them in memory."""
        said, values = embedded_sql.where(which)
        with _said(self.path):
            for (record,) in self._db.cursor().execute(f"SELECT record FROM posts WHERE {said} ORDER BY created, id", values):
                yield _post(record)

    def changes(self, after: int, limit: int) -> list[tuple[int, Post]]:
        """Posts as they now are, in the order in which they last changed, from the change after number `after` on."""
        rows = self._rows("SELECT seq, record FROM changes JOIN posts ON number = post WHERE seq > ? ORDER BY seq LIMIT ?", [after, limit])
        return [(seq, _post(record)) for seq, record in rows]

    def accounts(self) -> list[Account]:
        """Every account seen."""
        return [_account(r) for (r,) in self._rows("SELECT record FROM accounts ORDER BY id", [])]

    def account_history(self, question: AccountHistory) -> list[AccountSample]:
        """Samples, oldest first; with `daily` the last of each UTC day and account."""
        said, values = _history_where(question)
        grouped = "GROUP BY account, at / 86400000000" if question.daily else "GROUP BY account, at"
        return [
            _account_sample(r)
            for _, r in self._rows(f"SELECT MAX(at), record FROM account_samples WHERE {said} {grouped} ORDER BY 1", values)
        ]

    def samples(self, post_ids: Sequence[str]) -> list[EngagementSample]:
        """What was told of these posts' numbers over time, oldest first."""
        rows = self._rows(
            "SELECT record FROM samples WHERE post IN (SELECT value FROM json_each(?)) ORDER BY at", [json.dumps(list(post_ids))]
        )
        return [_sample(r) for (r,) in rows]

    def cursor(self, source: str) -> str | None:
        """How far this source has been read and stored."""
        rows = self._rows("SELECT value FROM cursors WHERE source = ?", [source])
        return str(rows[0][0]) if rows else None

    def passes(self, source: str | None = None, limit: int = 100) -> list[Pass]:
        """The ledger, newest first."""
        said, values = ("source = ?", [source]) if source else ("1", [])
        return [_pass(r) for (r,) in self._rows(f"SELECT record FROM passes WHERE {said} ORDER BY started DESC LIMIT ?", [*values, limit])]

    def newest(self) -> dict[str, datetime]:
        """When each source's newest post was written."""
        sources = [
            r[0]
            for r in self._rows(
                """WITH RECURSIVE s(v) AS (SELECT MIN(source) FROM posts UNION ALL
            SELECT (SELECT MIN(source) FROM posts WHERE source > v) FROM s WHERE v IS NOT NULL) SELECT v FROM s WHERE v IS NOT NULL""",
                [],
            )
        ]
        return {s: moment(self._rows("SELECT MAX(created) FROM posts WHERE source = ?", [s])[0][0]) for s in sources}

    def follower(self, name: str) -> Follower | None:
        """How far this follower has come."""
        rows = self._rows("SELECT name, place, state FROM followers WHERE name = ?", [name])
        return Follower(name=rows[0][0], place=rows[0][1], state=rows[0][2]) if rows else None

    def themes(self, since: datetime | None = None) -> list[Theme]:
        """Themes raised since then, newest first."""
        rows = self._rows("SELECT record FROM themes WHERE raised >= ? ORDER BY raised DESC", [micros(since) if since else 0])
        return [_theme(r) for (r,) in rows]

    def explain(self, question: CountPosts | FindPosts | WeekHours | AccountHistory) -> str:
        """The SQL behind a chart, with its values."""
        return "\n".join(f"{sql}\n-- {json.dumps(values, ensure_ascii=False)}" for sql, values in self._behind(question))

    def _behind(self, question: CountPosts | FindPosts | WeekHours | AccountHistory) -> list[embedded_sql.Sql]:
        if isinstance(question, CountPosts):
            using = embedded_find.plan(self._rows, question.filter)
            return [(part.sql, part.values) for part in embedded_count.parts(question, self.timezone, using)]
        if isinstance(question, FindPosts):
            return [embedded_find.sql(question, embedded_find.plan(self._rows, question.filter), question.limit, question.offset)]
        if isinstance(question, WeekHours):
            return [(one.sql, one.values) for one in embedded_hours.stretches(question, *embedded_find.reach(self._rows))]
        said, values = _history_where(question)
        return [(f"SELECT account, at, record FROM account_samples WHERE {said} ORDER BY at", values)]

    def close(self) -> None:
        """Let go of the file; words that deleted posts still owe are dropped before."""
        with suppress(StoreFailed), _said(self.path):  # a full disk: they stay owed, and who writes here next drops them
            if not self._read_only and forgetting.owed(self._db) is not None:
                self._forget()
        self._db.close()

    def _rows(self, sql: str, values: Sequence[object]) -> list[tuple]:  # type: ignore[type-arg]
        with self._one_at_a_time, _said(self.path):
            return self._db.cursor().execute(sql, values).fetchall()


def _history_where(question: AccountHistory) -> embedded_sql.Sql:
    said: list[str] = ["1"]
    values: list[object] = []
    if question.accounts:
        said.append(f"account IN ({','.join('?' * len(question.accounts))})")
        values += question.accounts
    for bound, at in ((">=", question.since), ("<", question.until)):
        if at is not None:
            said.append(f"at {bound} ?")
            values.append(micros(at))
    return " AND ".join(said), values


def _no_cubes() -> Cubes:
    return {name: defaultdict(lambda: [0, 0]) for name in CUBES}


def _start(number: int, unit: int, from_cube: bool) -> date:
    return date.fromordinal(number) if from_cube else moment(number * unit)


def _gone(post: Post, at: datetime) -> Post:
    return msgspec.structs.replace(post, deleted_at=at)


def _row(post: Post) -> Row:
    return (
        post.id, micros(post.created_at), int(post.deleted_at is not None), post.platform, post.account or "", post.kind.value,
        post.language.label if post.language else "", post.sentiment.label if post.sentiment else "", post.intent.label if post.intent else "",
        _bars([c.label for c in post.topics]), _bars([c.label for c in post.places]), post.source,
        post.author.id if post.author else None, interactions(post), post.views, _pack(msgspec.structs.replace(post, normal=None)),
    )  # fmt: skip


def _bars(labels: list[str]) -> str:
    return f"|{'|'.join(labels)}|" if labels else ""


def _day_cutter(timezone: str):  # type: ignore[no-untyped-def]
    """A function from microseconds to the ordinal of the local day, remembering each quarter of an hour."""
    zone = ZoneInfo(timezone)

    @lru_cache(maxsize=200_000)
    def day(quarter: int) -> int:
        return moment(quarter * 900_000_000).astimezone(zone).date().toordinal()

    return lambda micro: day(micro // 900_000_000)


@contextmanager
def _said(path: Path) -> Iterator[None]:
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
