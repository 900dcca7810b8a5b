"""Direct messages of Messenger and Instagram as Meta sends them. Every text is invented."""

from __future__ import annotations

from typing import Any

import pytest

from collectors import messenger
from collectors.base import Answer, Context
from core.post import Kind
from tests.collectors.scenarios import NOON

TOLD = Context(now=NOON, source="meta.facebook", account="facebook:city", native_id="10")


def told(platform: str = "facebook", **event: Any) -> Answer:
    usual = {"sender": {"id": "7"}, "recipient": {"id": "10"}, "timestamp": 1_775_466_000_000}
    return messenger.to_answer(usual | event, platform, "10", TOLD)


def only(**event: Any) -> Any:
    answer = told(**event)
    assert len(answer.posts) == 1 and not answer.refused
    return answer.posts[0]


def attached(**one: Any) -> Any:
    return only(message={"mid": "m1", "attachments": [one]}).media[0]


def test_a_message_is_a_direct_one_in_the_talk_with_its_writer():
    post = only(message={"mid": "m1", "text": "no water", "reply_to": {"mid": "m0"}})
    assert (post.id, post.kind, post.text, post.author.id) == ("facebook:m1", Kind.DIRECT, "no water", "facebook:7")
    assert (post.parent_id, post.conversation_id) == ("facebook:m0", "facebook:t_7")


def test_what_we_answered_is_ours_and_in_the_same_talk():
    post = only(sender={"id": "10"}, recipient={"id": "7"}, message={"mid": "m2", "text": "we come", "is_echo": True})
    assert (post.kind, post.conversation_id) == (Kind.OWN, "facebook:t_7")


@pytest.mark.parametrize(("one", "kind", "url", "text"), [
    ({"type": "image", "payload": {"url": "https://e.example/1"}}, "photo", "https://e.example/1", None),
    ({"type": "image", "payload": {"url": "https://e.example/1", "sticker_id": 5}}, "sticker", "https://e.example/1", None),
    ({"type": "location", "payload": {"coordinates": {"lat": 24.7, "long": 46.6}}}, "location", "geo:24.7,46.6", None),
    ({"type": "fallback", "title": "A page", "url": "https://e.example/2"}, "link", "https://e.example/2", "A page"),
    ({"type": "story_mention", "payload": {"url": "https://e.example/3"}}, "photo", "https://e.example/3", None),
    ({"type": "template", "payload": {"template_type": "button", "text": "Which district?"}}, "link", None, "Which district?"),
    ({"type": "template", "payload": {"elements": [{"title": "North", "subtitle": "open today"}, None, {"title": "North"}]}}, "link", None, "North\nopen today"),
    ({"type": "something new", "payload": {"url": "https://e.example/4"}}, "document", "https://e.example/4", None),
    ({"type": "file", "payload": None}, "document", None, None),
])  # fmt: skip
def test_what_is_attached_is_named_with_the_words_on_it(one, kind, url, text):
    found = attached(**one)
    assert (found.kind, found.url, found.text) == (kind, url, text)


@pytest.mark.parametrize("event", [
    {"message": {"mid": "m1", "text": "gone", "is_deleted": True}}, {"message_unsend": {"mid": "m1"}}, {"message_delete": {"mid": "m1"}},
])  # fmt: skip
def test_a_message_taken_back_is_deleted_at_once(event):
    answer = told(platform="instagram", **event)
    assert answer.deleted == ("instagram:m1",) and answer.posts == ()


def test_an_edit_is_the_same_post_later():
    post = only(message_edit={"mid": "m1", "text": "no water since noon"})
    assert (post.id, post.text, post.edited_at) == ("facebook:m1", "no water since noon", post.observed_at)


@pytest.mark.parametrize(("event", "lost"), [
    ({"message": {"mid": "m1", "is_unsupported": True}}, [True]),  # somebody wrote, and nobody is told what
    ({"message": {"is_deleted": True}}, [True]),
    ({"something_new": {}}, [False]),
    ({"delivery": {"watermark": 1}}, []), ({"read": {"watermark": 1}}, []), ({"reaction": {"emoji": "x"}}, []), ({"referral": {"ref": "x"}}, []),
    ({"postback": {"payload": "GET_STARTED"}}, []),
])  # fmt: skip
def test_what_is_no_readable_message_is_counted_where_words_were_lost(event, lost):
    answer = told(**event)
    assert answer.posts == () and [refusal.lost for refusal in answer.refused] == lost


def test_a_button_pressed_says_what_stood_on_it():
    assert only(postback={"mid": "m3", "title": "My street is dark", "payload": "DARK"}).text == "My street is dark"


def test_a_message_without_an_id_gets_the_same_one_every_time_it_is_delivered():
    first, again = only(message={"text": "no water"}), only(message={"text": "no water"})
    assert first.id == again.id != only(message={"text": "no light"}).id
