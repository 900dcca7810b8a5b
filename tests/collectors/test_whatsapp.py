"""WhatsApp's deliveries as posts, deletions and receipts; from the inbox into the store once. Every text is invented."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors import whatsapp
from collectors.base import Answer, Context
from collectors.inbox import Inbox
from core.deployment import Deployment, OfficialAccount
from core.errors import CredentialMissing, PlatformProblem
from core.post import Kind
from core.settings import Secret, Settings
from store.memory import MemoryStore
from store.query import Filter
from stream.collecting import poll
from tests.collectors.replay import Reply, replay
from tests.collectors.scenarios import ANSWERS

NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)
AT = "1775466000"
TOLD = Context(now=NOW, source="whatsapp.inbox", account="whatsapp:940")
TOWN = Deployment(
    id="t", name={}, timezone="UTC", languages=("en",), accounts=(OfficialAccount(platform="whatsapp", handle="940", id="9400"),)
)


def delivery(field: str = "messages", **value: Any) -> dict[str, Any]:
    usual = {"messaging_product": "whatsapp", "metadata": {"display_phone_number": "96600000940", "phone_number_id": "9400"},
             "contacts": [{"profile": {"name": "Huda"}, "wa_id": "966001"}]}  # fmt: skip
    return {"object": "whatsapp_business_account", "entry": [{"id": "500", "changes": [{"field": field, "value": usual | value}]}]}


def message(**more: Any) -> dict[str, Any]:
    return {"from": "966001", "id": "wamid.A", "timestamp": AT, "type": "text", "text": {"body": "no water since monday"}} | more


def told(*messages: dict[str, Any]) -> Answer:
    return whatsapp.translate(delivery(messages=list(messages)), TOLD)


def only(**more: Any) -> Any:
    answer = told(message(**more))
    assert len(answer.posts) == 1 and not answer.refused
    return answer.posts[0]


def test_a_message_is_a_direct_one_of_a_known_person_to_one_of_our_numbers():
    post = only(context={"id": "wamid.OURS", "from": "96600000940"})
    assert (post.id, post.kind, post.text) == ("whatsapp:wamid.A", Kind.DIRECT, "no water since monday")
    assert (post.author.id, post.author.name, post.account) == ("whatsapp:966001", "Huda", "whatsapp:9400")
    assert (post.parent_id, post.conversation_id) == ("whatsapp:wamid.OURS", "whatsapp:9400:966001")
    assert post.created_at == datetime(2026, 4, 6, 9, tzinfo=UTC) and post.likes is None


@pytest.mark.parametrize(("part", "text"), [
    ({"type": "poll", "poll": {"question": "When?", "options": [{"name": "Now"}, {"name": "Later"}]}}, "When?\nNow\nLater"),
    ({"type": "event", "event": {"title": "Town hall", "description": "Bring a chair", "secret": "no words of anybody"}}, "Town hall\nBring a chair"),
    ({"type": "unsupported", "unsupported": {"type": "video_note"}, "errors": [{"code": 131051}]}, None),
    ({"type": "gift"}, None), ({"type": "gift", "gift": None}, None), ({"type": None}, None),
])  # fmt: skip
def test_a_message_of_a_kind_that_is_newer_than_this_program_loses_no_words(part, text):
    answer = told({"from": "966001", "id": "wamid.N", "timestamp": AT, **part})
    assert [post.text for post in answer.posts] == ([text] if text else [])
    assert [refusal.lost for refusal in answer.refused] == ([] if text else [True])


def test_what_a_person_tapped_before_writing_stands_beside_the_words():
    post = only(referral={"source_url": "https://fb.example/1", "headline": "Report a leak", "body": "We come at once"})
    assert post.text == "no water since monday"
    assert [(m.kind, m.url, m.text) for m in post.media] == [("link", "https://fb.example/1", "Report a leak\nWe come at once")]


def test_a_trouble_told_with_a_delivery_is_said_and_loses_no_message():
    answer = whatsapp.translate(delivery(errors=[{"code": 130429, "title": "Rate limit hit"}], messages=[message()]), TOLD)
    assert len(answer.posts) == 1 and [(r.why, r.lost) for r in answer.refused] == [("told with the delivery: rate limit", False)]


@pytest.mark.parametrize(("status", "deleted", "states", "lost"), [
    ({"status": "deleted"}, ("whatsapp:wamid.S",), [], []),       # the reader's copy was taken back
    ({"status": "warning"}, (), [], [False]),                     # a state of an older or newer version
    ({"status": "READ"}, (), ["read"], []),
    ({"status": "delivered", "id": None}, (), [], [True]),
    ({"status": None}, (), [], [False]),
])  # fmt: skip
def test_a_receipt_of_whatever_state_is_placed_or_counted(status, deleted, states, lost):
    answer = whatsapp.translate(delivery(statuses=[{"id": "wamid.S", "timestamp": AT, "recipient_id": "966001"} | status]), TOLD)
    assert answer.deleted == deleted and [r.state for r in answer.receipts] == states and [r.lost for r in answer.refused] == lost


def test_a_person_without_a_telephone_number_is_known_by_the_id_that_holds_for_us():
    value = delivery(
        contacts=[{"profile": {"name": "Noor", "username": "noor.k"}, "user_id": "SA.7"}],
        messages=[{"from_user_id": "SA.7", "id": "wamid.B", "timestamp": AT, "type": "text", "text": {"body": "hello"}}],
    )
    (post,) = whatsapp.translate(value, TOLD).posts
    assert (post.kind, post.author.id, post.author.handle, post.author.name) == (Kind.DIRECT, "whatsapp:SA.7", "noor.k", "Noor")
    assert post.conversation_id == "whatsapp:9400:SA.7"


@pytest.mark.parametrize(("more", "text", "media"), [
    ({"type": "image", "text": None, "image": {"id": "1", "caption": "this corner"}}, "this corner", "photo"),
    ({"type": "audio", "text": None, "audio": {"id": "1", "voice": True}}, "", "audio"),
    ({"type": "document", "text": None, "document": {"id": "1", "filename": "letter.pdf"}}, "", "document"),
    ({"type": "sticker", "text": None, "sticker": {"id": "1"}}, "", "sticker"),
    ({"type": "location", "text": None, "location": {"latitude": 26.4, "longitude": 50.1, "name": "Lane 7"}}, "", "location"),
    ({"type": "contacts", "text": None, "contacts": [{"name": {"formatted_name": "Omar"}}]}, "", "contact"),
    ({"type": "button", "text": None, "button": {"text": "Not solved", "payload": "no"}}, "Not solved", None),
    ({"type": "interactive", "text": None, "interactive": {"type": "button_reply", "button_reply": {"id": "1", "title": "Yes"}}}, "Yes", None),
    ({"type": "interactive", "text": None, "interactive": {"type": "list_reply", "list_reply": {"id": "1", "title": "Water", "description": "No supply"}}},
     "Water\nNo supply", None),
    ({"type": "interactive", "text": None, "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": '{"what": "a leak", "stars": "4", "flow_token": "t"}'}}},
     "a leak", "document"),
    ({"type": "order", "text": None, "order": {"text": "two bins please", "product_items": [{"product_retailer_id": "BIN", "quantity": 2}]}},
     "two bins please", "document"),
    ({"type": "reaction", "text": None, "reaction": {"message_id": "wamid.OURS", "emoji": "👍"}}, "👍", None),
])  # fmt: skip
def test_messages_of_every_kind_are_posts(more, text, media):
    post = only(**more)
    assert post.text == text and [m.kind for m in post.media] == ([media] if media else [])


@pytest.mark.parametrize("quiet", [
    {"type": "reaction", "text": None, "reaction": {"message_id": "wamid.X", "emoji": ""}}, {"type": "system", "text": None, "system": {"body": "changed number"}},
    {"type": "interactive", "text": None, "interactive": {"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}}},
])  # fmt: skip
def test_what_nobody_said_is_no_post(quiet):
    assert told(message(**quiet)) == Answer(returned=1)


def test_a_message_whatsapp_does_not_hand_on_is_a_loss_that_is_counted():
    answer = told(message(type="unsupported", text=None, errors=[{"code": 131051}]))
    assert answer.posts == () and answer.refused[0].lost and "unknown kind" in answer.refused[0].why


def test_an_edit_is_the_same_post_later_with_the_earlier_text_as_a_version():
    edit = {"from": "966001", "id": "wamid.E", "timestamp": str(int(AT) + 60), "type": "edit",
            "edit": {"original_message_id": "wamid.A", "message": {"type": "text", "text": {"body": "no water"}}}}  # fmt: skip
    (post,) = told(message(), edit).posts
    assert (post.id, post.text, [v.text for v in post.versions]) == ("whatsapp:wamid.A", "no water", ["no water since monday"])
    assert post.edited_at == datetime(2026, 4, 6, 9, 1, tzinfo=UTC)


def test_a_revoked_message_is_deleted_even_in_the_delivery_that_brought_it():
    answer = told(
        message(), {"from": "966001", "id": "wamid.R", "timestamp": AT, "type": "revoke", "revoke": {"original_message_id": "wamid.A"}}
    )
    assert answer.deleted == ("whatsapp:wamid.A",) and answer.posts == ()


def test_what_our_staff_writes_on_a_telephone_is_our_own():
    echo = {
        "from": "96600000940",
        "to": "966001",
        "id": "wamid.O",
        "timestamp": AT,
        "type": "text",
        "text": {"body": "a team is on its way"},
    }
    (post,) = whatsapp.translate(delivery("smb_message_echoes", message_echoes=[echo]), TOLD).posts
    assert (post.kind, post.author, post.conversation_id) == (Kind.OWN, None, "whatsapp:9400:966001")


def test_history_comes_out_with_both_sides():
    threads = [{"id": "966001", "messages": [message(), message(id="wamid.H", **{"from": "96600000940"}, to="966001")]}]
    posts = whatsapp.translate(delivery("history", history=[{"metadata": {"phase": 0}, "threads": threads}]), TOLD).posts
    assert [post.kind for post in posts] == [Kind.DIRECT, Kind.OWN]


def test_receipts_stand_in_their_order_whatever_the_order_they_came_in(tmp_path):
    inbox = Inbox(tmp_path)
    inbox.note(whatsapp.translate(json.loads((ANSWERS / "whatsapp/statuses.json").read_text()), TOLD).receipts)
    assert [(r.state, r.why) for r in inbox.receipts("whatsapp:wamid.OURS")] == [("sent", None), ("delivered", None), ("read", None)]
    assert [(r.state, r.why) for r in inbox.receipts("whatsapp:wamid.LATE")] == [("failed", "window closed")]


def test_a_receipt_whose_time_cannot_be_read_still_counts():
    (receipt,) = whatsapp.translate(delivery(statuses=[{"id": "wamid.O", "status": "sent", "timestamp": "SOON"}]), TOLD).receipts
    assert (receipt.state, receipt.at) == ("sent", NOW)


PREFERS = {"wa_id": "966001", "category": "marketing_messages", "value": "stop", "timestamp": 1775466000}


@pytest.mark.parametrize(("preference", "wishes"), [
    ({}, [("whatsapp:966001", "stop")]),
    ({"value": "RESUME"}, [("whatsapp:966001", "resume")]),
    ({"value": "signup", "signup_id": "131"}, [("whatsapp:966001", "signup")]),
    ({"user_id": "SA.7"}, [("whatsapp:966001", "stop"), ("whatsapp:SA.7", "stop")]),  # whichever of the two we know the person by
    ({"wa_id": None, "user_id": "SA.7"}, [("whatsapp:SA.7", "stop")]),
])  # fmt: skip
def test_what_a_person_chose_in_whatsapp_itself_is_a_wish_and_no_message(preference, wishes):
    answer = whatsapp.translate(delivery("user_preferences", user_preferences=[PREFERS | preference]), TOLD)
    assert [(wish.citizen, wish.said) for wish in answer.wishes] == wishes
    assert answer.wishes[0].at == datetime(2026, 4, 6, 9, tzinfo=UTC)
    assert answer.posts == answer.refused == answer.receipts == ()


@pytest.mark.parametrize(("preference", "lost"), [
    ({"value": "pause"}, False), ({"category": "utility_messages"}, False), ({"value": None}, False), ({"wa_id": None}, True), ({"wa_id": []}, True),
])  # fmt: skip
def test_a_wish_nobody_knows_is_told_and_lets_nobody_in_or_out(preference, lost):
    answer = whatsapp.translate(delivery("user_preferences", user_preferences=[PREFERS | preference], messages=[message()]), TOLD)
    assert (answer.wishes, [refusal.lost for refusal in answer.refused], len(answer.posts)) == ((), [lost], 1)


def test_a_wish_from_the_future_is_of_now_and_one_without_a_time_too():
    for at in (4102444800, None, "SOON"):
        (wish,) = whatsapp.translate(delivery("user_preferences", user_preferences=[PREFERS | {"timestamp": at}]), TOLD).wishes
        assert wish.at == NOW


@pytest.mark.parametrize("nothing", [
    delivery("account_update", event="DISABLED_UPDATE"), delivery("calls", calls=[{"id": "wacid.1"}]),
    delivery("calls", statuses=[{"id": "wacid.1", "type": "call", "status": "RINGING"}]), {"object": "whatsapp_business_account", "entry": []},
])  # fmt: skip
def test_news_of_the_account_is_nobodys_message(nothing):
    answer = whatsapp.translate(nothing, TOLD)
    assert answer.posts == answer.refused == answer.receipts == ()


def test_one_bad_message_leaves_the_others_alone():
    answer = told(message(id=None), message(timestamp="never", id="wamid.C"), message(id="wamid.D"))
    assert [(post.id, post.created_at == NOW) for post in answer.posts] == [("whatsapp:wamid.C", True), ("whatsapp:wamid.D", False)]
    assert len(answer.refused) == 1


def test_a_message_as_we_send_it_is_our_own():
    (post,) = whatsapp.translate(
        {"messaging_product": "whatsapp", "to": "+966001", "type": "text", "text": {"body": "it is solved"}}, TOLD
    ).posts
    assert (post.kind, post.text, post.conversation_id) == (Kind.OWN, "it is solved", "whatsapp::966001")


# From the inbox to the store


def client(folder: Any) -> whatsapp.Client:
    return whatsapp.client(Settings(data=folder, credentials={"WHATSAPP_APP_SECRET": Secret("s")}))


def collect(folder: Any, store: MemoryStore) -> Any:
    (source,) = whatsapp.sources(TOWN)
    return poll(store, whatsapp, client(folder), source, lambda posts: posts, lambda: NOW)


def keep(folder: Any, *names: str) -> Inbox:
    inbox = Inbox(folder)
    for name in names:
        inbox.keep("whatsapp", "", (ANSWERS / f"whatsapp/{name}.json").read_bytes(), NOW)
    return inbox


def test_a_delivery_repeated_for_days_becomes_its_posts_once(tmp_path):
    store = MemoryStore()
    inbox = keep(tmp_path, "message", "message")
    first = collect(tmp_path, store)
    keep(tmp_path, "message")
    second = collect(tmp_path, store)
    assert (first.stored, first.refused, second.returned, second.stored) == (3, 1, 0, 0)
    assert {post.account for post in store.posts(Filter())} == {"whatsapp:940"} and inbox.waiting() == 0


def test_an_edit_and_a_revocation_find_the_message_they_are_about(tmp_path):
    store = MemoryStore()
    keep(tmp_path, "message", "edit")
    collect(tmp_path, store)
    assert [v.text for v in store.get(["whatsapp:wamid.A1"])[0].versions] == ["مياه مقطوعة من أمس في حي النهضة 🙏"]
    keep(tmp_path, "revoke")
    collect(tmp_path, store)
    assert store.get(["whatsapp:wamid.A1"])[0].deleted_at is not None


def test_a_message_and_its_shorter_edit_in_one_body_end_as_the_edit(tmp_path):
    both = json.loads((ANSWERS / "whatsapp/message.json").read_text())
    both["entry"] += json.loads((ANSWERS / "whatsapp/edit.json").read_text())["entry"]
    store = MemoryStore()
    Inbox(tmp_path).keep("whatsapp", "", json.dumps(both).encode(), NOW)
    collect(tmp_path, store)
    assert store.get(["whatsapp:wamid.A1"])[0].text == "مياه مقطوعة في حي النهضة"


def test_a_message_that_comes_after_its_revocation_stays_away(tmp_path):
    store = MemoryStore()
    keep(tmp_path, "revoke")
    collect(tmp_path, store)
    keep(tmp_path, "message")
    assert collect(tmp_path, store).stored == 2 and store.get(["whatsapp:wamid.A1"]) == []


def test_a_revoked_message_lies_in_no_kept_body_either(tmp_path):
    store, inbox = MemoryStore(), keep(tmp_path, "message")
    collect(tmp_path, store)
    kept = "SELECT COUNT(*) FROM deliveries WHERE body IS NOT NULL"
    before = inbox._db.execute(kept).fetchone()  # one of its messages could not be read
    keep(tmp_path, "revoke")
    collect(tmp_path, store)
    assert (before, inbox._db.execute(kept).fetchone()) == ((1,), (0,))


def test_killed_before_its_cursor_was_kept_a_pass_loses_and_doubles_nothing(tmp_path):
    store = MemoryStore()
    keep(tmp_path, "message")
    (source,) = whatsapp.sources(TOWN)
    next(whatsapp.ask(client(tmp_path), source, None, NOW))  # read, and then the process ends
    assert collect(tmp_path, store).stored == 3


def test_a_body_whose_posts_are_durable_is_forgotten_and_one_that_could_not_be_read_is_kept(tmp_path):
    inbox = keep(tmp_path, "edit")
    inbox.keep("whatsapp", "", b'{"not": json', NOW)
    collect(tmp_path, MemoryStore())
    bodies = inbox._db.execute("SELECT body, unreadable FROM deliveries ORDER BY id").fetchall()
    assert bodies == [(None, 0), (b'{"not": json', 1)]
    inbox.tidy(NOW + timedelta(days=31))
    assert inbox._db.execute("SELECT COUNT(*) FROM deliveries").fetchone() == (0,)


def test_without_the_apps_secret_it_says_what_it_waits_for():
    with pytest.raises(CredentialMissing, match="SADA_WHATSAPP_APP_SECRET"):
        whatsapp.client(Settings())


@pytest.mark.parametrize(
    ("code", "then"), [(190, "credential"), (80007, "wait"), (131047, "skip"), (368, "stop"), (131000, "retry"), (100, "stop")]
)
def test_every_known_error_lands_on_its_line(code, then):
    assert whatsapp.problem(400, {}, {"error": {"code": code, "message": "…"}}, NOW).then == then
    with pytest.raises(PlatformProblem):
        whatsapp.translate({"error": {"code": code}}, TOLD)


def test_the_check_says_whether_the_webhook_was_ever_called_and_how_the_number_stands(tmp_path):
    keys = {"WHATSAPP_APP_SECRET": Secret("s"), "WHATSAPP_TOKEN": Secret("t"), "WHATSAPP_PHONE_ID": Secret("9400")}
    with replay({"/v24.0/9400": Reply({"quality_rating": "RED"})}) as server:
        known = whatsapp.client(Settings(data=tmp_path, base_urls={"whatsapp": server.url}, credentials=keys))
        never = {f.what: f.state for f in whatsapp.check(known, TOWN, NOW)}
        keep(tmp_path, "message")
        called = {f.what: f.state for f in whatsapp.check(known, TOWN, NOW)}
    assert never == {"whatsapp webhook": "warning", "whatsapp credential": "warning"} and called["whatsapp webhook"] == "ok"


def test_an_answer_may_be_free_for_a_day():
    assert whatsapp.window_closes(NOW) == NOW + timedelta(hours=24)
