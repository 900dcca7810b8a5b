"""Where pages get their answers: the only place that opens a store, and the only cache."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import streamlit as st

from core.account import Account, AccountSample
from core.deployment import Deployment
from core.deployment_file import file_of, load
from core.errors import StoreFailed
from core.post import Post
from core.settings import Settings, of_this_process
from core.theme import Theme
from store.base import Pass, Store
from store.embedded import EmbeddedStore
from store.query import AccountHistory, Count, CountPosts, Filter, FindPosts, Found, Question, WeekHour, WeekHours

FRESH = timedelta(seconds=5)  # how old an answer on a page may be
TICK = 10  # seconds; pages ask for times cut to this, so that two readers share an answer
QUESTIONS = (CountPosts, FindPosts, WeekHours, AccountHistory, Filter)
_HASH: dict[str | type[Any], Callable[[Any], Any]] = dict.fromkeys(QUESTIONS, msgspec.json.encode)
# Answers are frozen records that nobody changes, so readers share them: copying, as st.cache_data does, costs several times the question.
_kept = st.cache_resource(ttl=FRESH, max_entries=2000, show_spinner=False, hash_funcs=_HASH)


class NoDataYet(StoreFailed):
    """Nothing has been collected or imported so far; the pages say what will appear."""


def settings() -> Settings:
    """What the environment and .env say. Raises BadSettings."""
    return of_this_process()


def deployment(said: Settings) -> Deployment:
    """The deployment that the settings name, a file or one that we ship, else the neutral one. Raises BadDeployment."""
    path = file_of(said.deployment)
    return _deployment(str(path), path.stat().st_mtime)


@st.cache_resource(show_spinner=False, max_entries=4)
def _deployment(path: str, changed: float) -> Deployment:
    return load(Path(path))


def now(said: Settings) -> datetime:
    """The time, cut to TICK seconds; SADA_NOW holds it still for a replay."""
    if at := said.now:
        return at
    seconds = datetime.now(UTC).timestamp()
    return datetime.fromtimestamp(seconds // TICK * TICK, UTC)


def open_store(said: Settings, about: Deployment) -> Store:
    """The store that the settings name, for reading. Raises NoDataYet, or StoreFailed where it cannot be read."""
    if said.elasticsearch:
        return _distributed(said, said.elasticsearch)
    path = said.data / "posts.db"
    if not path.is_file():
        raise NoDataYet(f"{path}: there is no data yet; start `sada run` or `sada demo`, or bring history in with `sada import`.")
    return _embedded(str(path), path.stat().st_ino, about.timezone)


@st.cache_resource(show_spinner=False)
def _distributed(_said: Settings, address: str) -> Store:
    from store.distributed import open_distributed  # the engines' clients cost half a second: only where they are used

    return open_distributed(_said)


@st.cache_resource(show_spinner=False, max_entries=4)
def _embedded(path: str, inode: int, zone: str) -> Store:
    return EmbeddedStore(path, zone, read_only=True)


class Asker:
    """A store behind the cache. Two stores never share an answer: `name` tells them apart."""

    def __init__(self, store: Store, name: str) -> None:
        self._store, self._name = store, name

    def count(self, question: CountPosts) -> list[Count]:
        return _count(self._store, self._name, question)

    def find(self, question: FindPosts) -> Found:
        return _find(self._store, self._name, question)

    def week_hours(self, question: WeekHours) -> list[WeekHour]:
        return _week_hours(self._store, self._name, question)

    def history(self, question: AccountHistory) -> list[AccountSample]:
        return _history(self._store, self._name, question)

    def get(self, ids: tuple[str, ...]) -> list[Post]:
        return _get(self._store, self._name, ids)

    def as_it_stands(self, post: Post) -> Post:
        """A post that a page shows, as the store has it now: its author may have deleted it since. Not cached."""
        return next(iter(self._store.get([post.id])), post)

    def passes(self, source: str | None = None, limit: int = 100) -> list[Pass]:
        return _passes(self._store, self._name, source, limit)

    def newest(self) -> dict[str, datetime]:
        return _newest(self._store, self._name)

    def themes(self, since: datetime | None) -> list[Theme]:
        return _themes(self._store, self._name, since)

    def accounts(self) -> list[Account]:
        return _accounts(self._store, self._name)

    def posts(self, which: Filter):  # type: ignore[no-untyped-def]
        """Every post meant, for an export: not cached."""
        return self._store.posts(which)

    def explain(self, question: Question) -> str:
        return self._store.explain(question)


@_kept
def _count(_store: Store, name: str, question: CountPosts) -> list[Count]:
    return _store.count(question)


@_kept
def _find(_store: Store, name: str, question: FindPosts) -> Found:
    return _store.find(question)


@_kept
def _week_hours(_store: Store, name: str, question: WeekHours) -> list[WeekHour]:
    return _store.week_hours(question)


@_kept
def _history(_store: Store, name: str, question: AccountHistory) -> list[AccountSample]:
    return _store.account_history(question)


@_kept
def _get(_store: Store, name: str, ids: tuple[str, ...]) -> list[Post]:
    return _store.get(ids)


@_kept
def _passes(_store: Store, name: str, source: str | None, limit: int) -> list[Pass]:
    return _store.passes(source, limit)


@_kept
def _newest(_store: Store, name: str) -> dict[str, datetime]:
    return _store.newest()


@_kept
def _themes(_store: Store, name: str, since: datetime | None) -> list[Theme]:
    return _store.themes(since)


@_kept
def _accounts(_store: Store, name: str) -> list[Account]:
    return _store.accounts()
