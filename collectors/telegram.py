"""Telegram, asked through the Bot API by plain HTTP: what comes to the bot and its groups, and how many members they have.

No library stands between: every update is kept apart from the others, so that one nobody can read stops nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from collectors import fetching, inbox, naming, parts, table, telegram_channels, told, versions
from collectors.base import Answer, Context, Finding, Source, context
from collectors.findings import looked_at
from collectors.telegram_posts import PLATFORM as PLATFORM
from collectors.telegram_posts import Node, update_answer
from core.account import Account, AccountSample
from core.deployment import Deployment
from core.errors import CredentialMissing, PlatformProblem
from core.post import Moment
from core.settings import Settings
from store.base import Gap

THERE = "https://api.telegram.org"
MOST = 100  # the API's maximum for getUpdates
KEPT = timedelta(hours=24)  # so long Telegram keeps what nobody fetched
SILENT = timedelta(days=6)  # after a week without updates their numbers begin anew anywhere
WANTED = ["message", "edited_message", "channel_post", "edited_channel_post", "business_message", "edited_business_message",
          "deleted_business_messages", "message_reaction_count", "my_chat_member"]  # fmt: skip
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


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """How far the updates were read: the next one's number, and when we last asked and last heard."""

    offset: int | None = None
    asked: Moment | None = None
    heard: Moment | None = None


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


def sources(deployment: Deployment) -> list[Source]:
    """One bot brings everything said to it and in its groups; the sizes of the named groups and channels are asked for."""
    ours = [account for account in deployment.accounts if account.platform == PLATFORM]
    if not ours:
        return []
    minutes = min((account.every_minutes for account in ours if account.every_minutes), default=1)
    names = naming.written(ours)
    channels = [
        Source(
            id=f"telegram.channel.{account.handle}", platform=PLATFORM, what="channel", account=account.key, handle=account.handle,
            every_minutes=account.every_minutes or 30,
        )
        for account in ours
        if (account.url or "").startswith("https://t.me/")
    ]  # fmt: skip
    return [
        *channels,
        Source(id="telegram.updates", platform=PLATFORM, what="updates", account=ours[0].key, query=names, every_minutes=minutes),
        Source(id="telegram.members", platform=PLATFORM, what="members", query=names, every_minutes=60),
    ]


