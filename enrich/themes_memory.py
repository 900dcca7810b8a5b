"""What the detector remembers of posts: columns of numbers, an index of their terms, and the newest posts themselves."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection
from typing import Any
from zlib import crc32

import msgspec
import numpy as np

from enrich.themes_cells import WINDOWS
from enrich.themes_counts import Digest
from enrich.themes_index import Columns, Index, chain, settle
from enrich.themes_words import MOST, SPACE

TERMS_A_POST = 24  # room reserved at first; grows with longer texts
SETTLE_EVERY = 1024  # at most so many posts wait in chains; at first fewer, as the rarity of terms changes fast
FORGET = 0.98  # what is left of the general table after each such time
NOBODY = -1
UNKNOWN = -1  # whether a voice was heard before


def code(name: str) -> int:
    """A number for a topic or place; 0 for none."""
    return crc32(name.encode()) + 1 if name else 0


PLAIN = ("hours", "topic", "place", "weight", "norm")  # columns of one number a post
BESIDE = ("voice", "theme", "score", "fresh")  # the same, which the scan does not read


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A memory as bytes, little-endian 8-byte numbers."""

    numbers: dict[str, bytes]
    start: bytes
    ids: bytes
    digests: tuple[Digest, ...]
    everywhere: bytes
    everywhere_groups: bytes
    seen: int
    settle_at: int
    began: float | None
    windows: int


