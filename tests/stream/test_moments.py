"""Dates as people write them."""

from zoneinfo import ZoneInfo

import pytest

from stream.moments import NoMoment, moment

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
    ("1772323200000000", "gregorian", "2026-03-01T00:00:00+00:00"),
    ("1772323200000.0", "gregorian", "2026-03-01T00:00:00+00:00"),
    ("1772323200.5", "gregorian", "2026-03-01T00:00:00.500000+00:00"),
    ("١٧٧٢٣٢٣٢٠٠", "gregorian", "2026-03-01T00:00:00+00:00"),  # zeros in a row are no elongation
    ("46082.5", "gregorian", "2026-03-01T09:00:00+00:00"),  # a spreadsheet's noon, unformatted
    ("46082", "gregorian", "2026-02-28T21:00:00+00:00"),
    ("20260301", "gregorian", "2026-02-28T21:00:00+00:00"),
    ("2026-03-01 24:00", "gregorian", "2026-03-01T21:00:00+00:00"),
    ("01/03/2026 10:00:00.000", "gregorian", "2026-03-01T07:00:00+00:00"),
    ("01.03.2026 10:00 +05:00", "gregorian", "2026-03-01T05:00:00+00:00"),
    ("2026/03/01T10:00:00Z", "gregorian", "2026-03-01T10:00:00+00:00"),
    ("2026/03/01 10:00 -0330", "gregorian", "2026-03-01T13:30:00+00:00"),
    ("01.03.26 14:05", "gregorian", "2026-03-01T11:05:00+00:00"),
    ("٠١/٠٣/٢٠٢٦ ٢:٠٥ م", "gregorian", "2026-03-01T11:05:00+00:00"),
    ("۱۴۰۴/۱۲/۱۰ ۲:۰۵ ب.ظ", "jalali", "2026-03-01T11:05:00+00:00"),
    ("1 March 2026", "gregorian", "2026-02-28T21:00:00+00:00"),
    ("Mar 1, 2026 2:05 PM", "gregorian", "2026-03-01T11:05:00+00:00"),
    ("1 марта 2026 г., 14:05", "gregorian", "2026-03-01T11:05:00+00:00"),
    ("1 наурыз 2026", "gregorian", "2026-02-28T21:00:00+00:00"),
    ("١ مارس ٢٠٢٦", "gregorian", "2026-02-28T21:00:00+00:00"),
    ("1 كانون الثاني 2026", "gregorian", "2025-12-31T21:00:00+00:00"),
]


@pytest.mark.parametrize(("written", "calendar", "utc"), TOLD)
def test_a_moment_is_read(written, calendar, utc):
    assert moment(written, RIYADH, calendar).isoformat() == utc


@pytest.mark.parametrize(
    "written",
    [
        "",
        "yesterday",
        "32.01.2026",
        "2026-13-01",
        "1404/12/10",
        "12",
        "1/3/2026 13:05 PM",
        "Sun Mar 32 10:00:00 +0000 2026",
        "0",
        "-1",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01",
        "2026-02-30",
        "26-03-01",
        "1/3/2026 25:00",
        "1/3/2026 10:75",
        "1 Brumaire 2026",
        "2026-03-01 10:00 Asia/Riyadh",
        "12345",
        "99999999999999999999",
        "1" * 5000,
    ],
)
def test_what_is_no_moment_is_refused(written):
    with pytest.raises(ValueError):
        moment(written, RIYADH)


@pytest.mark.parametrize(
    ("written", "calendar", "says"),
    [
        ("35/25/2026", "gregorian", "no month 25"),
        ("1404/12/10", "gregorian", "the year 1404 is of no calendar"),
        ("1/3/04", "jalali", "the year 4 is of no calendar"),
    ],
)
def test_what_can_be_said_of_a_wrong_date_is_said(written, calendar, says):
    with pytest.raises(NoMoment, match=says):
        moment(written, RIYADH, calendar)
