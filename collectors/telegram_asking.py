"""Asking the Bot API: one method, its errors, and the size of a group. The token is part of the address, so no address stands in a message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from collectors import fetching, inbox, naming, table, told
from collectors.base import Answer
from collectors.telegram_posts import PLATFORM, Node
from core.account import Account, AccountSample
from core.errors import CredentialMissing, PlatformProblem
from core.settings import Settings

THERE = "https://api.telegram.org"
Keep = Callable[[bytes, datetime], None]


class Client(msgspec.Struct, frozen=True):
    """The way to the bot, its number, and where updates go that nobody can read."""

    fetcher: fetching.Fetcher
    token: str
    keep: Keep
    person: str | None = None  # Telethon's session, where somebody opted in

    def __repr__(self) -> str:
        return "Client(…)"  # the token must not be printed

    @property
    def bot(self) -> str:
        """The bot's own id: the token begins with it."""
        return self.token.partition(":")[0]


def client(settings: Settings) -> Client:
    """A client for the bot. Raises CredentialMissing."""
    token, person = settings.credential("TELEGRAM_BOT_TOKEN"), settings.credential("TELETHON_SESSION")
    if not token and not person:
        raise CredentialMissing(
            "telegram: waits for SADA_TELEGRAM_BOT_TOKEN in the environment or .env; how to get it: docs/credentials.md#telegram"
        )
    bot = connect(
        token or "", settings.base_urls.get(PLATFORM, THERE), lambda raw, at: inbox.keep_unreadable(settings.data, PLATFORM, raw, at)
    )
    return msgspec.structs.replace(bot, person=person)


def connect(token: str, base_url: str, keep: Keep, silence_s: float = fetching.SILENCE_S) -> Client:
    """A client at `base_url`; `keep` makes an unreadable update durable."""
    return Client(fetching.Fetcher(base_url, silence_s=silence_s), token, keep)


def call(client: Client, method: str, now: datetime, has_moved: bool = False, **told_: Any) -> Any:
    """The result of one method. Raises PlatformProblem; the address, which holds the token, stands in no message."""
    query = {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode() for name, value in told_.items() if value is not None
    }
    fetched = client.fetcher.get(PLATFORM, f"/bot{client.token}/{method}", now, query)
    if fetched.status >= 500:
        raise problem(fetched.status, fetched.headers, None, now)
    body = told.table(fetching.as_json(fetched, PLATFORM, now)) if fetched.status < 300 else _error_body(fetched, now)
    moved = told.native(told.table(body.get("parameters")).get("migrate_to_chat_id"))
    if moved and "chat_id" in told_ and not has_moved:
        return call(
            client, method, now, True, **{**told_, "chat_id": moved}
        )  # a group that became a supergroup goes on under another number
    if body.get("ok") is not True:
        raise problem(told.number(body.get("error_code")) or fetched.status, fetched.headers, body, now)
    return body.get("result")


def _error_body(fetched: fetching.Fetched, now: datetime) -> Node:
    try:
        return told.table(fetching.as_json(fetched, PLATFORM, now))
    except PlatformProblem:
        return {}


def problem(status: int, headers: Mapping[str, str], body: Any, now: datetime) -> PlatformProblem:
    """What an error of the Bot API means. A time to wait or a new chat stands in its parameters."""
    whole = told.table(body)
    given = told.table(whole.get("parameters"))
    message, wait = str(whole.get("description") or ""), told.number(given.get("retry_after"))
    if wait is not None:
        message += " (too many requests)"
    if given.get("migrate_to_chat_id"):
        message += " (upgraded to a supergroup)"
    until = now + timedelta(seconds=wait) if wait is not None else None
    return table.problem(PLATFORM, now, status=status, message=message, until=until)


def names(written: str) -> dict[str, str]:
    """Each account's key and what the Bot API calls it: its number, else its name."""
    keys: dict[str, str] = {}
    for name, key in naming.read(written).items():
        keys.setdefault(key, name if name.lstrip("-").isdecimal() else f"@{name}")
    return keys


def size(client: Client, key: str, chat_id: str, now: datetime) -> Answer:
    chat = told.table(call(client, "getChat", now, chat_id=chat_id))
    count = told.number(call(client, "getChatMemberCount", now, chat_id=chat_id))
    name = told.text(chat.get("username"))
    account = Account(
        id=key, platform=PLATFORM, handle=name, native_id=told.native(chat.get("id")), name=told.text(chat.get("title")),
        url=f"https://t.me/{name}" if name else None,
    )  # fmt: skip
    return Answer(accounts=(account,), account_samples=(AccountSample(account=key, at=now, followers=count),), returned=1)
