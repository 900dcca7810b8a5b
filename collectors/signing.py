"""Whether a body comes from whom it says: over its raw bytes, in constant time."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeTimedSerializer

REPLAY = timedelta(minutes=5)  # how far the clock of an app may be from ours
PAGE = timedelta(hours=2)  # how long a person may take to fill in the page


def is_metas(secret: str, body: bytes, header: str) -> bool:
    """Whether X-Hub-Signature-256 is that of `body` (WhatsApp, Facebook, Instagram)."""
    return _same(f"sha256={_digest(secret, body)}", header)


def signature(secret: str, body: bytes, timestamp: str) -> str:
    """What an app sends as X-Sada-Signature beside X-Sada-Timestamp (seconds since 1970)."""
    return f"sha256={_digest(secret, timestamp.encode() + b'.' + body)}"


def is_apps(secret: str, body: bytes, timestamp: str, header: str, now: datetime) -> bool:
    """Whether an app signed `body` just now."""
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:
        return False
    return abs(now.timestamp() - int(timestamp)) <= REPLAY.total_seconds() and _same(signature(secret, body, timestamp), header)


def page_token(secret: str, form: str, once: str) -> str:
    """A token for one view of a form's page."""
    return URLSafeTimedSerializer(secret, salt=f"form:{form}").dumps(once)


def is_pages(secret: str, form: str, token: str) -> bool:
    """Whether a token is of this form's page, opened not long ago."""
    try:
        URLSafeTimedSerializer(secret, salt=f"form:{form}").loads(token, max_age=int(PAGE.total_seconds()))
    except BadData:
        return False
    return True


def same_word(expected: str, told: str) -> bool:
    """Whether two secrets are the same word."""
    return _same(expected, told)


def _digest(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _same(expected: str, told: str) -> bool:
    return hmac.compare_digest(expected.encode(), told.encode("utf-8", "replace"))
