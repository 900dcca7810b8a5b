"""A WhatsApp complaint's whole way: in by the webhook, through four people's hands, out through the platform, and forgotten when its author asks."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.testclient import TestClient

from cases.identity import case_id
from cases.roles import Role
from collectors import doors, whatsapp
from collectors.inbox import Inbox
from collectors.receive import Hall, application
from core.case import Status
from core.post import Claim
from store.base import Batch
from stream.collecting import run_pass
from stream.following import receive_cases
from stream.sending import Sending
from tests.collectors.replay import Reply, replay
from tests.dashboard import factory
from tests.journeys.town import EN, now, open_town, someone, turn

pytestmark = pytest.mark.browser
TEXT = "no water in Olive Quarter since yesterday"
ANSWER = "The water is back, thank you for telling us."
POST = "whatsapp:wamid.J1"
CASE = case_id(POST)
CITY = f"""
verify_first = true
{factory.DEPLOYMENT}
[desk]
sure = 1.0
[[accounts]]
platform = "whatsapp"
handle = "940"
id = "9400"
[[departments]]
id = "water"
name = {{ en = "Water works", ar = "المياه" }}
[[routing]]
topic = "water"
department = "water"
"""


@pytest.fixture
def city(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """A city with accounts for four people, its replay of WhatsApp, and a dashboard that sends answers."""
    (tmp_path / "city.toml").write_text(CITY, encoding="utf-8")
    people = {role.value: role for role in (Role.OFFICER, Role.VERIFIER, Role.SUPERVISOR, Role.DEPARTMENT)}
    with replay({"/v24.0/9400/messages": Reply({"messages": [{"id": "wamid.OURS"}]})}) as server:
        keys = {"SADA_SEND_ANSWERS": "yes", "SADA_WHATSAPP_BASE_URL": server.url, "SADA_WHATSAPP_TOKEN": "t", "SADA_WHATSAPP_PHONE_ID": "9400",
                "SADA_WHATSAPP_APP_SECRET": "wa"}  # fmt: skip
        with open_town(tmp_path, tmp_path / "city.toml", people, **keys) as town:
            yield SimpleNamespace(server=server, **vars(town))


def arrives(city: SimpleNamespace) -> None:
    """WhatsApp knocks, signed; a pass of the collector makes the post durable, unsurely understood; the desk looks at it."""
    message = {"from": "96600000001", "id": "wamid.J1", "timestamp": str(int(now().timestamp())), "type": "text", "text": {"body": TEXT}}
    value = {"messaging_product": "whatsapp", "metadata": {"display_phone_number": "96600000940", "phone_number_id": "9400"},
             "contacts": [{"profile": {"name": "Huda"}, "wa_id": "96600000001"}], "messages": [message]}  # fmt: skip
    body = json.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": "5", "changes": [{"field": "messages", "value": value}]}]}
    ).encode()
    hall = Hall(Inbox(city.settings.data), doors.doors(city.settings), city.about, None, now, doors.Turns())
    signature = "sha256=" + hmac.new(b"wa", body, hashlib.sha256).hexdigest()
    assert TestClient(application(hall)).post("/whatsapp", content=body, headers={"X-Hub-Signature-256": signature}).status_code == 200
    client, (source,) = whatsapp.client(city.settings), whatsapp.sources(city.about)
    run_pass(city.posts, source, whatsapp.ask(client, source, None, now()), lambda posts: [unsure(p) for p in posts], now)
    follow(city)


def unsure(post):
    return msgspec.structs.replace(
        post, intent=Claim(label="complaint", confidence=0.5, by="test@1"), topics=(Claim(label="water", confidence=0.9, by="test@1"),)
    )


def follow(city: SimpleNamespace) -> None:
    receive_cases(city.posts, city.cases, city.about, now())


def press(page: Page, key: str) -> None:
    page.get_by_test_id("stMainBlockContainer").get_by_role("button", name=EN(key), exact=True).click()


def stands(page: Page, status: Status) -> None:
    expect(page.locator(".stMarkdownBadge", has_text=re.compile(f"^{EN(f'status.{status.value}')}$")).last).to_be_visible()


def test_a_complaint_goes_from_the_webhook_to_its_answer_and_is_forgotten_when_its_author_deletes_it(
    city: SimpleNamespace, browser: Browser
) -> None:
    arrives(city)
    assert list(city.cases.all()) == []  # too unsure to open a case

    # Triage
    officer = someone(browser, city.address, "officer", part="triage")
    expect(officer.get_by_text(TEXT)).to_be_visible()
    officer.get_by_role("button", name=EN("intent.complaint"), exact=True).click()
    expect(officer.get_by_text(TEXT)).to_have_count(0)

    # A second login verifies; the officer refers; the department works
    verifier = someone(browser, city.address, "verifier", case=CASE)
    press(verifier, "move.verified")
    stands(verifier, Status.VERIFIED)
    turn(officer, city.address, case=CASE)
    press(officer, "move.referred")
    stands(officer, Status.REFERRED)
    department = someone(browser, city.address, "department", case=CASE)
    expect(department.get_by_text("Huda")).to_have_count(0)
    press(department, "move.in_hand")
    stands(department, Status.IN_HAND)
    press(department, "move.done")
    stands(department, Status.DONE)

    # Somebody else confirms, the answer goes out once through WhatsApp, the case is closed
    turn(verifier, city.address, case=CASE)
    press(verifier, "move.confirmed")
    stands(verifier, Status.CONFIRMED)
    turn(officer, city.address, case=CASE)
    officer.get_by_label(EN("answer.text"), exact=True).fill(ANSWER)
    press(officer, "answer.send")
    expect(officer.get_by_text(EN("answer.ready"))).to_be_visible()
    sending = Sending(city.posts, city.cases, city.settings, city.about, now)
    sending.once()
    sending.once()
    (sent,) = city.server.asked
    assert ANSWER in sent.body.decode()
    turn(officer, city.address, case=CASE)
    press(officer, "move.closed")
    stands(officer, Status.CLOSED)

    # The table and the audit show it
    row = turn(officer, city.address, part="table").get_by_role("row").filter(has_text="Water").first
    expect(row).to_contain_text("1 · 100%")
    boss = someone(browser, city.address, "supervisor", part="audit")
    expect(boss.get_by_role("row").filter(has_text=CASE).first).to_be_visible()
    assert [s.who for s in city.cases.get(CASE).steps] == [
        "officer",
        "verifier",
        "officer",
        "department",
        "department",
        "verifier",
        "officer",
        "officer",
    ]

    # Its author deletes it: the text is gone from posts and cases
    city.posts.save(Batch(deleted=((POST, now()),)))
    follow(city)
    (post,) = city.posts.get([POST])
    case = city.cases.get(CASE)
    assert (post.text, post.author, case.summary, case.citizen) == ("", None, "", None)
    assert case.status == Status.CLOSED
    assert TEXT not in str(case)
    turn(officer, city.address, case=CASE)
    expect(officer.get_by_text(EN("case.forgotten")).first).to_be_visible()
    expect(officer.get_by_text(TEXT)).to_have_count(0)
