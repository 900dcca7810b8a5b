"""Which keys a source is asked with: its account's own where the deployment file names them and they are given, else those for all."""

from __future__ import annotations

from typing import Any

from collectors.base import Collector, Source
from core.deployment import Deployment
from core.errors import CredentialMissing
from core.settings import Settings


def client_of(source: Source, collector: Collector, settings: Settings) -> Any:
    """The platform's client for one source. Raises CredentialMissing, naming whose key is waited for."""
    if not source.keys:
        return collector.client(settings)
    try:
        return collector.client(settings.asking_as(source.keys))
    except CredentialMissing as missing:
        raise CredentialMissing(f"{missing} (for {source.account} with __{source.keys} behind it)") from None


def names(collector: Collector, deployment: Deployment) -> dict[str, str]:
    """An account's key → the name of the keys it is asked with; accounts without any are left out."""
    return {source.account: source.keys for source in collector.sources(deployment) if source.account and source.keys}
