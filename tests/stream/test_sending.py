"""Receipts come back to the cases, and nothing goes out unless somebody said so."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from cases import broadcasting
from cases.store import open_cases
from collectors import whatsapp
from collectors.base import Context, Receipt
from collectors.inbox import Inbox
from collectors.whatsapp_messages import receipt_answer
from core.settings import Secret, Settings
from store.memory import MemoryStore
from stream.sending import Sending, pass_on
from tests.cases.factory import CITY, SUPERVISOR
from tests.collectors.replay import Reply, replay
from tests.collectors.scenarios import ANSWERS

NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)


@pytest.fixture
def cases(tmp_path):
    store = open_cases(Settings(data=tmp_path))
    broadcasting.subscribe(store, "whatsapp", "whatsapp:966001", "by message", NOW)
    yield store
    store.close()


def settings(tmp_path, url: str, **others: str) -> Settings:
    keys = {"WHATSAPP_APP_SECRET": "s", "WHATSAPP_TOKEN": "t", "WHATSAPP_PHONE_ID": "9400"}
    return Settings(data=tmp_path, base_urls={"whatsapp": url}, others=others, credentials={k: Secret(v) for k, v in keys.items()})


def test_news_goes_out_and_its_receipts_come_back_in_any_order(tmp_path, cases):
    news = broadcasting.write(cases, SUPERVISOR, "water is back", NOW, CITY, "back/ar")
    with replay({"/v24.0/9400/messages": Reply({"messages": [{"id": "wamid.OURS"}]})}) as server:
        sending = Sending(MemoryStore(), cases, settings(tmp_path, server.url, SEND_ANSWERS="yes"), CITY, lambda: NOW)
        sending.once()
        sending.once()
        Inbox(tmp_path).note(whatsapp.translate(json.loads((ANSWERS / "whatsapp/statuses.json").read_text()), Context(now=NOW)).receipts)
        sending.once()
    assert len(server.asked) == 1 and broadcasting.figures(cases, news).states == {"read": 1}


def test_nothing_goes_out_unless_somebody_said_so(tmp_path, cases):
    broadcasting.write(cases, SUPERVISOR, "water is back", NOW, CITY, "back/ar")
    with replay({}) as server:
        Sending(MemoryStore(), cases, settings(tmp_path, server.url), CITY, lambda: NOW).once()
    assert server.asked == []


def test_a_receipt_is_passed_on_once_and_its_number_kept(tmp_path, cases):
    inbox = Inbox(tmp_path)
    inbox.note([Receipt(post_id="whatsapp:w1", state="sent", at=NOW), Receipt(post_id="whatsapp:w1", state="played", at=NOW)])
    assert pass_on(inbox, cases, 0) == 2 and pass_on(inbox, cases, 2) == 2


def said_stop(who: str) -> bytes:
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "9400"},
             "messages": [{"from": who, "id": "wamid.STOP", "timestamp": "1775476800", "type": "text", "text": {"body": "Stop!"}}]}  # fmt: skip
    return json.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}
    ).encode()


def test_who_says_stop_in_the_middle_of_a_broadcast_is_told_nothing_more_though_no_post_was_made_of_it_yet(tmp_path, cases):
    for n in range(2, 60):
        broadcasting.subscribe(cases, "whatsapp", f"whatsapp:9660{n:02}", "by message", NOW)
    news = broadcasting.write(cases, SUPERVISOR, "water is back", NOW, CITY, "back/ar")
    door = Inbox(tmp_path)

    def take(asked):
        to = json.loads(asked.body)["to"]
        if to == "966003":  # the last citizen says stop while the third is told
            door.keep("whatsapp", "", b"nothing anybody can read", NOW)
            door.keep("whatsapp", "", said_stop("966059"), NOW)
        return Reply({"messages": [{"id": f"wamid.{to}"}]})

    with replay({"/v24.0/9400/messages": take}) as server:
        Sending(MemoryStore(), cases, settings(tmp_path, server.url, SEND_ANSWERS="yes"), CITY, lambda: NOW).once()
    told = [json.loads(asked.body)["to"] for asked in server.asked]
    assert len(told) == 58 == len(set(told)) and "966059" not in told
    assert broadcasting.figures(cases, news).states == {"sent": 58, "opted_out": 1}


def test_who_told_the_platform_that_they_want_no_such_messages_has_left(tmp_path, cases):
    news = broadcasting.write(cases, SUPERVISOR, "water is back", NOW, CITY, "back/ar")
    with replay({"/v24.0/9400/messages": Reply({"messages": [{"id": "wamid.OURS"}]})}) as server:
        sending = Sending(MemoryStore(), cases, settings(tmp_path, server.url, SEND_ANSWERS="yes"), CITY, lambda: NOW)
        sending.once()
        failed = {"id": "wamid.OURS", "status": "failed", "timestamp": "1775476800", "recipient_id": "966001", "errors": [{"code": 131050}]}
        Inbox(tmp_path).note([whatsapp_receipt(failed)])
        sending.once()
        broadcasting.write(cases, SUPERVISOR, "and gone again", NOW, CITY, "gone/ar")
        sending.once()
    assert len(server.asked) == 1 and broadcasting.subscribed(cases) == {}
    assert broadcasting.figures(cases, news).states == {"failed": 1}


def whatsapp_receipt(status):
    (one,) = receipt_answer(status, Context(now=NOW)).receipts
    return one


def test_who_is_refused_as_not_wanting_it_is_not_written_to_again(tmp_path, cases):
    refusal = Reply({"error": {"code": 131050, "message": "not wanted"}}, status=400)
    with replay({"/v24.0/9400/messages": refusal}) as server:
        sending = Sending(MemoryStore(), cases, settings(tmp_path, server.url, SEND_ANSWERS="yes"), CITY, lambda: NOW)
        for _ in range(2):
            broadcasting.write(cases, SUPERVISOR, "water is back", NOW, CITY, "back/ar")
            sending.once()
    assert len(server.asked) == 1 and broadcasting.subscribed(cases) == {}
