"""What is told apart by: the marks of a finding from which its probability is read, each a plain number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log, log1p, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from enrich.themes_memory import UNKNOWN, Memory

WEEK = 168.0
DAY = 24.0
MARGIN = 2.5  # evidence a group may add to what its anchor saw alone: it was chosen for being alike
DIFFER, REPEAT = 0.25, 0.45  # shared words of texts that differ, and of texts that repeat one another
HARDLY, SAYS = 5, 7  # words of a text too short to tell whether it repeats another, and of one that is not
HALF = 0.4  # of the voices of a usual burst so many more than usual are new
COMPARED = 16  # newest texts of a finding that are compared with one another
HEARD = 40  # newest texts of a finding that are compared
Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Seen(NamedTuple):
    """What the scan saw of a finding from its group."""

    alone: float  # evidence from the anchor
    group: float  # evidence from its group
    sure: float  # mean probability to belong, of the posts counted
    voices: float  # of the posts found, the share that are voices of their own
    weekly: float  # how much of it came at the same hours of an earlier week
    level: float  # how alike, 0 to 10
    window: int
    kind: int
    usual: float = 0.0  # posts expected in its window
    known: float = 0.0  # share of what looks alike that known themes have


class Marks(NamedTuple):
    """The marks in the order that the weights know."""

    post: float  # evidence from the anchor, all voices counted
    alone: float
    group: float
    margin: float  # evidence beyond what so many tests in a week find by chance
    posts: float
    sure: float
    voices: float
    weekly: float
    level: float
    window: float
    kind: float
    told: float  # how much of the texts is words that most of them share
    length: float
    fresh: float  # share of voices never heard before, above what is usual; those most alike count most
    fresh_sure: float
    copied: float
    topic: float
    topics: float
    place: float
    places: float
    span: float
    gap: float
    today: float
    now: float
    concentrated: float
    noticed: float  # posts whose own evidence spoke for it when they came
    noticed_most: float
    noticed_mean: float
    core: float  # words that most texts share
    phrased: float  # the same as `told` of neighbouring words too
    pairs: float  # share of pairs of texts that share half of their words
    hour: float
    rise: float  # how many times more than usual
    known: float


def marks_of(memory: Memory, rows: list[int], alike: Floats, seen: Seen) -> Marks:
    """The marks of the posts in `rows`, oldest first, the last the anchor; `alike`: how near each of the others is to the group."""
    columns, at = memory.columns, np.asarray(rows, np.int64)
    i, n = rows[-1], len(rows)
    hours, scores = columns.hours[at], memory.score[at[:-1]]
    now = float(hours[-1])
    company = [d for row in rows[-HEARD:] if (d := memory.digests[row]) is not None]
    told, length, core = _retelling([d.words for d in company])
    fresh, voices = _fresh(memory, at, np.append(alike, alike.mean()))
    today = int(np.sum(hours > now - DAY))
    alone, group = _within(seen.alone, -2, 12), _within(seen.group, -2, 15)
    fresh = _doubted(fresh, told, length)
    return Marks(
        post=_within(float(memory.score[i]), 0, 12), alone=alone, group=group,
        margin=min(group, alone + MARGIN) - log(1 + i - _row_at(memory, i, now - WEEK)), posts=log1p(n), sure=seen.sure, voices=seen.voices,
        weekly=seen.weekly, level=seen.level, window=float(seen.window), kind=float(seen.kind),
        told=told, length=log1p(length), fresh=fresh, fresh_sure=fresh * sqrt(voices), copied=told * fresh,
        **_agreement("topic", columns.topic[at]), **_agreement("place", columns.place[at]),
        span=log1p(now - float(hours[0])), gap=log1p(now - float(hours[-2])), today=log1p(today),
        now=log1p(int(np.sum(hours > now - DAY / 4))), concentrated=today / n,
        noticed=log1p(int(np.sum(scores > 0))), noticed_most=_within(float(scores.max()), -3, 10),
        noticed_mean=float(np.clip(scores, -3, 10).mean()), core=log1p(core), phrased=_retelling([frozenset(d.terms) for d in company])[0],
        pairs=_pairs([d.words for d in company[-COMPARED:]]), hour=log1p(int(np.sum(hours > now - 1))),
        rise=log((n + 0.5) / (seen.usual + 0.5)), known=seen.known,
    )  # fmt: skip


def _within(number: float, least: float, most: float) -> float:
    return min(most, max(least, number))


def _row_at(memory: Memory, i: int, hours: float) -> int:
    """The first row before i that is not older than `hours`."""
    return memory.first + int(np.searchsorted(memory.columns.hours[memory.first : i], hours))


def _retelling(company: Sequence[frozenset[int]]) -> tuple[float, float, int]:
    """Mean share of a text's words that more than half of the texts have; the median number of words; how many words those are."""
    said = Counter(word for words in company for word in words)
    core = {word for word, n in said.items() if n * 2 > len(company)}
    covered = sum(len(words & core) / max(1, len(words)) for words in company) / max(1, len(company))
    return covered, float(np.median([len(words) for words in company])) if company else 0.0, len(core)


def _pairs(texts: Sequence[frozenset[int]]) -> float:
    """Share of pairs that have more than half of the shorter text's words in common."""
    shared = [len(a & b) * 2 > min(len(a), len(b)) for n, a in enumerate(texts) for b in texts[:n]]
    return sum(shared) / max(1, len(shared))


def _fresh(memory: Memory, rows: Rows, weight: Floats) -> tuple[float, int]:
    """Share of known voices that were never heard before, above the last week's; and how many are known. 0 if hardly any is."""
    heard = memory.fresh[rows]
    known = heard != UNKNOWN
    if known.sum() < 2 or weight[known].sum() <= 0:
        return 0.0, int(known.sum())
    i = int(rows[-1])
    week = memory.fresh[_row_at(memory, i, float(memory.columns.hours[i]) - WEEK) : i]
    usual = (np.sum(week == 1) + 1) / (np.sum(week != UNKNOWN) + 2)
    return float(np.average(heard[known], weights=weight[known]) - usual), int(known.sum())


def _doubted(fresh: float, told: float, length: float) -> float:
    """How far newcomers speak against a finding: wholly where they repeat one another or say so little that it cannot be told,
    no more than usual bursts do where their words differ.

    A failing pipe makes people write who never wrote before; a campaign is known by what it repeats.
    """
    repeating = _within((told - DIFFER) / (REPEAT - DIFFER), 0, 1)
    brief = _within((SAYS - length) / (SAYS - HARDLY), 0, 1)
    return min(fresh, HALF + max(repeating, brief) * (1 - HALF))


def _agreement(name: str, values: Rows) -> dict[str, float]:
    """`name`: share of those known that have the commonest value, -1 if hardly any is known; its plural: how many are known."""
    known = values[values != 0]
    if len(known) < 2:
        return {name: -1.0, f"{name}s": log1p(len(known))}
    return {name: float(np.unique(known, return_counts=True)[1].max() / len(known)), f"{name}s": log1p(len(known))}
