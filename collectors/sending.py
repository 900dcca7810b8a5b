"""Who sends answers and news: a sender for each platform whose keys are there; Telegram's and WhatsApp's, which also tell news."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from collectors import facebook, instagram, sending_meta, sending_x, sending_youtube, table, telegram, told, whatsapp
from collectors.outgoing import Body, Clock, Find, Outgoing, Sent, posted, receipt
from core.settings import Settings

MESSAGE = re.compile(r"telegram:(-?\d+):(\d+)")
TELLING = ("telegram", "whatsapp")  # what can tell news to those who asked for it


class Sender(Protocol):
    """Sends answers on one platform."""

    platform: str

    def send(self, answer: Outgoing) -> Sent: ...


class TelegramSender:
    """Replies in the chat where a person wrote; tells news to persons who wrote to the bot."""

    platform = telegram.PLATFORM

    def __init__(self, client: telegram.Client, clock: Clock) -> None:
        self._client, self._clock = client, clock

    def send(self, answer: Outgoing) -> Sent:
        """Reply to the message the answer names. Raises PlatformProblem."""
        named = MESSAGE.fullmatch(answer.reply_to or "")
        if named is None:
            raise table.problem(self.platform, self._clock(), status=400, detail="the answer names no message")
        replying = {"message_id": int(named[2]), "allow_sending_without_reply": True}
        return self._say({"chat_id": int(named[1]), "text": answer.text, "reply_parameters": replying})

    def tell(self, citizen: str, text: str, template: str | None) -> str:
        """Tell one person news; returns the message's native id. Raises PlatformProblem."""
        return self._say({"chat_id": int(citizen.removeprefix("telegram:")), "text": text}).native_id

    def _say(self, body: Body) -> Sent:
        result = told.table(
            posted(self._client.fetcher, telegram, f"/bot{self._client.token}/sendMessage", body, {}, self._clock()).get("result")
        )
        sent = receipt(self.platform, result.get("message_id"), None, self._clock())
        return Sent(native_id=f"{told.table(result.get('chat')).get('id', body['chat_id'])}:{sent.native_id}")


class WhatsappSender:
    """Replies to the person who wrote; tells news by an approved template, whose language stands behind a slash."""

    platform = whatsapp.PLATFORM

    def __init__(self, client: whatsapp.Client, find: Find, clock: Clock) -> None:
        self._client, self._find, self._clock = client, find, clock

    def send(self, answer: Outgoing) -> Sent:
        """Reply to the message the answer names. Raises PlatformProblem."""
        post = self._find(answer.reply_to or "")
        if post is None or post.author is None or not post.author.id:
            raise table.problem(self.platform, self._clock(), code="131026", detail="its writer is not known")
        context = {"context": {"message_id": post.id.removeprefix("whatsapp:")}}
        return self._say(_to(post.author.id) | _content(answer.text, answer.template) | context)

    def tell(self, citizen: str, text: str, template: str | None) -> str:
        """Tell one person news; returns the message's native id. Raises PlatformProblem."""
        return self._say(_to(citizen) | _content(text, template)).native_id

    def _say(self, body: Body) -> Sent:
        address, key = f"/{whatsapp.VERSION}/{self._client.phone_id}/messages", {"authorization": f"Bearer {self._client.token}"}
        taken = posted(self._client.fetcher, whatsapp, address, {"messaging_product": "whatsapp"} | body, key, self._clock())
        id = next((told.native(one.get("id")) for one in told.rows(taken.get("messages"))), None)
        return receipt(self.platform, id, None, self._clock())


def _to(citizen: str) -> Body:
    """A telephone number, or the id of a person who shows none."""
    id = citizen.removeprefix("whatsapp:")
    return {"to": id} if id.isdecimal() else {"recipient": id}


def _content(text: str, template: str | None) -> Body:
    if template is None:
        return {"type": "text", "text": {"body": text}}
    name, _, language = template.partition("/")
    return {"type": "template", "template": {"name": name, "language": {"code": language or "ar"}}}


def senders(settings: Settings, find: Find, clock: Clock, ids: Mapping[str, str] | None = None) -> dict[str, Sender]:
    """A sender for each platform whose keys are there; none at all unless SADA_SEND_ANSWERS says so.

    `ids` are the numbers of the official accounts, by their key.
    """
    if settings.others.get("SEND_ANSWERS", "").strip().lower() not in ("1", "yes", "true", "on"):
        return {}
    found: list[Sender | None] = [sending_youtube.sender(settings, find, clock)]
    if pen := sending_x.pen(settings):
        found.append(sending_x.XSender(pen, find, clock))
    if writer := sending_meta.writer(settings, facebook, "FACEBOOK_TOKEN", clock):
        found.append(sending_meta.FacebookSender(writer, find, clock))
    if writer := sending_meta.writer(settings, instagram, "INSTAGRAM_TOKEN", clock):
        found.append(sending_meta.InstagramSender(writer, find, clock, ids or {}))
    if settings.credential("TELEGRAM_BOT_TOKEN"):
        found.append(TelegramSender(telegram.client(settings), clock))
    if all(settings.credential(f"WHATSAPP_{key}") for key in ("APP_SECRET", "TOKEN", "PHONE_ID")):
        found.append(WhatsappSender(whatsapp.client(settings), find, clock))
    return {sender.platform: sender for sender in found if sender}
