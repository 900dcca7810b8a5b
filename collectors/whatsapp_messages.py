"""What WhatsApp's Cloud API tells by webhook, as posts and receipts. Pure.
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages

Media come as numbers that only a token can fetch; the number is not an address, so `url` stays empty unless one is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from collectors import parts, table, told, versions
from collectors.base import Answer, Context, Receipt, Wish
from core.post import Author, Kind, Media, Post

PLATFORM = "whatsapp"
Node = dict[str, Any]
MEDIA = {"image": "photo", "video": "video", "audio": "audio", "voice": "audio", "document": "document", "sticker": "sticker"}
STATES = ("sent", "delivered", "read", "played", "failed")
KNOWN = (*MEDIA, "text", "location", "contacts", "interactive", "button", "order", "reaction", "edit")
WRITTEN = ("body", "text", "caption", "question", "name", "title", "description")  # keys under which a new kind may hold words
NEWS, WISHES = "marketing_messages", ("stop", "resume", "signup")  # what a person may choose in WhatsApp about all that is no answer
SILENT = ("system", "request_welcome", "ephemeral")  # told of a chat, by nobody


class Around(msgspec.Struct, frozen=True):
    """What a change tells beside its messages: whose number it is and who writes."""

    number: str | None = None  # the id of our telephone number
    shown: str | None = None  # that number as people dial it
    people: dict[str, Node] = {}  # by telephone number and by business-scoped id


def around(value: Node) -> Around:
    """The metadata and contacts of one change."""
    ours = told.table(value.get("metadata"))
    people: dict[str, Node] = {}
    for one in told.rows(value.get("contacts")):
        people |= {id: one for name in ("wa_id", "user_id") if (id := told.native(one.get(name)))}
    return Around(told.native(ours.get("phone_number_id")), told.native(ours.get("display_phone_number")), people)


def change_answer(change: Node, context: Context) -> Answer:
    """One change of one number: messages in, messages of our own staff, history, receipts, wishes. Other fields are about the account."""
    value = told.table(change.get("value"))
    beside = around(value)
    history = [
        m
        for part in told.rows(value.get("history"))
        for thread in told.rows(part.get("threads"))
        for m in told.rows(thread.get("messages"))
    ]
    said = [(one, False) for one in (*told.rows(value.get("messages")), *history)] + [
        (one, True) for one in told.rows(value.get("message_echoes"))
    ]
    answers = [parts.translated([one], lambda one, ours=ours: message_answer(one, beside, context, ours)) for one, ours in said]  # type: ignore[misc]
    answers.append(parts.translated(told.rows(value.get("statuses")), lambda one: receipt_answer(one, context)))
    answers.append(parts.translated(told.rows(value.get("user_preferences")), lambda one: wish_answer(one, context)))
    answers.append(parts.strays(*(value.get(name) for name in ("messages", "message_echoes", "statuses", "user_preferences"))))
    answers += [parts.refused(f"told with the delivery: {_kind_of(error)}", lost=False) for error in told.rows(value.get("errors"))]
    return versions.with_latest(answers, parts.together(answers))


def message_answer(message: Node, beside: Around, context: Context, ours: bool = False) -> Answer:
    """One message. An edit is the same post later; a revocation a deletion. Raises ValueError for one without an id."""
    sort = told.text(message.get("type")) or ""
    if gone := told.native(told.table(message.get("revoke")).get("original_message_id")):
        return Answer(deleted=(f"{PLATFORM}:{gone}",))
    if sort in SILENT or _is_no_message(message):
        return Answer()
    post = _post(message, beside, context, ours)
    if not post.text and not post.media:
        return parts.refused(f"a message of a kind WhatsApp does not hand on, or of one without anything to read ({_error(message)})")
    return Answer(posts=(post,))


def _is_no_message(message: Node) -> bool:
    """A reaction taken back, or a button that allows calls."""
    chosen = told.table(message.get("interactive")).get("type")
    return chosen == "call_permission_reply" or (message.get("type") == "reaction" and not _words(message))


def _post(message: Node, beside: Around, context: Context, ours: bool) -> Post:
    edit = told.table(message.get("edit"))
    inner = told.table(edit.get("message")) or message
    words = _words(inner)
    words.encode()
    id, at = told.native(edit.get("original_message_id") or message.get("id")), told.moment_or(message.get("timestamp"), context.now)
    if id is None:
        raise ValueError("a message without an id")
    sender = told.native(message.get("from"))
    ours = ours or (sender is not None and sender in (beside.shown, beside.number))
    parent = told.native(
        told.table(inner.get("context") or message.get("context")).get("id") or told.table(inner.get("reaction")).get("message_id")
    )
    return Post(
        id=f"{PLATFORM}:{id}", platform=PLATFORM, kind=Kind.OWN if ours else Kind.DIRECT, text=words, created_at=at, observed_at=at,
        source=context.source, account=f"{PLATFORM}:{beside.number}" if beside.number else context.account,
        author=None if ours else _author(message, beside), edited_at=at if edit else None,
        parent_id=f"{PLATFORM}:{parent}" if parent else None, conversation_id=_conversation(message, beside, ours),
        media=tuple(_media(inner)), place_told=_place(inner),
    )  # fmt: skip


def _words(message: Node) -> str:
    """What was written, chosen or filled in."""
    text, chosen = message.get("text"), told.table(message.get("interactive"))
    answered = told.table(chosen.get("button_reply") or chosen.get("list_reply"))
    caption = next((told.table(message.get(name)).get("caption") for name in MEDIA if message.get(name)), None)
    found = [
        text.get("body") if isinstance(text, dict) else text, caption, told.table(message.get("button")).get("text"), answered.get("title"),
        answered.get("description"), _filled_in(told.table(chosen.get("nfm_reply"))), told.table(message.get("order")).get("text"),
        told.table(message.get("reaction")).get("emoji"),
    ]  # fmt: skip
    return "\n".join(filter(None, map(told.text, found))) or "\n".join(_of_a_new_kind(message))


def _of_a_new_kind(message: Node) -> Iterator[str]:
    """What a person wrote in a message of a kind that is newer than this program: its own part is named like its type."""
    sort = told.text(message.get("type")) or ""
    if sort not in KNOWN:
        part = told.table(message.get(sort))
        options = [told.text(one.get("name")) or told.text(one.get("title")) for one in told.rows(part.get("options"))]
        yield from filter(None, (*(told.text(part.get(name)) for name in WRITTEN), *options))


def _filled_in(form: Node) -> str:
    """The words of a form inside the chat (a flow): every field in which something was written."""
    try:
        fields = msgspec.json.decode(str(form.get("response_json")), type=dict[str, Any]) if form.get("response_json") else {}
    except (msgspec.DecodeError, msgspec.ValidationError):
        return ""
    written = [value for name, value in fields.items() if name != "flow_token" and isinstance(value, str)]
    return "\n".join(value for value in written if any(letter.isalpha() for letter in value))


def _media(message: Node) -> Iterator[Media]:
    for name, kind in MEDIA.items():
        if one := told.table(message.get(name)):
            yield Media(kind=kind, url=told.text(one.get("url")), text=told.text(one.get("filename")))
    if place := told.table(message.get("location")):
        yield Media(kind="location", url=told.text(place.get("url")), text=_place(message))
    for one in told.rows(message.get("contacts")):
        yield Media(kind="contact", text=told.text(told.table(one.get("name")).get("formatted_name")))
    if filled := told.text(told.table(told.table(message.get("interactive")).get("nfm_reply")).get("response_json")):
        yield Media(kind="document", text=filled)
    if shown := told.table(message.get("referral")):  # what the person saw and tapped before writing
        yield Media(kind="link", url=told.text(shown.get("source_url")),
                    text="\n".join(filter(None, (told.text(shown.get("headline")), told.text(shown.get("body"))))) or None)  # fmt: skip
    if items := told.rows(told.table(message.get("order")).get("product_items")):
        yield Media(kind="document", text=", ".join(f"{one.get('quantity')} × {one.get('product_retailer_id')}" for one in items))


def _place(message: Node) -> str | None:
    place = told.table(message.get("location"))
    named = ", ".join(dict.fromkeys(filter(None, (told.text(place.get("name")), told.text(place.get("address"))))))
    both = (place.get("latitude"), place.get("longitude"))
    return named or (f"{both[0]},{both[1]}" if None not in both else None)


def _author(message: Node, beside: Around) -> Author | None:
    """A person may have no telephone number for us, only an id that holds for this business."""
    phone, scoped = told.native(message.get("from")), told.native(message.get("from_user_id"))
    person = beside.people.get(phone or "") or beside.people.get(scoped or "") or {}
    id = phone or scoped or told.native(person.get("user_id"))
    profile = told.table(person.get("profile"))
    return Author(id=f"{PLATFORM}:{id}", handle=told.text(profile.get("username")), name=told.text(profile.get("name"))) if id else None


def _conversation(message: Node, beside: Around, ours: bool) -> str | None:
    other = message.get("group_id") or (
        (message.get("to") or message.get("recipient")) if ours else (message.get("from") or message.get("from_user_id"))
    )
    with_whom = (told.native(other) or "").lstrip("+")
    return f"{PLATFORM}:{beside.number or ''}:{with_whom}" if with_whom else None


def _error(message: Node) -> str:
    error = next(iter(told.rows(message.get("errors"))), {})
    return _kind_of(error) if error else "no reason told"


def _kind_of(error: Node) -> str:
    return table.look_up(PLATFORM, code=str(error.get("code"))).kind


def receipt_answer(status: Node, context: Context) -> Answer:
    """One receipt of a message; one of a call is nobody's, one of a state we do not know says nothing. Raises ValueError for one without an id."""
    if status.get("type") == "call":
        return Answer()
    id, state = told.native(status.get("id")), str(status.get("status")).lower()
    if id is None:
        raise ValueError("a receipt without an id")
    if state == "deleted":
        return Answer(deleted=(f"{PLATFORM}:{id}",))
    if state not in STATES:
        return parts.refused("a receipt of a state we do not know", lost=False)
    to = (
        told.native(status.get("recipient_participant_id"))
        or told.native(status.get("recipient_id"))
        or told.native(status.get("recipient_user_id"))
    )
    at = told.moment_or(status.get("timestamp"), context.now)
    return Answer(receipts=(Receipt(post_id=f"{PLATFORM}:{id}", state=state, at=at, to=f"{PLATFORM}:{to}" if to else None,
                                    why=_error(status) if state == "failed" else None),))  # fmt: skip


