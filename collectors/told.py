"""What a platform told, read carefully: numbers that may be text or absent, times in any of its forms, ids it left out."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Any

from core.post import LONGEST_ID

MILLISECONDS_FROM = 100_000_000_000  # as seconds this is the year 5138, as milliseconds 1973
LARGEST_COUNT, LONGEST_COUNT = 2**63 - 1, 19
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


def number(value: Any) -> int | None:
    """A count as told, or None: not told. Text such as "190" counts; a negative number is a platform's way to say hidden.

    What no store can hold (more than 63 bits) is no count either.
    """
    if isinstance(value, str):
        value = value.translate(DIGITS).strip()
        value = int(value) if value.isdecimal() and len(value) <= LONGEST_COUNT else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST_COUNT:
        return None
    return int(value)


def first_told(*counts: int | None) -> int | None:
    """The first count that was told at all: 0 is one."""
    return next((count for count in counts if count is not None), None)


def moment(value: Any) -> datetime | None:
    """An aware UTC moment from ISO 8601 text (any digits) or epoch seconds or milliseconds; None where nothing was told.

    Text without an offset is UTC. Raises ValueError for anything else.
    """
    if value is None or value == "" or isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = value.translate(DIGITS).strip()
        if not value.isdecimal():
            return _from_text(value)
    try:
        seconds = float(value)
        return datetime.fromtimestamp(seconds / 1000 if seconds >= MILLISECONDS_FROM else seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise ValueError("a time that is neither a date nor seconds") from error


def moment_or(value: Any, otherwise: datetime) -> datetime:
    """As `moment`; where nothing was told or it cannot be read, `otherwise`: what somebody wrote matters more than when."""
    try:
        return moment(value) or otherwise
    except ValueError:
        return otherwise


def _from_text(value: str) -> datetime:
    value = re.sub(r"(\.\d{6})\d+", r"\1", value)
    try:
        read = datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError("a time that is not a date") from error
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def native(value: Any) -> str | None:
    """An id as text, whether it came as text or as a number; None for nothing and for what cannot be an id."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value) or None


def post_id(platform: str, native: str) -> str:
    """A post's id; of a name that somebody chose and no engine can keep, one made of it."""
    id = f"{platform}:{native}"
    return id if len(id.encode("utf-8", "surrogatepass")) <= LONGEST_ID else stable_id(platform, native)


def text(value: Any) -> str | None:
    """Text that says something, exactly as told; None for anything else."""
    return value if isinstance(value, str) and value else None


def table(value: Any) -> dict[str, Any]:
    """`value` where it is a JSON object, else an empty one: platforms leave parts out, or send null or a list in their place."""
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[dict[str, Any]]:
    """The objects of a JSON list, or of {"data": [...]}; empty for anything else."""
    if isinstance(value, dict):
        value = value.get("data")
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def stable_id(platform: str, *parts: str | None) -> str:
    """An id for a message that came without one: the same message gets the same id every time."""
    known = "\x1f".join((platform, *(part or "" for part in parts)))
    return f"{platform}:{hashlib.sha256(known.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"
