"""What comes after the demo's history: the same stream played on, a source a channel, for ever. The same hours bring the same posts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial

import msgspec
import numpy as np

from collectors.base import Answer, Source
from collectors.demo import growth
from collectors.demo.bursts import BLOCK_H, Burst, burst_in
from collectors.demo.history import clock_of, demo_of
from collectors.demo.ledger import source_id
from collectors.demo.plan import Slot, fill, fixed_of, mix_of, profile
from collectors.demo.rhythm import HOUR, RISE, Clock, generator
from collectors.demo.sentences import APPEALS
from collectors.demo.writing import Writer
from core.account import AccountSample
from core.deployment import Deployment
from core.post import Post

NAP = timedelta(minutes=10)  # a longer pause was a stop: what was missed then is played at its own speed
BUSY = 2000  # posts of a channel in the period; such a one is asked every minute
LONGEST_THREAD = 48  # hours in which people still comment on an own post
MOST_AT_ONCE = 400  # posts in one answer


class Place(msgspec.Struct, frozen=True):
    """How far a channel is played: when it was asked last, and how far the demo's own time was then."""

    asked: datetime
    played: datetime

    @classmethod
    def read(cls, cursor: str) -> Place:
        """From a source's cursor."""
        return cls(*(datetime.fromisoformat(part) for part in cursor.split("|")))

    def __str__(self) -> str:
        return f"{self.asked.isoformat()}|{self.played.isoformat()}"

    def at(self, now: datetime, speed: float) -> Place:
        """How far it is at `now`."""
        passed = now - self.asked
        return Place(now, self.played + passed * (speed if passed < NAP else 1.0))


class Live:
    """The demo as a collector: `sources` and `ask` as every platform has them."""

    PLATFORM = "demo"

    def __init__(self, deployment: Deployment, began: datetime, seed: int, speed: float = 1.0) -> None:
        self.deployment, self.demo, self.began, self.seed, self.speed = deployment, demo_of(deployment), began, seed, speed
        self.period = clock_of(deployment, began)
        self.a_block = BLOCK_H * sum(c.posts for c in self.demo.channels if c.kind != "own") / len(self.period.starts)
        self.hour = lru_cache(maxsize=4096)(self._hour)  # hours are asked for again, minute by minute and under their comments
        self.burst = lru_cache(maxsize=8)(partial(burst_in, deployment, seed, self.a_block))
        self.channels = {source_id(c): n for n, c in enumerate(self.demo.channels) if not c.weekly}

    def sources(self) -> list[Source]:
        """One for each channel; the weekly broadcasts are history only."""
        return [
            Source(id=id, platform=c.account.partition(":")[0], what=c.kind, account=c.account, every_minutes=1 if c.posts > BUSY or self.speed > 1 else 5)
            for id, n in self.channels.items()
            for c in (self.demo.channels[n],)
        ]  # fmt: skip

    def ask(self, client: object, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
        """What was said on a channel since it was asked last, by the demo's own time."""
        before = Place.read(cursor) if cursor else Place(self.began, self.began)
        after = before.at(now, self.speed)
        index = self.channels[source.id]
        posts = self._posts(index, before, after, now)
        samples = self._samples(index, before, after) if self.demo.channels[index].kind == "own" else ()
        for start in range(0, max(len(posts), 1), MOST_AT_ONCE):
            some = tuple(posts[start : start + MOST_AT_ONCE])
            last = start + MOST_AT_ONCE >= len(posts)
            yield Answer(
                posts=some, returned=len(some), account_samples=tuple(samples) if last else (), cursor=str(after) if last else None
            )

    def _posts(self, index: int, before: Place, after: Place, now: datetime) -> list[Post]:
        """Written at the demo's time, stamped with ours."""
        found: list[Post] = []
        for hour in range(int(before.played.timestamp()) // HOUR, int(after.played.timestamp()) // HOUR + 1):
            found += [p for p in self._written(index, hour) if before.played < p.created_at <= after.played]
        stretch = (after.asked - before.asked) / max(after.played - before.played, timedelta(microseconds=1))
        return [_stamped(p, before.asked + (p.created_at - before.played) * stretch, now) for p in found]

    def _written(self, index: int, hour: int) -> list[Post]:
        """The whole hour, by a writer of its own: asked for twice, or in parts, it brings the same words."""
        writer = Writer(self.deployment, self.demo, self.began, self.seed, prefix="l")
        channel = self.demo.channels[index]
        if channel.kind == "comment":
            own = [
                n
                for n in self.channels.values()
                if self.demo.channels[n].account == channel.account and self.demo.channels[n].kind == "own"
            ]
            writer.remember_own([s for n in own for h in range(hour - LONGEST_THREAD, hour + 1) for s in self.hour(n, h)])
        return [writer.post(slot) for slot in self.hour(index, hour)]

    def _hour(self, index: int, hour: int) -> list[Slot]:
        """A channel's slots in one hour since 1970, those of planted themes among them; none before the history's end."""
        channel, rng = self.demo.channels[index], generator(self.seed, "live", index, hour)
        count = int(rng.poisson(self._expected(index, hour)))
        times = np.sort(hour * HOUR + rng.random(count) * HOUR)
        mix = mix_of(channel)
        intents = [str(i) for i in rng.choice(list(mix), count, p=np.array(list(mix.values())) / sum(mix.values()))]
        registered = [fixed_of(channel) is not None and intent in APPEALS for intent in intents]  # a desk or a form writes down what about
        slots = fill(self.deployment, self.demo, index, list(times), intents, registered, rng, iter(()))
        slots += _told(self.burst(hour // BLOCK_H), index, hour, fixed_of(channel) is not None)
        return [msgspec.structs.replace(s, number=hour * 1000 + n) for n, s in enumerate(slots) if s.at > self.began.timestamp()]

    def _expected(self, index: int, hour: int) -> float:
        """Posts of a channel in this hour: as at the end of its history, by the hour of the week."""
        start = datetime.fromtimestamp(hour * HOUR, UTC)
        channel = self.demo.channels[index]
        kind = profile(channel.kind)
        here = Clock(start, start + timedelta(hours=1), self.deployment.zone, self.deployment.weekend).weights(kind)[0]
        return float(channel.posts * here * (1 + RISE) / self.period.weights(kind).sum())

    def _samples(self, index: int, before: Place, after: Place) -> Iterator[AccountSample]:
        """Followers, once at each beginning of a day by the demo's time."""
        account = next(a for a in self.deployment.accounts if a.key == self.demo.channels[index].account)
        days = (after.played.date() - before.played.date()).days
        if account.followers and days:
            yield growth.later(account, self.demo.growth.get(account.key, growth.USUAL_GROWTH), self.period, after.played, after.asked)


def _stamped(post: Post, at: datetime, now: datetime) -> Post:
    return msgspec.structs.replace(post, created_at=at, observed_at=max(now, at))


def _told(burst: Burst | None, index: int, hour: int, registered: bool) -> list[Slot]:
    """The slots of a theme that fall on this channel and hour."""
    if burst is None:
        return []
    return [
        Slot(channel=index, number=0, at=at, registered=registered, intent="complaint", language=burst.language, topic=burst.topic, place=burst.place, matter=burst.matter, crowd=True)
        for channel, at in burst.told
        if channel == index and int(at) // HOUR == hour
    ]  # fmt: skip
