"""What an account of ours signs with on X: to write, and to read what only it may read (OAuth 1.0a: such a token does not run out)."""

from __future__ import annotations

from typing import Any

import msgspec
from oauthlib.oauth1 import Client as Signer

from collectors import fetching
from core.settings import Settings

THERE = "https://api.x.com"
KEYS = ("X_API_KEY", "X_API_SECRET", "X_ACCESS_TOKEN", "X_ACCESS_SECRET")
FIRST = KEYS[2]  # whose names say which accounts there are


class Pen(msgspec.Struct, frozen=True):
    """Where X is asked, and what signs for the account."""

    fetcher: fetching.Fetcher
    base_url: str
    signer: Any

    def __repr__(self) -> str:
        return "Pen(…)"

    def signed(self, address: str, method: str = "POST") -> dict[str, str]:
        """The header that proves who asks; a body is not part of the signature, an address with its query is."""
        return dict(self.signer.sign(self.base_url + address, method)[1])


def pen(settings: Settings) -> Pen | None:
    """What to sign with, where all four keys of the account are there."""
    keys = [settings.credential(key) for key in KEYS]
    if not all(keys):
        return None
    base_url = settings.base_urls.get("x", THERE)
    return Pen(fetching.Fetcher(base_url), base_url, Signer(*keys))


def pens(settings: Settings) -> dict[str, Pen]:
    """Every account's that has all its keys, by the name behind them; "": the keys without a name."""
    named = [key.removeprefix(f"{FIRST}__") for key in settings.credentials if key.startswith(f"{FIRST}__")]
    found = {"": pen(settings)} | {name: pen(settings.speaking_as(name)) for name in named}
    return {name: one for name, one in found.items() if one}
