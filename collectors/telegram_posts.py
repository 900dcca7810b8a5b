"""What Telegram's Bot API told, as posts. Pure. https://core.telegram.org/bots/api#update

An update is searched for messages at every depth: new kinds of update, pinned messages, the message answered and the one under a
pressed button all come out without being listed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from collectors import parts, told
from collectors.base import Answer, Context
from collectors.telegram_words import media, place, text
from core.account import Account
from core.post import Author, EngagementSample, Kind, Post

PLATFORM = "telegram"
Node = dict[str, Any]
MESSAGES = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_message",
    "edited_business_message",
    "guest_message",
)
NO_MESSAGES = ("callback_query", "inline_query", "chosen_inline_result", "shipping_query", "pre_checkout_query", "purchased_paid_media",
               "poll", "poll_answer", "my_chat_member", "chat_member", "chat_join_request", "chat_boost", "removed_chat_boost",
               "message_reaction", "business_connection", "managed_bot")  # fmt: skip


def update_answer(update: Node, context: Context) -> Answer:
    """One update. Raises ValueError for one that should hold a message and holds none."""
    if gone := told.table(update.get("deleted_business_messages")):
        ids = gone.get("message_ids")
        return Answer(deleted=tuple(_id(gone["chat"], id) for id in (ids if isinstance(ids, list) else [])))
    if counted := told.table(update.get("message_reaction_count")):
        return Answer(samples=(_reactions(counted, context.now),))
    found = list(messages(update))
    if not found and any(name in update for name in MESSAGES):
        raise ValueError("a message without its id, chat or time")
    unknown = [name for name in update if name not in (*MESSAGES, *NO_MESSAGES, "update_id")]
    unreadable = "update_id" in update and told.number(update["update_id"]) is None
    if not found and (unknown or unreadable):
        return parts.refused("an update of a kind we do not know", lost=unreadable)
    return parts.together([message_answer(message, seen, context) for message, seen in found])


def messages(value: Any, around: datetime | None = None) -> Iterator[tuple[Node, datetime | None]]:
    """Every message inside, the innermost first, and when it was so: a copy inside another message is as new as that one."""
    if isinstance(value, list):
        for one in value:
            yield from messages(one, around)
    elif isinstance(value, dict):
        own = _time(value) if is_message(value) else None
        at = max(filter(None, (own, around)), default=None)
        for name, one in value.items():
            if name != "chat" and isinstance(one, dict | list):
                yield from messages(one, at)
        if is_message(value):
            yield value, at


def is_message(value: Node) -> bool:
    """Whether an object is a message, whatever it hangs on."""
    says = any(name in value for name in ("date", "text", "caption"))
    return says and told.native(value.get("message_id")) is not None and told.native(told.table(value.get("chat")).get("id")) is not None


def _time(message: Node) -> datetime | None:
    try:
        return told.moment(message.get("edit_date") or message.get("date") or None)
    except ValueError:
        return None


def message_answer(message: Node, seen: datetime | None, context: Context) -> Answer:
    """One message: a post, a deletion that may be one, a group's move, or nothing."""
    id, chat = _id(message["chat"], message["message_id"]), message["chat"]
    if message.get("date") == 0:  # the platform's sign for a message that is gone or hidden from us
        return Answer(missing=(id,))
    if moved := told.native(message.get("migrate_to_chat_id") or None):
        return Answer(accounts=(Account(id=_account(chat), platform=PLATFORM, native_id=moved, name=told.text(chat.get("title"))),))
    words, carried = text(message), tuple(media(message))
    if not words and not carried:
        return Answer()
    words.encode()
    edited = _time(message) if message.get("edit_date") else None
    return Answer(posts=(Post(
        id=_origin(message) or id, platform=PLATFORM, kind=_kind(message, context), text=words,
        created_at=told.moment_or(message.get("date"), context.now), observed_at=seen or context.now, source=context.source,
        account=context.account if _type(chat) == "private" else _account(chat), author=_author(message), edited_at=edited,
        url=_url(chat, message["message_id"]), parent_id=_parent(message), conversation_id=_conversation(message), media=carried,
        place_told=place(message),
    ),))  # fmt: skip


