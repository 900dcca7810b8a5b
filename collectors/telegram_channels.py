"""A second, opt-in way to Telegram: public channels with their views, read by Telethon as a person. Off by default.

A bot is never told how often a post was seen. A channel is read this way where its account has `url = "https://t.me/NAME"` and
SADA_TELETHON_SESSION holds API_ID:API_HASH:SESSION (docs/credentials.md#telegram).
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from collectors import parts, table, told
from collectors.base import Answer, Context, Source
from core.account import AccountSample
from core.errors import PlatformProblem
from core.post import Author, Kind, Media, Post
from store.base import Gap

AGAIN = 100  # so many of the newest are read at every pass: their numbers change and they are edited
MOST = 2000  # of one channel in one pass
AT_ONCE = 100
TIMEOUT_S = 20
PLATFORM = "telegram"
FLOOD = {"FloodError", "PeerFloodError"}
GONE = {"ChannelPrivateError", "ChannelInvalidError", "ChannelPublicGroupNaError", "UsernameInvalidError", "UsernameNotOccupiedError", "PeerIdInvalidError",
        "InviteHashExpiredError", "ValueError"}  # fmt: skip
REFUSED = {
    "UnauthorizedError",
    "AuthKeyError",
    "AuthKeyUnregisteredError",
    "ApiIdInvalidError",
    "PhoneNumberBannedError",
    "UserDeactivatedBanError",
}
"""Names of Telethon's errors, or of what they are made from."""
MEDIA = {"photo": "photo", "video": "video", "voice": "audio", "audio": "audio", "sticker": "sticker", "geo": "location", "contact": "contact",
         "poll": "poll", "document": "document", "web_preview": "link"}  # fmt: skip


def ask(session: str | None, source: Source, cursor: str | None, given: Context) -> Iterator[Answer]:
    """Size and newest posts of a public channel. Raises PlatformProblem: without opt-in or library, what is waited for."""
    keys = _opted_in(session, source)
    loop = asyncio.new_event_loop()
    try:
        asyncio.set_event_loop(loop)  # each source is polled in a thread of its own
        size, messages = loop.run_until_complete(_read(_client(*keys, source, given.now, loop), source, cursor))
    except PlatformProblem:
        raise
    except Exception as error:  # Telethon raises errors of its own, of the network and of asyncio: all mean that nothing was read
        raise problem(error, given.now) from None
    finally:
        loop.close()
    yield Answer(account_samples=(AccountSample(account=source.account or "", at=given.now, followers=size),), returned=1)
    yield from walk(messages, cursor, given)


def _opted_in(session: str | None, source: Source) -> tuple[int, str, str]:
    """The number and hash of the app, and the words of the session. Raises PlatformProblem."""
    api_id, _, rest = (session or "").partition(":")
    api_hash, _, words = rest.partition(":")
    if not (api_id.isdecimal() and api_hash and words):
        says = f"{source.id}: public channels are read as a person; set SADA_TELETHON_SESSION=API_ID:API_HASH:SESSION (docs/credentials.md#telegram)"
        raise PlatformProblem("no credential", says, "credential")
    return int(api_id), api_hash, words


def _client(api_id: int, api_hash: str, words: str, source: Source, now: datetime, loop: asyncio.AbstractEventLoop) -> Any:
    """Telethon's client, which asks once and never sleeps. Raises PlatformProblem: without the library, or for what is no session."""
    try:
        import telethon
        from telethon.sessions import StringSession
    except ImportError:
        says = f"{source.id}: Telethon is not installed; .venv/bin/pip install -e '.[telethon]', or take the channel's url out of the deployment file"
        raise PlatformProblem("not installed", says, "stop") from None
    try:
        signed_in = StringSession(words)
    except (ValueError, struct.error):  # no letters of a session, or none of its length
        raise table.problem(PLATFORM, now, status=401, detail="SADA_TELETHON_SESSION holds no session") from None
    return telethon.TelegramClient(
        signed_in, api_id, api_hash, timeout=TIMEOUT_S, connection_retries=1, request_retries=1, auto_reconnect=False,
        flood_sleep_threshold=0, receive_updates=False, loop=loop,
    )  # fmt: skip


async def _read(client: Any, source: Source, cursor: str | None) -> tuple[int | None, list[Any]]:
    """The channel's members, and its messages from the newest down to the one we know and at least the newest hundred."""
    from telethon.tl.functions.channels import GetFullChannelRequest

    known, _ = place(cursor)
    await client.connect()
    try:
        whole = await client(GetFullChannelRequest(source.handle))
        messages: list[Any] = []
        async for message in client.iter_messages(source.handle, limit=MOST):
            if len(messages) >= AGAIN and message.id <= known:
                break
            messages.append(message)
        return told.number(whole.full_chat.participants_count), messages
    finally:
        await client.disconnect()


