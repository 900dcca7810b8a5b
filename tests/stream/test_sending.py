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
