"""Telegram against a replay server, and every kind of update as posts. Every text is invented."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from collectors import telegram
from collectors.base import Answer, Context, Source
from core.account import AccountSample
from core.deployment import Deployment, OfficialAccount
from core.errors import CredentialMissing, PlatformProblem
from core.post import Kind, Media
from core.settings import Secret, Settings
from tests.collectors.replay import Reply, Server, replay
from tests.collectors.scenarios import ANSWERS

NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)
AT = 1_775_466_000
TOLD = Context(now=NOW, source="telegram.updates", account="telegram:town", native_id="100")
UPDATES = Source(
    id="telegram.updates", platform="telegram", what="updates", account="telegram:town", query="town=telegram:town\n-100900=telegram:group"
)
PATH = "/bot100:sesame/getUpdates"


def message(**more: Any) -> dict[str, Any]:
    usual = {
        "message_id": 5,
        "date": AT,
        "chat": {"id": -100900, "type": "supergroup"},
        "from": {"id": 71, "first_name": "Salem"},
        "text": "the lamp is dark",
    }
    return {name: value for name, value in {**usual, **more}.items() if value is not None}


def told(body: Any, about: Context = TOLD) -> Answer:
    return telegram.translate(body, about)


def only(**more: Any) -> Any:
    answer = told({"update_id": 1, "message": message(**more)})
    assert len(answer.posts) == 1 and not answer.refused
    return answer.posts[0]


def updates(*numbers: int) -> Reply:
    return Reply({"ok": True, "result": [{"update_id": n, "message": message(message_id=n)} for n in numbers]})


def asked(answers: Any, cursor: str | None = None, now: datetime = NOW, silence_s: float = 60) -> tuple[list[Answer], Server, list[bytes]]:
    kept: list[bytes] = []
    with replay(answers) as server:
        client = telegram.connect("100:sesame", server.url, lambda raw, at: kept.append(raw), silence_s=silence_s)
        return list(telegram.ask(client, UPDATES, cursor, now)), server, kept


def test_a_group_that_became_a_supergroup_stays_the_account_it_was():
    told_group = message(chat={"id": -77, "type": "group", "title": "Parks"}, text=None, migrate_to_chat_id=-10077)
    after = [message(message_id=n, chat={"id": -10077, "type": "supergroup"}) for n in (1, 2)]
    routes = {PATH: [
        Reply({"ok": True, "result": [{"update_id": 1, "message": told_group}, {"update_id": 2, "message": after[0]}]}),
        Reply({"ok": True, "result": [{"update_id": 3, "message": after[1]}]}),
    ]}  # fmt: skip
    groups = msgspec.structs.replace(UPDATES, query="-77=telegram:parks\ntown=telegram:town")
    with replay(routes) as server:
        client = telegram.connect("100:sesame", server.url, lambda raw, at: None)
        (first,) = telegram.ask(client, groups, None, NOW)
        (second,) = telegram.ask(client, groups, first.cursor, NOW + timedelta(minutes=1))
    assert [p.account for a in (first, second) for p in a.posts] == ["telegram:parks", "telegram:parks"]
    assert [(a.id, a.native_id) for a in first.accounts] == [("telegram:parks", "-10077")]


def test_an_update_that_is_no_object_is_counted():
    (answer,), _, _ = asked({PATH: Reply({"ok": True, "result": [None, {"update_id": 1, "message": message()}]})})
    assert len(answer.posts) == 1 and [r.lost for r in answer.refused] == [True]


# Updates as posts


@pytest.mark.parametrize(("more", "words"), [
    ({"rich_message": {"blocks": [{"type": "paragraph", "text": "the lamp"}, {"caption": "is dark"}]}}, "the lamp\nis dark"),
    ({"giveaway": {"prize_description": "a lamp"}}, "a lamp"), ({"invoice": {"title": "Fee", "description": "parking"}}, "parking"),
    ({"checklist": {"title": "To mend", "tasks": [{"text": "lamp"}, {"text": "pump"}]}}, "To mend\nlamp\npump"),
    ({"poll": {"question": "When?", "options": [{"text": "Now"}, {"text": "Later"}]}}, "When?\nNow\nLater"),
])  # fmt: skip
def test_what_is_written_in_a_message_of_any_kind_comes_out(more, words):
    assert only(text=None, **more).text == words


def test_what_is_quoted_from_a_chat_we_do_not_see_stands_beside_the_words():
    post = only(quote={"text": "the lamp is mended", "position": 0}, external_reply={"chat": {"id": -7}, "message_id": 3})
    assert (post.text, post.parent_id) == ("the lamp is dark", "telegram:-7:3")
    assert [(m.kind, m.text) for m in post.media] == [("link", "the lamp is mended")]
    seen = told({"update_id": 1, "message": message(quote={"text": "the lamp", "position": 0}, reply_to_message=message(message_id=4))})
    assert [p.media for p in seen.posts] == [(), ()]


def test_the_id_of_a_message_names_its_chat_because_every_chat_counts_from_one():
    assert only().id == "telegram:-100900:5"


@pytest.mark.parametrize(("more", "kind"), [
    ({}, Kind.MENTION),
    ({"chat": {"id": 7, "type": "private"}}, Kind.DIRECT),
    ({"chat": {"id": 7}}, Kind.DIRECT),  # old captures tell no type
    ({"chat": {"id": -7}}, Kind.MENTION),
    ({"from": {"id": 100, "is_bot": True}}, Kind.OWN),
    ({"chat": {"id": 7, "type": "private"}, "from": {"id": 100}}, Kind.OWN),
    ({"sender_chat": {"id": -100900}}, Kind.OWN),  # an administrator who writes in the group's name
    ({"chat": {"id": -2, "type": "channel"}, "from": None}, Kind.OWN),
])  # fmt: skip
def test_the_kind_follows_from_chat_and_sender(more, kind):
    assert only(**more).kind == kind


def test_a_reply_names_what_it_answers_and_brings_it_along():
    answer = told({"update_id": 1, "message": message(message_id=6, reply_to_message=message())})
    assert [(post.id, post.parent_id) for post in answer.posts] == [
        ("telegram:-100900:5", None),
        ("telegram:-100900:6", "telegram:-100900:5"),
    ]
    assert answer.posts[1].kind == Kind.REPLY


def test_a_comment_under_a_channels_post_has_the_channels_post_as_its_parent():
    forward = message(message_id=30, is_automatic_forward=True, text="Water off tonight",
                      forward_origin={"type": "channel", "chat": {"id": -2}, "message_id": 40, "date": AT})  # fmt: skip
    post, comment = told({"update_id": 1, "message": message(message_id=31, reply_to_message=forward)}).posts
    assert (post.id, post.kind) == ("telegram:-2:40", Kind.OWN)
    assert (comment.parent_id, comment.kind) == ("telegram:-2:40", Kind.COMMENT)


def test_an_edit_in_the_same_answer_keeps_the_earlier_text_as_a_version_even_if_it_is_longer():
    edit = message(text="dark", edit_date=AT + 60)
    (post,) = told([{"update_id": 1, "message": message()}, {"update_id": 2, "edited_message": edit}]).posts
    assert post.text == "dark" and [v.text for v in post.versions] == ["the lamp is dark"] and post.edited_at == post.observed_at


def test_an_edit_is_a_later_observation_so_that_any_order_ends_the_same():
    first, edit = (
        told({"update_id": 1, "message": message()}),
        told({"update_id": 2, "edited_message": message(text="dark", edit_date=AT + 60)}),
    )
    assert edit.posts[0].observed_at > first.posts[0].observed_at


@pytest.mark.parametrize(("more", "text", "media"), [
    ({"photo": [{"file_id": "a"}], "text": None}, "", Media(kind="photo")),
    ({"photo": [{"file_id": "a"}], "text": None, "caption": "look at this"}, "look at this", Media(kind="photo")),
    ({"voice": {"file_id": "a"}, "text": None}, "", Media(kind="audio")),
    ({"document": {"file_name": "plan.pdf"}, "text": None}, "", Media(kind="document", text="plan.pdf")),
    ({"location": {"latitude": 1.5, "longitude": 2.5}, "text": None}, "", Media(kind="location", text="1.5,2.5")),
    ({"contact": {"first_name": "Lina", "phone_number": "1"}, "text": None}, "", Media(kind="contact", text="Lina")),
    ({"poll": {"question": "Which park?", "options": [{"text": "North"}, {"text": "South"}]}, "text": None}, "Which park?\nNorth\nSouth", Media(kind="poll")),
])  # fmt: skip
def test_whatever_a_message_carries_is_kept(more, text, media):
    post = only(**more)
    assert (post.text, post.media) == (text, (media,))


def test_a_place_that_was_sent_is_where_it_is_about():
    venue = {"location": {"latitude": 1, "longitude": 2}, "title": "North park", "address": "Lane 7"}
    assert only(venue=venue, location=venue["location"], text=None).place_told == "North park, Lane 7"


@pytest.mark.parametrize("kind", ["callback_query", "a_kind_of_next_year", "business_message", "guest_message"])
def test_a_message_comes_out_of_any_kind_of_update(kind):
    inside = {"message": message()} if kind == "callback_query" else message()
    assert [post.text for post in told({"update_id": 1, kind: inside}).posts] == ["the lamp is dark"]


@pytest.mark.parametrize("service", [
    {"left_chat_member": {"id": 1}}, {"new_chat_title": "Town"}, {"write_access_allowed": {}}, {"forum_topic_created": {"name": "Lamps"}},
    {"new_chat_members": [{"id": 1, "first_name": "Omar"}]}, {"reply_markup": {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}},
])  # fmt: skip
def test_what_the_service_itself_says_is_no_post(service):
    answer = told({"update_id": 1, "message": message(text=None, **service)})
    assert answer.posts == () and answer.refused == ()


def test_a_pinned_message_comes_out_and_one_that_is_gone_is_a_suspicion():
    assert [p.id for p in told({"update_id": 1, "message": message(text=None, pinned_message=message(message_id=4))}).posts] == [
        "telegram:-100900:4"
    ]
    assert told({"update_id": 1, "message": message(text=None, pinned_message=message(message_id=4, date=0, text=None))}).missing == (
        "telegram:-100900:4",
    )


def test_messages_of_a_business_account_that_were_deleted_are_deleted():
    gone = {"update_id": 1, "deleted_business_messages": {"chat": {"id": 7}, "message_ids": [3, 4]}}
    assert told(gone).deleted == ("telegram:7:3", "telegram:7:4")


def test_a_group_that_moves_tells_its_new_number():
    (account,) = told({"update_id": 1, "message": message(text=None, migrate_to_chat_id=-100123)}).accounts
    assert account.native_id == "-100123"


def test_reactions_are_numbers_of_their_post():
    counted = {"chat": {"id": -2}, "message_id": 40, "date": AT, "reactions": [{"total_count": 3}, {"total_count": 1}]}
    (sample,) = told({"update_id": 1, "message_reaction_count": counted}).samples
    assert (sample.post_id, sample.likes, sample.views) == ("telegram:-2:40", 4, None)


@pytest.mark.parametrize(("chat", "url"), [
    ({"id": -1009001, "type": "supergroup", "username": "town"}, "https://t.me/town/5"), ({"id": -1009001, "type": "supergroup"}, "https://t.me/c/9001/5"),
    ({"id": -9, "type": "group"}, None), ({"id": 9, "type": "private", "username": "omar"}, None),
])  # fmt: skip
def test_a_post_says_where_it_is_read(chat, url):
    assert only(chat=chat).url == url


@pytest.mark.parametrize("poison", [
    {"update_id": 2, "message": {"message_id": None}}, {"update_id": 2, "message": {"some": "fields"}}, {"update_id": "two"},
    {"update_id": 2, "message": message(chat={"title": "no id"})}, {"update_id": 2, "message": message(text="\ud800")}, {"update_id": 2, "message": None},
])  # fmt: skip
def test_one_update_nobody_can_read_leaves_the_others_alone(poison):
    answer = told(
        {"ok": True, "result": [{"update_id": 1, "message": message()}, poison, {"update_id": 3, "message": message(message_id=7)}]}
    )
    assert [post.id for post in answer.posts] == ["telegram:-100900:5", "telegram:-100900:7"]
    assert len(answer.refused) == 1 and answer.returned == 3 and answer.next == "4"


@pytest.mark.parametrize("date", ["never", None, "", {}, -(10**18)])
def test_words_count_even_where_their_time_cannot_be_read(date):
    assert only(date=date).text == "the lamp is dark" and only(date=date).created_at == NOW


# The questions


def test_the_next_page_is_asked_for_only_after_the_one_before_was_taken():
    pages = [updates(*range(1, 101)), updates(101)]
    with replay({PATH: pages}) as server:
        client = telegram.connect("100:sesame", server.url, lambda raw, at: None)
        answers = telegram.ask(client, UPDATES, None, NOW)
        next(answers)
        before = len(server.asked)
        rest = list(answers)
    assert before == 1 and [a.query.get("offset") for a in server.asked] == [None, "101"]
    assert [len(a.posts) for a in rest] == [1] and json.loads(rest[-1].cursor)["offset"] == 102


def test_accounts_get_the_names_the_deployment_gave_them():
    (answer,), _, _ = asked({PATH: updates(1)})
    assert answer.posts[0].account == "telegram:group"


def test_an_unreadable_update_is_kept_before_telegram_may_forget_it():
    poison = {"update_id": 2, "message": {"message_id": "?"}}
    (answer,), _, kept = asked({PATH: Reply({"ok": True, "result": [poison]})})
    assert [json.loads(raw) for raw in kept] == [poison] and json.loads(answer.cursor)["offset"] == 3


def test_more_than_a_day_without_asking_is_a_gap():
    cursor = telegram.Place(offset=5, asked=NOW - timedelta(hours=30), heard=NOW - timedelta(hours=30))
    answers, _, _ = asked({PATH: updates()}, msgspec.json.encode(cursor).decode())
    assert answers[0].gap.since == NOW - timedelta(hours=30) and answers[0].gap.until == NOW - timedelta(hours=24)


def test_after_a_week_of_silence_updates_are_asked_for_from_the_start_since_their_numbers_begin_anew():
    cursor = telegram.Place(offset=5000, asked=NOW - timedelta(minutes=1), heard=NOW - timedelta(days=7))
    answers, server, _ = asked({PATH: updates(12)}, msgspec.json.encode(cursor).decode())
    assert "offset" not in server.asked[0].query and [p.id for p in answers[0].posts] == ["telegram:-100900:12"]


def test_a_server_that_repeats_old_updates_is_not_asked_for_ever():
    cursor = telegram.Place(offset=50, asked=NOW, heard=NOW)
    with pytest.raises(PlatformProblem) as caught:
        asked({PATH: updates(3)}, msgspec.json.encode(cursor).decode())
    assert caught.value.kind == "repeated page"


def test_the_members_of_each_named_chat_are_counted_and_one_we_may_not_see_is_left_out():
    def chat(request: Any) -> Reply:
        if request.query["chat_id"] == "@town":
            return Reply({"ok": True, "result": {"id": -2, "username": "town", "title": "Town"}})
        return Reply({"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}, 400)

    source = Source(id="telegram.members", platform="telegram", what="members", query=UPDATES.query)
    with replay({"/bot100:sesame/getChat": chat, "/bot100:sesame/getChatMemberCount": Reply({"ok": True, "result": 0})}) as server:
        answers = list(telegram.ask(telegram.connect("100:sesame", server.url, lambda raw, at: None), source, None, NOW))
    assert answers[0].account_samples == (AccountSample(account="telegram:town", at=NOW, followers=0),)
    assert "not known" in answers[1].refused[0].why and not answers[1].refused[0].lost


def test_a_group_that_moved_is_counted_under_its_new_number():
    def count(request: Any) -> Reply:
        if request.query["chat_id"] == "-100123":
            return Reply({"ok": True, "result": 12 if "Count" in request.path else {"id": -100123, "title": "Group"}})
        return Reply(
            {"ok": False, "error_code": 400, "description": "group chat was upgraded", "parameters": {"migrate_to_chat_id": -100123}}, 400
        )

    source = Source(id="telegram.members", platform="telegram", what="members", query="-900=telegram:group")
    with replay(lambda request: count(request)) as server:
        (answer,) = telegram.ask(telegram.connect("100:sesame", server.url, lambda raw, at: None), source, None, NOW)
    assert answer.account_samples[0].followers == 12 and answer.accounts[0].native_id == "-100123"


# What goes wrong


@pytest.mark.parametrize(("status", "body", "then", "kind"), [
    (401, {"ok": False, "error_code": 401, "description": "Unauthorized"}, "credential", "credential refused"),
    (404, {"ok": False, "error_code": 404, "description": "Not Found"}, "credential", "credential refused"),
    (429, {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 35", "parameters": {"retry_after": 35}}, "wait", "rate limit"),
    (409, {"ok": False, "error_code": 409, "description": "Conflict: can't use getUpdates method while webhook is active"}, "stop", "webhook set"),
    (409, {"ok": False, "error_code": 409, "description": "Conflict: terminated by other getUpdates request"}, "wait", "two readers"),
    (400, {"ok": False, "error_code": 400, "description": "Bad Request: group chat was upgraded to a supergroup chat",
           "parameters": {"migrate_to_chat_id": -1001}}, "skip", "moved"),
    (403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was kicked from the group chat"}, "skip", "put out"),
    (502, "<html>Bad Gateway</html>", "retry", "unavailable"),
    (200, "<html>hello</html>", "retry", "not readable"),
])  # fmt: skip
def test_every_known_error_lands_on_its_line(status, body, then, kind):
    with pytest.raises(PlatformProblem) as caught:
        asked({PATH: Reply(body, status)})
    assert (caught.value.then, caught.value.kind) == (then, kind)


def test_how_long_to_wait_is_taken_from_the_answer():
    problem = telegram.problem(429, {}, {"ok": False, "parameters": {"retry_after": 35}}, NOW)
    assert problem.until == NOW + timedelta(seconds=36)  # and a second more


def test_silence_ends():
    with pytest.raises(PlatformProblem) as caught:
        asked(lambda _: Reply(silent=True), silence_s=0.3)
    assert caught.value.kind == "silence"


def test_the_token_stands_in_no_message_and_in_no_log(caplog):
    caplog.set_level("DEBUG")
    with pytest.raises(PlatformProblem) as caught:
        asked({PATH: Reply(cut_after=3, body="{}" * 50)})
    client = telegram.connect("100:sesame", "http://127.0.0.1:9", lambda raw, at: None)
    with pytest.raises(PlatformProblem) as refused:
        list(telegram.ask(client, UPDATES, None, NOW))
    assert "sesame" not in f"{caught.value}{refused.value!r}{client!r}{caplog.text}"


def test_without_a_token_it_says_what_it_waits_for():
    with pytest.raises(CredentialMissing, match="SADA_TELEGRAM_BOT_TOKEN"):
        telegram.client(Settings())


def test_the_check_says_what_is_misconfigured():
    routes = {
        "/bot100:sesame/getMe": Reply({"ok": True, "result": {"username": "town_bot", "can_read_all_group_messages": False}}),
        "/bot100:sesame/getWebhookInfo": Reply({"ok": True, "result": {"url": "https://other.example/hook"}}),
    }
    with replay(routes) as server:
        client = telegram.client(Settings(base_urls={"telegram": server.url}, credentials={"TELEGRAM_BOT_TOKEN": Secret("100:sesame")}))
        found = {f.what: f.state for f in telegram.check(client, Deployment(id="t", name={}, timezone="UTC", languages=("en",)), NOW)}
    assert found == {"telegram credential": "ok", "telegram privacy mode": "warning", "telegram webhook": "failed"}


def test_a_deployment_without_telegram_has_no_sources_and_one_with_it_has_two():
    def of(*accounts: OfficialAccount) -> list[str]:
        return [s.id for s in telegram.sources(Deployment(id="t", name={}, timezone="UTC", languages=("en",), accounts=accounts))]

    assert of() == [] and of(OfficialAccount(platform="telegram", handle="town")) == ["telegram.updates", "telegram.members"]


def test_the_small_answers_of_ours_come_out_whole():
    answer = told(json.loads((ANSWERS / "telegram/updates.json").read_text()))
    assert len(answer.posts) == 4 and len(answer.refused) == 1 and len(answer.samples) == 1
