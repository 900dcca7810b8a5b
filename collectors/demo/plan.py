"""Who writes where, when and about what, before a word is written: slots that add up to the deployment's totals exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from collectors.demo.ledger import blind_hours
from collectors.demo.rhythm import HOUR, Clock, generator
from collectors.demo.sentences import APPEALS
from core.deployment import Demo, DemoChannel, Deployment

FEED = {"complaint": 0.36, "inquiry": 0.15, "suggestion": 0.1, "thanks": 0.14, "news": 0.07, "other": 0.18}
APPEALS_ONLY = {"complaint": 0.72, "inquiry": 0.17, "suggestion": 0.11}
REST_ONLY = {"thanks": 0.34, "news": 0.13, "other": 0.53}
ALWAYS_PLACED = ("call", "report")
PLACED = 0.55  # of other posts that could name a place, how many do
TOPICLESS = {"other": 1.0, "thanks": 0.35, "news": 0.3, "inquiry": 0.25, "suggestion": 0.1, "complaint": 0.0}
BROADCAST_S = 75 * 60  # a live broadcast with its questions


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """One post to come: everything but its words."""

    channel: int  # index into demo.channels
    number: int  # within the channel, by time
    at: float  # seconds since 1970
    intent: str
    language: str
    topic: str | None = None  # the deployment's
    place: str | None = None
    registered: bool = False  # becomes a case, under `topic`
    matter: str | None = None  # of a planted theme
    crowd: bool = False  # written by one of many, not by the usual few


def profile(kind: str) -> str:
    """The rhythm of a kind of post."""
    return {"own": "office", "call": "call"}.get(kind, "citizen")


def mix_of(channel: DemoChannel) -> dict[str, float]:
    """The shares of intents in a channel whose counts are not fixed, or in what follows a history."""
    if channel.kind == "own":
        return {"news": 1.0}
    fixed = fixed_of(channel)
    if fixed is None:
        return channel.mix or FEED
    share = fixed / max(channel.posts, 1)
    return {k: asked_of(channel).get(k, 0) * share + REST_ONLY.get(k, 0) * (1 - share) for k in FEED}


def fixed_of(channel: DemoChannel) -> int | None:
    """How many of a channel's posts are registered as cases, where that is fixed."""
    return channel.complaints if channel.complaints is not None else channel.appeals


def asked_of(channel: DemoChannel) -> dict[str, float]:
    """The shares of intents among what is registered."""
    if channel.complaints is not None:
        return {"complaint": 1.0}
    return {intent: share for intent, share in (channel.mix or APPEALS_ONLY).items() if intent in APPEALS}


def topic_weights(deployment: Deployment, demo: Demo) -> tuple[list[str], np.ndarray]:
    """The topics posts are about, and how often each is."""
    if demo.categories:
        weights = {c.topic: float(c.received) for c in demo.categories}
    else:
        weights = demo.topics or {t.id: 1 / (n + 2) for n, t in enumerate(deployment.topics) if t.like}
    shares = np.array(list(weights.values()))
    return list(weights), shares / shares.sum()


def place_weights(deployment: Deployment) -> tuple[list[str], np.ndarray]:
    """The places posts name, the first in the file most."""
    ids = [p.id for p in deployment.places]
    shares = 1 / (np.arange(len(ids)) + 3) ** 0.8
    return ids, shares / shares.sum()


def language_weights(deployment: Deployment, demo: Demo) -> tuple[list[str], np.ndarray]:
    """The languages posts are written in."""
    weights = demo.languages or {deployment.languages[0]: 1.0}
    shares = np.array(list(weights.values()))
    return list(weights), shares / shares.sum()


def plan(deployment: Deployment, demo: Demo, clock: Clock, seed: int) -> list[Slot]:
    """Every slot of the period, channel by channel, each channel's by time."""
    told = _categories(demo, seed)
    slots: list[Slot] = []
    for index, channel in enumerate(demo.channels):
        intents, registered = _intents(channel, generator(seed, "intents", index))
        times = times_of(demo, index, clock, len(intents), seed, deployment.weekend)
        slots += fill(deployment, demo, index, times, intents, registered, generator(seed, "fill", index), told)
    return slots


