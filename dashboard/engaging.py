"""From own posts to engagement rates. Pure. A rate is said with what it is a share of: followers or views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from store.query import Count, WeekHour

FEWEST = 3  # posts in an hour of the week, below which its mean says nothing


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """Interactions of an account's own posts: per post, and as a share of followers or views."""

    account: str
    posts: int
    interactions: int
    rate: float | None


def by_followers(counts: Sequence[Count], followers: Mapping[str, int]) -> list[Rate]:
    """Interactions per post and follower, by account (the first key of each count)."""
    found = []
    for account, (posts, interactions) in _by_account(counts).items():
        of = followers.get(account)
        found.append(
            Rate(account=account, posts=posts, interactions=interactions, rate=interactions / (posts * of) if posts and of else None)
        )
    return found


def by_views(hours: Mapping[str, Sequence[WeekHour]]) -> list[Rate]:
    """Interactions per view, by account, of the posts whose views were told."""
    found = []
    for account, cells in hours.items():
        views, seen = sum(c.views for c in cells), sum(c.seen for c in cells)
        rate = seen / views if views else None
        found.append(Rate(account=account, posts=sum(c.posts for c in cells), interactions=sum(c.interactions for c in cells), rate=rate))
    return [rate for rate in found if rate.posts]


def overall(counts: Sequence[Count], followers: Mapping[str, int]) -> float | None:
    """The rate of all accounts with known followers together: what a follower does with the mean post."""
    known = {a: pair for a, pair in _by_account(counts).items() if followers.get(a)}
    reached = sum(posts * followers[a] for a, (posts, _) in known.items())
    return sum(n for _, n in known.values()) / reached if reached else None


def line(counts: Sequence[Count], platform: str, at: Sequence[datetime], followers: Mapping[str, int]) -> tuple[float | None, ...]:
    """The rate of a platform's accounts together in each bucket, None where they published nothing."""
    mine = [c for c in counts if platform_of(c) == platform]
    return tuple(overall([c for c in mine if c.start == t], followers) for t in at)


def platform_of(count: Count) -> str:
    """The platform of the account that a count is about."""
    return count.keys[0].partition(":")[0]


def means(cells: Sequence[WeekHour]) -> list[list[float | None]]:
    """Mean interactions per post as 7 rows of 24 hours; None where fewer than FEWEST posts were published."""
    found: list[list[float | None]] = [[None] * 24 for _ in range(7)]
    for cell in cells:
        if cell.posts >= FEWEST:
            found[cell.weekday][cell.hour] = cell.interactions / cell.posts
    return found


def best(cells: Sequence[WeekHour]) -> WeekHour | None:
    """The hour of the week with the highest mean."""
    return max((c for c in cells if c.posts >= FEWEST), key=lambda c: c.interactions / c.posts, default=None)


def at_hour(counts: Sequence[Count], weekday: int, hour: int, zone: ZoneInfo) -> list[tuple[datetime, int, int]]:
    """Each time that an hour of the week came and something was published: when it began, posts, interactions; most per post first."""
    local = [(c, c.start.astimezone(zone)) for c in counts if c.start]
    mine = [(c.start, c.posts, c.interactions) for c, at in local if c.start and (at.weekday(), at.hour) == (weekday, hour)]
    return sorted(mine, key=lambda slot: (-slot[2] / slot[1], slot[0]))


def _by_account(counts: Sequence[Count]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for c in counts:
        posts, interactions = found.get(c.keys[0], (0, 0))
        found[c.keys[0]] = posts + c.posts, interactions + c.interactions
    return found
