"""Periods: from a choice such as "7d" to exact moments. Pure; the time and its zone are arguments."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from store.query import Bucket

HOURS: dict[str, tuple[int, Bucket]] = {"1h": (1, "quarter"), "6h": (6, "quarter"), "24h": (24, "hour")}
DAYS: dict[str, tuple[int, Bucket]] = {"7d": (7, "day"), "30d": (30, "day"), "90d": (90, "week"), "1y": (365, "week")}
NIGHT = "night"  # since the office closed
USUAL = 4  # so many earlier periods make what is usual


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A period as moments: [since, until), the length to go back for the one before, and the bars it is drawn in."""

    since: datetime
    until: datetime
    now: datetime
    step: timedelta
    bucket: Bucket
    timezone: str

    def earlier(self, times: int) -> tuple[datetime, datetime]:
        """The same stretch of time, `times` periods before: as far into it as this one has come."""
        return back(self.since, self.step * times, self.timezone), back(self.now, self.step * times, self.timezone)


def window(period: str, now: datetime, zone: str) -> Window:
    """The moments of a period. Hours end now; days are local days, today being the last of them."""
    if period in HOURS:
        hours, bucket = HOURS[period]
        step = timedelta(hours=hours)
        return Window(since=now - step, until=now, now=now, step=step, bucket=bucket, timezone=zone)
    days, bucket = DAYS[period]
    return Window(
        since=midnight(now, zone, 1 - days), until=midnight(now, zone, 1), now=now, step=timedelta(days=days), bucket=bucket, timezone=zone
    )


def since_closing(closed: datetime | None, now: datetime, zone: str) -> Window:
    """From when the office closed until now, a day where nothing says when that was; the same hours of earlier weeks are what is usual."""
    return Window(since=closed or now - timedelta(days=1), until=now, now=now, step=timedelta(days=7), bucket="hour", timezone=zone)


def midnight(now: datetime, zone: str, days: int = 0) -> datetime:
    """The beginning of the local day `days` after that of `now`, as UTC."""
    local = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    return datetime.combine(local, time(), ZoneInfo(zone)).astimezone(UTC)


def back(at: datetime, step: timedelta, zone: str) -> datetime:
    """`at` less `step`; whole days keep the local time of day over a change of clocks."""
    if step % timedelta(days=1):
        return at - step
    return (at.astimezone(ZoneInfo(zone)) - step).astimezone(UTC)
