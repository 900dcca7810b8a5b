"""What every store can do: few verbs, the same in every engine. One contract suite runs over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from core.account import Account, AccountSample
from core.post import EngagementSample, Moment, Post
from core.theme import Theme
from store.query import AccountHistory, Count, CountPosts, Filter, FindPosts, Found, Question, WeekHour, WeekHours


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """An interval of which we know that we do not know all."""

    since: Moment
    until: Moment
    cause: str


class Pass(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One poll of one source, as the ledger keeps it."""

    id: str
    source: str
    platform: str
    started: Moment
    finished: Moment | None = None
    window: tuple[Moment | None, Moment | None] = (None, None)
    pages: int = 0
    returned: int = 0
    stored: int = 0
    duplicates: int = 0
    refused: int = 0
    gaps: tuple[Gap, ...] = ()
    waited_s: float = 0.0
    spend: int = 0  # billed reads or quota units
    cursor_before: str | None = None
    cursor_after: str | None = None
    state: str = "ok"  # ok, partial, waiting, stopped, credential, failed
    error: str | None = None
    next_at: Moment | None = None  # not before

    @property
    def came_to_its_end(self) -> bool:
        """Whether it read all it meant to, gaps and all. One that was told "not there" of its whole list ended early, and heard nothing."""
        return self.state in ("ok", "partial") and self.error is None


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes durable together: posts, samples, and with them the cursor and the ledger line."""

    posts: tuple[Post, ...] = ()
    accounts: tuple[Account, ...] = ()
    account_samples: tuple[AccountSample, ...] = ()
    samples: tuple[EngagementSample, ...] = ()
    deleted: tuple[tuple[str, Moment], ...] = ()  # ids the platform says are gone, and when it said so
    cursors: tuple[tuple[str, str], ...] = ()  # (source, cursor)
    passes: tuple[Pass, ...] = ()  # by id: a later one replaces the earlier


class Follower(msgspec.Struct, frozen=True, kw_only=True):
    """How far somebody followed the changes, and what it must remember; kept in the transaction of its effects."""

    name: str
    place: int  # the number of the last change it saw
    state: bytes = b""


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch's posts: new, changed by a later observation, or known already; or refused for ever by the engine, or as too large to be sent on."""

    stored: int = 0
    updated: int = 0
    duplicates: int = 0
    refused: int = 0


class Store(Protocol):
    """Posts, accounts, samples, themes and the ledger.

    `save` returns when everything is durable; a cursor is never durable before its posts. Every post is kept once under its id;
    of two observations the later wins whatever the order they come in, an earlier text stays in `versions`, and a deletion is final.
    Raises StoreFailed (DiskFull where that is the reason) and then nothing of the batch is kept half.
    """

    def save(self, batch: Batch) -> Saved: ...
    def get(self, ids: Sequence[str]) -> list[Post]: ...
    def count(self, question: CountPosts) -> list[Count]: ...
    def find(self, question: FindPosts) -> Found: ...
    def week_hours(self, question: WeekHours) -> list[WeekHour]: ...
    def posts(self, which: Filter) -> Iterator[Post]: ...  # all of them, oldest first, for exports
    def changes(self, after: int, limit: int) -> list[tuple[int, Post]]: ...  # in the order they became durable
    def accounts(self) -> list[Account]: ...
    def account_history(self, question: AccountHistory) -> list[AccountSample]: ...
    def samples(self, post_ids: Sequence[str]) -> list[EngagementSample]: ...
    def cursor(self, source: str) -> str | None: ...
    def passes(self, source: str | None = None, limit: int = 100) -> list[Pass]: ...  # newest first
    def newest(self) -> dict[str, datetime]: ...  # source → created_at of its newest post
    def save_themes(self, themes: Sequence[Theme], follower: Follower | None = None) -> None: ...  # both or neither
    def follower(self, name: str) -> Follower | None: ...
    def themes(self, since: datetime | None = None) -> list[Theme]: ...  # newest first
    def explain(self, question: Question) -> str: ...  # the query behind a chart
    def close(self) -> None: ...
