"""Receipts come back to the cases, and nothing goes out unless somebody said so."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from cases import broadcasting, subscribing
from cases.store import open_cases
from collectors import deliveries, whatsapp
from collectors.base import Context, Receipt, Source, Wish
from collectors.inbox import Inbox
from collectors.whatsapp_messages import receipt_answer
from core.settings import Secret, Settings
from store.memory import MemoryStore
from stream.sending import Sending, heed_wishes, pass_on
from tests.cases.factory import CITY, SUPERVISOR
from tests.collectors.replay import Reply, replay
from tests.collectors.scenarios import ANSWERS

NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)


@pytest.fixture
def cases(tmp_path):
    store = open_cases(Settings(data=tmp_path))
    subscribing.subscribe(store, "whatsapp", "whatsapp:966001", "by message", NOW)
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


def preferring(said: str, at: int) -> bytes:
    wish = {"wa_id": "966001", "category": "marketing_messages", "value": said, "timestamp": at}
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "9400"}, "user_preferences": [wish]}
    return json.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "user_preferences", "value": value}]}]}
    ).encode()


def collected(inbox: Inbox) -> list[str | None]:
    source = Source(id="whatsapp.inbox", platform="whatsapp", what="inbox")
    return [refusal.why for answer in deliveries.ask(inbox, source, None, NOW, whatsapp.translate) for refusal in answer.refused]


def test_who_stops_news_in_whatsapp_itself_is_told_no_more_and_comes_back_the_same_way(tmp_path, cases):
    inbox, sending = Inbox(tmp_path), Sending(MemoryStore(), cases, settings(tmp_path, "http://127.0.0.1:1"), CITY, lambda: NOW)
    news = broadcasting.write(cases, SUPERVISOR, "water is back", NOW, CITY, "back/ar")
    inbox.keep("whatsapp", "", preferring("stop", 1775476800), NOW)
    assert collected(inbox) == [] and inbox.unreadable("whatsapp", 0) == []
    sending.once()
    assert subscribing.subscribed(cases) == {} and broadcasting.figures(cases, news).states == {"opted_out": 1}
    inbox.keep("whatsapp", "", preferring("resume", 1775476900), NOW)
    assert collected(inbox) == []
    sending.once()
    assert subscribing.subscribed(cases) == {"whatsapp": 1}


def test_a_wish_counts_once_so_that_a_restart_does_not_let_out_who_came_back(tmp_path, cases):
    inbox = Inbox(tmp_path)
    inbox.note([], [Wish(citizen="whatsapp:966001", said="stop", at=NOW)])
    heed_wishes(inbox, cases)
    subscribing.subscribe(cases, "whatsapp", "whatsapp:966001", "form", NOW)
    heed_wishes(inbox, cases)
    assert subscribing.subscribed(cases) == {"whatsapp": 1}
    inbox.tidy(NOW + timedelta(days=40))
    inbox.note([], [Wish(citizen="whatsapp:966001", said="stop", at=NOW + timedelta(days=40))])
    heed_wishes(inbox, cases)
    assert subscribing.subscribed(cases) == {}  # though the earlier wishes are forgotten by now


def test_resuming_lets_nobody_in_who_never_asked_and_signing_up_does(tmp_path, cases):
    inbox = Inbox(tmp_path)
    inbox.note([], [Wish(citizen="whatsapp:966777", said="resume", at=NOW)])
    heed_wishes(inbox, cases)
    assert subscribing.subscribed(cases) == {"whatsapp": 1}
    inbox.note([], [Wish(citizen="whatsapp:966777", said="signup", at=NOW)])
    heed_wishes(inbox, cases)
    assert subscribing.subscribed(cases) == {"whatsapp": 2}


def test_a_receipt_told_again_after_a_restart_does_not_let_out_who_came_back(tmp_path, cases):
    news = broadcasting.write(cases, SUPERVISOR, "water is back", NOW, CITY, "back/ar")
    broadcasting.send(cases, {"whatsapp": Takes()}, NOW)
    failed = {"id": "wamid.OURS", "status": "failed", "timestamp": "1775476800", "recipient_id": "966001", "errors": [{"code": 131050}]}
    inbox = Inbox(tmp_path)
    inbox.note([whatsapp_receipt(failed)])
    pass_on(inbox, cases, 0)
    assert subscribing.subscribed(cases) == {} and broadcasting.figures(cases, news).states == {"failed": 1}
    subscribing.subscribe(cases, "whatsapp", "whatsapp:966001", "form", NOW)
    pass_on(inbox, cases, 0)
    assert subscribing.subscribed(cases) == {"whatsapp": 1}


class Takes:
    def tell(self, citizen, text, template):
        return "wamid.OURS"


def said_stop(who: str) -> bytes:
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "9400"},
             "messages": [{"from": who, "id": "wamid.STOP", "timestamp": "1775476800", "type": "text", "text": {"body": "Stop!"}}]}  # fmt: skip
    return json.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}
    ).encode()


def test_who_says_stop_in_the_middle_of_a_broadcast_is_told_nothing_more_though_no_post_was_made_of_it_yet(tmp_path, cases):
    for n in range(2, 60):
        subscribing.subscribe(cases, "whatsapp", f"whatsapp:9660{n:02}", "by message", NOW)
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
    assert len(server.asked) == 1 and subscribing.subscribed(cases) == {}
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
    assert len(server.asked) == 1 and subscribing.subscribed(cases) == {}
