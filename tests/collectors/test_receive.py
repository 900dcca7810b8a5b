"""The door: nothing unsigned comes in, nothing is lost, and 200 means durable."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from pywa.utils import webhook_updates_validator
from starlette.testclient import TestClient

from collectors import doors, form, signing
from collectors.base import Context
from collectors.inbox import FILE, Inbox
from collectors.receive import Hall, application
from core.deployment import Deployment, OfficialAccount
from core.errors import CredentialMissing, StoreFailed
from core.settings import Secret, Settings
from stream.receive_command import open_hall

NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)
KEYS = {"WHATSAPP_APP_SECRET": "wa", "FACEBOOK_APP_SECRET": "fb", "FORM_SECRET": "fo", "WEBHOOK_VERIFY_TOKEN": "صدى"}
TOWN = Deployment(id="t", name={"en": "Town <b>", "ar": "البلدية"}, timezone="UTC", languages=("ar", "en"),
                  accounts=(OfficialAccount(platform="form", handle="web"),))  # fmt: skip
BODY = '{"object": "whatsapp_business_account", "entry": [], "text": "مرحبا"}'.encode()


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


def hall(folder, clock=None, **keys) -> Hall:
    settings = Settings(data=folder, credentials={k: Secret(v) for k, v in (KEYS | keys).items() if v})
    return Hall(Inbox(folder), doors.doors(settings), TOWN, settings.credential("WEBHOOK_VERIFY_TOKEN"), clock or Clock(), doors.Turns())


def knock(folder, **keys) -> TestClient:
    return TestClient(application(hall(folder, **keys)))


def signed(body: bytes, secret: str = "wa") -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def kept(folder) -> list[bytes]:
    with sqlite3.connect(folder / FILE) as db:  # another connection: what it sees is durable
        return [row[0] for row in db.execute("SELECT body FROM deliveries ORDER BY id")]


def test_a_signed_body_is_durable_byte_for_byte_before_the_sender_hears_200(tmp_path):
    answer = knock(tmp_path).post("/whatsapp", content=BODY, headers=signed(BODY))
    assert answer.status_code == 200 and kept(tmp_path) == [BODY]


@pytest.mark.parametrize("header", [
    {}, {"X-Hub-Signature-256": ""}, {"X-Hub-Signature-256": "sha256="}, {"X-Hub-Signature-256": "sha256=" + "0" * 64}, signed(BODY + b" "),
    signed(BODY, "another"), {"X-Hub-Signature": "sha1=" + "0" * 40}, {"X-Hub-Signature-256": "sha256=é".encode()},
])  # fmt: skip
def test_anything_not_signed_over_these_very_bytes_stays_outside(tmp_path, header):
    assert knock(tmp_path).post("/whatsapp", content=BODY, headers=header).status_code == 403 and kept(tmp_path) == []


@pytest.mark.parametrize("body", [b"", BODY, bytes(range(256))])
def test_our_signature_is_the_one_pywa_checks(body):
    header = signed(body)["X-Hub-Signature-256"]
    assert webhook_updates_validator("wa", body, header) is signing.is_metas("wa", body, header) is True
    assert webhook_updates_validator("wa", body + b"x", header) is signing.is_metas("wa", body + b"x", header) is False
    with pytest.raises(TypeError):  # why the comparison is our own: a header beyond ASCII breaks theirs
        webhook_updates_validator("wa", body, "sha256=é")
    assert signing.is_metas("wa", body, "sha256=é") is False


def test_the_secret_of_one_door_does_not_open_another(tmp_path):
    client = knock(tmp_path)
    assert client.post("/facebook", content=BODY, headers=signed(BODY, "wa")).status_code == 403
    assert client.post("/facebook", content=BODY, headers=signed(BODY, "fb")).status_code == 200
    assert client.post("/instagram", content=BODY, headers=signed(BODY, "fb")).status_code == 200


def test_a_door_whose_secret_is_missing_stays_shut_and_the_sender_tries_again(tmp_path):
    assert knock(tmp_path, WHATSAPP_APP_SECRET="").post("/whatsapp", content=BODY, headers=signed(BODY, "")).status_code == 503


def test_a_repeated_delivery_is_welcome_and_kept_once(tmp_path):
    client = knock(tmp_path)
    assert [client.post("/whatsapp", content=BODY, headers=signed(BODY)).status_code for _ in range(3)] == [200, 200, 200]
    assert kept(tmp_path) == [BODY]


def test_what_cannot_be_kept_is_not_acknowledged(tmp_path):
    room = hall(tmp_path)

    class Full(Inbox):
        def keep(self, *_: object) -> bool:
            raise StoreFailed("no space left")

    full = Hall(Full(tmp_path), room.doors, TOWN, None, room.clock, doors.Turns())
    answer = TestClient(application(full)).post("/whatsapp", content=BODY, headers=signed(BODY))
    assert answer.status_code == 503 and "retry-after" in answer.headers


def test_a_body_over_the_limit_is_refused_however_it_is_sent(tmp_path):
    client, much = knock(tmp_path), b"x" * (doors.doors(Settings())["whatsapp"].most_bytes + 1)
    assert client.post("/whatsapp", content=much, headers=signed(much)).status_code == 413
    assert client.post("/whatsapp", content=iter([much[:1000], much]), headers=signed(much)).status_code == 413
    assert kept(tmp_path) == []


def test_who_knocks_too_often_waits_and_others_do_not(tmp_path):
    door, turns = doors.Door("form", "s", 1000, 60), doors.Turns()
    assert [turns.wait(door, "a", NOW) for _ in range(60)] == [0] * 60
    assert turns.wait(door, "a", NOW) == 1 and turns.wait(door, "b", NOW) == 0
    assert turns.wait(door, "a", NOW + timedelta(seconds=2)) == 0
    client = knock(tmp_path)
    statuses = {client.post("/form/web", content=b"{}").status_code for _ in range(70)}
    assert statuses == {403, 429}


def test_those_who_knock_are_not_remembered_without_end():
    turns = doors.Turns()
    for number in range(doors.MOST_KNOCKERS + 50):
        turns.wait(doors.Door("form", "s", 1000, 60), str(number), NOW)
    assert len(turns._left) == doors.MOST_KNOCKERS


@pytest.mark.parametrize(("query", "status"), [
    ({"hub.mode": "subscribe", "hub.verify_token": "صدى", "hub.challenge": "1158201444"}, 200),
    ({"hub.mode": "subscribe", "hub.verify_token": "صد", "hub.challenge": "1158201444"}, 403),
    ({"hub.mode": "unsubscribe", "hub.verify_token": "صدى", "hub.challenge": "1158201444"}, 403), ({}, 403),
])  # fmt: skip
def test_the_challenge_is_given_back_to_whoever_knows_the_word(tmp_path, query, status):
    answer = knock(tmp_path).get("/whatsapp", params=query)
    assert answer.status_code == status and (answer.text == "1158201444") == (status == 200)
    assert answer.headers["content-type"].startswith("text/plain")


def test_without_a_word_of_ours_no_challenge_is_met(tmp_path):
    query = {"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"}
    assert knock(tmp_path, WEBHOOK_VERIFY_TOKEN="").get("/whatsapp", params=query).status_code == 403


# Reports of an app and of the page


def app_headers(body: bytes, at: datetime = NOW, secret: str = "fo") -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    return {"X-Sada-Timestamp": stamp, "X-Sada-Signature": signing.signature(secret, body, stamp), "content-type": "application/json"}


def test_a_report_an_app_signed_just_now_is_kept(tmp_path):
    body = b'{"text": "a lamp is dark"}'
    assert knock(tmp_path).post("/form/web", content=body, headers=app_headers(body)).status_code == 200 and kept(tmp_path) == [body]


def test_two_people_may_report_in_the_same_words_and_one_report_sent_twice_is_kept_once(tmp_path):
    body, clock = b'{"text": "no water"}', Clock()
    client = TestClient(application(hall(tmp_path, clock)))
    for at in (NOW, NOW, NOW + timedelta(seconds=40)):  # the second is a repetition: a signature is made once
        clock.now = max(clock.now, at)
        assert client.post("/form/web", content=body, headers=app_headers(body, at)).status_code == 200
    assert kept(tmp_path) == [body, body]
    source = form.sources(TOWN)[0]
    (answer,) = form.ask(Inbox(tmp_path), source, None, NOW)
    assert [post.text for post in answer.posts] == ["no water", "no water"] and len({post.id for post in answer.posts}) == 2


@pytest.mark.parametrize("off", [timedelta(minutes=6), timedelta(minutes=-6), timedelta(days=400)])
def test_a_signature_recorded_and_played_again_later_does_not_open(tmp_path, off):
    body = b'{"text": "a lamp is dark"}'
    assert knock(tmp_path).post("/form/web", content=body, headers=app_headers(body, NOW + off)).status_code == 403


@pytest.mark.parametrize("stamp", ["", "now", "-1", "9" * 40, "١٧٧٥٤٦٦٠٠٠"])
def test_a_timestamp_that_is_none_does_not_open(stamp):
    assert not signing.is_apps("fo", b"{}", stamp, signing.signature("fo", b"{}", stamp), NOW)


def test_a_person_fills_in_the_page_and_the_report_comes_out_once(tmp_path):
    client = knock(tmp_path)
    page = client.get("/form/web", headers={"accept-language": "ar-SA,en;q=0.5"})
    assert (
        'dir="rtl"' in page.text and "script" not in page.text.lower() and "default-src 'none'" in page.headers["content-security-policy"]
    )
    token = re.search(r'name="token" value="([^"]+)"', page.text)[1]
    sent = {"token": token, "language": "ar", "text": "الحفرة كبيرة & خطرة", "place": "حي الزهور", "name": "", "website": ""}
    answers = [client.post("/form/web", data=sent, headers={"accept-language": "ar"}) for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 200] and "شكرًا" in answers[0].text
    (body,) = kept(tmp_path)
    (post,) = form.translate(body, Context(now=NOW, handle="web")).posts
    assert (post.text, post.place_told, post.platform_language, post.author) == ("الحفرة كبيرة & خطرة", "حي الزهور", "ar", None)


def test_a_page_of_another_form_or_an_invented_token_does_not_open(tmp_path):
    client = knock(tmp_path)
    for token in (signing.page_token("fo", "other", "x"), signing.page_token("another", "web", "x"), "made-up", ""):
        assert client.post("/form/web", data={"token": token, "text": "hello"}).status_code == 403
    assert kept(tmp_path) == []


# bodies that are read as JSON later, with a page's token between two & where the door looks for it
SMUGGLED = (
    '{"text": "all is well", "id": "A-17", "user_id": "u9", "x": "&token=TOKEN&"}',
    '[{"text": "all is well", "id": "A-17", "x": "&token=TOKEN&"}]',
    '\ufeff{"text": "all is well", "id": "A-17", "x": "&token=TOKEN&"}',
    '{"text": "one", "id": "A-17"}\n{"text": "two", "x": "&token=TOKEN&"}',
)


@pytest.mark.parametrize("body", SMUGGLED)
def test_a_pages_token_does_not_open_the_door_to_what_only_an_app_may_say(tmp_path, body):
    raw = body.replace("TOKEN", signing.page_token("fo", "web", "x")).encode()
    answer = knock(tmp_path).post("/form/web", content=raw, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 403 and kept(tmp_path) == []


def test_an_app_may_sign_its_report_whatever_it_calls_the_type(tmp_path):
    body = b'{"text": "a lamp is dark", "id": "A-17"}'
    headers = app_headers(body) | {"content-type": "application/x-www-form-urlencoded"}
    assert knock(tmp_path).post("/form/web", content=body, headers=headers).status_code == 200 and kept(tmp_path) == [body]


def test_a_robot_that_fills_in_what_nobody_sees_is_thanked_and_not_heard(tmp_path):
    token = signing.page_token("fo", "web", "x")
    answer = knock(tmp_path).post("/form/web", data={"token": token, "text": "buy now", "website": "https://spam.example"})
    assert answer.status_code == 200 and kept(tmp_path) == []


@pytest.mark.parametrize("token", ["token=x&", ""])
def test_a_page_of_more_fields_than_a_form_asks_is_refused_like_any_other(tmp_path, token):
    body = token + "&".join(f"text{n}=water" for n in range(form.MOST_FIELDS + 1))
    answer = knock(tmp_path).post("/form/web", content=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 403 and kept(tmp_path) == []


def test_a_time_that_a_platform_does_not_sign_makes_no_second_delivery_of_one(tmp_path):
    client = knock(tmp_path)
    for stamp in ("1", "2"):
        assert client.post("/whatsapp", content=BODY, headers=signed(BODY) | {"X-Sada-Timestamp": stamp}).status_code == 200
    assert kept(tmp_path) == [BODY]


def test_what_the_organisation_is_called_is_escaped(tmp_path):
    page = knock(tmp_path).get("/form/web", headers={"accept-language": "en"}).text
    assert "Town &lt;b&gt;" in page and "<b>" not in page


@pytest.mark.parametrize("path", ["/form/none", "/x", "/", "/form/"])
def test_there_is_no_other_door(tmp_path, path):
    assert knock(tmp_path).post(path, content=BODY, headers=signed(BODY, "fo")).status_code in (404, 405)


def test_nothing_of_a_body_stands_in_the_log(tmp_path, caplog):
    caplog.set_level("DEBUG")
    client = knock(tmp_path)
    client.post("/whatsapp", content=BODY, headers=signed(BODY))
    client.post("/whatsapp", content=BODY)
    client.post("/form/web", data={"text": "مرحبا", "token": "x"})
    assert "refused" in caplog.text and "مرحبا" not in caplog.text and urlencode({"a": "مرحبا"})[2:] not in caplog.text


def test_whoever_watches_is_told_how_many_bodies_wait(tmp_path):
    client = knock(tmp_path)
    client.post("/whatsapp", content=BODY, headers=signed(BODY))
    assert client.get("/alive").json() == {"waiting": 1}


def test_the_command_needs_at_least_one_secret(tmp_path):
    with pytest.raises(CredentialMissing, match="SADA_FORM_SECRET"):
        open_hall(Settings(data=tmp_path), TOWN)
    assert open_hall(Settings(data=tmp_path, credentials={"FORM_SECRET": Secret("x")}), TOWN).forms == {"web"}


async def test_a_body_that_never_ends_does_not_hold_the_door_open(tmp_path):
    room = hall(tmp_path)
    app, said = application(Hall(room.inbox, room.doors, TOWN, None, room.clock, doors.Turns(), body_s=0.05)), []
    scope = {"type": "http", "method": "POST", "path": "/whatsapp", "raw_path": b"/whatsapp", "query_string": b"", "headers": [], "http_version": "1.1",
             "client": ("1.2.3.4", 5), "server": ("t", 80), "scheme": "http", "root_path": ""}  # fmt: skip

    async def receive():
        await asyncio.Event().wait()

    async def send(event):
        said.append(event)

    await app(scope, receive, send)
    assert said[0]["status"] == 408
