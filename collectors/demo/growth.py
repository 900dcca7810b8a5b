"""How the accounts' followers grow in the demo: a sample a day, polls missed now and then, the end exact."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from collectors.demo.ledger import SPOKEN
from collectors.demo.rhythm import Clock, generator
from core.account import Account, AccountSample
from core.deployment import Deployment, OfficialAccount, label

BEFORE = 30  # days of samples before the period, at its starting level
LEVEL = 2  # first days of the period without growth, so that any way of cutting it into days sees the whole change
USUAL_GROWTH = 0.08
MISSED = 0.02  # of the daily polls
COUNTED_IN = {"youtube": 100}  # a platform that rounds what it tells


def accounts(deployment: Deployment) -> Iterator[Account]:
    """The official accounts, as their platforms would describe them."""
    for a in deployment.accounts:
        yield Account(id=a.key, platform=a.platform, handle=a.handle, native_id=a.id,
                      name=label(a.name or deployment.name, deployment.languages[0]), url=a.url, branch=a.branch)  # fmt: skip


def samples(deployment: Deployment, clock: Clock, seed: int) -> Iterator[AccountSample]:
    """Daily samples of every account whose followers are known, the last at the end of the period."""
    growth = deployment.demo.growth if deployment.demo else {}
    for account in deployment.accounts:
        if account.followers and account.platform not in SPOKEN:
            yield from _of(account, growth.get(account.key, USUAL_GROWTH), clock, generator(seed, "growth", account.key))


def _of(account: OfficialAccount, growth: float, clock: Clock, rng: np.random.Generator) -> Iterator[AccountSample]:
    days = max(int((clock.until - clock.since) / timedelta(days=1)), 1)
    steps = rng.gamma(1.2, 1.0, days) * (np.arange(days) >= LEVEL)
    path = np.concatenate([np.zeros(BEFORE), [0.0], np.cumsum(steps) / steps.sum()])
    missed = rng.random(len(path)) < MISSED
    start, unit = account.followers or 0, COUNTED_IN.get(account.platform)
    for n, part in enumerate(path):
        if missed[n] and n not in (0, BEFORE, len(path) - 1):
            continue
        followers = round(start * (1 + growth * part))
        yield AccountSample(
            account=account.key, at=clock.until - timedelta(days=len(path) - 1 - n), followers=followers // unit * unit if unit else followers,
            posts=1200 + n, granularity=unit,
        )  # fmt: skip


def later(account: OfficialAccount, growth: float, clock: Clock, played: datetime, at: datetime) -> AccountSample:
    """What is told of an account when the demo's own time is `played`, past its history: it grows on as fast as before."""
    start, unit = account.followers or 0, COUNTED_IN.get(account.platform)
    share = (played - clock.until) / (clock.until - clock.since)
    followers = round(start * (1 + growth * (1 + share)))
    return AccountSample(account=account.key, at=at, followers=followers // unit * unit if unit else followers, granularity=unit)