class Memory:
    """At most `most` posts not older than `days`. When full, history is thinned: every second old post stands for two.

    About 300 bytes a post, 2 kB more for posts of the longest window, whose texts are kept, and 12 MB for the index of terms.
    """

    def __init__(self, most: int, days: float) -> None:
        self.most, self.horizon = most, days * 24
        self.seen = 0  # posts ever added
        self.settle_at = 0
        self.began: float | None = None  # hours of the first post ever
        self.windows = len(WINDOWS)  # so many of the windows are looked at; a busy stream fills the memory within the longer ones
        self.first = self.stop = 0
        self.digests: list[Digest | None] = [None] * most
        self.voice = np.zeros(most, np.int64)
        self.theme = np.full(most, NOBODY, np.int64)
        self.score = np.zeros(most)  # the evidence that was seen around each post when it came
        self.fresh = np.full(most, UNKNOWN, np.int64)  # 1: its voice was never heard before, 0: it was
        self.heard = set[int]()
        self.everywhere = np.full((11, 3, 3), 0.001)
        self.everywhere_groups = np.full((11, 3, 3), 0.001)
        self.columns = _columns(most, most * TERMS_A_POST)
        self.index = _index(most * TERMS_A_POST)

    def add(self, digest: Digest, hours: float) -> int:
        """Remember a post that is not older than the newest; returns its row. `settle` must follow once it was judged."""
        if self.stop == self.most:
            self._compact(hours)
        self._expire(hours)
        i, c = self.stop, self._with_room(len(digest.terms))
        c.hours[i], c.weight[i] = hours, float(not digest.is_own)
        c.topic[i], c.place[i] = code(digest.post.topic), code(digest.post.place)
        c.start[i + 1] = c.start[i] + len(digest.terms)
        c.ids[c.start[i] : c.start[i + 1]] = digest.terms
        self.voice[i], self.theme[i], self.digests[i], self.score[i] = digest.voice, NOBODY, digest, 0.0
        self.fresh[i] = int(digest.voice not in self.heard) if digest.voice else UNKNOWN
        if self.seen >= self.settle_at:
            settle(c, self.first, i, self.index, True)
            self.settle_at = self.seen + min(SETTLE_EVERY, max(64, (i - self.first) // 8))
            self.everywhere *= FORGET
            self.everywhere_groups *= FORGET
            self.windows = self._windows(hours)
            self._let_go_of_texts(hours)
        if self.began is None:
            self.began = hours
        return i

    def settle(self, i: int) -> None:
        """Let the post in row i count for those that follow."""
        chain(self.columns, self.index, i)
        self.heard.add(int(self.voice[i]))
        self.stop, self.seen = i + 1, self.seen + 1

    def vector(self, rows: list[int]) -> dict[int, float]:
        """The mean direction of these posts, of length 1: term → weight."""
        c, known = self.columns, float(self.stop - self.first)
        lines = np.concatenate([np.arange(c.start[i], c.start[i + 1]) for i in rows]) if rows else np.zeros(0, np.int64)
        if not len(lines):
            return {}
        ids = c.ids[lines]
        posts = self.index.posts_with[ids]
        rare = np.where(posts <= 1, 0.6 * np.log((known + 1) / 2), np.log((known + 1) / (posts + 1)))
        owner = np.repeat(np.arange(len(rows)), [c.start[i + 1] - c.start[i] for i in rows])
        length = np.sqrt(np.bincount(owner, rare**2, minlength=len(rows))) + 1e-9
        found, place = np.unique(ids, return_inverse=True)
        total = np.bincount(place, rare / length[owner])
        return dict(zip(found.tolist(), (total / (np.linalg.norm(total) + 1e-9)).tolist(), strict=True))

    def _expire(self, hours: float) -> None:
        c = self.columns
        while self.first < self.stop and hours - c.hours[self.first] > self.horizon:
            self.index.posts_with[c.ids[c.start[self.first] : c.start[self.first + 1]]] -= 1
            self.first += 1

    @property
    def longest(self) -> float:
        """Hours of the longest window that is looked at; older posts are history."""
        return float(WINDOWS[self.windows - 1])

    def told(self, i: int) -> int:
        """The first row before i whose text is still kept, as are all after it; i if there is none."""
        return self.first + bisect_left(range(self.first, i), True, key=lambda row: self.digests[row] is not None)

    def _windows(self, hours: float) -> int:
        """How many windows hold no more than half of what can be remembered, so that the other half is history; at least one."""
        before = self.stop - self.first - np.searchsorted(self.columns.hours[self.first : self.stop], hours - WINDOWS)
        return max(1, int(np.sum(before <= self.most / 2)))

    def _let_go_of_texts(self, hours: float) -> None:
        gone = int(np.searchsorted(self.columns.hours[self.first : self.stop], hours - self.longest)) + self.first
        self.digests[:gone] = [None] * gone

    def forget(self, ids: Collection[str]) -> bool:
        """Let go of what these posts said and who said it, and tell whether any was remembered; that somebody spoke then still counts."""
        gone = frozenset(ids)
        told = [(i, d) for i, d in enumerate(self.digests[: self.stop]) if d is not None and d.post.id in gone] if gone else []
        for i, digest in told:
            self.digests[i] = msgspec.structs.replace(digest, post=msgspec.structs.replace(digest.post, text="", author=""))
        return bool(told)

    def _with_room(self, terms: int) -> Columns:
        c = self.columns
        if c.start[self.stop] + terms > len(c.ids):
            lines = 2 * len(c.ids) + terms
            self.columns = c = c._replace(ids=np.resize(c.ids, lines))
            self.index = self.index._replace(rows=np.resize(self.index.rows, lines))
        return c

    def saved(self) -> Kept:
        """All of it, for a restart."""
        self.keep(np.arange(self.first, self.stop), measure=False)
        c, n = self.columns, self.stop
        return Kept(
            numbers={name: getattr(c, name)[:n].tobytes() for name in PLAIN} | {name: getattr(self, name)[:n].tobytes() for name in BESIDE},
            start=c.start[: n + 1].tobytes(), ids=c.ids[: c.start[n]].tobytes(), digests=tuple(d for d in self.digests[:n] if d),
            everywhere=self.everywhere.tobytes(), everywhere_groups=self.everywhere_groups.tobytes(),
            seen=self.seen, settle_at=self.settle_at, began=self.began, windows=self.windows,
        )  # fmt: skip

    def restore(self, kept: Kept) -> None:
        """Become what was saved; this memory must be new. Raises ValueError or LookupError for what no memory of this form saved."""
        start, ids = np.frombuffer(kept.start, np.int64), np.frombuffer(kept.ids, np.int64)
        if start[0] != 0 or start[-1] != len(ids) or np.any(np.diff(start) < 0) or np.any((ids < 0) | (ids >= SPACE)):
            raise ValueError("its terms do not fit together")  # compiled code would read beyond its columns
        n = len(start) - 1
        self.columns, self.index = _columns(self.most, max(len(self.columns.ids), len(ids))), _index(max(len(self.columns.ids), len(ids)))
        for name in PLAIN:
            column = getattr(self.columns, name)
            column[:n] = np.frombuffer(kept.numbers[name], column.dtype)
        self.columns.start[: n + 1], self.columns.ids[: len(ids)] = start, ids
        for name in BESIDE:
            column = getattr(self, name)
            column[:n] = np.frombuffer(kept.numbers[name], column.dtype)
        self.digests[n - len(kept.digests) : n] = kept.digests  # the texts that are kept are those of the newest posts
        self.everywhere[:] = np.frombuffer(kept.everywhere).reshape(11, 3, 3)
        self.everywhere_groups[:] = np.frombuffer(kept.everywhere_groups).reshape(11, 3, 3)
        self.seen, self.settle_at, self.began, self.windows, self.stop = kept.seen, kept.settle_at, kept.began, kept.windows, n
        self.keep(np.arange(n), measure=False)

    def _compact(self, now: float) -> None:
        """Make room: let go of what is over, then, if that is not a quarter, of every second post of history, then of the oldest."""
        rows = np.arange(self.first, self.stop)
        if len(rows) > 0.75 * self.most:
            old = now - self.columns.hours[rows] > self.longest
            drop = old & (np.cumsum(old) % 2 == 0)
            self.columns.weight[rows[old]] *= 2
            rows = rows[~drop][-int(0.75 * self.most) :]
        self.keep(rows)

    def keep(self, rows: np.ndarray[Any, np.dtype[np.int64]], *, measure: bool = True) -> None:
        """Keep these rows only, in their order, and build the index anew; with `measure` the lengths of their vectors too."""
        c = self.columns
        size = c.start[rows + 1] - c.start[rows]
        lines = np.arange(size.sum()) + np.repeat(c.start[rows] - np.cumsum(size) + size, size)
        new = _columns(self.most, max(len(c.ids), len(lines)))
        n = len(rows)
        for name in PLAIN:
            getattr(new, name)[:n] = getattr(c, name)[rows]
        new.start[1 : n + 1] = np.cumsum(size)
        new.ids[: len(lines)] = c.ids[lines]
        for name in BESIDE:
            column = getattr(self, name)
            column[:n] = column[rows]
        self.heard = set(self.voice[:n].tolist())
        self.digests = [self.digests[i] for i in rows] + [None] * (self.most - n)
        self.columns, self.first, self.stop = new, 0, n
        self.index.posts_with[:] = np.bincount(new.ids[: len(lines)], minlength=SPACE)
        settle(new, 0, n, self.index, measure)


def _columns(posts: int, lines: int) -> Columns:
    ints = np.zeros
    return Columns(
        hours=np.zeros(posts), topic=ints(posts, np.int64), place=ints(posts, np.int64), weight=np.ones(posts), norm=np.ones(posts),
        start=ints(posts + 1, np.int64),
        ids=ints(lines, np.int64),
    )  # fmt: skip


def _index(lines: int) -> Index:
    links = SETTLE_EVERY * MOST
    return Index(
        posts_with=np.zeros(SPACE), begin=np.zeros(SPACE + 1, np.int32), rows=np.zeros(lines, np.int32),
        head=np.full(SPACE, -1, np.int32), later=np.zeros(links, np.int32), row=np.zeros(links, np.int32), used=np.zeros(1, np.int64),
    )  # fmt: skip
