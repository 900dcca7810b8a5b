"""Emerging themes: what people begin to speak of more than is usual at this hour of the week, found as posts come in.

Pure: posts and a clock go in, themes come out; `encode` and `Detector.decode` carry the state over a restart. How it works and how
well is told in docs/themes.md.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from core.theme import State, Theme
from enrich.themes_counts import Digest, Observation, WindowCounts, counts, from_post, join
from enrich.themes_joining import join as join_themes
from enrich.themes_joining import other_matter, split, twin
from enrich.themes_judge import Finding, Scanner, find
from enrich.themes_life import ACTIVE, Living, aged, born, hours_of, moment, owner, stray_of, take_in
from enrich.themes_memory import Kept, Memory
from enrich.themes_verdict import Verdict, probability, shipped, told

__all__ = ["Detector", "Observation", "ThemeSettings", "WindowCounts", "counts", "from_post", "join"]

AGE_EVERY = 0.25  # hours


class ThemeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator may turn; the figures in docs/themes.md hold for these."""

    own: tuple[str, ...] = ()  # authors that are the organisation itself
    false_share: float = 0.3  # a finding that is so likely none, all its marks and the number of tests known, is not raised
    bare_share: float = 0.5  # the same where posts are nothing but texts: there hidden authors made planted traps look like themes
    learn_days: float = 7.0  # nothing is raised before
    days: float = 28.0  # history kept
    posts: int = 9_000  # most posts kept
    suspicious: float = 0.0  # evidence from which a post is looked at closely
    least: float = 2.7  # posts of distinct voices a theme needs, weighted by how surely they belong
    weekly_share: float = 0.6  # a peak of which so much came at the same hours a week ago is a habit
    cap: float = 300.0  # a likelihood ratio of one post beyond which nothing is believed
    bound: float = 25.0  # odds that one post can add at most
    doubt: float = 0.5  # unseen posts of each kind to reckon with
    late_hours: float = 6.0  # a post that comes later than that is history only


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """A detector as it is kept over a restart."""

    settings: ThemeSettings
    memory: Kept
    living: tuple[Living, ...]
    born: int
    aged: float
    parted: float = 0.0


