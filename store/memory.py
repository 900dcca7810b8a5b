"""A store in memory: for tests, and to say in plain Python what the other engines must do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from core import spelling
from core.account import Account, AccountSample
from core.post import EngagementSample, Post, interactions
from core.theme import Theme
from store import buckets
from store.base import Batch, Follower, Pass, Saved
from store.merge import is_same, merged
from store.query import COUNT_LIMIT, AccountHistory, Count, CountPosts, Filter, FindPosts, Found, Question, WeekHour, WeekHours

LAST = datetime.max.replace(tzinfo=UTC)
FIRST = datetime.min.replace(tzinfo=UTC)


class MemoryStore:
    """Everything in dictionaries; nothing survives the process."""

    def __init__(self) -> None:
        self._posts: dict[str, Post] = {}
        self._changes: list[str] = []
        self._accounts: dict[str, Account] = {}
        self._account_samples: dict[tuple[str, datetime], AccountSample] = {}
        self._samples: dict[tuple[str, datetime], EngagementSample] = {}
        self._cursors: dict[str, str] = {}
        self._passes: dict[str, Pass] = {}
        self._themes: dict[str, Theme] = {}
        self._followers: dict[str, Follower] = {}

    def save(self, batch: Batch) -> Saved:
        """Keep the batch."""
        tally = Counter({"stored": 0, "updated": 0, "duplicates": 0})
        for post in batch.posts:
            tally[self._keep(post)] += 1
        for id, at in batch.deleted:
            if id in self._posts:
                self._keep(msgspec.structs.replace(self._posts[id], deleted_at=at))
        self._accounts |= {a.id: a for a in batch.accounts}
        self._account_samples = {(s.account, s.at): s for s in batch.account_samples} | self._account_samples
        self._samples = {(s.post_id, s.at): s for s in batch.samples} | self._samples
        self._cursors |= dict(batch.cursors)
        self._passes |= {p.id: p for p in batch.passes}
        return Saved(**tally)

    def _keep(self, post: Post) -> str:
        old = self._posts.get(post.id)
        new = merged(old, post)
        if old is not None and is_same(old, new):
            return "duplicates"
        self._posts[post.id] = msgspec.structs.replace(new, normal=None)
        self._changes.append(post.id)
        return "stored" if old is None else "updated"

    def get(self, ids: Sequence[str]) -> list[Post]:
        """The posts with these ids that there are."""
        return [self._posts[id] for id in ids if id in self._posts]

    def _meant(self, which: Filter) -> list[Post]:
        return sorted((p for p in self._posts.values() if matches(p, which)), key=lambda p: (p.created_at, p.id))

    def count(self, question: CountPosts) -> list[Count]:
        """Posts and interactions by time and dimensions."""
        start = (lambda p: p.created_at) if question.bucket else (lambda p: None)
        raw = ((start(p), tuple(_key(p, d) for d in question.by), 1, interactions(p) or 0) for p in self._meant(question.filter))
        return buckets.gather(question, raw)

    def find(self, question: FindPosts) -> Found:
        """One page of posts."""
        meant = self._meant(question.filter)
        if question.order != "oldest":
            meant.reverse()
        if question.order in ("most", "least"):
            sign = -1 if question.order == "most" else 1
            meant.sort(key=lambda p: (interactions(p) is None, sign * (interactions(p) or 0)))
        page = tuple(meant[question.offset : question.offset + question.limit])
        return Found(posts=page, total=min(len(meant), COUNT_LIMIT), total_is_exact=len(meant) <= COUNT_LIMIT)

    def week_hours(self, question: WeekHours) -> list[WeekHour]:
        """Sums by local hour of the week."""
        meant = ((p, interactions(p) or 0) for p in self._meant(question.filter))
        rows = ((p.created_at, 1, n, p.views or 0, 0 if p.views is None else n) for p, n in meant)
        return buckets.week_hours(question.timezone, rows)

    def posts(self, which: Filter) -> Iterator[Post]:
        """Every post meant, oldest first."""
        return iter(self._meant(which))

    def changes(self, after: int, limit: int) -> list[tuple[int, Post]]:
        """Posts in the order in which they changed."""
        return [(n, self._posts[id]) for n, id in enumerate(self._changes[after : after + limit], after + 1)]

    def accounts(self) -> list[Account]:
        """Every account seen."""
        return sorted(self._accounts.values(), key=lambda a: a.id)

    def account_history(self, question: AccountHistory) -> list[AccountSample]:
        """Samples, oldest first."""
        meant = [s for s in self._account_samples.values() if (not question.accounts or s.account in question.accounts)
                 and (question.since or FIRST) <= s.at < (question.until or LAST)]  # fmt: skip
        meant.sort(key=lambda s: s.at)
        if question.daily:
            meant = list({(s.account, s.at.astimezone(UTC).date()): s for s in meant}.values())
        return sorted(meant, key=lambda s: s.at)

    def samples(self, post_ids: Sequence[str]) -> list[EngagementSample]:
        """Numbers of these posts over time."""
        return sorted((s for s in self._samples.values() if s.post_id in post_ids), key=lambda s: s.at)

    def cursor(self, source: str) -> str | None:
        """How far this source has been read."""
        return self._cursors.get(source)

    def passes(self, source: str | None = None, limit: int = 100) -> list[Pass]:
        """The ledger, newest first."""
        meant = [p for p in self._passes.values() if source in (None, p.source)]
        return sorted(meant, key=lambda p: p.started, reverse=True)[:limit]

    def newest(self) -> dict[str, datetime]:
        """When each source's newest post was written."""
        found: dict[str, datetime] = {}
        for post in self._posts.values():
            found[post.source] = max(post.created_at, found.get(post.source, post.created_at))
        return found

    def save_themes(self, themes: Sequence[Theme], follower: Follower | None = None) -> None:
        """Keep each theme under its id, and how far who found them has come."""
        self._themes |= {t.id: t for t in themes}
        if follower:
            self._followers[follower.name] = follower

    def follower(self, name: str) -> Follower | None:
        """How far this follower has come."""
        return self._followers.get(name)

    def themes(self, since: datetime | None = None) -> list[Theme]:
        """Themes raised since then, newest first."""
        meant = [t for t in self._themes.values() if since is None or t.raised_at >= since]
        return sorted(meant, key=lambda t: t.raised_at, reverse=True)

    def explain(self, question: Question) -> str:
        """The question itself: there is no engine behind it."""
        return msgspec.json.encode(question).decode()

    def close(self) -> None:
        """Nothing to let go of."""


