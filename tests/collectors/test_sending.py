"""Answers and news on their way to citizens: each once, to the right chat, and never again where one may have arrived."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from collectors import sending, speaking, telegram, whatsapp
from collectors.fetching import Fetcher
from collectors.inbox import Inbox
from core.errors import PlatformProblem
from core.post import Author
from core.settings import CREDENTIALS, Secret, Settings
from tests import make
from tests.cases.factory import CITY
from tests.collectors.replay import Reply, replay

NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)
TAKEN = Reply({"messaging_product": "whatsapp", "messages": [{"id": "wamid.NEW"}]})


@dataclass
class Outgoing:
    text: str = "a team is on its way"
    reply_to: str | None = "whatsapp:wamid.A"
    account: str | None = None
    template: str | None = None
    privately: bool = False


def asker(author: str = "whatsapp:966001") -> Any:
    return lambda id: make.post(id=id, platform="whatsapp", author=Author(id=author)) if id else None


def by_whatsapp(url: str, folder: Any, find: Any = None, silence_s: float = 60) -> sending.WhatsappSender:
    return sending.WhatsappSender(
        whatsapp.Client(Inbox(folder), Fetcher(url, silence_s=silence_s), "9400", "sesame"), find or asker(), lambda: NOW
    )


def by_telegram(url: str) -> sending.TelegramSender:
    return sending.TelegramSender(telegram.connect("100:sesame", url, lambda raw, at: None), lambda: NOW)


def test_a_reply_goes_to_the_person_who_wrote_and_quotes_what_it_answers(tmp_path):
    with replay({"/v24.0/9400/messages": TAKEN}) as server:
        sent = by_whatsapp(server.url, tmp_path).send(Outgoing())
    (asked,) = server.asked
    assert sent.native_id == "wamid.NEW" and asked.headers["authorization"] == "Bearer sesame"
    assert json.loads(asked.body) == {"messaging_product": "whatsapp", "to": "966001", "type": "text", "text": {"body": "a team is on its way"},
                                      "context": {"message_id": "wamid.A"}}  # fmt: skip


def test_a_person_without_a_number_is_reached_by_the_id_that_holds_for_us(tmp_path):
    with replay({"/v24.0/9400/messages": TAKEN}) as server:
        by_whatsapp(server.url, tmp_path, asker("whatsapp:SA.7")).send(Outgoing())
    assert json.loads(server.asked[0].body)["recipient"] == "SA.7" and "to" not in json.loads(server.asked[0].body)


def test_news_goes_by_a_template_in_its_language(tmp_path):
    with replay({"/v24.0/9400/messages": TAKEN}) as server:
        assert by_whatsapp(server.url, tmp_path).tell("whatsapp:966001", "unused", "water_off/fa") == "wamid.NEW"
    assert json.loads(server.asked[0].body)["template"] == {"name": "water_off", "language": {"code": "fa"}}


def test_a_reply_on_telegram_goes_to_the_chat_and_message_it_answers():
    answer = Reply({"ok": True, "result": {"message_id": 9, "chat": {"id": -1009}}})
    with replay({"/bot100:sesame/sendMessage": answer}) as server:
        sent = by_telegram(server.url).send(Outgoing(reply_to="telegram:-1009:5"))
        assert by_telegram(server.url).tell("telegram:7", "news", None) == "-1009:9"
    assert sent.native_id == "-1009:9" and json.loads(server.asked[0].body)["chat_id"] == -1009
    assert json.loads(server.asked[0].body)["reply_parameters"]["message_id"] == 5


@pytest.mark.parametrize(("reply", "then"), [
    (Reply({"error": {"code": 131047}}, 400), "skip"), (Reply({"error": {"code": 190}}, 401), "credential"), (Reply({"error": {"code": 130429}}, 429), "wait"),
    (Reply(silent=True), "stop"), (Reply({"messages": []}, cut_after=3), "stop"), (Reply("<html>", 502), "stop"), (Reply({"messages": []}), "stop"),
])  # fmt: skip
def test_only_what_cannot_have_arrived_may_be_tried_again(tmp_path, reply, then):
    with replay(lambda _: reply) as server, pytest.raises(PlatformProblem) as caught:
        by_whatsapp(server.url, tmp_path, silence_s=0.3 if reply.silent else 60).send(Outgoing())
    assert caught.value.then == then and "sesame" not in caught.value.says


def test_where_nobody_listens_nothing_went_out(tmp_path):
    with pytest.raises(PlatformProblem) as caught:
        by_whatsapp("http://127.0.0.1:9", tmp_path).send(Outgoing())
    assert caught.value.then == "retry"


@pytest.mark.parametrize("reply_to", [None, "", "telegram:5", "telegram:-1009:x", "x:1"])
def test_an_answer_to_nothing_is_not_sent(tmp_path, reply_to):
    with pytest.raises(PlatformProblem):
        by_telegram("http://127.0.0.1:9").send(Outgoing(reply_to=reply_to))
    with pytest.raises(PlatformProblem) as caught:
        by_whatsapp("http://127.0.0.1:9", tmp_path, lambda id: None).send(Outgoing(reply_to=reply_to))
    assert caught.value.then == "skip"


ALL = {"x", "facebook", "instagram", "youtube", "telegram", "whatsapp"}


@pytest.mark.parametrize(("told", "platforms"), [({}, set()), ({"SEND_ANSWERS": "no"}, set()), ({"SEND_ANSWERS": "yes"}, ALL)])
def test_nothing_is_sent_unless_somebody_said_so(tmp_path, told, platforms):
    settings = Settings(data=tmp_path, others=told, credentials={key: Secret("100:s") for key in CREDENTIALS})
    assert set(speaking.speakers(settings, asker(), lambda: NOW, CITY)) == platforms


@pytest.mark.parametrize(("keys", "platforms"), [
    (("X_BEARER_TOKEN",), set()), (("X_API_KEY", "X_API_SECRET", "X_ACCESS_TOKEN"), set()), (("YOUTUBE_API_KEY",), set()),
    (("YOUTUBE_CLIENT_ID", "YOUTUBE_CLIENT_SECRET"), set()), (("FACEBOOK_TOKEN",), {"facebook"}), (("WHATSAPP_TOKEN",), set()),
])  # fmt: skip
def test_a_key_that_only_reads_makes_no_sender(tmp_path, keys, platforms):
    settings = Settings(data=tmp_path, others={"SEND_ANSWERS": "yes"}, credentials={key: Secret("100:s") for key in keys})
    assert set(speaking.speakers(settings, asker(), lambda: NOW, CITY)) == platforms
