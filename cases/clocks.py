"""Two clocks of a case, in the organisation's working hours: to the first answer, and to the solution. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from core.deployment import DAYS, Deployment, Target

LONGEST_BREAK = timedelta(days=21)  # without a working day
LONGEST = 3660  # days looked ahead; a clock that has not run out by then never will


class WorkingTime(msgspec.Struct, frozen=True):
    """When work is done: from `start` to `end` by the local clock on days that are neither week-end nor holiday."""

    zone: str
    start: time
    end: time  # at or before `start`: on the next day
    weekend: frozenset[int] = frozenset()  # 0 is Monday
    holidays: frozenset[date] = frozenset()


def office(deployment: Deployment) -> WorkingTime:
    """The departments' hours: in them the clock to the solution runs."""
    return WorkingTime(
        deployment.timezone, deployment.hours.start, deployment.hours.end,
        frozenset(DAYS.index(day) for day in deployment.weekend), frozenset(deployment.holidays),
    )  # fmt: skip


def reply_team(deployment: Deployment) -> WorkingTime:
    """The hours of those who answer: every hour of every day where the deployment says `always_on`, else the office's."""
    return WorkingTime(deployment.timezone, time(0), time(0)) if deployment.hours.always_on else office(deployment)


def target(deployment: Deployment, category: str | None) -> Target:
    """The hours allowed for a topic: its own line, else the line for all, else the usual ones."""
    lines = {line.topic: line for line in reversed(deployment.targets)}
    return lines.get(category) or lines.get(None) or Target()


def worked(when: WorkingTime, since: datetime, until: datetime) -> timedelta:
    """Working time between two moments; zero if `until` is not after `since`."""
    total = timedelta()
    for start, end in _spans(when, since):
        if start >= until:
            break
        total += max(min(end, until) - max(start, since), timedelta())
    return total


def due(when: WorkingTime, since: datetime, hours: float) -> datetime | None:
    """The first moment at which `hours` of working time have passed since `since`; None if there is no working time."""
    left = timedelta(hours=hours)
    for start, end in _spans(when, since):
        begun = max(start, since)
        if end > begun and end - begun >= left:
            return begun + left
        left -= max(end - begun, timedelta())
    return None


def deadline(when: WorkingTime, since: datetime, hours: float, pauses: Sequence[tuple[datetime, datetime]]) -> datetime | None:
    """`due`, put off by the working time in `pauses`, which are in order. What had run out before a pause began stays so."""
    at = due(when, since, hours)
    for began, ended in pauses:
        if at and at > began and ended > since:
            hours += worked(when, max(began, since), ended) / timedelta(hours=1)
            at = due(when, since, hours)
    return at


def closed_since(when: WorkingTime, now: datetime) -> datetime | None:
    """When work last ended before `now`; None if that was more than LONGEST_BREAK ago."""
    found = None
    for start, end in _spans(when, now - LONGEST_BREAK):
        if start >= now:
            break
        found = end if end <= now else found
    return found


def _spans(when: WorkingTime, since: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Working spans in UTC, in order, from the one on the local day before `since` on (it may reach past midnight)."""
    first = since.astimezone(ZoneInfo(when.zone)).date() - timedelta(days=1)
    for days in range(LONGEST):
        span = _span(when, first + timedelta(days=days))
        if span:
            yield span


@lru_cache(maxsize=20_000)
def _span(when: WorkingTime, day: date) -> tuple[datetime, datetime] | None:
    if day.weekday() in when.weekend or day in when.holidays:
        return None
    last = day if when.end > when.start else day + timedelta(days=1)
    return _utc(when.zone, day, when.start), _utc(when.zone, last, when.end)


def _utc(zone: str, day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
