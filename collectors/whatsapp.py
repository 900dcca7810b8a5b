"""WhatsApp (Cloud API): what its webhook brought into the inbox. Nothing can be asked for afterwards, so nothing may be lost at the door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from collectors import deliveries, fetching, naming, parts, table, told, versions
from collectors.base import Answer, Context, Finding, Source
from collectors.findings import looked_at
from collectors.inbox import Inbox
from collectors.whatsapp_messages import PLATFORM as PLATFORM
from collectors.whatsapp_messages import Node, change_answer, outgoing_answer
from core.deployment import Deployment
from core.errors import CredentialMissing, PlatformProblem
from core.settings import Settings

THERE = "https://graph.facebook.com"
VERSION = "v24.0"
WINDOW = timedelta(hours=24)  # so long after a person wrote a free answer may be sent; then only a template


class Client(msgspec.Struct, frozen=True):
    """The inbox, and the way to ask the API about the number itself."""

    inbox: Inbox
    fetcher: fetching.Fetcher
    phone_id: str | None = None
    token: str | None = None

    def __repr__(self) -> str:
        return "Client(…)"


def client(settings: Settings) -> Client:
    """The inbox and the API. Raises CredentialMissing: without the app's secret no delivery can be told from a forgery."""
    if not settings.credential("WHATSAPP_APP_SECRET"):
        raise CredentialMissing(
            "whatsapp: waits for SADA_WHATSAPP_APP_SECRET in the environment or .env; how to get it: docs/credentials.md#whatsapp"
        )
    fetcher = fetching.Fetcher(settings.base_urls.get(PLATFORM, THERE))
    return Client(Inbox(settings.data), fetcher, settings.credential("WHATSAPP_PHONE_ID"), settings.credential("WHATSAPP_TOKEN"))


def sources(deployment: Deployment) -> list[Source]:
    """One inbox for all numbers of the deployment."""
    ours = [account for account in deployment.accounts if account.platform == PLATFORM]
    if not ours:
        return []
    return [Source(id="whatsapp.inbox", platform=PLATFORM, what="inbox", account=ours[0].key, query=naming.written(ours), every_minutes=1)]


def ask(client: Client, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    """Yield what came into the inbox after `cursor`."""
    for answer in deliveries.ask(client.inbox, source, cursor, now, translate):
        yield naming.named(answer, PLATFORM, naming.known(source), source.account)


def translate(body: Any, context: Context) -> Answer:
    """One delivery, several of them, or a message as it is sent. Raises PlatformProblem for an error of the API."""
    whole = told.table(body)
    if error := told.table(whole.get("error")):
        raise problem(0, {}, {"error": error}, context.now)
    if "messaging_product" in whole and "entry" not in whole and "metadata" not in whole:
        return outgoing_answer(whole, context)
    answers = [parts.with_strays(_delivery(told.rows(one.get("changes")), context), one.get("changes")) for one in _entries(body)]
    return msgspec.structs.replace(parts.together(answers), posts=tuple(post for answer in answers for post in answer.posts))


def _delivery(changes: list[Node], context: Context) -> Answer:
    """The changes of one entry, a message and its edit as one post."""
    answers = [parts.translated([change], lambda one: change_answer(one, context)) for change in changes]
    return versions.with_latest(answers, parts.together(answers))


def _entries(body: Any) -> Iterator[Node]:
    """The entries of every delivery inside: a body may be one, a list of them, or several by name."""
    if isinstance(body, dict) and isinstance(body.get("entry"), list):
        yield from told.rows(body["entry"])
    elif isinstance(body, dict) and "metadata" in body:
        yield {"changes": [{"value": body}]}  # the inside of a change, as some hand it on
    elif isinstance(body, dict | list):
        for one in body.values() if isinstance(body, dict) else body:
            yield from _entries(one)


def problem(status: int, headers: Mapping[str, str], body: Any, now: datetime) -> PlatformProblem:
    """What an error of the API means: its code, with its subcode where there is one."""
    error = told.table(told.table(body).get("error"))
    code = "/".join(str(error[name]) for name in ("code", "error_subcode") if error.get(name) is not None)
    return table.problem(PLATFORM, now, status=status, code=code, message=str(error.get("message") or ""))


def window_closes(written: datetime) -> datetime:
    """Until when a message of a person may be answered freely."""
    return written + WINDOW


def check(client: Client, deployment: Deployment, now: datetime) -> Iterator[Finding]:
    """Whether the webhook was ever called, and whether the token sees the number."""
    last = client.inbox.last(PLATFORM)
    yield Finding(
        what="whatsapp webhook", state="ok" if last else "warning",
        says=f"the last delivery came at {last:%Y-%m-%d %H:%M} UTC" if last else "whatsapp: the webhook was never called",
        then="" if last else "start `sada receive` and subscribe the app to the field messages (docs/credentials.md#whatsapp)",
    )  # fmt: skip
    if client.token and client.phone_id:
        yield from looked_at("whatsapp credential", PLATFORM, lambda: [_number(client, now)])
    else:
        then = "set SADA_WHATSAPP_TOKEN and SADA_WHATSAPP_PHONE_ID (docs/credentials.md#whatsapp)"
        yield Finding(what="whatsapp credential", state="warning", says="messages are taken in, and cannot be answered", then=then)


def _number(client: Client, now: datetime) -> Finding:
    fields = "display_phone_number,quality_rating,name_status"
    asked = client.fetcher.get(
        PLATFORM, f"/{VERSION}/{client.phone_id}", now, {"fields": fields}, {"authorization": f"Bearer {client.token}"}
    )
    body = told.table(fetching.as_json(asked, PLATFORM, now))
    if asked.status >= 300 or "error" in body:
        raise problem(asked.status, asked.headers, body, now)
    quality = str(body.get("quality_rating") or "unknown").lower()
    return Finding(
        what="whatsapp credential", state="warning" if quality == "red" else "ok",
        says=f"the token sees the number; its quality is {quality}",
        then="send less, and to people who asked for it" if quality == "red" else "",
    )  # fmt: skip
