"""The doors of `sada receive`: who may knock, how large a body may be and how often. Pure but for the memory of who knocked when."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from functools import partial

import msgspec

from collectors import signing
from core.settings import Settings

KB = 1024
MOST_KNOCKERS = 10_000  # remembered at once; the one longest silent is forgotten first
Headers = Callable[[str], str]  # name → value, "" where it was not sent


class Door(msgspec.Struct, frozen=True):
    """One way in: whose deliveries, and what they may be."""

    platform: str
    secret: str | None
    most_bytes: int
    a_minute: int  # from one address
    is_ours: bool = False  # a form of our own: apps sign with a time, pages carry a token

    def stamp(self, header: Headers) -> str:
        """When an app says that it signed: two people may report in the same words. "" where whoever sends has no time of his own."""
        return header("x-sada-timestamp") if self.is_ours else ""


def doors(settings: Settings) -> dict[str, Door]:
    """Every door; one without a secret is there and stays shut, and says what it waits for."""
    app = settings.credential("FACEBOOK_APP_SECRET")
    meta = partial(Door, most_bytes=4096 * KB, a_minute=6000)  # Meta sends up to 3 MB, and what it repeats comes at once
    return {
        "whatsapp": meta("whatsapp", settings.credential("WHATSAPP_APP_SECRET")),
        "facebook": meta("facebook", app),
        "instagram": meta("instagram", app),
        "form": Door("form", settings.credential("FORM_SECRET"), 256 * KB, 60, is_ours=True),
    }


class Turns:
    """How often each address may knock: a bucket that fills with time."""

    def __init__(self) -> None:
        self._left: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def wait(self, door: Door, who: str, now: datetime) -> int:
        """0 where `who` may come in now, else after how many seconds."""
        at, fill = now.timestamp(), door.a_minute / 60
        left, since = self._left.pop((door.platform, who), (float(door.a_minute), at))
        left = min(door.a_minute, left + max(0.0, at - since) * fill)
        self._left[door.platform, who] = (left - 1 if left >= 1 else left, at)
        if len(self._left) > MOST_KNOCKERS:
            self._left.popitem(last=False)
        return 0 if left >= 1 else max(1, math.ceil((1 - left) / fill))


def is_signed(door: Door, name: str, body: bytes, header: Headers, now: datetime, token: str) -> bool:
    """Whether a body may come in: Meta's by its signature, an app's by its own, a page's by the token it was given."""
    if door.secret is None:
        return False
    if not door.is_ours:
        return signing.is_metas(door.secret, body, header("x-hub-signature-256"))
    if stamp := door.stamp(header):
        return signing.is_apps(door.secret, body, stamp, header("x-sada-signature"), now)
    return bool(token) and signing.is_pages(door.secret, name, token)
