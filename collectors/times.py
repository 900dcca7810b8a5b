"""Times as platforms write them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

DIGITS = {ord(zero) + i: str(i) for zero in "٠۰" for i in range(10)}
MILLISECONDS = 100_000_000_000  # a number of seconds this great would lie in the year 5138


def moment(told: object) -> datetime | None:
    """The moment a platform told, in UTC: ISO 8601, RFC 2822, X's old form, or seconds or milliseconds since 1970; any digits.

    A time without an offset is UTC, as platforms mean it. None for what is no time.
    """
    if isinstance(told, bool) or not isinstance(told, str | int | float):
        return None
    text = str(told).translate(DIGITS).strip()
    try:
        return _number(float(text)) if _is_number(text) else _text(text)
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _is_number(text: str) -> bool:
    return len(text) >= 9 and text.replace(".", "", 1).isdecimal()


def _number(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds / 1000 if seconds >= MILLISECONDS else seconds, UTC)


def _text(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = _old(text)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)


def _old(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y")
    except ValueError:
        return parsedate_to_datetime(text)
