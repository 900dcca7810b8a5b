"""Answers and news sent to citizens on Telegram and WhatsApp, each once: what may have gone out is never tried again by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

import msgspec

from collectors import fetching, table, telegram, told, whatsapp
from core.errors import PlatformProblem
from core.post import Post
from core.settings import Settings

Find = Callable[[str], Post | None]
Clock = Callable[[], datetime]
Body = dict[str, Any]
MESSAGE = re.compile(r"telegram:(-?\d+):(\d+)")


class Outgoing(Protocol):
    """What a sender must know of an answer."""

    @property
    def text(self) -> str: ...
    @property
    def reply_to(self) -> str | None: ...
    @property
    def template(self) -> str | None: ...


class Sent(msgspec.Struct, frozen=True):
    """What the platform said when it took a message."""

    native_id: str
    url: str | None = None


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
            _posted(self._client.fetcher, telegram, f"/bot{self._client.token}/sendMessage", body, {}, self._clock()).get("result")
        )
        id = told.native(result.get("message_id"))
        if id is None:
            raise table.problem(self.platform, self._clock(), code="no-receipt")
        return Sent(native_id=f"{told.table(result.get('chat')).get('id', body['chat_id'])}:{id}")


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
        taken = _posted(self._client.fetcher, whatsapp, address, {"messaging_product": "whatsapp"} | body, key, self._clock())
        id = next((told.native(one.get("id")) for one in told.rows(taken.get("messages"))), None)
        if id is None:
            raise table.problem(self.platform, self._clock(), code="no-receipt")
        return Sent(native_id=id)


def _to(citizen: str) -> Body:
    """A telephone number, or the id of a person who shows none."""
    id = citizen.removeprefix("whatsapp:")
    return {"to": id} if id.isdecimal() else {"recipient": id}


def _content(text: str, template: str | None) -> Body:
    if template is None:
        return {"type": "text", "text": {"body": text}}
    name, _, language = template.partition("/")
    return {"type": "template", "template": {"name": name, "language": {"code": language or "ar"}}}


class Platform(Protocol):
    """The part of a collector that reads errors."""

    PLATFORM: str

    def problem(self, status: int, headers: Mapping[str, str], body: Any, now: datetime) -> PlatformProblem: ...


def _posted(fetcher: fetching.Fetcher, platform: Platform, address: str, body: Body, headers: Mapping[str, str], now: datetime) -> Body:
    """What the platform said to a message. An answer of 500 and more may come after the message went out: that is no reason to send again."""
    fetched = fetcher.send(platform.PLATFORM, address, now, msgspec.json.encode(body), headers)
    if fetched.status >= 500:
        raise table.problem(platform.PLATFORM, now, code="no-receipt", detail=f"HTTP {fetched.status}")
    try:
        said = told.table(fetching.as_json(fetched, platform.PLATFORM, now))
    except PlatformProblem:
        said = {}
    if fetched.status >= 300 or said.get("ok") is False or "error" in said:
        raise platform.problem(fetched.status, fetched.headers, said, now)
    return said


def senders(settings: Settings, find: Find, clock: Clock) -> dict[str, TelegramSender | WhatsappSender]:
    """A sender for each platform whose keys are there; none at all unless SADA_SEND_ANSWERS says so."""
    if settings.others.get("SEND_ANSWERS", "").strip().lower() not in ("1", "yes", "true", "on"):
        return {}
    found: dict[str, TelegramSender | WhatsappSender] = {}
    if settings.credential("TELEGRAM_BOT_TOKEN"):
        found["telegram"] = TelegramSender(telegram.client(settings), clock)
    if all(settings.credential(f"WHATSAPP_{key}") for key in ("APP_SECRET", "TOKEN", "PHONE_ID")):
        found["whatsapp"] = WhatsappSender(whatsapp.client(settings), find, clock)
    return found
