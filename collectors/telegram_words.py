"""What a message of Telegram says and carries. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from collectors import told
from core.post import Media

Node = dict[str, Any]
MEDIA = {"photo": "photo", "live_photo": "photo", "video": "video", "animation": "video", "video_note": "video", "story": "video",
         "audio": "audio", "voice": "audio", "document": "document", "sticker": "sticker", "dice": "sticker", "location": "location",
         "contact": "contact", "poll": "poll", "paid_media": "photo", "invoice": "document", "game": "link", "checklist": "poll"}  # fmt: skip
"""What a message may carry → our word for it. A message with neither text nor one of these is the service's own."""
AROUND = ("chat", "from", "sender_chat", "via_bot", "entities", "caption_entities", "reply_markup", "reply_to_message", "external_reply", "quote",
          "forward_origin", "link_preview_options", "pinned_message")  # fmt: skip
"""What stands around a message and is not said by it."""
WRITTEN = ("text", "caption", "question")  # keys under which a new kind may hold words


def text(message: Node) -> str:
    """What was written: the text, else the caption, else the words of what is carried."""
    poll, game, list_ = (told.table(message.get(name)) for name in ("poll", "game", "checklist"))
    options = [one.get("text") for one in told.rows(poll.get("options"))] + [one.get("text") for one in told.rows(list_.get("tasks"))]
    invoice, drawing = told.table(message.get("invoice")), told.table(message.get("giveaway"))
    carried = [poll.get("question"), list_.get("title"), *options, game.get("text") or game.get("description"), invoice.get("description"),
               drawing.get("prize_description"), told.table(message.get("web_app_data")).get("data"), told.table(message.get("gift")).get("text")]  # fmt: skip
    written = told.text(message.get("text")) or told.text(message.get("caption")) or "\n".join(filter(None, map(told.text, carried)))
    return written or "\n".join(dict.fromkeys(_of_a_new_kind(message)))


def _of_a_new_kind(message: Node) -> Iterator[str]:
    """What a person wrote in a message of a kind that is newer than this program."""
    for name, value in message.items():
        if name not in AROUND and name not in MEDIA:
            yield from _written(value)


def _written(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _written(one)
    elif isinstance(value, dict) and "message_id" not in value:  # a message inside of this one comes out by itself
        yield from filter(None, (told.text(value.get(name)) for name in WRITTEN))
        for one in value.values():
            yield from _written(one)


def media(message: Node) -> Iterator[Media]:
    for name, kind in MEDIA.items():
        one = message.get(name)
        if one and not (name == "document" and message.get("animation")) and not (name == "location" and message.get("venue")):
            yield Media(kind=kind, text=_media_text(name, told.table(one)))
    if message.get("venue"):
        yield Media(kind="location", text=place(message))
    if (quoted := told.text(told.table(message.get("quote")).get("text"))) and not message.get("reply_to_message"):
        yield Media(kind="link", text=quoted)  # said in a chat that we do not see


def _media_text(name: str, one: Node) -> str | None:
    if name == "location":
        return _coordinates(one)
    if name == "contact":
        return " ".join(filter(None, (told.text(one.get("first_name")), told.text(one.get("last_name"))))) or None
    return told.text(one.get("file_name")) or told.text(one.get("title")) or told.text(one.get("emoji"))


def _coordinates(location: Node) -> str | None:
    both = (location.get("latitude"), location.get("longitude"))
    return f"{both[0]},{both[1]}" if None not in both else None


def place(message: Node) -> str | None:
    venue = told.table(message.get("venue"))
    named = ", ".join(filter(None, (told.text(venue.get("title")), told.text(venue.get("address")))))
    return named or _coordinates(told.table(message.get("location")))