class Detector:
    """The state: remembered posts and living themes. Not for several threads."""

    def __init__(self, settings: ThemeSettings | None = None, verdict: Verdict | None = None) -> None:
        self.settings = settings = settings or ThemeSettings()
        self.own = frozenset(name.lower() for name in settings.own)
        self.memory = Memory(settings.posts, settings.days)
        self.scanner = Scanner(self.memory, settings.cap, settings.bound, settings.doubt, enough=50.0)
        self.living: list[Living] = []
        self.verdict = verdict or shipped()
        self.ended: list[Theme] = []  # joined to others in this step
        self.born = 0
        self.aged = 0.0  # hours at which states were last looked at
        self.parted = 0.0  # hours at which it was last looked whether a theme falls apart

    def observe(self, posts: Sequence[Observation], now: datetime) -> list[Theme]:
        """Take in posts; the themes that are new or changed by `now`."""
        return self.step(counts(posts, self.own), now)

    def step(self, window: WindowCounts, now: datetime) -> list[Theme]:
        """The same from what workers counted and `join` put together; what they say is gone is forgotten."""
        self.ended = []
        touched = {living.theme.id for digest in window.digests for living in self._see(digest)}
        self.forget(window.gone)
        return [*self.ended, *self._age(hours_of(now), touched)]

    def forget(self, ids: Collection[str]) -> bool:
        """Posts that were deleted: their texts and authors go from the memory too. Tells whether any was there."""
        return self.memory.forget(ids)

    @property
    def newest(self) -> datetime | None:
        """When the newest post it remembers was made."""
        return moment(float(self.memory.columns.hours[self.memory.stop - 1])) if self.memory.stop else None

    def encode(self) -> bytes:
        """The whole state as bytes; `decode` goes on as if nothing had happened."""
        saved = Saved(
            settings=self.settings, memory=self.memory.saved(), living=tuple(self.living),
            born=self.born, aged=self.aged, parted=self.parted,
        )  # fmt: skip
        return msgspec.msgpack.encode(saved)

    @classmethod
    def decode(cls, state: bytes, settings: ThemeSettings | None = None) -> Detector:
        """The detector that `encode` made `state` of, from now on by `settings`; how much it remembers stays as it was.

        Raises msgspec.DecodeError for anything else, such as what another version kept in another form.
        """
        saved = msgspec.msgpack.decode(state, type=Saved)
        was = saved.settings
        detector = cls(msgspec.structs.replace(settings, posts=was.posts, days=was.days) if settings else was)
        try:
            detector.memory.restore(saved.memory)
        except (LookupError, ValueError) as error:
            raise msgspec.DecodeError(f"the memory of themes has another form ({type(error).__name__})") from error
        detector.living, detector.born, detector.aged, detector.parted = list(saved.living), saved.born, saved.aged, saved.parted
        return detector

    def _see(self, digest: Digest) -> list[Living]:
        """One post: remember it, and the themes it raises, belongs to or lets fall apart."""
        memory = self.memory
        hours = hours_of(digest.post.at)
        newest = float(memory.columns.hours[memory.stop - 1]) if memory.stop else hours
        if hours < newest - self.settings.late_hours:
            return []
        i = memory.add(digest, max(hours, newest))
        score = memory.score[i] = self.scanner.look(i)
        learnt = memory.columns.hours[i] - (memory.began or 0.0) > self.settings.learn_days * 24
        theme = self._consider(i) if score > self.settings.suspicious and learnt and not digest.is_own else None
        memory.settle(i)
        return ([theme] if theme else []) + self._split(max(hours, newest))

    def _consider(self, i: int) -> Living | None:
        now = float(self.memory.columns.hours[i])
        finding, company = find(self.scanner, i, self.settings.least, self.settings.weekly_share)
        rows = company.tolist()
        likely = self.likely(finding) if finding else 0.0
        if finding is None or likely < 1 - self._false_share(finding.rows):
            known, found = stray_of(i, rows, self.living, self.memory), [i]
        else:
            known, found = owner(finding, rows, self.living, self.memory, now), finding.rows
            if known is None:
                return self._raise(finding, likely)
        if known is None:
            return None
        take_in(known, found, self.memory)
        other = twin(known, rows, self.living, self.memory, now)
        return self._join(known, other) if other else known

    def _join(self, one: Living, other: Living) -> Living:
        older, ended = join_themes(one, other, self.memory)
        self.living = [t for t in self.living if t.theme.id != ended.id]
        self.ended.append(ended)
        return older

    def _raise(self, finding: Finding, likely: float) -> Living:
        living = born(self.born, finding, self.memory, round(told(self.verdict, likely), 3))
        self.living.append(living)
        self.born += 1
        return living

    def _false_share(self, rows: list[int]) -> float:
        memory, columns = self.memory, self.memory.columns
        is_bare = not (memory.voice[rows].any() or columns.topic[rows].any() or columns.place[rows].any())
        return self.settings.bare_share if is_bare else self.settings.false_share

    def likely(self, finding: Finding) -> float:
        """How likely the finding is a theme."""
        return probability(self.verdict, finding.marks)

    def _split(self, now: float) -> list[Living]:
        """Themes of which a part became a theme of its own, and those parts; looked at every quarter of an hour."""
        if now - self.parted < AGE_EVERY:
            return []
        active, self.parted = [t for t in self.living if t.last > self.parted], now
        found = list[Living]()
        for living in active:
            part = split(living, other_matter(living, self.memory, now), self.born, self.memory, now)
            if part:
                self.living.append(part)
                self.born += 1
                found += [living, part]
        return found

    def _age(self, now: float, touched: set[str]) -> list[Theme]:
        """Themes that are new or changed; those nobody spoke of are looked at every quarter of an hour."""
        due = now - self.aged >= AGE_EVERY
        changed = []
        for living in self.living:
            if due or living.theme.id in touched:
                before, living.theme = living.theme, aged(living, self.memory, now)
                if living.theme.id in touched or living.theme.state is not before.state:
                    changed.append(living.theme)
        if due:
            self.aged = now
            self.living = [t for t in self.living if t.theme.state is not State.OVER or now - t.last < 2 * ACTIVE]
        return changed