def wish_answer(preference: Node, context: Context) -> Answer:
    """What a person chose in WhatsApp itself about our news, by each id that is told of them. Raises ValueError where none is."""
    people = list(filter(None, (told.native(preference.get(name)) for name in ("wa_id", "user_id"))))
    if not people:
        raise ValueError("a wish of nobody")
    said, at = str(preference.get("value")).lower(), told.moment_or(preference.get("timestamp"), context.now)
    if preference.get("category") != NEWS or said not in WISHES:
        return parts.refused("a wish of a kind we do not know", lost=False)
    return Answer(wishes=tuple(Wish(citizen=f"{PLATFORM}:{id}", said=said, at=min(at, context.now)) for id in people))


def outgoing_answer(body: Node, context: Context) -> Answer:
    """A message as we hand it to the API: what was said in our name. The API's reply tells its id only."""
    words = _words(body)
    to = (told.native(body.get("to")) or told.native(body.get("recipient")) or "").lstrip("+")
    if not words or not to:
        return Answer()
    return Answer(posts=(Post(
        id=told.stable_id(PLATFORM, to, words), platform=PLATFORM, kind=Kind.OWN, text=words, created_at=context.now, observed_at=context.now,
        source=context.source, account=context.account, conversation_id=f"{PLATFORM}::{to}", media=tuple(_media(body)),
    ),))  # fmt: skip
