"""Answers and news on Telegram and WhatsApp, where both go the same way."""

from __future__ import annotations

import re

from collectors import table, telegram, told, whatsapp
from collectors.outgoing import Body, Clock, Find, Ids, Outgoing, Sent, posted, receipt
from core.settings import Settings

MESSAGE = re.compile(r"telegram:(-?\d+):(\d+)")


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


def by_telegram(settings: Settings, find: Find, clock: Clock, ids: Ids) -> TelegramSender | None:
    """Telegram's sender, where the bot's token is there."""
    return TelegramSender(telegram.client(settings), clock) if settings.credential("TELEGRAM_BOT_TOKEN") else None


def by_whatsapp(settings: Settings, find: Find, clock: Clock, ids: Ids) -> WhatsappSender | None:
    """WhatsApp's sender, where all three keys of a number are there."""
    there = all(settings.credential(f"WHATSAPP_{key}") for key in ("APP_SECRET", "TOKEN", "PHONE_ID"))
    return WhatsappSender(whatsapp.client(settings), find, clock) if there else None
