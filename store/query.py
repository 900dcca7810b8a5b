"""Questions as records: what a page, a report or an export may ask of a store. No engine's syntax here."""

from typing import Literal

import msgspec

from core.post import Moment, Post

Bucket = Literal["quarter", "hour", "day", "week", "month"]  # a quarter of an hour
Dimension = Literal["platform", "account", "kind", "language", "sentiment", "intent", "topic", "place", "source"]
Order = Literal["newest", "oldest", "most", "least"]


class Filter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which posts are meant. An empty tuple means all; several values mean any of them; fields are joined by and.

    `since` is inclusive, `until` exclusive, both of `created_at`. The value "" in topics, places, sentiments, intents or
    languages means posts without one. `search` finds every word, in any order, in normal spelling; "quoted words" stand together;
    a word ending in * matches its beginnings.
    """

    since: Moment | None = None
    until: Moment | None = None
    platforms: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sentiments: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    author: str | None = None  # the author's id
    search: str | None = None
    deleted: bool = False  # also tombstones


class CountPosts(msgspec.Struct, frozen=True, kw_only=True):
    """How many posts, by dimensions and by time. A post with two topics counts once under each of them."""

    filter: Filter = Filter()
    by: tuple[Dimension, ...] = ()
    bucket: Bucket | None = None
    timezone: str = "UTC"  # in which hours and days are cut


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an answer to CountPosts."""

    posts: int
    interactions: int  # sum over posts that were told any
    start: Moment | None = None  # of the bucket
    keys: tuple[str, ...] = ()  # in the order of `by`; "" where a post has none


class FindPosts(msgspec.Struct, frozen=True, kw_only=True):
    """Which posts, in order, a page at a time."""

    filter: Filter = Filter()
    order: Order = "newest"  # most and least: by interactions, posts told none last
    limit: int = 50
    offset: int = 0


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One page of posts and how many there are; beyond COUNT_LIMIT only that there are more."""

    posts: tuple[Post, ...]
    total: int
    total_is_exact: bool = True


COUNT_LIMIT = 10_000  # counting further costs time and tells a reader nothing


class WeekHours(msgspec.Struct, frozen=True, kw_only=True):
    """Mean interactions of posts by local hour of the week."""

    filter: Filter = Filter()
    timezone: str = "UTC"


class WeekHour(msgspec.Struct, frozen=True, kw_only=True):
    """One cell: weekday 0 is Monday, hour 0 to 23."""

    weekday: int
    hour: int
    posts: int
    interactions: int
    views: int
    seen: int = 0  # interactions of those posts of which views were told, so that interactions / views is fair


class FindPasses(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger, newest first: the passes of one source, or of all."""

    source: str | None = None
    limit: int = 100


class AccountHistory(msgspec.Struct, frozen=True, kw_only=True):
    """Samples of accounts (empty: all) between two moments, oldest first; at most one a day each with `daily`."""

    accounts: tuple[str, ...] = ()
    since: Moment | None = None
    until: Moment | None = None
    daily: bool = False


class FindThemes(msgspec.Struct, frozen=True, kw_only=True):
    """Themes raised since a moment (all, where none is told), newest first."""

    since: Moment | None = None


PostQuestion = CountPosts | FindPosts | WeekHours | AccountHistory | FindThemes
Question = PostQuestion | FindPasses