def place(cursor: str | None) -> tuple[int, datetime | None]:
    """The newest message's number and time, as a cursor holds them."""
    number, _, at = (cursor or "").partition(" ")
    return (int(number), datetime.fromisoformat(at)) if number and at else (0, None)


def walk(messages: Iterable[Any], cursor: str | None, given: Context) -> Iterator[Answer]:
    """Messages, newest first, as answers; where the limit was met before the one we know, a gap."""
    whole, (known, since) = list(messages), place(cursor)
    pieces = iter(whole)
    while some := list(islice(pieces, AT_ONCE)):
        yield parts.translated(some, lambda one: message_answer(one, given))
    if since and len(whole) >= MOST and whole[-1].id > known + 1:
        yield Answer(gap=Gap(since=since, until=whole[-1].date, cause=f"more than {MOST:,} posts since the last pass"))
    if whole:
        yield Answer(cursor=f"{whole[0].id} {whole[0].date.astimezone(UTC).isoformat()}")


def message_answer(message: Any, given: Context) -> Answer:
    """One message as Telethon has it. What the service itself says, and what says nothing, is no post."""
    words, media = message.message or _asked(message), tuple(_media(message))
    if getattr(message, "action", None) is not None or not (words or media):
        return Answer()
    words.encode()
    post = Post(
        id=f"{PLATFORM}:{message.chat_id}:{message.id}", platform=PLATFORM, kind=Kind.OWN if message.post else Kind.MENTION, text=words,
        created_at=message.date.astimezone(UTC), observed_at=given.now, source=given.source, account=given.account,
        author=Author(id=f"{PLATFORM}:{message.sender_id or message.chat_id}", handle=given.handle if message.post else None, name=message.post_author),
        edited_at=_edited(message), url=f"https://t.me/{given.handle}/{message.id}", parent_id=_parent(message), media=media,
        **_numbers(message),  # type: ignore[arg-type]
    )  # fmt: skip
    return Answer(posts=(post,), samples=parts.sample(post.id, given.now, **_numbers(message)))


def _edited(message: Any) -> datetime | None:
    """A changed reaction counts as an edit too, which the message then hides."""
    return message.edit_date.astimezone(UTC) if message.edit_date and not getattr(message, "edit_hide", False) else None


def _numbers(message: Any) -> dict[str, int | None]:
    counts = [told.number(one.count) for one in getattr(message.reactions, "results", None) or []]
    return {
        "views": told.number(message.views), "reposts": told.number(message.forwards),
        "replies": told.number(getattr(message.replies, "replies", None)),
        "likes": sum(n or 0 for n in counts) if message.reactions is not None else None,
    }  # fmt: skip


def _parent(message: Any) -> str | None:
    id = getattr(message.reply_to, "reply_to_msg_id", None)
    return f"{PLATFORM}:{message.chat_id}:{id}" if id else None


def _asked(message: Any) -> str:
    """A poll's question and the answers it offers; texts of newer versions are records of their own."""
    poll = getattr(getattr(message, "poll", None), "poll", None)
    told_words = [getattr(poll, "question", None), *(getattr(answer, "text", None) for answer in getattr(poll, "answers", None) or [])]
    return "\n".join(filter(None, (told.text(getattr(words, "text", words)) for words in told_words)))


def _media(message: Any) -> Iterator[Media]:
    for name, kind in MEDIA.items():
        if (one := getattr(message, name, None)) is not None:
            yield Media(kind=kind, url=told.text(getattr(one, "url", None)), text=_told_with(name, one, message))
            return


def _told_with(name: str, one: Any, message: Any) -> str | None:
    """The words on what is carried: a page's title and description, a file's name, a person's name, where a place lies."""
    words = {
        "web_preview": (getattr(one, "title", None), getattr(one, "description", None)),
        "contact": (getattr(one, "first_name", None), getattr(one, "last_name", None)),
        "geo": (f"{getattr(one, 'lat', '')},{getattr(one, 'long', '')}",),
    }.get(name, (getattr(getattr(message, "file", None), "name", None),))
    return ("\n" if name == "web_preview" else " ").join(filter(None, map(told.text, words))) or None


def problem(error: Exception, now: datetime) -> PlatformProblem:
    """What an error of Telethon means, by the names of its classes and what it holds: they are known only where it is installed."""
    name, names = type(error).__name__, {one.__name__ for one in type(error).__mro__}
    seconds = told.number(getattr(error, "seconds", None))
    if seconds is not None or names & FLOOD:
        return table.problem(
            PLATFORM, now, status=429, until=now + timedelta(seconds=seconds) if seconds is not None else None, detail=name
        )
    if names & GONE:
        return table.problem(PLATFORM, now, message="chat not found", detail=name)
    if names & REFUSED:
        return table.problem(PLATFORM, now, status=401, detail=name)
    return table.problem(PLATFORM, now, code="silence" if isinstance(error, TimeoutError) else "cut", detail=name)
