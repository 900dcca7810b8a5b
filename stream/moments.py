"""Dates as people's files write them."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import get_month_names
from hijridate import Hijri
from persiantools.jdatetime import JalaliDate

from core.spelling import normal

_CLOCK = (
    r"(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?: ?([ap])\.?m\.?| ?([صم])| ?([قب])\.ظ\.?)?(?: ?(z|utc|gmt|[+-]\d{2}:?\d{2}))?)?$"
)
_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})" + _CLOCK, re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})" + _CLOCK, re.IGNORECASE)
_DAY_NAMED = re.compile(r"(\d{1,2}) ([^\W\d]{3,}(?: [^\W\d]+)?)\.?,? (\d{4})(?: г\.?)?,?" + _CLOCK, re.IGNORECASE)
_MONTH_FIRST = re.compile(r"([^\W\d]{3,})\.? (\d{1,2}),? (\d{4}),?" + _CLOCK, re.IGNORECASE)
_WITH_ZONE = (
    "%a %b %d %H:%M:%S %z %Y",
    "%a, %d %b %Y %H:%M:%S %z",
    "%d %b %Y %H:%M:%S %z",
)  # X's archive, then RFC 5322 with and without its day
_EPOCH = re.compile(r"(\d{10})(\d{3}|\d{6})?(\.\d+)?$")
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?$")  # days of a spreadsheet, 1954 to 2119
_SERIAL_BEGAN = datetime(1899, 12, 30)  # noqa: DTZ001  a spreadsheet knows no zone
_LANGUAGES = ("en", "ar", "ar_SY", "ru", "kk", "fa")


class NoMoment(ValueError):
    """Says what is wrong with a date, quoting no more than a number of it."""


def moment(text: str, zone: ZoneInfo, calendar: str = "gregorian", month_first: bool = False) -> datetime:
    """The moment `text` names, in UTC: ISO 8601, day first (31.12.2025 14:05 or 2:05 PM), year first, the month's name, or seconds
    (or thousandths, or millionths) since 1970, or a spreadsheet's days; any digits. With `month_first`, 12/31/2025 in place of day first.

    Also what X's archive and RFC 5322 write. A time without offset is in `zone`; a year below 1600 is of `calendar` (jalali or hijri).
    Raises ValueError; NoMoment where it can be said why.
    """
    told = text.strip() if text.isascii() else normal(text)
    if match := _EPOCH.match(told):
        return datetime.fromtimestamp(int(match[1]), UTC) + timedelta(
            seconds=float(f"0.{match[2] or 0}") + float(match[3] or 0) * (not match[2])
        )
    if _SERIAL.match(told):
        return _utc(_SERIAL_BEGAN + timedelta(seconds=round(float(told) * 86_400)), zone)
    with suppress(ValueError):
        if told[:4].isdecimal() and told[:4] >= "1600":
            return _utc(datetime.fromisoformat(told.upper().replace(" UTC", "+00:00")), zone)
    if match := _YEAR_FIRST.match(told):
        return _utc(_date(int(match[1]), int(match[2]), int(match[3]), calendar) + _clock(match, 4), _offset(match) or zone)
    if match := _NUMBERS.match(told):
        year = int(match[4]) + (2000 if len(match[4]) == 2 and match[2] != "-" and calendar == "gregorian" else 0)
        day, month = (match[3], match[1]) if month_first else (match[1], match[3])
        return _utc(_date(year, int(month), int(day), calendar) + _clock(match, 5), _offset(match) or zone)
    if match := _DAY_NAMED.match(told) or _MONTH_FIRST.match(told):
        number, name = (match[1], match[2]) if match[1].isdecimal() else (match[2], match[1])
        return _utc(datetime(int(match[3]), _month(name), int(number)) + _clock(match, 4), _offset(match) or zone)  # noqa: DTZ001
    return _with_zone(told).astimezone(UTC)


class Order(StrEnum):
    """Which of two numbers is the month, as far as a date shows it by itself."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"
    EITHER = "either"


def order(text: str) -> Order | None:
    """What one date shows of its order; None where it has none: another form, 5/5/2026, or no date."""
    match = _NUMBERS.match(text.strip() if text.isascii() else normal(text))
    first, second = (int(match[1]), int(match[3])) if match else (0, 0)
    if first == second or not 1 <= min(first, second) <= 12 or max(first, second) > 31:
        return None
    if max(first, second) <= 12:
        return Order.EITHER
    return Order.DAY_FIRST if first > 12 else Order.MONTH_FIRST


def _clock(match: re.Match[str], first: int) -> timedelta:
    """The time of day in the groups from `first` on."""
    hour, minute, second, english, arabic, persian = match.groups()[first - 1 : first + 5]
    hours, half = int(hour or 0), english or arabic or persian
    if half and not 1 <= hours <= 12:
        raise NoMoment(f"{hours} is not an hour of a twelve-hour clock")
    if half:
        hours = hours % 12 + (12 if half in "Ppمب" else 0)
    if hours > 24 or int(minute or 0) > 59 or int(second or 0) > 60:
        raise NoMoment(f"{hours}:{minute}:{second or 0} is not a time of day")
    return timedelta(hours=hours, minutes=int(minute or 0), seconds=int(second or 0))


def _offset(match: re.Match[str]) -> timezone | None:
    """The offset behind the time of day, if it tells one."""
    told = match[match.re.groups]
    if told is None:
        return None
    if told[0] not in "+-":
        return UTC
    minutes = int(told[1:3]) * 60 + int(told[-2:])
    return timezone(timedelta(minutes=-minutes if told[0] == "-" else minutes))


@cache
def _months() -> dict[str, int]:
    """Names of the months in our languages, long and short, as they stand alone and within a date."""
    forms = [
        get_month_names(width, context, language)
        for language in _LANGUAGES
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
    ]
    return {normal(name).rstrip("."): number for names in forms for number, name in names.items()}


def _month(name: str) -> int:
    try:
        return _months()[normal(name).rstrip(".")]
    except KeyError:
        raise NoMoment("names a month that we do not know") from None


def _with_zone(told: str) -> datetime:
    for form in _WITH_ZONE:
        with suppress(ValueError):
            return datetime.strptime(told.upper().replace("GMT", "+0000"), form)  # noqa: DTZ007  every form tells its offset
    raise ValueError("names no moment")


def _date(year: int, month: int, day: int, calendar: str) -> datetime:
    if year >= 1600:
        if month > 12:
            raise NoMoment(
                f"there is no month {month}; in this column the day and the month stand the other way round, unless the year stands first"
            )
        return datetime(year, month, day)  # noqa: DTZ001  made aware by the caller
    if year < 1200 or calendar not in ("jalali", "hijri"):
        raise NoMoment(f"the year {year} is of no calendar this deployment uses")
    date = JalaliDate(year, month, day).to_gregorian() if calendar == "jalali" else Hijri(year, month, day).to_gregorian()
    return datetime(date.year, date.month, date.day)  # noqa: DTZ001  made aware by the caller


def _utc(moment: datetime, zone: tzinfo) -> datetime:
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError as error:
        raise NoMoment("lies beyond the calendar") from error
