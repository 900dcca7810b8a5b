"""Flickr through flickrapi against a replay server; JSON and XML alike. Every text is invented."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from collectors import flickr
from collectors.base import Answer, Context, Source
from core.deployment import Deployment, OfficialAccount, Watch
from core.errors import CredentialMissing, PlatformProblem
from core.post import Kind
from core.settings import Settings
from tests.collectors.replay import Asked, Reply, Server, replay
from tests.collectors.scenarios import ANSWERS

NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)
TOLD = Context(now=NOW, source="flickr.photos.town", account="flickr:town", native_id="77@N01", handle="town")


def source(what: str, query: str | None = None) -> Source:
    if what == "search":
        return Source(id="flickr.search.1", platform="flickr", what="search", query=query or "potholes")
    return Source(id=f"flickr.{what}.town", platform="flickr", what=what, account="flickr:town", handle="town", native_id="77@N01")


def of(asked: Asked) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(asked.body.decode()).items()}


def asked(answers: Any, what: str = "photos", cursor: str | None = None, silence_s: float = 60) -> tuple[list[Answer], Server]:
    with replay({"/services/rest/": answers}) as server:
        return list(flickr.ask(flickr.connect("key", "sesame", server.url, silence_s=silence_s), source(what), cursor, NOW)), server


def photo(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "owner": "77@N01",
        "title": f"photo {number}",
        "description": {"_content": "of the square"},
        "dateupload": str(1_775_400_000 + number),
    } | more


def page(*photos: dict[str, Any], at: int = 1, pages: int = 1) -> Reply:
    return Reply({"photos": {"page": at, "pages": pages, "photo": list(photos)}, "stat": "ok"})


def only(**more: Any) -> Any:
    answer = flickr.translate({"photo": photo(**more), "stat": "ok"}, TOLD)
    assert len(answer.posts) == 1 and not answer.refused
    return answer.posts[0]


def test_a_photo_is_its_title_and_description_as_they_stand():
    post = only(title={"_content": "The <square>"}, description={"_content": 'see <a href="https://t.example">this</a> &amp; that'})
    assert post.text == 'The <square>\n\nsee <a href="https://t.example">this</a> &amp; that' and post.id == "flickr:1"


@pytest.mark.parametrize(("owner", "kind"), [
    ("77@N01", Kind.OWN), ("99@N01", Kind.MENTION), ({"nsid": "77@N01"}, Kind.OWN), ({"nsid": "5@N01", "path_alias": "town"}, Kind.OWN),
    ({"nsid": "5@N01", "username": "somebody"}, Kind.MENTION), (None, Kind.MENTION),
])  # fmt: skip
def test_a_photo_of_the_account_is_its_own_and_one_of_another_a_mention(owner, kind):
    assert only(owner=owner).kind == kind


def test_numbers_told_and_not_told_stay_distinct():
    assert (only(views="0", count_faves="4", count_comments="0").views, only(views="0").likes, only().views) == (0, None, None)
    assert only(comments={"_content": "7"}, views="0").replies == 7


def test_a_place_is_named_or_pointed_at_and_nowhere_is_no_place():
    assert only(location={"locality": {"_content": "Dammam"}, "country": {"_content": "Saudi Arabia"}}).place_told == "Dammam, Saudi Arabia"
    assert only(latitude="26.4", longitude="50.1").place_told == "26.4,50.1"
    assert only(latitude=0, longitude=0).place_told is None


def test_json_and_xml_of_the_same_comments_say_the_same():
    as_json = flickr.translate(json.loads((ANSWERS / "flickr/comments.json").read_text()), TOLD)
    as_xml = flickr.translate((ANSWERS / "flickr/comments.xml").read_text(), TOLD)
    assert as_json.posts == as_xml.posts
    (post,) = as_json.posts
    assert (post.id, post.parent_id, post.kind, post.author.name) == ("flickr:9-501-1", "flickr:501", Kind.COMMENT, "passer_by")


def test_notes_on_a_photo_are_comments_on_it():
    answer = flickr.translate(
        {
            "photo": photo() | {"notes": {"note": [{"id": "n1", "author": "8@N", "authorname": "w", "_content": "a crack here"}]}},
            "stat": "ok",
        },
        TOLD,
    )
    assert [(p.id, p.text, p.parent_id) for p in answer.posts][1:] == [("flickr:n1", "a crack here", "flickr:1")]


@pytest.mark.parametrize(
    "nothing",
    [{"sizes": {"size": [{"label": "Square"}]}, "stat": "ok"}, {"galleries": {}, "stat": "ok"}, {"stat": "ok"}, "<rsp stat='ok'></rsp>"],
)
def test_sizes_and_collections_are_nobodys_message(nothing):
    answer = flickr.translate(nothing, TOLD)
    assert answer.posts == () and answer.refused == ()


def test_one_bad_photo_leaves_the_others_alone():
    answer = flickr.translate(
        {"photos": {"photo": [photo(1), photo(2, id=None), photo(3, dateupload="never"), photo(4)]}, "stat": "ok"}, TOLD
    )
    assert [p.id for p in answer.posts] == ["flickr:1", "flickr:3", "flickr:4"] and len(answer.refused) == 1
    assert answer.posts[1].created_at == NOW


# The questions


def test_photos_are_asked_for_page_by_page_and_only_the_last_moves_the_cursor():
    pages = {"1": page(photo(9), photo(8), at=1, pages=2), "2": page(photo(7), at=2, pages=2)}
    answers, server = asked(lambda request: pages[of(request)["page"]])
    assert [a.cursor for a in answers] == [None, "1775400009"] and [len(a.posts) for a in answers] == [2, 1]
    assert of(server.asked[0])["method"] == "flickr.photos.search" and "min_upload_date" not in of(server.asked[0])


def test_the_next_pass_asks_from_a_minute_before_the_newest():
    answers, server = asked(page(), cursor="1775400009")
    assert of(server.asked[0])["min_upload_date"] == "1775399949" and answers[-1].cursor == "1775400009"


def test_a_search_begins_a_month_back_and_takes_the_words():
    _, server = asked(page(), "search")
    assert of(server.asked[0])["text"] == "potholes" and of(server.asked[0])["min_upload_date"] == str(
        int((NOW - timedelta(days=30)).timestamp())
    )


def test_beyond_what_a_search_hands_out_there_is_a_gap():
    def endless(request: Asked) -> Reply:
        at = int(of(request)["page"])
        return page(*[photo(5000 - (at * 250 + n)) for n in range(250)], at=at, pages=99)

    answers, server = asked(endless, cursor="1770000000")
    assert len(server.asked) == 16 and answers[-1].gap is not None and answers[-1].cursor is not None


def test_comments_are_read_where_their_number_changed_and_a_photo_that_is_gone_is_left_out():
    listed = page(photo(1, count_comments="2"), photo(2, count_comments="1"), photo(3, count_comments="0"))

    def answer(request: Asked) -> Reply:
        told = of(request)
        if told["method"] == "flickr.photos.search":
            return listed
        if told["photo_id"] == "2":
            return Reply({"stat": "fail", "code": 1, "message": "Photo not found"})
        return Reply(
            {
                "comments": {"photo_id": "1", "comment": [{"id": "c1", "author": "8@N", "_content": "nice", "datecreate": "1775400500"}]},
                "stat": "ok",
            }
        )

    answers, _ = asked(answer, "comments")
    assert [p.id for a in answers for p in a.posts] == ["flickr:1", "flickr:2", "flickr:3", "flickr:c1"]
    assert json.loads(answers[-1].cursor) == {"flickr:1": 2, "flickr:2": 1}
    _, again = asked(answer, "comments", answers[-1].cursor)
    assert len(again.asked) == 1


def test_an_account_without_an_id_is_looked_up_once():
    known = {"flickr.urls.lookupUser": Reply({"user": {"id": "77@N01", "username": {"_content": "Town"}}, "stat": "ok"})}
    with replay({"/services/rest/": lambda request: known.get(of(request)["method"], page())}) as server:
        client = flickr.connect("key", "secret", server.url)
        nameless = Source(id="flickr.photos.town", platform="flickr", what="photos", account="flickr:town", handle="town")
        for _ in range(2):
            list(flickr.ask(client, nameless, None, NOW))
    assert [of(a)["method"] for a in server.asked].count("flickr.urls.lookupUser") == 1 and of(server.asked[-1])["user_id"] == "77@N01"


def test_a_second_look_brings_numbers_and_says_what_is_gone():
    def answer(request: Asked) -> Reply:
        gone = {"stat": "fail", "code": 1, "message": "not found"}
        return Reply(gone if of(request)["photo_id"] == "2" else {"photo": photo(1, views="5"), "stat": "ok"})

    posts = flickr.translate({"photos": {"photo": [photo(1), photo(2)]}, "stat": "ok"}, TOLD).posts
    with replay({"/services/rest/": answer}) as server:
        answers = list(flickr.refresh(flickr.connect("k", "s", server.url), source("photos"), posts, NOW))
    assert answers[0].samples[0].views == 5 and answers[-1].missing == ("flickr:2",)


@pytest.mark.parametrize(("reply", "then", "kind"), [
    (Reply({"stat": "fail", "code": 100, "message": "Invalid API Key"}), "credential", "credential refused"),
    (Reply({"stat": "fail", "code": 105, "message": "Service currently unavailable"}), "retry", "unavailable"),
    (Reply({"stat": "fail", "code": 112, "message": "Method unknown"}), "stop", "bad question"),
    (Reply("<html>", 502), "retry", "unavailable"), (Reply("slow down", 429, {"Retry-After": "90"}), "wait", "wait"),
    (Reply("<html>maintenance</html>"), "retry", "not readable"), (Reply(b"\xff\xfe"), "retry", "not readable"), (Reply("[]"), "retry", "not readable"),
    (Reply(silent=True), "retry", "silence"), (Reply("x" * 100, cut_after=5), "retry", "cut connection"),
])  # fmt: skip
def test_every_known_error_lands_on_its_line(reply, then, kind):
    with pytest.raises(PlatformProblem) as caught:
        asked(reply, silence_s=0.3 if reply.silent else 60)
    assert (caught.value.then, caught.value.kind) == (then, kind)


def test_nothing_of_an_error_and_no_key_stands_in_the_log(caplog, capsys):
    caplog.set_level("DEBUG")
    with pytest.raises(PlatformProblem):
        asked(Reply("a citizen's words", 500))
    assert "citizen" not in caplog.text + capsys.readouterr().err and "sesame" not in caplog.text


def test_without_keys_it_says_what_it_waits_for():
    with pytest.raises(CredentialMissing, match="SADA_FLICKR_API_KEY"):
        flickr.client(Settings())


def test_sources_are_the_accounts_questions_and_a_search_for_each_word():
    town = Deployment(id="t", name={}, timezone="UTC", languages=("en",), accounts=(OfficialAccount(platform="flickr", handle="town"),),
                      watch=Watch(keywords=("water",), hashtags=("#water", "bins")))  # fmt: skip
    assert [s.id for s in flickr.sources(town)] == [
        "flickr.photos.town",
        "flickr.comments.town",
        "flickr.account.town",
        "flickr.search.1",
        "flickr.search.2",
    ]
