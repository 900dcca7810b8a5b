"""What the next hours of a theme may bring, from its posts in each hour so far. Pure.

People lose interest: what a theme has above its usual rate is taken to halve every HALVES hours from where its last hours stand. Posts come in
flocks, so the hours round that rate spread as a negative binomial does, wider than chance alone (docs/decisions/0211).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

HOURS = 12  # ahead
HALVES = 9.0  # hours in which the excess over the usual rate halves
FADES = 3.0  # hours after which an hour that was counts half as much for where the theme stands
SPREAD = 0.5  # variance = mean + SPREAD × mean²
INSIDE = 0.8  # of the hours ahead lie in the band
RECENT, FEWEST = 6, 3  # with fewer posts in the last hours there is nothing to go on from
LONGEST = 48  # hours back that are looked at


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """Posts expected in each of the hours ahead, and the band that holds INSIDE of them."""

    mean: tuple[float, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]


def forecast(per_hour: Sequence[int], usual: float) -> Forecast | None:
    """From the posts in each complete hour, the last one last, and the usual number; None where too little was said lately."""
    if sum(per_hour[-RECENT:]) < FEWEST:
        return None
    excess = max(level(per_hour) - usual, 0.0)
    mean = tuple(usual + excess * 0.5 ** (ahead / HALVES) for ahead in range(1, HOURS + 1))
    edges = ((1 - INSIDE) / 2, (1 + INSIDE) / 2)
    low, high = (tuple(quantile(m, share) for m in mean) for share in edges)
    return Forecast(mean=mean, low=low, high=high)


def level(per_hour: Sequence[int]) -> float:
    """Where a theme stands, in posts an hour: the mean of its hours, the latest counting most."""
    weights = [0.5 ** (age / FADES) for age in range(min(len(per_hour), LONGEST))]
    return sum(w * n for w, n in zip(weights, reversed(per_hour), strict=False)) / sum(weights)


def quantile(mean: float, share: float, spread: float = SPREAD) -> int:
    """The fewest posts that an hour exceeds with a chance of at most 1 - share, under a negative binomial of this mean."""
    size = 1 / spread
    chance = (size / (size + mean)) ** size
    reached, posts = chance, 0
    while reached < share:
        chance *= (posts + size) / (posts + 1) * mean / (size + mean)
        posts += 1
        reached += chance
    return posts
