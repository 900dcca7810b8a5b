"""Days and moments as people of the deployment write them: Gregorian, Hijri or Jalali, in the language's own digits."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, format_timedelta
from hijridate import Gregorian
from persiantools.jdatetime import JalaliDate

from dashboard.words import Words

Calendar = Literal["gregorian", "hijri", "jalali"]


def parts(day: date, calendar: Calendar) -> tuple[int, int, int]:
    """Year, month and day of `day` in a calendar."""
    if calendar == "hijri":
        hijri = Gregorian(day.year, day.month, day.day).to_hijri()
        return hijri.year, hijri.month, hijri.day
    if calendar == "jalali":
        jalali = JalaliDate(day)
        return jalali.year, jalali.month, jalali.day
    return day.year, day.month, day.day


def long_day(day: date, calendar: Calendar, words: Words) -> str:
    """A day with its year: 5 Azar 1405."""
    if calendar == "gregorian":
        return words.digits(format_date(day, "d MMMM y", locale=words.locale))
    year, month, number = parts(day, calendar)
    return words.digits(f"{number} {words.list(f'months.{calendar}')[month - 1]} {year}")


def short_day(day: date, calendar: Calendar, words: Words) -> str:
    """A day of a chart's axis: 5 Azar."""
    if calendar == "gregorian":
        return words.digits(format_date(day, "d MMM", locale=words.locale))
    _, month, number = parts(day, calendar)
    return words.digits(f"{number} {words.list(f'months.{calendar}')[month - 1]}")


def clock(moment: datetime, words: Words) -> str:
    """The time of day: 14:05."""
    return words.digits(format_time(moment, "HH:mm", tzinfo=moment.tzinfo, locale=words.locale))


def exact(moment: datetime, zone: ZoneInfo, calendar: Calendar, words: Words) -> str:
    """A moment in full, local time."""
    local = moment.astimezone(zone)
    return f"{long_day(local.date(), calendar, words)} {clock(local, words)}"


def weekday(number: int, words: Words) -> str:
    """The short name of weekday 0 (Monday) to 6."""
    return format_date(date(2024, 1, 1 + number), "EEE", locale=words.locale)


def length(span: timedelta, words: Words) -> str:
    """How long: 4 minutes, 3 hours, 2 days."""
    return words.digits(format_timedelta(span, granularity="minute", threshold=1.2, locale=words.locale))


def ago(moment: datetime, now: datetime, words: Words) -> str:
    """How long before `now`; whatever lies ahead is now."""
    span = max(now - moment, timedelta())
    if span < timedelta(minutes=1):
        return words("time.just_now")
    return words("time.ago", span=length(span, words))
