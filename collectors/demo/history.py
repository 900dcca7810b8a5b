"""The whole demo up to its clock: what was written, how the accounts grew, how it was collected, and what was planted."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, time, timedelta

import msgspec
import numpy as np

from collectors.demo import bursts, growth, ledger
from collectors.demo.plan import Slot, plan
from collectors.demo.rhythm import Clock, generator, period
from collectors.demo.writing import Writer, edited
from core.account import Account, AccountSample
from core.deployment import Demo, Deployment
from core.errors import BadDeployment
from core.post import EngagementSample, Moment, Post
from store.base import Pass

EDITED, DELETED = 0.012, 0.008  # of citizens' posts on platforms where that can be done
ASKED_AT = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7))
REACHED = (0.22, 0.55, 0.86, 1.0)  # share of an own post's final numbers at those ages


class Appeal(msgspec.Struct, frozen=True, kw_only=True):
    """What a citizen asked for, as the demo knows it: from this a case is made."""

    post: Post
    intent: str
    topic: str
    place: str | None


class PlantedTheme(msgspec.Struct, frozen=True, kw_only=True):
    """The truth about one planted theme."""

    matter: str
    topic: str
    place: str | None
    language: str
    starts: Moment
    ends: Moment
    authors: int
    posts: tuple[str, ...]


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """What was planted, written beside the data; no detector reads it."""

    deployment: str
    seed: int
    since: Moment
    until: Moment
    posts: int
    themes: tuple[PlantedTheme, ...]


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of one demo up to its clock. `posts` are observations in order of time: an edited post comes twice."""

    posts: tuple[Post, ...]
    deleted: tuple[tuple[str, Moment], ...]
    accounts: tuple[Account, ...]
    account_samples: tuple[AccountSample, ...]
    samples: tuple[EngagementSample, ...]
    passes: tuple[Pass, ...]
    appeals: tuple[Appeal, ...]
    truth: Truth


def demo_of(deployment: Deployment) -> Demo:
    """The deployment's demo totals. Raises BadDeployment where it has none."""
    if deployment.demo is None:
        raise BadDeployment(
            f"{deployment.id}: has no [demo] table, so there is nothing to play; use momra, gaza, saryarka, eastern-province or tehran-1"
        )
    return deployment.demo


def clock_of(deployment: Deployment, until: datetime) -> Clock:
    """The hours of the demo's period that ends at `until`."""
    demo = demo_of(deployment)
    starts = datetime.combine(demo.starts, time(0), deployment.zone) if demo.starts else None
    return Clock(*period(starts, demo.days, demo.from_new_year, until, deployment.zone), deployment.zone, deployment.weekend)


def history(deployment: Deployment, until: datetime, seed: int) -> History:
    """The demo of `deployment` that ends at `until`: the same for the same seed and end."""
    demo, clock = demo_of(deployment), clock_of(deployment, until)
    slots, planted = bursts.plant(deployment, demo, clock, plan(deployment, demo, clock, seed), seed)
    ordered = sorted(slots, key=lambda s: (s.at, s.channel, s.number))
    writer = Writer(deployment, demo, until, seed)
    written = writer.write(ordered)
    by_slot = {(s.channel, s.number): p for s, p in zip(ordered, written, strict=True)}
    posts, deleted = _changed(ordered, written, demo, until, seed)
    return History(
        posts=posts, deleted=deleted, accounts=tuple(growth.accounts(deployment)), account_samples=tuple(growth.samples(deployment, clock, seed)),
        samples=tuple(s for p in written if p.kind == "own" for s in followed(p, until)),
        passes=tuple(_passes(demo, ordered, clock, seed)),
        appeals=tuple(Appeal(post=p, intent=s.intent, topic=s.topic or "", place=s.place) for s, p in zip(ordered, written, strict=True) if s.registered),
        truth=_truth(deployment, seed, clock, planted, by_slot),
    )  # fmt: skip


def _changed(slots: Sequence[Slot], written: Sequence[Post], demo: Demo, until: datetime, seed: int):  # type: ignore[no-untyped-def]
    """The observations in order of time, some posts edited later, and which were deleted; what is a case stays."""
    chance = generator(seed, "changed").random((len(written), 2))
    rng = random.Random(seed)
    posts, deleted = list(written), []
    for slot, post, (edit, gone) in zip(slots, written, chance, strict=True):
        if slot.registered or slot.matter or post.kind in ("own", "call", "report"):
            continue
        if edit < EDITED and (later := edited(post, rng, slot.language)).observed_at < until:
            posts.append(later)
        elif gone < DELETED and (at := post.observed_at + timedelta(hours=rng.uniform(1, 60))) < until:
            deleted.append((post.id, at))
    return tuple(sorted(posts, key=lambda p: (p.edited_at or p.created_at, p.id))), tuple(deleted)


def followed(post: Post, until: datetime) -> list[EngagementSample]:
    """The numbers of an own post as they were asked for at growing ages."""
    told = {n: v for n in ("likes", "replies", "reposts", "quotes", "views") if (v := getattr(post, n)) is not None}
    return [
        EngagementSample(post_id=post.id, at=post.created_at + age, **{name: int(value * part) for name, value in told.items()})
        for age, part in zip(ASKED_AT, REACHED, strict=True)
        if told and post.created_at + age <= until
    ]  # fmt: skip


def _passes(demo: Demo, slots: Sequence[Slot], clock: Clock, seed: int) -> list[Pass]:
    times: dict[int, list[float]] = {}
    for slot in slots:
        times.setdefault(slot.channel, []).append(slot.at)
    return [
        line for index, channel in enumerate(demo.channels) for line in ledger.passes(channel, np.array(times.get(index, [])), clock, seed)
    ]


def _truth(deployment: Deployment, seed: int, clock: Clock, planted: list[bursts.Planted], by_slot: dict[tuple[int, int], Post]) -> Truth:
    return Truth(deployment=deployment.id, seed=seed, since=clock.since, until=clock.until, posts=len(by_slot),
                 themes=tuple(_theme(p, sorted((by_slot[k] for k in p.slots), key=lambda post: post.created_at)) for p in planted))  # fmt: skip


def _theme(planted: bursts.Planted, posts: list[Post]) -> PlantedTheme:
    return PlantedTheme(
        matter=planted.matter, topic=planted.topic, place=planted.place, language=planted.language, starts=posts[0].created_at,
        ends=posts[-1].created_at, authors=len({p.author.id for p in posts if p.author}), posts=tuple(p.id for p in posts),
    )  # fmt: skip
