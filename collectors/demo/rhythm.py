"""When things are said: quiet nights, busy evenings, week-ends, and a slow rise over the period."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

import numpy as np

from core.deployment import DAYS

Times = np.ndarray  # seconds since 1970, UTC, ascending
HOUR = 3600

# Share of an hour of the day, 0 to 23 local time.
CITIZENS = (3, 2, 1, 1, 1, 2, 4, 7, 9, 10, 10, 10, 10, 9, 9, 9, 10, 12, 14, 16, 18, 17, 13, 7)
TELEPHONE = (1, 1, 1, 1, 1, 2, 5, 10, 15, 17, 17, 15, 13, 12, 11, 10, 9, 9, 9, 8, 7, 6, 4, 2)
OFFICE = (0, 0, 0, 0, 0, 0, 0, 2, 8, 12, 12, 10, 9, 8, 7, 5, 5, 6, 7, 6, 4, 2, 0, 0)
PROFILES = {"citizen": (CITIZENS, 0.85), "call": (TELEPHONE, 0.6), "office": (OFFICE, 0.35)}  # with the week-end's share of a workday
RISE = 0.5  # posts a day at the end of the period are so much more than at its beginning


def generator(seed: int, *names: object) -> np.random.Generator:
    """A stream of random numbers of its own for one part of the demo: the same names, the same numbers."""
    return np.random.default_rng([seed, *(crc32(str(name).encode()) for name in names)])


class Clock:
    """The hours of a period in one time zone, weighted by how much is said in them."""

    def __init__(self, since: datetime, until: datetime, zone: ZoneInfo, weekend: tuple[str, ...]) -> None:
        self.since, self.until = since, until
        self.starts = np.arange(since.timestamp() // HOUR * HOUR, until.timestamp(), HOUR)
        self.first = np.maximum(self.starts, since.timestamp())
        self.lengths = np.minimum(self.starts + HOUR, until.timestamp()) - self.first
        days_off = [DAYS.index(day) for day in weekend]
        local = [(datetime.fromtimestamp(s, UTC).astimezone(zone)) for s in self.starts]
        self.hours = np.array([moment.hour for moment in local])
        self.off = np.isin([moment.weekday() for moment in local], days_off)

    def weights(self, profile: str) -> np.ndarray:
        """Relative volume of each hour, shape (hours,)."""
        by_hour, weekend = PROFILES[profile]
        rise = 1 + RISE * np.linspace(0, 1, len(self.starts))
        return np.array(by_hour, float)[self.hours] * np.where(self.off, weekend, 1.0) * rise * self.lengths / HOUR

    def times(self, count: int, profile: str, rng: np.random.Generator, blind: tuple[tuple[float, float], ...] = ()) -> Times:
        """`count` moments by the profile's rhythm, ascending, none within the `blind` intervals."""
        weights = self.weights(profile)
        for since, until in blind:
            weights[(self.starts + HOUR > since) & (self.starts < until)] = 0
        edges = np.concatenate([[0.0], np.cumsum(weights)])
        drawn = np.sort(rng.random(count) * edges[-1])
        at = np.searchsorted(edges, drawn, side="right") - 1
        within = (drawn - edges[at]) / np.maximum(weights[at], 1e-9)
        return np.floor(self.first[at] + within * self.lengths[at])


def moment(seconds: float) -> datetime:
    """Seconds since 1970 as an aware moment."""
    return datetime.fromtimestamp(float(seconds), UTC)


def period(starts: datetime | None, days: int, from_new_year: bool, until: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The demo's period: from `starts` if that lies 2 weeks to 2 years back, from New Year if asked and as far back, else `days`."""
    new_year = datetime(until.astimezone(zone).year, 1, 1, tzinfo=zone) if from_new_year else None
    for begin in (starts, new_year):
        if begin and timedelta(days=14) <= until - begin <= timedelta(days=730):
            return begin.astimezone(UTC), until
    return until - timedelta(days=days), until