def _id(chat: Node, message_id: Any) -> str:
    """Message ids count from 1 in every chat, so the chat is part of the id."""
    return f"{PLATFORM}:{told.native(chat['id'])}:{told.native(message_id)}"


def _type(chat: Node) -> str:
    """Old captures leave it out; a person's chat has a positive id."""
    return told.text(chat.get("type")) or ("group" if str(chat["id"]).startswith("-") else "private")


def _account(chat: Node) -> str:
    return f"{PLATFORM}:{told.text(chat.get('username')) or told.native(chat['id'])}"


def _kind(message: Node, context: Context) -> Kind:
    chat, answered = message["chat"], told.table(message.get("reply_to_message"))
    sender = told.native(told.table(message.get("sender_chat")).get("id"))
    author = told.native(told.table(message.get("from")).get("id"))
    if _type(chat) == "channel" or message.get("is_automatic_forward") or (sender and sender == told.native(chat["id"])):
        return Kind.OWN  # written in the name of the channel or group itself
    if author and author == context.native_id:
        return Kind.OWN
    if _type(chat) == "private":
        return Kind.DIRECT
    if answered.get("is_automatic_forward"):
        return Kind.COMMENT
    return Kind.REPLY if answered else Kind.MENTION


def _author(message: Node) -> Author | None:
    for told_as in (message.get("sender_chat"), message.get("from"), message["chat"] if _type(message["chat"]) == "channel" else None):
        if who := told.table(told_as):
            name = " ".join(filter(None, (told.text(who.get("first_name")), told.text(who.get("last_name"))))) or told.text(
                who.get("title")
            )
            return Author(id=f"{PLATFORM}:{told.native(who.get('id'))}", handle=told.text(who.get("username")), name=name)
    return None


def _url(chat: Node, message_id: Any) -> str | None:
    """Where the message is read: by anybody in a chat with a name, by members in another supergroup or channel."""
    if _type(chat) == "private":
        return None
    if name := told.text(chat.get("username")):
        return f"https://t.me/{name}/{message_id}"
    bare = str(chat["id"])
    return f"https://t.me/c/{bare.removeprefix('-100')}/{message_id}" if bare.startswith("-100") else None


def _origin(message: Node) -> str | None:
    """A channel's post comes again in the group of its comments; it keeps the id it has in the channel."""
    if not message.get("is_automatic_forward"):
        return None
    origin = told.table(message.get("forward_origin"))
    chat = told.table(origin.get("chat") or message.get("forward_from_chat"))
    id = origin.get("message_id") or message.get("forward_from_message_id")
    return _id(chat, id) if chat.get("id") and id else None


def _parent(message: Node) -> str | None:
    if answered := told.table(message.get("reply_to_message")):
        return _origin(answered) or (_id(answered["chat"], answered["message_id"]) if is_message(answered) else None)
    other = told.table(message.get("external_reply"))
    return _id(other["chat"], other["message_id"]) if told.table(other.get("chat")) and other.get("message_id") else None


def _conversation(message: Node) -> str | None:
    """A private chat is one conversation, a thread of a group is one; a whole group is not."""
    if _type(message["chat"]) == "private":
        return f"{PLATFORM}:{message['chat']['id']}"
    thread = told.native(message.get("message_thread_id"))
    return _id(message["chat"], thread) if thread else _parent(message)


def _reactions(counted: Node, now: datetime) -> EngagementSample:
    numbers = [n for one in told.rows(counted.get("reactions")) if (n := told.number(one.get("total_count"))) is not None]
    return EngagementSample(
        post_id=_id(counted["chat"], counted["message_id"]), at=told.moment_or(counted.get("date"), now), likes=sum(numbers)
    )
