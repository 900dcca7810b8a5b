"""Messages go out through Apprise: to whom, and how each attempt went. No address is ever logged, stored or shown."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from cases.alert_outbox import digest
from cases.alert_rules import shown
from core.deployment import AlertRule, reader_of
from core.settings import dotenv, lines
from stream.alert_message import Message

Environment = Mapping[str, str]
NOBODY = "is not set"


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """One address. `url` is None where the environment has no such key, `language` where the rule's holds."""

    to: str  # what may be shown
    digest: str
    url: str | None
    language: str | None = None

    def __repr__(self) -> str:
        return f"Address({self.to})"


def environment() -> dict[str, str]:
    """The keys that rules may name: those of the environment over those of .env."""
    return {**lines(dotenv()), **os.environ}


def addresses(to: Sequence[str], told: Environment) -> list[Address]:
    """Whom these addresses of a rule mean: a key may hold several, with spaces between them."""
    found = [address for one in to for address in _meant(one, told)]
    return list({address.digest: address for address in found}.values())


def of_rule(rule: AlertRule, told: Environment) -> dict[str, Address]:
    """Every address of a rule by its digest."""
    return {address.digest: address for address in addresses((*rule.to, *rule.escalate_to), told)}


def _meant(to: str, told: Environment) -> list[Address]:
    language, address = reader_of(to)
    if not address.startswith("$"):
        return [Address(to=shown(address), digest=digest(address), url=address, language=language)]
    readers = [reader_of(one) for one in told.get(address[1:], "").split()]
    if not readers:
        return [Address(to=address, digest=digest(address), url=None, language=language)]
    names = [address] if len(readers) == 1 else [f"{address} {n}" for n in range(1, len(readers) + 1)]  # the log says which of them failed
    return [
        Address(to=f"{name} ({shown(url)})", digest=digest(url), url=url, language=own or language)
        for name, (own, url) in zip(names, readers, strict=True)
    ]


def unusable(address: Address) -> str | None:
    """Why nothing can be sent to an address, in words without it; None if something may be tried."""
    service = _service(address)
    return service if isinstance(service, str) else None


def _service(address: Address) -> Any:
    """What sends to an address; or, in words without it, why nothing can."""
    if address.url is None:
        return f"{address.to} {NOBODY}; put an Apprise address into the environment or .env under that name"
    import apprise  # half a second: only where something is sent or looked at

    apprise.logging.getLogger("apprise").propagate = False  # its lines name hosts
    asset = apprise.AppriseAsset(app_id="Sada", app_desc="Sada", app_url="", secure_logging=True)
    return apprise.Apprise.instantiate(address.url, asset=asset) or f"{address.to}: is not an address that Apprise knows"


def send(address: Address, message: Message) -> str | None:
    """Send a message; None if it was taken, else why not, in words without the address."""
    service = _service(address)
    if isinstance(service, str):
        return service
    import apprise

    service.overflow_mode = apprise.OverflowMode.SPLIT  # what takes less than a whole message gets it in parts, not refused
    sender = apprise.Apprise(asset=service.asset)
    sender.add(service)
    capture: Any = apprise.LogCapture
    with capture(level=apprise.logging.WARNING) as said:
        taken = sender.notify(title=message.title, body=message.body, body_format=apprise.NotifyFormat.TEXT)
        status = re.search(r"error=(\d{3})", said.getvalue())
    if taken:
        return None
    return f"{address.to}: refused with status {status[1]}" if status else f"{address.to}: could not be reached or did not answer"
