"""Planted emerging themes: one narrow matter at one place, told by many within hours or days. Their truth is written beside the data."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from collectors.demo.plan import Slot, language_weights
from collectors.demo.rhythm import HOUR, Clock, generator
from collectors.demo.sentences import phrasebook
from core.deployment import Demo, Deployment

FEWEST, MOST = 14, 48  # posts of a theme
FEWEST_TOLD = 4  # by fewer it is no theme
MOST_OF_ALL = 0.4  # of what is usually written, so much may be of a theme
SHORTEST_H, LONGEST_H = 3, 40
BLOCK_H = 36  # after the history: one theme in so many hours
SETTLED = 0.15  # no theme begins before so much of the period has passed: there is a usual level by then


class Planted(msgspec.Struct, frozen=True, kw_only=True):
    """One planted theme: which slots tell it."""

    matter: str
    topic: str
    place: str | None
    language: str
    slots: tuple[tuple[int, int], ...]  # (channel, number)


def plant(deployment: Deployment, demo: Demo, clock: Clock, slots: Sequence[Slot], seed: int) -> tuple[list[Slot], list[Planted]]:
    """`slots` with some complaints turned to the themes' matters, times and places; every count stays as it was."""
    by_key = {(s.channel, s.number): s for s in slots}
    planted: list[Planted] = []
    for n, (matter, topic, language) in enumerate(_matters(deployment, demo, seed)):
        rng = generator(seed, "theme", n)
        free = [k for k, s in by_key.items() if s.intent == "complaint" and not s.matter and _may_tell(demo, s, topic)]
        count = min(int(rng.integers(FEWEST, MOST + 1)), len(free) // 3)
        if count < FEWEST_TOLD:
            continue
        chosen = [free[i] for i in rng.choice(len(free), count, replace=False)]
        place = str(rng.choice([p.id for p in deployment.places])) if deployment.places else None
        for key, at in zip(chosen, _times(n, demo.themes, count, clock, rng), strict=True):
            by_key[key] = msgspec.structs.replace(
                by_key[key], at=float(at), topic=topic, place=place, matter=matter, language=language, crowd=True)  # fmt: skip
        planted.append(Planted(matter=matter, topic=topic, place=place, language=language, slots=tuple(sorted(chosen))))
    return list(by_key.values()), planted


def _may_tell(demo: Demo, slot: Slot, topic: str) -> bool:
    """Where categories are counted, only a slot of that category may be used."""
    return not demo.channels[slot.channel].weekly and (slot.topic == topic or not (demo.categories and slot.registered))


def _matters(deployment: Deployment, demo: Demo, seed: int) -> list[tuple[str, str, str]]:
    """(matter, deployment topic, language) of each theme to plant; a matter comes again only when all have come."""
    languages, weights = language_weights(deployment, demo)
    counted = {c.topic for c in demo.categories} or {t.id for t in deployment.topics}
    topic_of = {base: t.id for t in reversed(deployment.topics) if t.id in counted for base in t.like}
    rng = generator(seed, "matters")
    usable = {}
    for language in languages:
        lines = {m: lines[0].topic for m, lines in phrasebook(language, demo.varieties).matters.items()}
        known = [(m, topic_of[base], language) for m, base in lines.items() if base in topic_of]
        usable[language] = [known[i] for i in rng.permutation(len(known))]
    chosen = [str(i) for i in rng.choice(languages, demo.themes, p=weights) if usable[str(i)]]
    return [usable[language][chosen[:n].count(language) % len(usable[language])] for n, language in enumerate(chosen)]


def _times(n: int, of: int, count: int, clock: Clock, rng: np.random.Generator) -> np.ndarray:
    """When the posts of theme `n` are written: the last is rising as the period ends, the one before ended lately."""
    until, length = clock.until.timestamp(), float(rng.uniform(SHORTEST_H, LONGEST_H)) * HOUR
    whole = until - clock.since.timestamp()
    if n == of - 1:
        return until - 5 * HOUR * rng.beta(1, 2.5, count)
    if n == of - 2:
        return until - 30 * HOUR + 20 * HOUR * rng.beta(1.6, 2.4, count)
    start = clock.since.timestamp() + whole * (SETTLED + (0.97 - SETTLED) * (n + rng.random()) / max(of - 2, 1))
    return np.minimum(start + length * rng.beta(1.6, 2.4, count), until)


class Burst(msgspec.Struct, frozen=True, kw_only=True):
    """A theme planted after the history."""

    matter: str
    topic: str
    place: str | None
    language: str
    told: tuple[tuple[int, float], ...]  # (channel, seconds since 1970)


def burst_in(deployment: Deployment, seed: int, usual: float, block: int) -> Burst | None:
    """The theme of one stretch of BLOCK_H hours since 1970, in which people usually write `usual` posts; None where that is too little for one."""
    demo = deployment.demo or Demo()
    rng, usable = generator(seed, "block", block), _matters(deployment, demo, seed + block)
    channels = [n for n, c in enumerate(demo.channels) if c.kind != "own" and not c.weekly and not c.campaign]
    if not usable or not channels or usual * MOST_OF_ALL < FEWEST_TOLD:
        return None
    matter, topic, language = usable[0]
    count, start = min(int(rng.integers(FEWEST, MOST)), int(usual * MOST_OF_ALL)), block * BLOCK_H + rng.uniform(0, BLOCK_H / 2)
    times = (start + rng.uniform(SHORTEST_H, BLOCK_H / 2) * np.sort(rng.beta(1.6, 2.4, count))) * HOUR
    sizes = np.array([demo.channels[n].posts for n in channels], float)
    where = rng.choice(channels, count, p=sizes / sizes.sum())
    place = str(rng.choice([p.id for p in deployment.places])) if deployment.places else None
    return Burst(matter=matter, topic=topic, place=place, language=language, told=tuple(zip(where.tolist(), times.tolist(), strict=True)))
