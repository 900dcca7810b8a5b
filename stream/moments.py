"""Dates as people's files write them."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hijridate import Hijri
from persiantools.jdatetime import JalaliDate

from core.spelling import normal

_CLOCK = r"(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?([AaPp])\.?[Mm]\.?)?)?$"
_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})" + _CLOCK)
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})" + _CLOCK)
_MONTH_NAMED = (
    "%a %b %d %H:%M:%S %z %Y",
    "%a, %d %b %Y %H:%M:%S %z",
    "%d %b %Y %H:%M:%S %z",
)  # X's archive, then RFC 5322 with and without its day
_EPOCH = re.compile(r"\d{10}(?:\.\d+)?$|\d{13}$")


def moment(text: str, zone: ZoneInfo, calendar: str = "gregorian") -> datetime:
    """The moment `text` names, in UTC: ISO 8601, day first (31.12.2025 14:05 or 2:05 PM), year first, or seconds since 1970; any digits.

    Also what X's archive and RFC 5322 write, with the month's English name. A time without offset is in `zone`; a year below 1600 is of `calendar` (jalali or hijri). Raises ValueError.
    """
    told = normal(text).replace("t", "T", 1).replace("z", "Z") if not text.isascii() else text.strip()
    if _EPOCH.match(told):
        seconds = float(told) / (1000 if len(told) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC)
    if match := _DAY_FIRST.match(told):
        day, month, year, *clock = match.groups()
    elif match := _YEAR_FIRST.match(told):
        year, month, day, *clock = match.groups()
    elif told[:1].isalpha() or told.endswith(" GMT") or " +" in told[-6:]:
        return _month_named(told).astimezone(UTC)
    else:
        return _utc(datetime.fromisoformat(told.upper().replace(" UTC", "+00:00")), zone)
    return _utc(_date(int(year), int(month), int(day), calendar) + _clock(*clock), zone)


def _clock(hour: str | None, minute: str | None, second: str | None, half: str | None) -> timedelta:
    hours = int(hour or 0)
    if half and not 1 <= hours <= 12:
        raise ValueError(f"{hours} is not an hour of a twelve-hour clock")
    if half:
        hours = hours % 12 + (12 if half in "Pp" else 0)
    return timedelta(hours=hours, minutes=int(minute or 0), seconds=int(second or 0))


def _month_named(told: str) -> datetime:
    for form in _MONTH_NAMED:
        with suppress(ValueError):
            return datetime.strptime(told.replace("GMT", "+0000"), form)  # noqa: DTZ007  every form tells its offset
    raise ValueError("names no moment")


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
