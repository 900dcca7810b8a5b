"""Direct messages to a page or an Instagram account, as Meta sends them to us (`messaging` entries). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from collectors.base import Answer, Context
from collectors.parts import refused
from collectors.told import moment, native, rows, stable_id, table, text
from core.post import Author, Kind, Media, Post

Node = dict[str, Any]
MEDIA_KINDS = {"image": "photo", "photo": "photo", "video": "video", "audio": "audio", "file": "document", "location": "location",
               "sticker": "sticker", "fallback": "link", "template": "link", "share": "link", "story_mention": "photo", "ig_reel": "video",
               "reel": "video", "ig_post": "link", "post": "link"}  # fmt: skip
NO_MESSAGE = ("delivery", "read", "reaction", "optin", "account_linking", "pass_thread_control", "take_thread_control",
              "request_thread_control", "app_roles", "policy_enforcement", "seen", "response_feedback", "game_play", "message_reads")  # fmt: skip


def to_answer(event: Node, platform: str, page: str | None, context: Context) -> Answer:
    """One event: a message, its edit or withdrawal, a button pressed. Receipts and reactions are no messages and bring nothing."""
    message = table(event.get("message")) or table(event.get("message_edit"))
    if message.get("is_deleted") or "message_delete" in event or "message_unsend" in event:
        gone = native(message.get("mid")) or native(table(event.get("message_delete") or event.get("message_unsend")).get("mid"))
        return Answer(deleted=(f"{platform}:{gone}",)) if gone else refused("a withdrawn message without its id")
    if message:
        post = _post(event, message, platform, page, context)
        return Answer(posts=(post,)) if post.text or post.media else refused("a message of a kind that is not handed on")
    if pressed := table(event.get("postback")):
        post = _post(event, {"mid": pressed.get("mid"), "text": pressed.get("title")}, platform, page, context)
        return Answer(posts=(post,)) if post.text else Answer()  # a button without a face: nobody said anything
    if any(key in event for key in (*NO_MESSAGE, "referral")):
        return Answer()
    return refused("an event of a kind we do not know", lost=False)


def _post(event: Node, message: Node, platform: str, page: str | None, context: Context) -> Post:
    sender, recipient = native(table(event.get("sender")).get("id")), native(table(event.get("recipient")).get("id"))
    said, at = text(message.get("text")) or "", moment(event.get("timestamp")) or context.now
    said.encode()
    ours = bool(message.get("is_echo")) or (sender is not None and sender == page)
    person = recipient if ours else sender
    edited = "message_edit" in event
    mid = native(message.get("mid"))
    return Post(
        id=f"{platform}:{mid}" if mid else stable_id(platform, sender, at.isoformat(), said), platform=platform,
        kind=Kind.OWN if ours else Kind.DIRECT, text=said, created_at=at, observed_at=at, source=context.source,
        account=context.account or (f"{platform}:{page}" if page else None),
        author=Author(id=f"{platform}:{sender}") if sender else None, edited_at=at if edited else None, parent_id=_answered(message, platform),
        conversation_id=f"{platform}:t_{person}" if person else None, media=tuple(_media(message)),
    )  # fmt: skip


def _answered(message: Node, platform: str) -> str | None:
    """The message, or the story, that this one answers."""
    told = table(message.get("reply_to"))
    id = native(told.get("mid")) or native(table(told.get("story")).get("id"))
    return f"{platform}:{id}" if id else None


def _media(message: Node) -> Iterator[Media]:
    for one in rows(message.get("attachments")):
        held = table(one.get("payload"))
        place = table(held.get("coordinates"))
        where = f"geo:{place.get('lat')},{place.get('long')}" if place else None
        kind = "sticker" if held.get("sticker_id") else MEDIA_KINDS.get(str(one.get("type")), "document")
        yield Media(kind=kind, url=text(held.get("url")) or text(one.get("url")) or where, text=_told_with(one, held))


def _told_with(one: Node, held: Node) -> str | None:
    """The words on what was attached: its title, a template's text and its cards."""
    cards = [text(card.get(key)) for card in rows(held.get("elements")) for key in ("title", "subtitle")]
    words = (text(held.get("title")), text(one.get("title")), text(held.get("text")), *cards)
    return "\n".join(dict.fromkeys(filter(None, words))) or None
