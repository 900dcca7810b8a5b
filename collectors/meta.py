"""What Facebook and Instagram send by webhook, read from the inbox: edits and removals at once, and comments before the next poll."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from collectors import deliveries, facebook, instagram, naming, parts, table, told
from collectors.base import Answer, Context, Finding, Source
from collectors.inbox import Inbox
from core.deployment import Deployment
from core.errors import CredentialMissing, PlatformProblem
from core.settings import Settings

PLATFORM = "meta"
READERS = {"page": facebook, "instagram": instagram}
"""What a delivery says it is about → who reads it."""


def client(settings: Settings) -> Inbox:
    """The inbox. Raises CredentialMissing: without the app's secret no delivery can be told from a forgery."""
    if not settings.credential("FACEBOOK_APP_SECRET"):
        raise CredentialMissing(
            "meta: webhooks wait for SADA_FACEBOOK_APP_SECRET in the environment or .env; polling goes on without: docs/credentials.md#facebook"
        )
    return Inbox(settings.data)


def sources(deployment: Deployment) -> list[Source]:
    """An inbox for each of the two platforms on which the deployment has accounts."""
    found = []
    for platform in ("facebook", "instagram"):
        if ours := [account for account in deployment.accounts if account.platform == platform]:
            found.append(Source(id=f"meta.{platform}", platform=platform, what="inbox", query=naming.written(ours), every_minutes=1))
    return found


def ask(client: Inbox, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    """Yield what came into the inbox after `cursor`."""
    keys = naming.known(source)
    only = next(iter(keys.values())) if len(set(keys.values())) == 1 else None
    for answer in deliveries.ask(client, source, cursor, now, translate):
        yield naming.named(answer, source.platform, keys, only)


def translate(body: Any, context: Context) -> Answer:
    """One delivery, or a list of them, by the platform it is of; a delivery of another object is nobody's message."""
    answers = []
    for one in told.rows(body) if isinstance(body, list) else [told.table(body)]:
        if isinstance(one.get("entry"), list) and (reader := READERS.get(str(one.get("object")))):
            answers.append(reader.translate(one, context))
    together = parts.together(answers)
    return msgspec.structs.replace(together, returned=len(answers), next=None, cursor=None)


def problem(status: int, headers: Mapping[str, str], body: Any, now: datetime) -> PlatformProblem:
    """What an error of the door means."""
    return table.problem(PLATFORM, now, status=status)


def check(client: Inbox, deployment: Deployment, now: datetime) -> Iterator[Finding]:
    """Whether each webhook was ever called."""
    for source in sources(deployment):
        last = client.last(source.platform)
        yield Finding(
            what=f"{source.platform} webhook", state="ok" if last else "warning",
            says=f"the last delivery came at {last:%Y-%m-%d %H:%M} UTC" if last else f"{source.platform}: the webhook was never called",
            then="" if last else f"start `sada receive` and subscribe the app (docs/credentials.md#{source.platform})",
        )  # fmt: skip
