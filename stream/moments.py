"""Dates as people's files write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hijridate import Hijri
from persiantools.jdatetime import JalaliDate

from core.spelling import normal

_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$")
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$")
_EPOCH = re.compile(r"\d{10}(?:\.\d+)?$|\d{13}$")


def moment(text: str, zone: ZoneInfo, calendar: str = "gregorian") -> datetime:
    """The moment `text` names, in UTC: ISO 8601, day first (31.12.2025 14:05), year first, or seconds since 1970; any digits.

    A time without offset is in `zone`; a year below 1600 is of `calendar` (jalali or hijri). Raises ValueError.
    """
    told = normal(text).replace("t", "T", 1).replace("z", "Z") if not text.isascii() else text.strip()
    if _EPOCH.match(told):
        seconds = float(told) / (1000 if len(told) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC)
    if match := _DAY_FIRST.match(told):
        day, month, year, *clock = match.groups()
    elif match := _YEAR_FIRST.match(told):
        year, month, day, *clock = match.groups()
    else:
        return _utc(datetime.fromisoformat(told.upper().replace(" UTC", "+00:00")), zone)
    hours = timedelta(**dict(zip(("hours", "minutes", "seconds"), (int(c or 0) for c in clock), strict=True)))
    return _utc(_date(int(year), int(month), int(day), calendar) + hours, zone)


def _date(year: int, month: int, day: int, calendar: str) -> datetime:
    if year >= 1600:
        return datetime(year, month, day)  # noqa: DTZ001  made aware by the caller
    if calendar == "jalali":
        date = JalaliDate(year, month, day).to_gregorian()
    elif calendar == "hijri":
        date = Hijri(year, month, day).to_gregorian()
    else:
        raise ValueError(f"the year {year} is of no calendar this deployment uses")
    return datetime(date.year, date.month, date.day)  # noqa: DTZ001  made aware by the caller


def _utc(moment: datetime, zone: ZoneInfo) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