def ask(client: Client, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    """Yield what is new. Raises PlatformProblem."""
    if source.what == "channel":
        yield from telegram_channels.ask(client.person, source, cursor, context(source, now))
    elif source.what == "members":
        yield from _members(client, source, now)
    else:
        yield from _updates(client, source, cursor, now)


def _updates(client: Client, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    """Pages of updates. Asking for number N tells Telegram to forget all before N: so only after those are durable, which they are
    when the next page is asked for."""
    place = msgspec.json.decode(cursor, type=Place) if cursor else Place()
    if place.asked and now - place.asked > KEPT:
        yield Answer(gap=Gap(since=place.asked, until=now - KEPT, cause="Telegram keeps what nobody fetched for 24 hours only"))
    offset = None if place.heard and now - place.heard > SILENT else place.offset
    given = msgspec.structs.replace(context(source, now), native_id=client.bot)
    while True:
        updates = told.rows(_call(client, "getUpdates", now, offset=offset, limit=MOST, timeout=0, allowed_updates=WANTED))
        answer = translate({"ok": True, "result": updates}, given)
        _keep_unreadable(client, updates, given)
        last = max((number for one in updates if (number := _number(one)) is not None), default=None)
        if last is not None and offset is not None and last < offset:
            raise table.problem(PLATFORM, now, code="repeated-page")
        offset = offset if last is None else last + 1
        place = Place(offset=offset, asked=now, heard=now if updates else place.heard)
        yield msgspec.structs.replace(
            naming.named(answer, PLATFORM, naming.known(source), source.account), next=None, cursor=msgspec.json.encode(place).decode()
        )
        if len(updates) < MOST or last is None:
            return


def _number(update: Node) -> int | None:
    number = update.get("update_id")
    return number if isinstance(number, int) else None


def _keep_unreadable(client: Client, updates: list[Node], given: Context) -> None:
    for update in updates:
        if any(refusal.lost for refusal in _guarded(update, given).refused):
            client.keep(msgspec.json.encode(update), given.now)


def _guarded(update: Node, given: Context) -> Answer:
    return parts.translated([update], lambda one: update_answer(one, given))


def translate(body: Any, context: Context) -> Answer:
    """One answer of getUpdates, one update, one message, or a list of them. Raises PlatformProblem for an error."""
    if isinstance(body, dict) and body.get("ok") is False:
        raise problem(told.number(body.get("error_code")) or 0, {}, body, context.now)
    result = body.get("result", body) if isinstance(body, dict) and "ok" in body else body
    updates = told.rows(result) if isinstance(result, list) else [told.table(result)]
    answers = [_guarded(update, context) for update in updates]
    whole = parts.with_strays(parts.together(answers, returned=len(updates)), result)
    last = max((number for one in updates if (number := _number(one)) is not None), default=None)
    return msgspec.structs.replace(versions.with_latest(answers, whole), next=str(last + 1) if last is not None else None)


def _members(client: Client, source: Source, now: datetime) -> Iterator[Answer]:
    """The size of every named group or channel; one the bot may not see is left out and said so."""
    for key, name in _names(source.query or "").items():
        try:
            yield _size(client, key, name, now)
        except PlatformProblem as trouble:
            if trouble.then != "skip":
                raise
            yield parts.refused(trouble.says, lost=False)


def _names(written: str) -> dict[str, str]:
    """Each account's key and what the Bot API calls it: its number, else its name."""
    keys: dict[str, str] = {}
    for name, key in naming.read(written).items():
        keys.setdefault(key, name if name.lstrip("-").isdecimal() else f"@{name}")
    return keys


def _size(client: Client, key: str, chat_id: str, now: datetime) -> Answer:
    chat = told.table(_call(client, "getChat", now, chat_id=chat_id))
    count = told.number(_call(client, "getChatMemberCount", now, chat_id=chat_id))
    name = told.text(chat.get("username"))
    account = Account(
        id=key, platform=PLATFORM, handle=name, native_id=told.native(chat.get("id")), name=told.text(chat.get("title")),
        url=f"https://t.me/{name}" if name else None,
    )  # fmt: skip
    return Answer(accounts=(account,), account_samples=(AccountSample(account=key, at=now, followers=count),), returned=1)


def _call(client: Client, method: str, now: datetime, has_moved: bool = False, **told_: Any) -> Any:
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
        return _call(
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


def check(client: Client, deployment: Deployment, now: datetime) -> Iterator[Finding]:
    """Whether the token works, whether the bot hears everything in its groups, whether a webhook takes its updates away, which groups it sees."""
    if not client.token:
        then = "set SADA_TELEGRAM_BOT_TOKEN too (docs/credentials.md#telegram)"
        yield Finding(what="telegram credential", state="warning", says="without a bot only public channels are read", then=then)
        return
    me = told.table(_call(client, "getMe", now))
    yield Finding(what="telegram credential", state="ok", says=f"the token is that of @{me.get('username')}")
    if me.get("can_read_all_group_messages") is False:
        yield Finding(
            what="telegram privacy mode", state="warning", says="telegram: the bot sees only what is addressed to it in groups",
            then="turn privacy mode off with @BotFather (/setprivacy) and invite the bot again, or make it an administrator",
        )  # fmt: skip
    info = told.table(_call(client, "getWebhookInfo", now))
    if hook := told.text(info.get("url")):
        yield Finding(
            what="telegram webhook", state="failed", says=f"telegram: updates go to a webhook of {len(hook)} letters and not to us",
            then="call deleteWebhook",
        )  # fmt: skip
    if (waiting := told.number(info.get("pending_update_count")) or 0) > MOST * 10:
        then = "start `sada run`: after 24 hours Telegram forgets them"
        yield Finding(what="telegram updates", state="warning", says=f"{waiting:,} updates wait to be fetched", then=then)
    for key, name in _names(naming.written(a for a in deployment.accounts if a.platform == PLATFORM)).items():
        yield from looked_at(key, PLATFORM, partial(_look, client, key, name, now))


def _look(client: Client, key: str, name: str, now: datetime) -> Iterator[Finding]:
    (sample,) = _size(client, key, name, now).account_samples
    yield Finding(
        what=key, state="ok", says="the bot sees it" + ("" if sample.followers is None else f" and its {sample.followers:,} members")
    )
