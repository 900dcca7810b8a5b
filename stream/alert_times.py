"""When an alert may be told: outside quiet hours, or with the day's digest. By the wall clock of the organisation. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.deployment import AlertRule


def tell_at(rule: AlertRule, at: datetime, zone: ZoneInfo) -> datetime:
    """The first moment, `at` or later, at which this rule may speak."""
    return after_quiet(rule, _next(rule.digest_at, at, zone) if rule.digest_at else at, zone)


def after_quiet(rule: AlertRule, at: datetime, zone: ZoneInfo) -> datetime:
    """The first moment, `at` or later, outside quiet hours: when what waits for no digest may be told."""
    return _next(rule.quiet_until, at, zone) if rule.quiet_until and is_quiet(rule, at, zone) else at


def is_quiet(rule: AlertRule, at: datetime, zone: ZoneInfo) -> bool:
    """Whether quiet hours hold: from their beginning, and no longer at their end. They may go over midnight; all day where both are the same."""
    start, end = rule.quiet_from, rule.quiet_until
    if start is None or end is None:
        return False
    clock = at.astimezone(zone).time()
    return start <= clock < end if start < end else clock >= start or clock < end


def _next(clock: time, after: datetime, zone: ZoneInfo) -> datetime:
    """The next moment after `after` at which the wall clock says `clock`.

    An hour that spring skips is taken as long after the skip; of one that comes twice in autumn, the first that lies ahead.
    """
    today = after.astimezone(zone).date()
    days = (today + timedelta(days=n) for n in range(3))
    return next(at for day in days for at in _at(day, clock, zone) if at > after)


def _at(day: date, clock: time, zone: ZoneInfo) -> list[datetime]:
    """Every moment of that day at which the wall clock says so: one; two in autumn; where spring skips it, as long after the skip."""
    told = [datetime.combine(day, clock.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1)]
    real = {at for at in told if at.astimezone(zone).time() == clock}
    return sorted(real) or told[:1]
