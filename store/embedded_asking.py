"""Asking the SQLite file: each verb is a few SELECTs, which `explain` shows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import msgspec

from core.account import Account, AccountSample
from core.post import EngagementSample, Post
from core.theme import Theme
from store import buckets, embedded_count, embedded_find, embedded_hours, embedded_sql
from store.base import Follower, Pass
from store.embedded_file import EmbeddedFile, failures
from store.embedded_sql import micros, moment
from store.query import (
    AccountHistory,
    Count,
    CountPosts,
    Filter,
    FindPasses,
    FindPosts,
    FindThemes,
    Found,
    Question,
    WeekHour,
    WeekHours,
)

_post = msgspec.msgpack.Decoder(Post).decode
_pass = msgspec.msgpack.Decoder(Pass).decode
_theme = msgspec.msgpack.Decoder(Theme).decode
_account = msgspec.msgpack.Decoder(Account).decode
_account_sample = msgspec.msgpack.Decoder(AccountSample).decode
_sample = msgspec.msgpack.Decoder(EngagementSample).decode


class EmbeddedAsking(EmbeddedFile):
    """What can be asked of a file of posts. Every verb raises StoreFailed."""

    def __init__(self, path: Path | str, timezone: str = "UTC", read_only: bool = False, cache_mb: int = 64) -> None:
        super().__init__(path, read_only, cache_mb)
        self.timezone = timezone

    def _known(self, ids: Sequence[str]) -> dict[str, tuple[int, Post]]:
        if not ids:
            return {}
        rows = self._rows("SELECT id, number, record FROM posts WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(ids)])
        return {id: (number, _post(record)) for id, number, record in rows}

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
        with failures(self.path):
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
        return [_pass(record) for (record,) in self._rows(*_passes(FindPasses(source=source, limit=limit)))]

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
        return [_theme(r) for (r,) in self._rows(*_themes(FindThemes(since=since)))]

    def explain(self, question: Question) -> str:
        """The SQL behind a chart, with its values."""
        return "\n".join(f"{sql}\n-- {json.dumps(values, ensure_ascii=False)}" for sql, values in self._behind(question))

    def _behind(self, question: Question) -> list[embedded_sql.Sql]:
        if isinstance(question, CountPosts):
            using = embedded_find.plan(self._rows, question.filter)
            return [(part.sql, part.values) for part in embedded_count.parts(question, self.timezone, using)]
        if isinstance(question, FindPosts):
            return [embedded_find.sql(question, embedded_find.plan(self._rows, question.filter), question.limit, question.offset)]
        if isinstance(question, WeekHours):
            return [(one.sql, one.values) for one in embedded_hours.stretches(question, *embedded_find.reach(self._rows))]
        if isinstance(question, FindPasses):
            return [_passes(question)]
        if isinstance(question, FindThemes):
            return [_themes(question)]
        said, values = _history_where(question)
        return [(f"SELECT account, at, record FROM account_samples WHERE {said} ORDER BY at", values)]


def _passes(question: FindPasses) -> embedded_sql.Sql:
    said, values = ("source = ?", [question.source]) if question.source else ("1", [])
    return f"SELECT record FROM passes WHERE {said} ORDER BY started DESC LIMIT ?", [*values, question.limit]


def _themes(question: FindThemes) -> embedded_sql.Sql:
    return "SELECT record FROM themes WHERE raised >= ? ORDER BY raised DESC", [micros(question.since) if question.since else 0]


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


def _start(number: int, unit: int, from_cube: bool) -> date:
    return date.fromordinal(number) if from_cube else moment(number * unit)
