"""Telegram, asked through the Bot API by plain HTTP: what comes to the bot and its groups, and how many members they have.

No library stands between: every update is kept apart from the others, so that one nobody can read stops nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from collectors import naming, parts, table, telegram_channels, told, versions
from collectors.base import Answer, Context, Source, context
from collectors.telegram_asking import Client as Client
from collectors.telegram_asking import call, names, size
from collectors.telegram_asking import client as client
from collectors.telegram_asking import connect as connect
from collectors.telegram_asking import problem as problem
from collectors.telegram_checks import check as check
from collectors.telegram_posts import PLATFORM as PLATFORM
from collectors.telegram_posts import Node, update_answer
from core.deployment import Deployment, OfficialAccount
from core.errors import PlatformProblem
from core.post import Moment
from store.base import Gap

MOST = 100  # the API's maximum for getUpdates
KEPT = timedelta(hours=24)  # so long Telegram keeps what nobody fetched
SILENT = timedelta(days=6)  # after a week without updates their numbers begin anew anywhere
WANTED = ["message", "edited_message", "channel_post", "edited_channel_post", "business_message", "edited_business_message",
          "deleted_business_messages", "message_reaction_count", "my_chat_member"]  # fmt: skip


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """How far the updates were read: the next one's number, when we last asked and last heard, and groups that go on under another number."""

    offset: int | None = None
    asked: Moment | None = None
    heard: Moment | None = None
    moved: dict[str, str] = {}  # a supergroup's number → the account's key


def sources(deployment: Deployment) -> list[Source]:
    """One bot brings everything said to it and in its groups; the sizes of the named groups and channels are asked for.

    An account with keys of its own has a bot of its own, which nobody else may fetch from.
    """
    ours = [account for account in deployment.accounts if account.platform == PLATFORM]
    bots = dict.fromkeys(account.keys for account in ours)
    return [*_channels(ours), *(source for keys in bots for source in _of_bot(keys, [a for a in ours if a.keys == keys]))]


def _channels(ours: Sequence[OfficialAccount]) -> list[Source]:
    return [
        Source(
            id=f"telegram.channel.{account.handle}", platform=PLATFORM, what="channel", account=account.key, handle=account.handle,
            every_minutes=account.every_minutes or 30,
        )
        for account in ours
        if (account.url or "").startswith("https://t.me/")
    ]  # fmt: skip


def _of_bot(keys: str | None, theirs: Sequence[OfficialAccount]) -> list[Source]:
    """What is asked of one bot about the accounts it is of."""
    end, names, first = f".{keys}" if keys else "", naming.written(theirs), theirs[0].key
    minutes = min((account.every_minutes for account in theirs if account.every_minutes), default=1)
    return [
        Source(
            id=f"telegram.updates{end}", platform=PLATFORM, what="updates", account=first, query=names, keys=keys, every_minutes=minutes
        ),
        Source(id=f"telegram.members{end}", platform=PLATFORM, what="members", query=names, keys=keys, every_minutes=60),
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
        result = call(client, "getUpdates", now, offset=offset, limit=MOST, timeout=0, allowed_updates=WANTED)
        updates, answer = told.rows(result), translate({"ok": True, "result": result}, given)
        _keep_unreadable(client, updates, given)
        last = max((number for one in updates if (number := _number(one)) is not None), default=None)
        if last is not None and offset is not None and last < offset:
            raise table.problem(PLATFORM, now, code="repeated-page")
        offset = offset if last is None else last + 1
        moved = place.moved | _moved(answer, naming.known(source) | place.moved)
        place = Place(offset=offset, asked=now, heard=now if updates else place.heard, moved=moved)
        known = naming.known(source) | moved
        yield msgspec.structs.replace(
            naming.named(answer, PLATFORM, known, source.account), next=None, cursor=msgspec.json.encode(place).decode()
        )
        if len(updates) < MOST or last is None:
            return


def _moved(answer: Answer, known: Mapping[str, str]) -> dict[str, str]:
    """Groups of ours that became supergroups: their new number and the key they keep."""
    pairs = ((account.native_id, known.get(account.id.removeprefix(f"{PLATFORM}:").lower())) for account in answer.accounts)
    return {number: key for number, key in pairs if number and key}


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
    for key, name in names(source.query or "").items():
        try:
            yield size(client, key, name, now)
        except PlatformProblem as trouble:
            if trouble.then != "skip":
                raise
            yield parts.refused(trouble.says, lost=False)
