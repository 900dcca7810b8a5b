"""From samples of accounts to growth: one value a day, missing polls as None. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from core.account import AccountSample

Daily = tuple[int | None, ...]  # one value a day of the period; None: nobody asked, or the platform did not tell


class Grown(msgspec.Struct, frozen=True, kw_only=True):
    """One account over a period."""

    account: str
    daily: Daily

    @property
    def first(self) -> int | None:
        """The first known number."""
        return next((n for n in self.daily if n is not None), None)

    @property
    def last(self) -> int | None:
        """The last known number."""
        return next((n for n in reversed(self.daily) if n is not None), None)

    @property
    def gained(self) -> int | None:
        """The change between the two; None where only one is known."""
        known = sum(n is not None for n in self.daily)
        return self.last - self.first if known > 1 and self.last is not None and self.first is not None else None

    @property
    def share(self) -> float | None:
        """That change as a share of the first."""
        return self.gained / self.first if self.gained is not None and self.first else None

    @property
    def gaps(self) -> int:
        """How many runs of days are missing between the first and the last known one."""
        known = [i for i, n in enumerate(self.daily) if n is not None]
        return sum(later - earlier > 1 for earlier, later in pairwise(known))


def days(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`."""
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def grown(samples: Iterable[AccountSample], over: Sequence[date], zone: ZoneInfo) -> list[Grown]:
    """Each account's last sample of each local day, accounts in order of their size, the largest first."""
    place = {day: i for i, day in enumerate(over)}
    found: dict[str, list[int | None]] = {}
    for sample in samples:
        at = place.get(sample.at.astimezone(zone).date())
        if at is not None and sample.followers is not None:
            found.setdefault(sample.account, [None] * len(over))[at] = sample.followers
    every = [Grown(account=account, daily=tuple(values)) for account, values in found.items()]
    return sorted(every, key=lambda g: (-(g.last or 0), g.account))


def together(of: Sequence[Grown]) -> Daily:
    """The sum of accounts, known on the days on which every one of them is; before an account's first day it does not count."""
    begun = [next(i for i, n in enumerate(g.daily) if n is not None) for g in of]
    found: list[int | None] = []
    for i in range(len(of[0].daily) if of else 0):
        here = [g.daily[i] for g, first in zip(of, begun, strict=True) if first <= i]
        told = [n for n in here if n is not None]
        found.append(sum(told) if here and len(told) == len(here) else None)
    return tuple(found)


def indexed(daily: Daily) -> tuple[float | None, ...]:
    """The same with the first known value as 100."""
    first = next((n for n in daily if n), None)
    return tuple(None if n is None or not first else 100 * n / first for n in daily)


def grouped(every: Sequence[Grown], group_of: Mapping[str, str]) -> dict[str, list[Grown]]:
    """Accounts by their branch or platform, in the order in which groups first come."""
    groups: dict[str, list[Grown]] = {}
    for one in every:
        if group := group_of.get(one.account):
            groups.setdefault(group, []).append(one)
    return groups


def latest(samples: Iterable[AccountSample]) -> dict[str, int]:
    """The last known followers of each account."""
    return {s.account: s.followers for s in samples if s.followers is not None}
