"""Dates as people write them."""

from zoneinfo import ZoneInfo

import pytest

from stream.moments import moment

RIYADH = ZoneInfo("Asia/Riyadh")
# written, calendar → UTC
TOLD = [
    ("2026-03-01T10:00:00Z", "gregorian", "2026-03-01T10:00:00+00:00"),
    ("2026-03-01 13:00", "gregorian", "2026-03-01T10:00:00+00:00"),
    ("2026-03-01T10:00:00.250+03:00", "gregorian", "2026-03-01T07:00:00.250000+00:00"),
    ("01.03.2026", "gregorian", "2026-02-28T21:00:00+00:00"),
    ("1/3/2026 3:05:09", "gregorian", "2026-03-01T00:05:09+00:00"),
    ("٠١/٠٣/٢٠٢٦", "gregorian", "2026-02-28T21:00:00+00:00"),
    ("۱۴۰۴/۱۲/۱۰ ۰۳:۰۰", "jalali", "2026-03-01T00:00:00+00:00"),
    ("1447/09/12", "hijri", "2026-02-28T21:00:00+00:00"),
    ("1/3/2026 3:05 PM", "gregorian", "2026-03-01T12:05:00+00:00"),
    ("2026-03-01 12:05:09 am", "gregorian", "2026-02-28T21:05:09+00:00"),
    ("Sun Mar 01 10:00:00 +0000 2026", "gregorian", "2026-03-01T10:00:00+00:00"),
    ("Sun, 01 Mar 2026 10:00:00 GMT", "gregorian", "2026-03-01T10:00:00+00:00"),
    ("01 Mar 2026 10:00:00 +0300", "gregorian", "2026-03-01T07:00:00+00:00"),
    ("1772323200", "gregorian", "2026-03-01T00:00:00+00:00"),
    ("1772323200000", "gregorian", "2026-03-01T00:00:00+00:00"),
]


@pytest.mark.parametrize(("written", "calendar", "utc"), TOLD)
def test_a_moment_is_read(written, calendar, utc):
    assert moment(written, RIYADH, calendar).isoformat() == utc


@pytest.mark.parametrize(
    "written", ["", "yesterday", "32.01.2026", "2026-13-01", "1404/12/10", "12", "1/3/2026 13:05 PM", "Sun Mar 32 10:00:00 +0000 2026"]
)
def test_what_is_no_moment_is_refused(written):
    with pytest.raises(ValueError):
        moment(written, RIYADH)
