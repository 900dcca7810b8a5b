"""Three usual ways to find emerging themes, kept to compare ours with on the same streams and with the same scorer.

Each counts single words and topics, as its original does, and knows nothing of copies, loud authors or hours of the week. A term that
was raised is not raised again for two days.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from math import inf, log, sqrt

from core.spelling import normal
from enrich.themes_counts import Observation
from enrich.themes_eval import Raised

LEARN = timedelta(days=7)
WINDOW = timedelta(days=1)
HISTORY = timedelta(days=28)
STEP = timedelta(hours=1)
QUIET = timedelta(days=2)
LEAST = 3  # posts of a theme
JLH_SCORE = 1.0
SIGMAS = 3.0
BURST_RATIO = 3.0  # Kleinberg's s: how much faster a burst is than usual
BURST_COST = 3.0  # his gamma: what it costs to enter one
_WORD = re.compile(r"[^\W\d_]{4,}")


def _terms(post: Observation) -> set[str]:
    return set(_WORD.findall(normal(post.text)))


class _Alerts:
    """What was raised, and when each term was last."""

    def __init__(self) -> None:
        self.raised: list[Raised] = []
        self._last: dict[str, datetime] = {}

    def add(self, term: str, at: datetime, rows: Sequence[int]) -> None:
        quiet = term in self._last and at - self._last[term] < QUIET
        if len(rows) >= LEAST and not quiet:
            self._last[term] = at
            self.raised.append(Raised(at.isoformat(), f"{term} {len(self.raised)}", term, tuple(sorted(rows))))


class _Sliding:
    """Counts of keys in the last day and in the month before it, moved on hour by hour."""

    def __init__(self, posts: Sequence[Observation], keys: Sequence[set[str]]) -> None:
        self.posts, self.keys = posts, keys
        self.now: Counter[str] = Counter()
        self.before: Counter[str] = Counter()
        self.old = self.mid = self.new = 0  # posts[old:mid] are the month, posts[mid:new] the day

    def hours(self) -> Iterator[datetime]:
        """Every hour after the learning time, once the counts stand for it."""
        at = self.posts[0].at + LEARN if self.posts else datetime.max.replace(tzinfo=UTC)
        while self.posts and at <= self.posts[-1].at + STEP:
            self._move(at)
            yield at
            at += STEP

    def _move(self, at: datetime) -> None:
        while self.new < len(self.posts) and self.posts[self.new].at <= at:
            self.now.update(self.keys[self.new])
            self.new += 1
        while self.mid < self.new and self.posts[self.mid].at <= at - WINDOW:
            self.now.subtract(self.keys[self.mid])
            self.before.update(self.keys[self.mid])
            self.mid += 1
        while self.old < self.mid and self.posts[self.old].at <= at - HISTORY:
            self.before.subtract(self.keys[self.old])
            self.old += 1

    def rows(self, key: str) -> list[int]:
        """Posts of the last day that have the key."""
        return [number for number in range(self.mid, self.new) if key in self.keys[number]]


def significant_terms(posts: Sequence[Observation], own_account: str | None = None) -> list[Raised]:
    """Each hour the word whose share of the last day most outgrew its share of the month, as a search engine scores significant terms:
    JLH, (share now - usual) * (share now / usual), raised from JLH_SCORE on."""
    alerts, sliding = _Alerts(), _Sliding(posts, [_terms(post) for post in posts])
    for at in sliding.hours():
        today, month = max(1, sliding.new - sliding.mid), max(1, sliding.mid - sliding.old)
        best, best_score = "", 0.0
        for term, n in sliding.now.items():
            if n >= LEAST:
                share, expected = n / today, max(sliding.before[term], 1) / month
                jlh = (share - expected) * (share / expected)
                if jlh > best_score:
                    best, best_score = term, jlh
        if best_score >= JLH_SCORE:
            alerts.add(best, at, sliding.rows(best))
    return alerts.raised


def three_sigma(posts: Sequence[Observation], own_account: str | None = None) -> list[Raised]:
    """Topics (without topics: words) of which the last day has more than the mean plus three standard deviations of the days before."""
    of_topics = any(post.topic for post in posts)
    alerts, sliding = _Alerts(), _Sliding(posts, [({post.topic} - {""} if of_topics else _terms(post)) for post in posts])
    for at in sliding.hours():
        days = max(1, (at - max(posts[0].at, at - HISTORY)) // WINDOW - 1)
        for key, n in sliding.now.items():
            mean = sliding.before[key] / days
            if n >= LEAST and n > mean + SIGMAS * max(1.0, sqrt(mean)) and n > mean + SIGMAS * _deviation(sliding, key, at, days, mean):
                alerts.add(key, at, sliding.rows(key))
    return alerts.raised


def _deviation(sliding: _Sliding, key: str, at: datetime, days: int, mean: float) -> float:
    """Standard deviation of the key's daily counts."""
    counts = Counter((at - sliding.posts[number].at) // WINDOW for number in range(sliding.old, sliding.mid) if key in sliding.keys[number])
    squares = sum((n - mean) ** 2 for n in counts.values()) + max(0, days - len(counts)) * mean**2
    return sqrt(squares / days)


def kleinberg(posts: Sequence[Observation], own_account: str | None = None) -> list[Raised]:
    """Words whose gaps between posts change to a state three times as fast as usual: Kleinberg's two-state automaton (2002), run forward."""
    alerts = _Alerts()
    states: dict[str, tuple[float, float]] = {}  # cost of being in the usual state, in a burst
    seen: dict[str, deque[tuple[int, datetime]]] = defaultdict(deque)
    counts: Counter[str] = Counter()
    for number, post in enumerate(posts):
        hours = (post.at - posts[0].at) / STEP
        for term in _terms(post):
            counts[term] += 1
            recent = seen[term]
            if recent:
                gap = max((post.at - recent[-1][1]) / STEP, 1 / 60)
                states[term] = _step(states.get(term, (0.0, inf)), gap, counts[term] / max(hours, 1.0), counts[term])
                usual, burst = states[term]
                if burst < usual and counts[term] > LEAST and post.at - posts[0].at > LEARN:
                    day = [row for row, at in recent if post.at - at <= WINDOW]
                    alerts.add(term, post.at, [*day, number])
            recent.append((number, post.at))
            while post.at - recent[0][1] > WINDOW:
                recent.popleft()
    return alerts.raised


def _step(cost: tuple[float, float], gap: float, rate: float, n: int) -> tuple[float, float]:
    """One gap of the automaton: the least cost of ending in each state."""
    usual, burst = cost
    enter = BURST_COST * log(n + 1)
    slow = rate * gap - log(rate)
    fast = BURST_RATIO * rate * gap - log(BURST_RATIO * rate)
    return min(usual, burst) + slow, min(usual + enter, burst) + fast


BASELINES: dict[str, Callable[[Sequence[Observation], str | None], list[Raised]]] = {
    "significant_terms": significant_terms,
    "three_sigma": three_sigma,
    "kleinberg": kleinberg,
}
