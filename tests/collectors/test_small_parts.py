"""The small parts that several collectors share: names of accounts, versions, half characters, pointers, the Graph's headers, a form's page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from collectors import crowdtangle, form_page, graph_bodies, mentions, naming, versions
from collectors.base import Answer, Context, Source
from collectors.storable import mended, storable
from core.account import Account, AccountSample
from core.deployment import OfficialAccount
from core.post import Author, Kind, Media
from tests.make import NOON, post

# Names: one source brings the messages of several accounts

CITY = OfficialAccount(platform="telegram", handle="City_Hall", id="-100900")
PARKS = OfficialAccount(platform="telegram", handle="Parks")


def inbox(*accounts: OfficialAccount) -> Source:
    return Source(id="telegram.updates", platform="telegram", what="updates", query=naming.written(accounts))


def test_an_account_is_known_by_its_number_and_its_name_whatever_the_case():
    assert naming.known(inbox(CITY, PARKS)) == {
        "-100900": "telegram:City_Hall",
        "city_hall": "telegram:City_Hall",
        "parks": "telegram:Parks",
    }


@pytest.mark.parametrize("query", [None, "", "no equals sign", "\n\n"])
def test_a_source_without_names_knows_none(query):
    assert naming.known(msgspec.structs.replace(inbox(), query=query)) == {}


@pytest.mark.parametrize(("told", "otherwise", "key"), [
    ("telegram:-100900", None, "telegram:City_Hall"), ("telegram:CITY_HALL", None, "telegram:City_Hall"), ("telegram:unknown", None, "telegram:unknown"),
    ("telegram:unknown", "telegram:Parks", "telegram:Parks"), (None, "telegram:Parks", "telegram:Parks"), (None, None, None),
])  # fmt: skip
def test_what_a_platform_calls_an_account_becomes_the_deployments_key(told, otherwise, key):
    answer = Answer(
        posts=(post(1, account=told),), accounts=(Account(id=told or "telegram:x", platform="telegram"),),
        account_samples=(AccountSample(account=told or "telegram:x", at=NOON, followers=5),),
    )  # fmt: skip
    found = naming.named(answer, "telegram", naming.known(inbox(CITY, PARKS)), otherwise)
    assert found.posts[0].account == key and (found.accounts[0].id, found.account_samples[0].account) == (key or "telegram:x",) * 2


# Versions: the same post twice in one answer


def test_of_two_observations_the_later_stands_and_the_earlier_text_is_a_version():
    first, edit = post(1, text="no water"), post(1, text="no water since noon", observed_at=NOON + timedelta(minutes=5))
    for order in ((first, edit), (edit, first)):
        (kept,) = versions.latest(order)
        assert kept.text == "no water since noon" and [v.text for v in kept.versions] == ["no water"]


def test_what_an_answer_says_is_gone_is_not_in_it():
    answers = [Answer(posts=(post(1), post(2))), Answer(deleted=("x:1",))]
    found = versions.with_latest(answers, Answer(deleted=("x:1",), returned=3))
    assert [p.id for p in found.posts] == ["x:2"] and (found.deleted, found.returned) == (("x:1",), 3)


# Half a character, as it comes where a platform cuts a text inside an emoji


@pytest.mark.parametrize(("told", "kept"), [
    ("cut \ud83d", "cut \ufffd"), ("\ude0a first", "\ufffd first"), ("\ud83d\ude0a joined", "😊 joined"), ("water مياه 😊", "water مياه 😊"), ("", ""),
    (["a\ud83d", {"b\ud83d": None}], ["a\ufffd", {"b\ufffd": None}]), (5, 5), (None, None),
])  # fmt: skip
def test_half_a_character_becomes_a_mark_and_whole_ones_stay(told, kept):
    assert mended(told) == kept


def test_a_record_that_can_be_written_down_is_handed_on_as_it_is():
    whole = post(1, text="مياه 😊")
    assert storable(whole) is whole


def test_every_field_of_a_record_is_mended():
    broken = post(1, text="cut \ud83d", author=Author(id="x:1", name="N\ud83d"), media=(Media(kind="photo", text="\ude0a"),))
    found = storable(broken)
    assert (found.text, found.author.name, found.media[0].text) == ("cut \ufffd", "N\ufffd", "\ufffd") and msgspec.json.encode(found)
    assert (found.id, found.kind, found.created_at) == (broken.id, broken.kind, broken.created_at)


# Mentions that a webhook told without their text


def delivery(*changes: Any, entry: str = "10") -> dict[str, Any]:
    return {"object": "page", "entry": [{"id": entry, "changes": list(changes)}]}


TOLD = {"field": "mention", "value": {"post_id": "1_2", "message": "@city look"}}
POINTER = {"field": "mention", "value": {"post_id": "1_2"}}


@pytest.mark.parametrize(("body", "count"), [
    (delivery(POINTER), 1), (delivery({"field": "mentions", "value": {"media_id": "5"}}), 1), (delivery(TOLD), 0), (delivery(POINTER, POINTER, TOLD), 2),
    (delivery({"field": "mentions", "value": {"text": "words", "id": "5"}}), 0), (delivery({"field": "feed", "value": {"post_id": "1_2"}}), 0),
    ([delivery(POINTER), None, "x", delivery(POINTER)], 2), (delivery(POINTER, entry="99"), 0), (None, 0), ("text", 0), ({"entry": 5}, 0),
    ({"entry": [{"id": "10", "changes": {"data": [POINTER]}}]}, 1), (delivery({"field": "mention", "value": None}), 1),
])  # fmt: skip
def test_only_mentions_of_ours_without_their_words_are_pointers(body, count):
    assert len(list(mentions.pointers(body, "10"))) == count


# The Graph's headers and addresses


@pytest.mark.parametrize(("headers", "used", "minutes"), [
    ({"X-App-Usage": '{"call_count":30,"total_time":55,"total_cputime":10}'}, 55, None),
    ({"x-business-use-case-usage": '{"7":[{"type":"pages","call_count":99,"estimated_time_to_regain_access":12}]}'}, 99, 12),
    ({"X-App-Usage": '{"call_count":30}', "X-Page-Usage": '{"call_count":40}'}, 40, None),
    ({"X-App-Usage": "not json"}, 0, None), ({"X-App-Usage": "[1, 2]"}, 0, None), ({"X-App-Usage": '{"call_count":"x"}'}, 0, None), ({}, 0, None),
])  # fmt: skip
def test_how_much_of_a_limit_is_used_and_when_it_ends(headers, used, minutes):
    assert graph_bodies.usage(headers, NOON) == (used, NOON + timedelta(minutes=minutes) if minutes else None)


def test_the_next_page_is_told_without_host_version_and_secrets():
    address = "https://graph.facebook.com/v19.0/10/feed?access_token=sesame&appsecret_proof=x&limit=25&after=abc&empty="
    assert graph_bodies.follow(address) == ("10/feed", {"limit": "25", "after": "abc", "empty": ""})
    assert graph_bodies.next_place({"paging": {"next": address}}) == "10/feed?limit=25&after=abc&empty="


@pytest.mark.parametrize("body", [{}, None, [], {"paging": None}, {"paging": {"next": ""}}, {"paging": {"next": 5}}])
def test_where_no_next_page_is_told_there_is_none(body):
    assert graph_bodies.next_place(body) is None


@pytest.mark.parametrize(("body", "count"), [
    ([{"id": "1"}, None, {"id": "2"}], 2), ({"data": [{"id": "1"}]}, 1), ({"id": "1", "data": [{"id": "2"}]}, 1), ({}, 0), (None, 0), ("x", 0),
    ({"10_1": {"message": "a"}, "10_2": {"message": "b"}}, 2), ({"message": {"text": "a"}}, 1),
])  # fmt: skip
def test_the_objects_an_answer_holds(body, count):
    assert len(graph_bodies.objects(body)) == count


@pytest.mark.parametrize(("path", "id"), [
    ("/v25.0/10_1/comments", "10_1"), ("/10_1/comments/", "10_1"), ("/v25.0/10/feed", None), ("comments", None), ("", None), ("/v25.0/10_1/commentsx", None),
])  # fmt: skip
def test_what_stands_above_comments_is_read_from_the_path_that_was_asked(path, id):
    assert graph_bodies.asked_under(path, "comments") == id


# Exports of CrowdTangle


def test_an_exported_post_keeps_its_counts_and_its_link():
    told = {"platformId": "10_1", "date": "2021-04-06 09:00:00", "message": "The lamp is out", "postUrl": "https://facebook.example/1",
            "account": {"platformId": 10, "handle": "city", "name": "City"}, "media": [{"type": "photo", "full": "https://p.example/1"}, None],
            "statistics": {"actual": {"likeCount": 3, "angryCount": 2, "commentCount": 0}}}  # fmt: skip
    (found,) = crowdtangle.to_answer({"result": {"posts": [told]}}, Context(now=NOON, native_id="10")).posts
    assert (found.id, found.kind, found.text, found.likes, found.replies, found.reposts) == (
        "facebook:10_1",
        Kind.OWN,
        "The lamp is out",
        5,
        0,
        None,
    )
    assert [m.url for m in found.media] == ["https://p.example/1"] and found.url == "https://facebook.example/1"


@pytest.mark.parametrize(
    ("more", "text"), [({"title": "T", "description": "D"}, "T\n\nD"), ({"title": "T", "description": "T"}, "T"), ({}, "")]
)
def test_an_exported_post_without_a_message_says_what_stood_on_it(more, text):
    (found,) = crowdtangle.to_answer({"platformId": "10_1", **more}, Context(now=NOON)).posts
    assert (found.text, found.likes, found.replies) == (text, None, None)


# The page of a form


@pytest.mark.parametrize(("accepted", "language"), [
    ("ar-SA,ar;q=0.9,en;q=0.8", "ar"), ("de-DE,en;q=0.5", "en"), ("de", "fa"), ("", "fa"), (";;;,", "fa"), ("EN-us", "en"),
])  # fmt: skip
def test_the_page_is_in_a_language_the_reader_asks_for_and_the_city_has(accepted, language):
    assert form_page.choose(accepted, ("fa", "ar", "en")) == language


@pytest.mark.parametrize("language", form_page.WORDS)
def test_a_page_stands_on_the_side_its_language_is_read_from_and_escapes_what_it_is_given(language):
    shown = form_page.page(language, 'City "<script>"', 'token"><script>')
    side = "rtl" if language in ("ar", "fa") else "ltr"
    assert f'dir="{side}"' in shown and "<script>" not in shown and f'name="{form_page.TRAP}"' in shown
    assert {"title", "text", "send", "thanks", "again"} <= form_page.WORDS[language].keys()
    assert form_page.WORDS[language]["thanks"] in form_page.said(language, "thanks")
