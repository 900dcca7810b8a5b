"""What an error means and what happens next, as one sentence and one decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from collectors.error_lines import LINES, Line
from core.errors import PlatformProblem

PACIFIC = ZoneInfo("America/Los_Angeles")  # Google's quotas end at midnight there
LONGEST_WAIT = timedelta(days=32)  # a clock gone wrong must not silence a source for years
RESERVE = timedelta(seconds=1)  # a limit that ends at T may still be in force at T


def look_up(platform: str, status: int = 0, code: str = "", message: str = "") -> Line:
    """The table's line for an error; `code` is the platform's own word for it ("190/463", "quotaExceeded", a problem's type)."""
    return next(line for line in LINES if _fits(line, platform, status, code, message.lower()))


def _fits(line: Line, platform: str, status: int, code: str, message: str) -> bool:
    first, last = line.status if isinstance(line.status, tuple) else (line.status, line.status)
    return (
        line.platform in (platform, "*")
        and (first is None or last is None or first <= status <= last)
        and (line.code is None or line.code in (code, code.split("/")[0], code.rsplit("/", 1)[-1]))
        and (line.words is None or line.words in message)
    )


def problem(
    platform: str, now: datetime, *, status: int = 0, code: str = "", message: str = "", until: datetime | None = None, detail: str = ""
) -> PlatformProblem:
    """The problem to raise. `until` is what the platform told; `detail` joins the sentence and must hold nothing of a citizen or a secret."""
    line = look_up(platform, status, code, message)
    when = _until(line, now, until)
    told = ", ".join(word for word in (f"HTTP {status}" if status else "", detail) if word)
    cause = line.cause + (f" ({told})" if told else "")
    return PlatformProblem(line.kind, f"{platform}: {cause}; {_what_next(line, platform, when)}", line.then, when)


def _until(line: Line, now: datetime, told: datetime | None) -> datetime | None:
    """When to ask again: what the platform told, unless its clock or ours is plainly wrong; else the line's own rule."""
    if line.then not in ("wait", "stop"):
        return None
    if told is not None and now < told <= now + LONGEST_WAIT:
        return told + RESERVE
    if line.until == "next month":
        first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return (first + timedelta(days=32)).replace(day=1)
    if line.until == "midnight UTC":
        return (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    if line.until == "midnight Pacific":
        there = now.astimezone(PACIFIC)
        return (there.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)).astimezone(now.tzinfo)
    return now + timedelta(minutes=line.minutes) if line.minutes else None


def retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When a server's Retry-After (seconds, or a date) says to come back; None where it says nothing that can be read."""
    told = next((value.strip() for name, value in headers.items() if name.lower() == "retry-after"), "")
    if told.isdecimal() and len(told) < 9:
        return now + timedelta(seconds=int(told))
    try:
        at = parsedate_to_datetime(told)
    except (ValueError, TypeError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=now.tzinfo)


def _what_next(line: Line, platform: str, until: datetime | None) -> str:
    if until is not None:
        return f"asked again at {until:%Y-%m-%d %H:%M} UTC"
    return {
        "retry": "asked again soon, then more and more rarely",
        "wait": "asked again at its next turn",
        "stop": "this source rests until a person has mended it",
        "credential": f"it needs a new credential: docs/credentials.md#{platform}",
        "skip": "this one is left out and the rest goes on",
    }[line.then]


def about(trouble: PlatformProblem, source: str, account: str | None) -> PlatformProblem:
    """The same problem, its sentence naming source and account."""
    if trouble.says.startswith(source):
        return trouble
    who = f"{source} ({account})" if account and account not in source else source
    return PlatformProblem(trouble.kind, f"{who}: {trouble.says}", trouble.then, trouble.until)


def is_web_page(body: str | bytes) -> bool:
    """Whether this is HTML, as a proxy or a maintenance page sends it with status 200."""
    start = body[:400].decode("utf-8", "replace") if isinstance(body, bytes) else body[:400]
    return start.lstrip("\ufeff \t\r\n").lower().startswith(("<!doctype html", "<html"))
