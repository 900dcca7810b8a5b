"""Instagram through the Graph API's client against a replay server, and what it tells as posts. Every text is invented."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from collectors import instagram, instagram_loader, translating
from collectors.base import Answer, Context, Source
from collectors.inbox import Inbox
from core.deployment import Deployment, OfficialAccount, Watch
from core.errors import CredentialMissing, PlatformProblem
from core.post import Kind
from core.settings import Secret, Settings
from tests.collectors.replay import Reply, Server, by_path, replay

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
AT = "2026-04-30T10:00:00+0000"
TOLD = Context(now=NOW, source="instagram.media.city", account="instagram:city", native_id="10", handle="city", what="media")


def settings(server: Server) -> Settings:
    return Settings(base_urls={"instagram": server.url}, credentials={"INSTAGRAM_TOKEN": Secret("sesame")})


def source(what: str, **more: Any) -> Source:
    told = {"account": "instagram:city", "handle": "city", "native_id": "10", **more}
    return Source(id=f"instagram.{what}.city", platform="instagram", what=what, **told)


def asked(answers: Any, what: str, cursor: str | None = None, **more: Any) -> tuple[list[Answer], Server]:
    with replay({f"/v25.0/{path}": told for path, told in answers.items()}) as server:
        return list(instagram.ask(instagram.client(settings(server)), source(what, **more), cursor, NOW)), server


def medium(id: str = "1", at: str = AT, **more: Any) -> dict[str, Any]:
    return {"id": id, "caption": "The new tram stop", "media_type": "IMAGE", "media_url": "https://pictures.example/1.jpg", "timestamp": at,
            "username": "city", "owner": {"id": "10"}, **more}  # fmt: skip


def remark(id: str, at: str = AT, said: str = "Where is the timetable?", by: str = "neighbour", **more: Any) -> dict[str, Any]:
    return {"id": id, "text": said, "timestamp": at, "username": by, "like_count": 0, **more}


def only(body: Any, told: Context = TOLD) -> Any:
    answer = instagram.translate(body, told)
    assert len(answer.posts) == 1 and not answer.refused
    return answer.posts[0]


# The questions


def test_own_media_are_read_until_a_page_is_older_than_the_watermark() -> None:
    def page(number: int) -> Reply:
        following = {"next": f"https://graph.facebook.com/v25.0/10/media?access_token=sesame&after={number}"}
        return Reply({"data": [medium(f"{number}", f"2026-04-{30 - number}T10:00:00+0000")], "paging": following})

    answers, server = asked({"10/media": [page(n) for n in range(9)]}, "media", "2026-04-29T12:00:00+00:00")
    assert [p.id for a in answers for p in a.posts] == ["instagram:0", "instagram:1"]
    assert answers[-1].cursor == "2026-04-30T10:00:00+00:00" and server.asked[1].query["after"] == "0"


def test_comments_and_replies_stand_under_their_medium() -> None:
    told = remark("5", replies={"data": [remark("6", by="city", said="On the board.")]})
    answers, _ = asked({"10/media": Reply({"data": [{"id": "1", "timestamp": AT, "comments": {"data": [told]}}]})}, "comments")
    assert [(p.id, p.kind, p.parent_id, p.conversation_id) for a in answers for p in a.posts] == [
        ("instagram:5", Kind.COMMENT, "instagram:1", "instagram:1"), ("instagram:6", Kind.OWN, "instagram:5", "instagram:1"),
    ]  # fmt: skip


def under(count: int, counted: int, newest: str = "2026-05-01T11:00:00+0000") -> dict[str, Reply]:
    comments = {"data": [remark(f"{n}", newest) for n in range(count)]}
    return {"10/media": Reply({"data": [{"id": "1", "timestamp": AT, "comments_count": counted, "comments": comments}]})}


@pytest.mark.parametrize(("count", "counted", "cursor", "is_gap"), [
    (50, 80, "2026-05-01T08:00:00+00:00", True),  # all of the fifty are new: there may be more
    (50, 80, "2026-05-01T11:30:00+00:00", False),  # the watermark lies among them
    (49, 80, "2026-05-01T08:00:00+00:00", False),  # fewer than are told at once: these are all there are
    (50, 80, None, True),
    (50, 50, None, False),  # counted fifty, told fifty
])  # fmt: skip
def test_fifty_comments_that_are_all_new_leave_a_gap(count: int, counted: int, cursor: str | None, is_gap: bool) -> None:
    answers, _ = asked(under(count, counted), "comments", cursor)
    assert [a.gap is not None for a in answers] == [is_gap]


def test_where_a_second_page_of_comments_is_told_it_is_read_and_no_gap_is_left() -> None:
    body = under(50, 80)["10/media"].body
    body["data"][0]["comments"]["paging"] = {"next": "https://graph.facebook.com/v25.0/1/comments?after=x"}
    answers, _ = asked({"10/media": Reply(body), "1/comments": Reply({"data": [remark("99")]})}, "comments")
    assert sum(len(a.posts) for a in answers) == 51 and not any(a.gap for a in answers)
    assert answers[-1].posts[0].parent_id == "instagram:1"


def test_a_branch_is_seen_through_an_account_we_are_connected_to() -> None:
    branch = {
        "id": "20",
        "username": "north",
        "followers_count": 7,
        "media_count": 0,
        "media": {"data": [{"id": "3", "caption": "Hello", "timestamp": AT}]},
    }
    answers, server = asked(
        {"10": Reply({"business_discovery": branch, "id": "10"})}, "discovery", account="instagram:north", handle="north", query="north"
    )
    assert "business_discovery.username(north)" in server.asked[0].query["fields"]
    assert [(s.account, s.followers, s.posts) for s in answers[0].account_samples] == [("instagram:north", 7, 0)]
    assert [(p.id, p.kind, p.account) for p in answers[0].posts] == [("instagram:3", Kind.OWN, "instagram:north")]


def test_a_watched_hashtag_brings_others_media_whose_authors_are_not_told() -> None:
    found = {
        "data": [{"id": "3", "caption": "Dust again #city", "media_type": "IMAGE", "permalink": "https://www.instagram.com/p/B8goRvrnwod/"}]
    }
    answers, server = asked({"ig_hashtag_search": Reply({"data": [{"id": "77"}]}), "77/recent_media": Reply(found)},
                            "hashtag", account=None, handle=None, query="city")  # fmt: skip
    post = answers[0].posts[0]
    assert (post.kind, post.author, post.created_at.date().isoformat()) == (
        Kind.MENTION,
        None,
        "2020-02-13",
    )  # the time is in its short code
    assert [a.query["user_id"] for a in server.asked] == ["10", "10"]


def test_tagged_media_are_mentions() -> None:
    answers, _ = asked({"10/tags": Reply({"data": [medium("4", username="neighbour", owner=None)]})}, "tags")
    assert [p.kind for p in answers[0].posts] == [Kind.MENTION]


def test_an_accounts_size() -> None:
    answers, _ = asked({"10": Reply({"id": "10", "username": "city", "followers_count": 0, "media_count": 4})}, "account")
    assert [(s.account, s.followers, s.following, s.posts) for s in answers[0].account_samples] == [("instagram:city", 0, None, 4)]


def test_a_second_look_at_media_and_comments_says_what_is_missing() -> None:
    known = [only(medium("1")), only(medium("2")), instagram.translate(remark("5", media={"id": "1"}), TOLD).posts[0]]

    def answer(asked: Any) -> Reply:
        ids = asked.query["ids"].split(",")
        if "2" in ids:
            return Reply({"error": {"code": 100, "error_subcode": 33, "message": "Unsupported get request"}}, status=400)
        return Reply({id: remark(id, media={"id": "1"}) if id == "5" else medium(id, like_count=3) for id in ids})

    with replay(by_path({"/v25.0/": answer})) as server:
        answers = list(instagram.refresh(instagram.client(settings(server)), source("media"), known, NOW))
    assert {p.id: p.likes for a in answers for p in a.posts} == {"instagram:1": 3, "instagram:5": 0}
    assert [id for a in answers for id in a.missing] == ["instagram:2"]


def test_media_of_others_are_not_looked_at_again() -> None:
    tagged = only(medium("4", username="neighbour", owner=None))
    with replay({}) as server:
        assert list(instagram.refresh(instagram.client(settings(server)), source("media"), [tagged], NOW)) == []
        assert list(instagram.refresh(instagram.client(settings(server)), source("media", native_id=None), [only(medium())], NOW)) == []
    assert server.asked == []


def test_a_deployments_sources_are_those_that_can_be_asked_for() -> None:
    accounts = (OfficialAccount(platform="instagram", handle="city", id="10"), OfficialAccount(platform="instagram", handle="north"))
    deployment = Deployment(id="t", name={}, timezone="UTC", languages=("en",), accounts=accounts, watch=Watch(hashtags=("#city",)))
    assert [s.id for s in instagram.sources(deployment)] == [
        "instagram.media.city", "instagram.comments.city", "instagram.tags.city", "instagram.mentions.city", "instagram.account.city", "instagram.insights.city",
        "instagram.discovery.north", "instagram.hashtag.city",
    ]  # fmt: skip


def test_the_check_says_when_comments_are_withheld() -> None:
    deployment = Deployment(
        id="t", name={}, timezone="UTC", languages=("en",), accounts=(OfficialAccount(platform="instagram", handle="city", id="10"),)
    )
    for comments, state in (([], "warning"), ([{"id": "5"}], "ok")):
        told = {"id": "10", "media": {"data": [{"comments_count": 4, "comments": {"data": comments}}]}}
        with replay({"/v25.0/10": Reply(told)}) as server:
            assert [f.state for f in instagram.check(instagram.client(settings(server)), deployment, NOW)] == [state]


def test_without_a_token_it_says_which_key_it_waits_for() -> None:
    with pytest.raises(CredentialMissing, match=r"SADA_INSTAGRAM_TOKEN.*docs/credentials.md#instagram"):
        instagram.client(Settings())


@pytest.mark.parametrize(("reply", "then"), [
    (Reply({"error": {"code": 10, "message": "no"}}, status=400), "credential"),
    (Reply({"error": {"code": 4, "message": "limit"}}, status=403), "wait"),
    (Reply({"error": {"code": 80002, "message": "limit"}}, status=400), "wait"),
    (Reply("<html></html>", headers={"Content-Type": "text/html"}), "retry"),
])  # fmt: skip
def test_a_problem_says_what_happens_next(reply: Reply, then: str) -> None:
    with pytest.raises(PlatformProblem) as raised:
        asked({"10": reply}, "account")
    assert raised.value.then == then and "sesame" not in raised.value.says


# What it told


def test_hidden_counts_are_not_told_and_nobody_is_zero() -> None:
    assert (only(medium(comments_count=0)).likes, only(medium(comments_count=0)).replies) == (None, 0)


def test_an_album_is_its_pictures_and_a_caption_stays_as_published() -> None:
    parts = [
        {"media_type": "IMAGE", "media_url": "https://pictures.example/1.jpg"},
        {"media_type": "VIDEO", "media_url": "https://pictures.example/2.mp4"},
    ]
    said = " ساحة المدينة\u200f \n\n#مدينتنا "
    found = only(medium(caption=said, media_type="CAROUSEL_ALBUM", children={"data": parts}))
    assert found.text == said and [m.kind for m in found.media] == ["photo", "video"]


def test_media_asked_for_inside_of_an_account_come_out_and_tags_are_of_others() -> None:
    inside = {
        "id": "10",
        "username": "city",
        "media": {"data": [{"id": "1", "caption": "Ours"}]},
        "tags": {"data": [{"id": "2", "caption": "Theirs"}]},
    }
    assert [(p.text, p.kind) for p in instagram.translate(inside, TOLD).posts] == [("Ours", Kind.OWN), ("Theirs", Kind.MENTION)]


def test_figures_of_a_medium_are_a_sample_and_of_a_day_the_accounts() -> None:
    of_medium = {"name": "saved", "period": "lifetime", "values": [{"value": 0}], "id": "1/insights/saved/lifetime"}
    of_day = {"name": "views", "period": "day", "total_value": {"value": 9}, "id": "10/insights/views/day"}
    answer = instagram.translate({"data": [of_medium, of_day]}, TOLD)
    assert [(s.post_id, s.saves, s.views) for s in answer.samples] == [("instagram:1", 0, None)]
    assert [(s.account, s.views) for s in answer.account_samples] == [("instagram:city", 9)]


def test_one_bad_comment_in_a_page_is_refused_without_its_text() -> None:
    answer = instagram.translate({"data": [remark(f"{n}") for n in range(99)] + [remark("99", at="never", said="a secret")]}, TOLD)
    assert (len(answer.posts), len(answer.refused), answer.returned) == (99, 1, 100) and "secret" not in answer.refused[0].why


# What its webhook tells


def delivery(value: dict[str, Any], field: str = "comments") -> dict[str, Any]:
    return {"object": "instagram", "entry": [{"id": "10", "time": 1_777_629_600, "changes": [{"field": field, "value": value}]}]}


def test_a_comment_told_by_the_webhook_stands_where_a_poll_finds_it() -> None:
    value = {"id": "5", "text": "Where?", "from": {"id": "55", "username": "neighbour"}, "media": {"id": "1"}}
    found = only(delivery(value))
    assert (found.id, found.kind, found.parent_id, found.conversation_id) == ("instagram:5", Kind.COMMENT, "instagram:1", "instagram:1")
    assert found.created_at == found.observed_at == datetime.fromtimestamp(1_777_629_600, UTC)
    assert only(delivery({**value, "parent_id": "4"})).kind == Kind.REPLY
    assert only(delivery({**value, "from": {"id": "10", "username": "city"}})).kind == Kind.OWN


def test_a_mention_without_its_text_is_counted_as_lost() -> None:
    answer = instagram.translate(delivery({"media_id": "1", "comment_id": "5"}, "mentions"), TOLD)
    assert [r.lost for r in answer.refused] == [True]


def test_mentions_told_without_their_text_are_asked_for(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    for number, value in enumerate(({"media_id": "1", "comment_id": "5"}, {"media_id": "4"}, {"media_id": "6"}), 1):
        inbox.keep("instagram", "", json.dumps(delivery(value, "mentions")).encode(), NOW)
        inbox.done([], [number])
    inbox.close()

    def answer(asked: Any) -> Reply:
        if "media_id(6)" in asked.query["fields"]:
            return Reply({"error": {"code": 100, "error_subcode": 33, "message": "gone"}}, status=400)
        if "comment_id(5)" in asked.query["fields"]:
            return Reply({"mentioned_comment": remark("5", said="@city look", media={"id": "1"}), "id": "10"})
        return Reply({"mentioned_media": medium("4", username="neighbour", owner=None), "id": "10"})

    with replay(by_path({"/v25.0/10": answer})) as server:
        client = instagram.client(msgspec.structs.replace(settings(server), data=tmp_path))
        answers = list(instagram.ask(client, source("mentions"), None, NOW))
    assert [(p.id, p.kind, p.parent_id) for a in answers for p in a.posts] == [
        ("instagram:5", Kind.MENTION, "instagram:1"), ("instagram:4", Kind.MENTION, None),
    ]  # fmt: skip
    assert answers[-1].cursor == "3" and sum(len(a.refused) for a in answers) == 1


def test_a_direct_message_and_its_withdrawal() -> None:
    def event(message: dict[str, Any]) -> dict[str, Any]:
        return {"object": "instagram", "entry": [{"id": "10", "time": 1, "messaging": [
            {"sender": {"id": "55"}, "recipient": {"id": "10"}, "timestamp": 1_777_629_600_000, "message": message}]}]}  # fmt: skip

    assert (only(event({"mid": "m1", "text": "The gate is broken"})).kind, only(event({"mid": "m2", "is_echo": True, "text": "Noted"})).kind) == (
        Kind.DIRECT, Kind.OWN)  # fmt: skip
    assert instagram.translate(event({"mid": "m1", "is_deleted": True}), TOLD).deleted == ("instagram:m1",)


# What the web pages tell


def test_both_forms_of_a_web_medium_say_the_same() -> None:
    by_query = {"shortcode": "abc", "id": "7", "taken_at_timestamp": 1_777_000_000, "edge_media_to_caption": {"edges": [{"node": {"text": "Hi"}}]},
                "edge_media_preview_like": {"count": -1}, "edge_media_to_comment": {"count": 0}, "owner": {"id": "10", "username": "city"}}  # fmt: skip
    by_api = {"code": "abc", "pk": 7, "id": "7_10", "taken_at": 1_777_000_000, "caption": {"text": "Hi"}, "like_count": 3,
              "like_and_view_counts_disabled": True, "comment_count": 0, "user": {"pk": 10, "username": "city"}}  # fmt: skip
    one, two = only({"data": {"shortcode_media": by_query}, "status": "ok"}), only({"items": [by_api], "status": "ok"})
    for name in ("id", "kind", "text", "created_at", "url", "likes", "replies"):
        assert getattr(one, name) == getattr(two, name), name
    assert (one.likes, one.replies) == (None, 0)


def test_a_web_comment_stands_under_its_medium_once_however_often_it_is_told() -> None:
    comment = {"pk": 9, "text": "Nice", "created_at_utc": 1_777_000_001, "user": {"pk": 5, "username": "n"}, "comment_like_count": 2}
    body = {
        "items": [
            {"code": "abc", "pk": 7, "taken_at": 1_777_000_000, "user": {"pk": 10}, "comments": [comment], "preview_comments": [comment]}
        ]
    }
    assert [(p.id, p.parent_id) for p in instagram.translate(body, TOLD).posts] == [("instagram:7", None), ("instagram:9", "instagram:7")]


def test_a_caption_told_beside_the_comments_is_its_mediums_text() -> None:
    caption = {"pk": 5, "type": 1, "media_id": 7, "text": "The square", "created_at": 1_777_000_000, "user": {"pk": 10, "username": "city"}}
    comment = {"pk": 9, "type": 0, "media_id": 7, "text": "Nice", "created_at": 1_777_000_001, "user": {"pk": 5}}
    answer = instagram.translate({"caption": caption, "comments": [comment], "status": "ok"}, TOLD)
    assert [(p.id, p.kind, p.text, p.parent_id) for p in answer.posts] == [
        ("instagram:7", Kind.OWN, "The square", None), ("instagram:9", Kind.COMMENT, "Nice", "instagram:7"),
    ]  # fmt: skip


@pytest.mark.parametrize(("body", "then"), [
    ({"message": "checkpoint_required", "status": "fail"}, "credential"), ({"message": "Please wait a few minutes before you try again.", "status": "fail"}, "wait"),
    ({"authenticated": False, "status": "ok"}, "credential"), ({"type": "CHALLENGE", "status": "ok"}, "credential"),
])  # fmt: skip
def test_a_web_error_is_a_problem_we_know(body: dict[str, Any], then: str) -> None:
    with pytest.raises(PlatformProblem) as raised:
        instagram.translate(body, TOLD)
    assert raised.value.then == then


# The recorded answers beside the project


def test_every_recorded_caption_and_comment_comes_out_and_every_error_is_one_we_know(shared: Path) -> None:
    folder = shared / "recordings" / "instagram"
    found = list(translating.files(folder))
    assert len(found) > 60
    for path in found:
        raw = path.read_bytes()
        made = translating.translated(instagram, raw, Context(now=NOW))
        name = path.relative_to(folder)
        assert bool(made.problem) == (name.parts[0] in ("errors", "web_errors")), name
        assert not made.problem or made.problem.kind != "unknown", name
        said = "\n".join(post.text for post in made.posts)
        assert made.problem or [m for m in messages(translating.recording(raw).body) if m not in said] == [], name


def messages(body: Any) -> Iterator[str]:
    """Every caption and comment in a recorded body, in any of its forms."""
    if isinstance(body, dict):
        yield from (v for k, v in body.items() if k in ("text", "caption") and isinstance(v, str))
    for part in body.values() if isinstance(body, dict) else body if isinstance(body, list) else ():
        yield from messages(part)


# The opt-in second source


def test_without_a_connected_account_the_others_wait_for_an_id_or_an_opt_in() -> None:
    deployment = Deployment(
        id="t", name={}, timezone="UTC", languages=("en",), accounts=(OfficialAccount(platform="instagram", handle="city"),)
    )
    (found,) = instagram.sources(deployment)
    assert found.id == "instagram.web.city"
    with pytest.raises(PlatformProblem, match="SADA_INSTALOADER_SESSION") as raised:
        list(instagram.ask(instagram.client(Settings(credentials={"INSTAGRAM_TOKEN": Secret("t")})), found, None, NOW))
    assert raised.value.then == "credential"


def item(number: int, at: int) -> dict[str, Any]:
    """A medium as the web pages tell it to somebody who is signed in."""
    return {"pk": number, "id": f"{number}_10", "code": f"c{number}", "media_type": 1, "taken_at": at, "has_liked": False, "like_count": 0,
            "comment_count": 2, "caption": {"text": f"Picture {number}"}, "image_versions2": {"candidates": [{"url": "https://pictures.example/1.jpg"}]},
            "user": {"pk": 10, "username": "city", "is_private": False, "full_name": "City", "profile_pic_url": ""}}  # fmt: skip


def test_instaloaders_posts_become_ours_until_more_than_the_pinned_ones_are_old() -> None:
    instaloader = pytest.importorskip("instaloader", reason="the opt-in extra instaloader is not installed")
    context = instaloader.Instaloader(quiet=True).context
    told = [item(number, 1_777_000_000 - number * 86_400) for number in range(40)]
    posts = (instaloader.Post.from_iphone_struct(context, one) for one in told)
    since = datetime.fromtimestamp(1_777_000_000 - 86_400 * 2 - 1, UTC)
    answers = list(instagram_loader.walk(posts, since, TOLD, instaloader))
    found = [p for a in answers for p in a.posts]
    assert [p.id for p in found] == [f"instagram:{n}" for n in range(7)]  # three new, and four old ones before it stops
    assert (found[0].text, found[0].kind, found[0].likes, found[0].replies) == ("Picture 0", Kind.OWN, 0, 2)


def test_instaloader_never_sleeps_and_its_errors_are_ones_we_know() -> None:
    instaloader = pytest.importorskip("instaloader", reason="the opt-in extra instaloader is not installed")
    context = instagram_loader.signed_in("person:id:token", instaloader).context
    with pytest.raises(instagram_loader.Waiting):
        context._rate_controller.sleep(666)
    then = {
        instagram_loader.Waiting(666): "wait", instaloader.AbortDownloadException("m"): "credential", instaloader.LoginRequiredException("m"): "credential",
        instaloader.TooManyRequestsException("m"): "wait", instaloader.ProfileNotExistsException("m"): "retry",
        instaloader.PrivateProfileNotFollowedException("m"): "skip", instaloader.BadResponseException("m"): "retry",
    }  # fmt: skip
    assert {error: instagram_loader.problem(error, NOW, instaloader).then for error in then} == then


# Instaloader, where somebody opted in

BRANCH = Source(id="instagram.branch.parks", platform="instagram", what="branch", account="instagram:parks", handle="parks")


@pytest.mark.parametrize("session", [None, ""])
def test_without_opting_in_to_instaloader_it_says_what_to_set(session: str | None) -> None:
    with pytest.raises(PlatformProblem, match="SADA_INSTALOADER_SESSION") as raised:
        list(instagram_loader.ask(session, BRANCH, None, TOLD))
    assert raised.value.then == "credential"


def test_without_the_library_of_instaloader_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "instaloader", None)
    with pytest.raises(PlatformProblem, match=r"pip install -e '\.\[instaloader\]'") as raised:
        list(instagram_loader.ask("person:id:token", BRANCH, None, TOLD))
    assert raised.value.then == "stop"


def test_instagram_out_of_instaloaders_reach_is_tried_again_and_the_session_stays_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("instaloader", reason="the opt-in extra instaloader is not installed")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: the way out is shut
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{nobody.getsockname()[1]}")
        with pytest.raises(PlatformProblem) as raised:
            list(instagram_loader.ask("person:secret-id:secret-token", BRANCH, None, TOLD))
    assert (raised.value.then, "secret" in raised.value.says) == ("retry", False)
