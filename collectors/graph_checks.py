"""What a token of the Graph may do, as the Graph itself says it (debug_token): which permissions it lacks, and when it ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from collectors import graph
from collectors.base import Finding
from collectors.told import moment_or, table
from core.errors import PlatformProblem

SOON = timedelta(days=14)
ENDS = ("expires_at", "data_access_expires_at")


def token(client: graph.Client, wanted: Sequence[str], now: datetime) -> Iterator[Finding]:
    """What the token lacks of `wanted`, and whether it ends soon; nothing where the Graph does not say."""
    try:
        told = table(graph.get(client, "debug_token", {"input_token": client.access_token}, now).get("data"))
    except PlatformProblem:
        return  # an app may be kept from asking this; what it can read is looked at anyway
    yield from _lacks(client.platform, told.get("scopes"), wanted)
    ends = min((at for name in ENDS if told.get(name) and (at := moment_or(told[name], now)) > now), default=None)
    if ends and ends - now < SOON:
        then = f"make a long-lived one before (docs/credentials.md#{client.platform})"
        yield Finding(what=f"{client.platform} token", state="warning", says=f"the token ends on {ends:%Y-%m-%d}", then=then)


def _lacks(platform: str, scopes: object, wanted: Sequence[str]) -> Iterator[Finding]:
    if not isinstance(scopes, list) or not scopes:
        return
    missing = [name for name in wanted if name not in scopes]
    if missing:
        then = f"grant it to the app and make the token anew (docs/credentials.md#{platform})"
        yield Finding(what=f"{platform} token", state="warning", says=f"the token lacks {', '.join(missing)}", then=then)
    else:
        yield Finding(what=f"{platform} token", state="ok", says="the token has every permission we ask for")