def matches(post: Post, which: Filter) -> bool:
    """Whether `post` is meant by the filter."""
    return (
        (which.deleted or post.deleted_at is None)
        and (which.since is None or post.created_at >= which.since)
        and (which.until is None or post.created_at < which.until)
        and all(not chosen or _has(post, d, chosen) for d, chosen in _choices(which))
        and (not which.ids or post.id in which.ids)
        and (which.author is None or (post.author is not None and post.author.id == which.author))
        and (not which.search or _says(spelling.search_text(post.text), which.search))
    )


def _choices(which: Filter) -> list[tuple[str, tuple[str, ...]]]:
    return [("platform", which.platforms), ("account", which.accounts), ("kind", which.kinds), ("language", which.languages),
            ("sentiment", which.sentiments), ("intent", which.intents), ("source", which.sources),
            ("topic", which.topics), ("place", which.places)]  # fmt: skip


def _has(post: Post, dimension: str, chosen: tuple[str, ...]) -> bool:
    return not set(_key(post, dimension).strip("|").split("|")).isdisjoint(chosen)


def _key(post: Post, dimension: str) -> str:
    value = getattr(post, {"topic": "topics", "place": "places"}.get(dimension, dimension))
    if dimension in ("topic", "place"):
        return "|".join(claim.label for claim in value)
    return getattr(value, "label", None) or (str(value) if value else "")


def _says(words: str, asked: str) -> bool:
    terms = spelling.search_terms(asked)
    return bool(terms) and all(f" {' '.join(term)}{'' if prefix else ' '}" in f" {words} " for term, prefix in terms)
