"""Days in three calendars and five languages."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard import dates
from dashboard.words import LANGUAGES, words

DAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("calendar", "code", "said"),
    [
        ("gregorian", "en", "26 November 2026"),
        ("gregorian", "ar", "٢٦ نوفمبر ٢٠٢٦"),
        ("jalali", "fa", "۵ آذر ۱۴۰۵"),  # 5 Azar, when the «من شهردارم» campaign begins
        ("jalali", "en", "5 Azar 1405"),
        ("hijri", "ar", "١٦ جمادى الآخرة ١٤٤٨"),
        ("hijri", "en", "16 Jumada II 1448"),
    ],
)
def test_a_day_is_written_in_the_deployments_calendar(calendar: str, code: str, said: str) -> None:
    assert dates.long_day(DAY, calendar, words(code)) == said  # type: ignore[arg-type]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("calendar", ["gregorian", "hijri", "jalali"])
def test_every_language_writes_every_calendar(calendar: str, code: str) -> None:
    w = words(code)
    said = dates.short_day(DAY, calendar, w)  # type: ignore[arg-type]
    assert said
    if code in ("ar", "fa"):
        assert not any(c in said for c in "0123456789")


def test_a_moment_is_local() -> None:
    at = datetime(2026, 11, 21, 21, 5, tzinfo=UTC)
    assert dates.exact(at, ZoneInfo("Asia/Riyadh"), "gregorian", words("en")) == "22 November 2026 00:05"


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=4), "4 minutes ago"),
        (timedelta(hours=3), "3 hours ago"),
        (timedelta(days=-1), "just now"),
    ],
)
def test_how_long_ago(before: timedelta, said: str) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert dates.ago(now - before, now, words("en")) == said