def _categories(demo: Demo, seed: int) -> Iterator[str]:
    """The fixed categories, each as often as it was received, in random order."""
    pool = [c.topic for c in demo.categories for _ in range(c.received)]
    return (pool[i] for i in generator(seed, "categories").permutation(len(pool)))


def _intents(channel: DemoChannel, rng: np.random.Generator) -> tuple[list[str], list[bool]]:
    """One intent a post, exact where the channel fixes it, and which are registered."""
    fixed = fixed_of(channel)
    if fixed is None or channel.kind == "own":
        intents = _drawn(mix_of(channel), channel.posts, rng)
        return intents, [channel.registered and channel.kind not in ("own", "comment") and i in APPEALS for i in intents]
    both = [(i, True) for i in _drawn(asked_of(channel), fixed, rng)] + [(i, False) for i in _drawn(REST_ONLY, channel.posts - fixed, rng)]
    order = rng.permutation(len(both))
    return [both[i][0] for i in order], [both[i][1] for i in order]


def _drawn(shares: dict[str, float], count: int, rng: np.random.Generator) -> list[str]:
    weights = np.array(list(shares.values()))
    return [str(i) for i in rng.choice(list(shares), count, p=weights / weights.sum())]


def times_of(demo: Demo, index: int, clock: Clock, count: int, seed: int, weekend: tuple[str, ...]) -> np.ndarray:
    """When a channel's posts are written, seconds since 1970, ascending."""
    channel, rng = demo.channels[index], generator(seed, "times", index)
    if channel.weekly and channel.kind == "own":
        return broadcasts(clock, count)
    if channel.weekly:
        own = next(c.posts for c in demo.channels if c.weekly and c.kind == "own")
        starts = rng.choice(broadcasts(clock, own), count)
        return np.sort(np.minimum(starts + rng.beta(1.4, 2.2, count) * BROADCAST_S, clock.until.timestamp()))
    return clock.times(count, profile(channel.kind), rng, blind_hours(channel.account, clock, seed))


def broadcasts(clock: Clock, count: int) -> np.ndarray:
    """When the weekly broadcasts begin: the hour before the week-end's eve, at six in the evening, the last `count` of the period."""
    evening = clock.starts[(clock.hours == 18) & ~clock.off]
    last_workdays = [s for s, following in zip(evening, [*evening[1:], np.inf], strict=True) if following - s > 30 * HOUR]
    found = np.array([s for s in last_workdays if s < clock.until.timestamp() - BROADCAST_S][-count:])
    return found if len(found) == count else np.sort(np.resize(found, count) + np.arange(count) // max(len(found), 1) * HOUR)


def fill(deployment: Deployment, demo: Demo, index: int, times: Sequence[float], intents: Sequence[str], registered: Sequence[bool],
         rng: np.random.Generator, told: Iterator[str]) -> list[Slot]:  # fmt: skip
    """Slots of one channel at `times`: topics from `told` for what is registered, the rest by chance."""
    count, kind = len(times), demo.channels[index].kind
    topics, places = _chosen(topic_weights(deployment, demo), count, rng), _chosen(place_weights(deployment), count, rng)
    languages = _chosen(language_weights(deployment, demo), count, rng)
    bare, placeless = rng.random(count), rng.random(count)
    slots = []
    for n, (at, intent) in enumerate(zip(times, intents, strict=True)):
        has_place = places and (kind in ALWAYS_PLACED or (kind != "own" and placeless[n] < PLACED) or placeless[n] < PLACED / 2)
        topic = next(told, topics[n]) if registered[n] else None if bare[n] < TOPICLESS[intent] else topics[n]
        slots.append(Slot(channel=index, number=n, at=float(at), intent=intent, language=languages[n], topic=topic,
                          place=places[n] if has_place else None, registered=registered[n]))  # fmt: skip
    return slots


def _chosen(weighted: tuple[list[str], np.ndarray], count: int, rng: np.random.Generator) -> list[str]:
    ids, weights = weighted
    return [ids[i] for i in rng.choice(len(ids), count, p=weights)] if ids else []
