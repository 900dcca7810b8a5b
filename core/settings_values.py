"""What the value of a setting must look like, so that a wrong one stops the process at its door and not in the middle of the night."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from core.errors import BadSettings

YES, NO = ("yes", "true", "1", "on"), ("no", "false", "0", "off")
LEVELS = ("debug", "info", "warning", "error", "critical")
Looks = Callable[[str], bool]


def is_yes(told: str) -> bool:
    """Whether a setting that was checked says yes."""
    return told.strip().lower() in YES


def moment(told: str) -> datetime | None:
    """The moment of SADA_NOW, UTC where it names no zone; None where it is none."""
    try:
        at = datetime.fromisoformat(told.strip())
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _is_address(told: str) -> bool:
    try:
        parts = urlsplit(told)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _is_broker(told: str) -> bool:
    return all(re.fullmatch(r"[^\s:/]+:\d{1,5}", one.strip()) for one in told.split(","))


def _is_count(told: str) -> bool:
    return told.isascii() and told.isdecimal() and int(told) > 0


def _says(told: str) -> bool:
    return told.strip().lower() in (*YES, *NO)


YES_OR_NO = (_says, "yes or no")
COUNT = (_is_count, "a whole number, 1 or more")
ADDRESS = (_is_address, "an address like https://name.example:8443")  # what stands there is not shown: it may hold a password
LOOKS: dict[str, tuple[Looks, str]] = {
    "NOW": (lambda told: moment(told) is not None, "a moment like 2026-11-22T09:00:00+03:00"),
    "SEND_ANSWERS": YES_OR_NO,
    "VIEW_WITHOUT_SIGN_IN": YES_OR_NO,
    "PARTITIONS": COUNT,
    "RETENTION_MONTHS": COUNT,
    "RETENTION_HOURS": COUNT,
    "KAFKA": (_is_broker, "host:port, or several with commas between them"),
    "LOG_LEVEL": (lambda told: told.strip().lower() in LEVELS, f"one of {', '.join(LEVELS)}"),
    **dict.fromkeys(("ELASTICSEARCH", "DASHBOARD_URL", "OIDC_ISSUER", "OIDC_REDIRECT"), ADDRESS),
}


def check(ours: Mapping[str, str], addresses: Iterable[str]) -> None:
    """Look at every value that only some texts can be. `ours` by key without SADA_; `addresses`: keys of platforms' addresses.

    Raises BadSettings naming the key and what it must be.
    """
    for key, (looks, like) in (LOOKS | dict.fromkeys(addresses, ADDRESS)).items():
        if key in ours and not looks(ours[key]):
            raise BadSettings(f"SADA_{key}: is not {like}; mend it. Nothing was started.")
