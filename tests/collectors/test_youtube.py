"""YouTube through Google's own client against a replay server, and its answers and public feed as posts. Every text is invented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from collectors import translating, youtube
from collectors.base import Answer, Context, Source
from collectors.web import TooBig
from collectors.youtube_asking import Line
from core.deployment import Deployment, OfficialAccount, Watch
from core.errors import PlatformProblem
from core.post import Kind
from core.settings import Secret, Settings
from tests.collectors.replay import Reply, Server, replay

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
TOLD = Context(now=NOW, source="youtube.uploads.city", account="youtube:city", native_id="UCcity", what="uploads")
CITY = OfficialAccount(platform="youtube", handle="city", id="UCcity")


def settings(server: Server, key: str | None = "sesame") -> Settings:
    return Settings(base_urls={"youtube": server.url}, credentials={"YOUTUBE_API_KEY": Secret(key)} if key else {})


def source(what: str, id: str | None = "UCcity") -> Source:
    return Source(
        id=f"youtube.{what}.city", platform="youtube", what=what, account="youtube:city", handle="city", native_id=id, query="lamps"
    )


def asked(answers: Any, what: str, cursor: str | None = None, key: str | None = "sesame") -> tuple[list[Answer], Server]:
    with replay({f"/youtube/v3/{path}" if path[0] != "/" else path: told for path, told in answers.items()}) as server:
        return list(youtube.ask(youtube.client(settings(server, key)), source(what), cursor, NOW)), server


def listing(kind: str, *items: dict[str, Any], next: str | None = None) -> Reply:
    return Reply({"kind": f"youtube#{kind}ListResponse", "items": list(items), **({"nextPageToken": next} if next else {})})


def listed(id: str, at: str = "2026-04-30T10:00:00Z", **snippet: Any) -> dict[str, Any]:
    told = {"title": f"Film {id}", "description": "", "publishedAt": "2026-05-01T00:00:00Z", "thumbnails": {"default": {}}, **snippet}
    return {"kind": "youtube#playlistItem", "id": f"p{id}", "snippet": told, "contentDetails": {"videoId": id, "videoPublishedAt": at}}


def video(id: str, at: str = "2026-04-30T10:00:00Z", counts: dict[str, Any] | None = None, channel: str = "UCcity") -> dict[str, Any]:
    told = {"title": f"Film {id}", "description": "Behind the lamps.", "publishedAt": at, "channelId": channel, "channelTitle": "City"}
    return {"kind": "youtube#video", "id": id, "snippet": told, "statistics": counts or {}}


def remark(id: str, at: str = "2026-04-30T10:00:00Z", said: str = "Thank you!", by: str = "UCperson", **snippet: Any) -> dict[str, Any]:
    told = {"textOriginal": said, "textDisplay": f"<b>{said}</b>", "authorDisplayName": "@neighbour", "authorChannelId": {"value": by},
            "likeCount": 0, "publishedAt": at, "updatedAt": at, **snippet}  # fmt: skip
    return {"kind": "youtube#comment", "id": id, "snippet": told}


def thread(id: str, at: str = "2026-04-30T10:00:00Z", replies: int = 0, shown: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    told = {"videoId": "v1", "topLevelComment": remark(id, at, videoId="v1"), "totalReplyCount": replies}
    return {"kind": "youtube#commentThread", "id": id, "snippet": told, **({"replies": {"comments": list(shown)}} if shown else {})}


def only(body: Any, told: Context = TOLD) -> Any:
    answer = youtube.translate(body, told)
    assert len(answer.posts) == 1 and not answer.refused
    return answer.posts[0]


# The public feed, without any credential

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">
 <yt:channelId>city</yt:channelId><title>City</title>
 <entry><yt:videoId>v1</yt:videoId><yt:channelId>UCcity</yt:channelId><title>Lamps &amp; &lt;roads&gt;</title>
  <author><name>City</name></author><published>2026-04-30T10:00:00+00:00</published>
  <media:group><media:title>Lamps</media:title><media:description> First line
  &lt;script&gt; second line </media:description>
  <media:community><media:starRating count="0"/><media:statistics views="34"/></media:community></media:group></entry>
 <entry><title>No id</title></entry>
</feed>"""


def feed(body: str = FEED, **more: Any) -> dict[str, Reply]:
    return {"/feeds/videos.xml": Reply(body, headers={"Content-Type": "text/xml"}, **more)}


def test_without_any_key_the_public_feed_is_read() -> None:
    answers, server = asked(feed(), "feed", key=None)
    assert server.asked[0].query == {"channel_id": "UCcity"}
    found = answers[0].posts[0]
    assert (found.id, found.kind, found.account) == ("youtube:v1", Kind.OWN, "youtube:city")
    assert (found.likes, found.views, found.replies) == (0, 34, None)
    assert answers[0].cursor == "2026-04-30T10:00:00+00:00" and answers[0].accounts[0].native_id == "UCcity"


def test_a_channel_known_by_its_handle_only_is_found_on_its_public_page_once() -> None:
    page = '<html><link rel="alternate" href="https://www.youtube.com/feeds/videos.xml?channel_id=UCcity"></html>'
    routes = {**feed(), "/@city": Reply(page, headers={"Content-Type": "text/html"})}
    with replay(routes) as server:
        client = youtube.client(settings(server, None))
        for _ in range(2):
            answers = list(youtube.ask(client, source("feed", None), None, NOW))
    assert [a.path for a in server.asked] == ["/@city", "/feeds/videos.xml", "/feeds/videos.xml"]
    assert answers[0].posts[0].kind == Kind.OWN and answers[0].accounts[0].id == "youtube:city"


def test_a_page_that_does_not_name_its_feed_asks_for_the_id() -> None:
    with (
        replay({"/@city": Reply("<html>Before you continue</html>")}) as server,
        pytest.raises(PlatformProblem, match="write the channel's id"),
    ):
        list(youtube.ask(youtube.client(settings(server, None)), source("feed", None), None, NOW))


def test_the_feeds_words_are_those_of_the_data_api_to_the_last_space() -> None:
    described = " First line\n  <script> second line "
    told = video("v1") | {"snippet": {"title": "Lamps & <roads>", "description": described, "channelId": "UCcity"}}
    assert youtube.translate(FEED, TOLD).posts[0].text == only({"items": [told]}).text == f"Lamps & <roads>\n\n{described}"


def test_an_entry_without_its_video_is_refused_and_the_others_stand() -> None:
    answer = youtube.translate(FEED.encode(), TOLD)
    assert (len(answer.posts), len(answer.refused), answer.returned) == (1, 1, 2)


def test_a_push_that_a_video_is_gone_deletes_it() -> None:
    gone = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"><at:deleted-entry ref="yt:video:v1"/></feed>'
    assert youtube.translate(gone, TOLD).deleted == ("youtube:v1",)


@pytest.mark.parametrize(("answers", "then"), [
    (feed("<html><body>Sorry</body></html>"), "retry"), (feed("<feed>"), "retry"), (feed("<rss/>"), "retry"),
    (feed('<!DOCTYPE feed [<!ENTITY a "aaaa">]><feed xmlns="http://www.w3.org/2005/Atom">&a;</feed>'), "retry"),
    (feed("", status=404), "skip"), (feed("", status=503), "retry"), (feed(cut_after=90), "retry"),
])  # fmt: skip
def test_a_feed_that_is_none_is_a_problem(answers: dict[str, Reply], then: str) -> None:
    with pytest.raises(PlatformProblem) as raised:
        asked(answers, "feed", key=None)
    assert raised.value.then == then


def test_without_a_key_the_other_questions_say_what_they_wait_for() -> None:
    with pytest.raises(PlatformProblem, match=r"SADA_YOUTUBE_API_KEY.*docs/credentials.md#youtube") as raised:
        asked({}, "comments", key=None)
    assert raised.value.then == "credential"


# The questions that need a key


def test_uploads_come_with_their_whole_words_and_counts_and_unseen_ones_are_missing() -> None:
    gone = listed("v3", title="Deleted video", thumbnails={})
    answers, server = asked({
        "playlistItems": listing("playlistItem", listed("v1"), listed("v2"), gone),
        "videos": listing("video", video("v1", counts={"viewCount": "40", "likeCount": "0"})),
    }, "uploads")  # fmt: skip
    assert [(p.id, p.views, p.likes, p.replies) for p in answers[0].posts] == [("youtube:v1", 40, 0, None)]
    assert answers[0].missing == ("youtube:v3", "youtube:v2")  # a deleted video is simply not among the answers
    assert server.asked[0].query["playlistId"] == "UUcity" and server.asked[1].query["id"] == "v1,v2"
    assert answers[0].spend == 2 and {a.query["key"] for a in server.asked} == {"sesame"}


def test_uploads_are_read_until_a_page_is_older_than_the_watermark() -> None:
    pages = [listing("playlistItem", listed(f"v{n}", f"2026-04-{30 - n}T10:00:00Z"), next=f"t{n}") for n in range(9)]
    videos = [listing("video", video(f"v{n}", f"2026-04-{30 - n}T10:00:00Z")) for n in range(9)]
    answers, _ = asked({"playlistItems": pages, "videos": videos}, "uploads", "2026-04-28T12:00:00+00:00")
    assert [p.id for a in answers for p in a.posts] == ["youtube:v0", "youtube:v1", "youtube:v2"]
    assert answers[-1].cursor == "2026-04-30T10:00:00+00:00"


def test_a_thread_that_shows_only_some_replies_is_asked_for_all_of_them() -> None:
    first = remark("t1.a", parentId="t1")
    answers, server = asked({
        "commentThreads": listing("commentThread", thread("t1", replies=2, shown=(first,)), thread("t2")),
        "comments": listing("comment", first, remark("t1.b", parentId="t1", by="UCcity")),
    }, "comments")  # fmt: skip
    assert [(p.id, p.kind, p.parent_id, p.conversation_id, p.replies) for p in answers[0].posts] == [
        ("youtube:t1", Kind.COMMENT, "youtube:v1", "youtube:v1", 2),
        ("youtube:t1.a", Kind.REPLY, "youtube:t1", "youtube:v1", None),
        ("youtube:t2", Kind.COMMENT, "youtube:v1", "youtube:v1", 0),
        ("youtube:t1.b", Kind.OWN, "youtube:t1", "youtube:v1", None),
    ]
    assert server.asked[0].query["allThreadsRelatedToChannelId"] == "UCcity" and server.asked[0].query["textFormat"] == "plainText"
    assert server.asked[1].query["parentId"] == "t1" and len(server.asked) == 2


def test_a_thread_deleted_meanwhile_leaves_the_others_alone() -> None:
    gone = Reply({"error": {"code": 404, "errors": [{"reason": "commentNotFound"}]}}, status=404)
    answers, _ = asked({"commentThreads": listing("commentThread", thread("t1", replies=3), thread("t2")), "comments": gone}, "comments")
    assert [p.id for p in answers[0].posts] == ["youtube:t1", "youtube:t2"]


def test_a_page_of_comments_that_comes_again_leaves_a_gap() -> None:
    answers: list[Answer] = []
    again = listing("commentThread", thread("t1"), next="same")
    with replay({"/youtube/v3/commentThreads": again}) as server, pytest.raises(PlatformProblem, match="same page"):
        answers.extend(youtube.ask(youtube.client(settings(server)), source("comments"), None, NOW))
    assert answers[-1].gap is not None and "same page" in answers[-1].gap.cause and len(server.asked) == 2


def test_a_budget_of_units_stops_the_pass() -> None:
    pages = [listing("commentThread", thread(f"t{n}"), next=f"{n}") for n in range(9)]
    poor = msgspec.structs.replace(source("comments"), budget=100, budget_left=3)
    with replay({"/youtube/v3/commentThreads": pages}) as server, pytest.raises(PlatformProblem, match="budget") as raised:
        list(youtube.ask(youtube.client(settings(server)), poor, None, NOW))
    assert len(server.asked) == 3 and raised.value.until == datetime(2026, 6, 1, tzinfo=UTC)


def test_a_search_brings_the_videos_themselves_and_knows_our_own() -> None:
    found = {"kind": "youtube#searchResult", "id": {"kind": "youtube#video", "videoId": "v1"}, "snippet": {"title": "Lamps &amp; …"}}
    other = {**found, "id": {"kind": "youtube#video", "videoId": "v2"}}
    answers, server = asked({
        "search": listing("search", found, other), "videos": listing("video", video("v1"), video("v2", channel="UCother")),
    }, "search")  # fmt: skip
    assert [(p.id, p.kind, p.text) for p in answers[0].posts] == [
        ("youtube:v1", Kind.OWN, "Film v1\n\nBehind the lamps."), ("youtube:v2", Kind.MENTION, "Film v2\n\nBehind the lamps."),
    ]  # fmt: skip
    assert server.asked[0].query["publishedAfter"] == "2026-04-24T12:00:00Z"


def test_a_search_stops_after_three_of_the_days_hundred_calls_and_says_what_it_left() -> None:
    page = [
        listing("search", {"kind": "youtube#searchResult", "id": {"videoId": f"v{n}"}, "snippet": {"title": "x"}}, next=f"{n}")
        for n in range(9)
    ]
    answers, server = asked({"search": page, "videos": [listing("video", video(f"v{n}")) for n in range(9)]}, "search")
    assert sum(a.path.endswith("/search") for a in server.asked) == 3
    assert answers[-1].gap is not None and answers[-1].gap.until == datetime(2026, 4, 30, 10, tzinfo=UTC)


def test_the_chat_of_a_broadcast_is_read_on_from_where_it_stood() -> None:
    def message(id: str, kind: str = "textMessageEvent", **details: Any) -> dict[str, Any]:
        told = {"type": kind, "liveChatId": "c1", "publishedAt": "2026-05-01T11:59:00Z", **details}
        return {"kind": "youtube#liveChatMessage", "id": id, "snippet": told, "authorDetails": {"channelId": "UCp", "displayName": "P"}}

    said = message("LCC.1", textMessageDetails={"messageText": "Is the bridge open?"}, displayMessage="Is the bridge open?")
    gone = message("LCC.2", "messageDeletedEvent", messageDeletedDetails={"deletedMessageId": "LCC.0"})
    on_air = {"kind": "youtube#video", "id": "v1", "liveStreamingDetails": {"activeLiveChatId": "c1"}}
    over = {"kind": "youtube#video", "id": "v2", "liveStreamingDetails": {}}
    routes = {
        "playlistItems": listing("playlistItem", listed("v1"), listed("v2")), "videos": listing("video", on_air, over),
        "liveChat/messages": listing("liveChatMessage", said, gone, message("LCC.3", "newSponsorEvent"), next="further"),
    }  # fmt: skip
    answers, _ = asked(routes, "live")
    assert [(p.id, p.text, p.conversation_id) for a in answers for p in a.posts] == [("youtube:LCC.1", "Is the bridge open?", "youtube:v1")]
    assert [id for a in answers for id in a.deleted] == ["youtube:LCC.0"]
    _, server = asked(routes, "live", answers[-1].cursor)
    assert server.asked[-1].query["pageToken"] == "further"


def test_a_chat_that_ended_meanwhile_is_left_out() -> None:
    ended = Reply({"error": {"code": 403, "errors": [{"reason": "liveChatEnded"}], "message": "m"}}, status=403)
    on_air = {"kind": "youtube#video", "id": "v1", "liveStreamingDetails": {"activeLiveChatId": "c1"}}
    answers, _ = asked(
        {"playlistItems": listing("playlistItem", listed("v1")), "videos": listing("video", on_air), "liveChat/messages": ended}, "live"
    )
    assert sum(len(a.posts) for a in answers) == 0


@pytest.mark.parametrize(("counts", "told"), [
    ({"subscriberCount": "12300", "hiddenSubscriberCount": False, "videoCount": "5", "viewCount": "0"}, (12300, 5, 0, 100)),
    ({"subscriberCount": "123", "videoCount": "5"}, (123, 5, None, 1)),
    ({"subscriberCount": "12345"}, (12345, None, None, 1)),  # all figures: told to the channel's owner
    ({"subscriberCount": "0", "hiddenSubscriberCount": True}, (None, None, None, None)),
    ({"subscriberCount": "1000000"}, (1000000, None, None, 10000)),
])  # fmt: skip
def test_a_channels_size_is_kept_as_told_with_its_rounding(counts: dict[str, Any], told: tuple[int | None, ...]) -> None:
    answers, _ = asked({"channels": listing("channel", {"kind": "youtube#channel", "id": "UCcity", "statistics": counts})}, "account")
    found = answers[0].account_samples[0]
    assert (found.followers, found.posts, found.views, found.granularity) == told and found.account == "youtube:city"


def test_a_second_look_tells_new_counts_new_replies_and_what_is_gone() -> None:
    known = [*youtube.translate({"items": [video("v1"), video("v2"), thread("t1"), thread("t2")]}, TOLD).posts]
    routes = {
        "/youtube/v3/videos": listing("video", video("v1", counts={"viewCount": "9"})),
        "/youtube/v3/commentThreads": listing("commentThread", thread("t1", replies=1)),
        "/youtube/v3/comments": listing("comment", remark("t1.a", parentId="t1")),
    }  # fmt: skip
    with replay(routes) as server:
        answers = list(youtube.refresh(youtube.client(settings(server)), source("uploads"), known, NOW + timedelta(hours=1)))
    assert {p.id: (p.views, p.replies) for a in answers for p in a.posts} == {
        "youtube:v1": (9, None), "youtube:t1": (None, 1), "youtube:t1.a": (None, None)}  # fmt: skip
    assert [id for a in answers for id in a.missing] == ["youtube:v2", "youtube:t2"]


def test_a_video_that_is_missing_alone_is_missing_only_while_its_channel_is_there() -> None:
    known = [*youtube.translate({"items": [video("v1")]}, TOLD).posts]
    for channels, missing in ((listing("channel", {"id": "UCcity"}), ["youtube:v1"]), (listing("channel"), [])):
        with replay({"/youtube/v3/videos": listing("video"), "/youtube/v3/channels": channels}) as server:
            answers = list(youtube.refresh(youtube.client(settings(server)), source("uploads"), known, NOW))
        assert [id for a in answers for id in a.missing] == missing


# What goes wrong on the way


def failed(status: int, reason: str, message: str = "m") -> Reply:
    return Reply({"error": {"code": status, "message": message, "errors": [{"reason": reason, "domain": "youtube"}]}}, status=status)


@pytest.mark.parametrize(("reply", "then"), [
    (failed(403, "quotaExceeded"), "wait"), (failed(403, "rateLimitExceeded"), "wait"), (failed(400, "keyInvalid"), "credential"),
    (failed(400, "badRequest", "API key not valid. Please pass a valid API key."), "credential"),
    (failed(403, "accessNotConfigured"), "credential"), (failed(404, "videoNotFound"), "skip"), (failed(403, "commentsDisabled"), "skip"),
    (failed(500, "backendError"), "retry"), (failed(400, "missingRequiredParameter"), "stop"), (Reply(b"", status=429), "wait"),
    (Reply("<html></html>", headers={"Content-Type": "text/html"}), "retry"), (Reply('{"items": [', cut_after=4), "retry"),
    (Reply('{"items": ['), "retry"), (Reply("<html>down</html>", status=503), "retry"), (Reply("[]"), "retry"),
])  # fmt: skip
def test_a_problem_says_what_happens_next_and_never_shows_the_key(reply: Reply, then: str) -> None:
    with pytest.raises(PlatformProblem) as raised:
        asked({"channels": reply}, "account")
    assert raised.value.then == then
    assert "sesame" not in raised.value.says and "127.0.0.1" not in raised.value.says


def test_a_used_up_quota_waits_for_midnight_in_california() -> None:
    found = youtube.problem(403, {}, {"error": {"code": 403, "errors": [{"reason": "quotaExceeded"}]}}, NOW)
    assert found.until == datetime(2026, 5, 2, 7, tzinfo=UTC)


# What its answers become


def test_an_edited_comment_says_when_and_html_is_not_what_was_written() -> None:
    found = only({"items": [remark("t1", said='a < b\n"c"', updatedAt="2026-04-30T11:00:00Z", videoId="v1")]})
    assert found.text == 'a < b\n"c"' and found.edited_at == datetime(2026, 4, 30, 11, tzinfo=UTC)
    assert found.url == "https://www.youtube.com/watch?v=v1&lc=t1" and found.author.handle == "neighbour"


def test_a_comment_whose_original_is_not_told_keeps_what_is_shown() -> None:
    told = remark("t1")
    del told["snippet"]["textOriginal"]
    assert only(told).text == "<b>Thank you!</b>"


def test_a_paid_message_brings_its_words() -> None:
    told = {
        "commentText": "Mend the bridge",
        "createdAt": "2026-04-30T10:00:00Z",
        "supporterDetails": {"channelId": "UCp", "displayName": "P"},
    }
    assert only({"kind": "youtube#superChatEvent", "id": "s1", "snippet": told}).text == "Mend the bridge"


@pytest.mark.parametrize(("snippet", "text"), [
    ({"superChatDetails": {"userComment": "Mend the bridge"}, "displayMessage": "5 from Noor: Mend the bridge"}, "Mend the bridge"),
    ({"superStickerDetails": {"superStickerMetadata": {"altText": "A cat waving"}}, "displayMessage": "Noor sent a sticker"}, "A cat waving"),
    ({"pollDetails": {"metadata": {"questionText": "Which street?", "options": [{"optionText": "Mill"}, None, {"optionText": "Market"}]}}},
     "Which street?\nMill\nMarket"),
    ({"memberMilestoneChatDetails": {"userComment": "Two years"}}, "Two years"), ({"displayMessage": "only shown"}, "only shown"),
    ({"pollDetails": "?", "superStickerDetails": [], "displayMessage": 5}, None),
])  # fmt: skip
def test_whatever_is_written_into_a_chat_comes_out(snippet: dict[str, Any], text: str | None) -> None:
    node = {"kind": "youtube#liveChatMessage", "id": "LCC.1", "snippet": {"publishedAt": "2026-04-06T09:00:00Z", **snippet}}
    assert [post.text for post in youtube.translate({"items": [node]}, TOLD).posts] == ([text] if text else [])


def test_a_login_that_is_refused_asks_for_a_new_credential() -> None:
    assert youtube.problem(400, {}, {"error": "invalid_grant", "error_description": "Token has been revoked."}, NOW).then == "credential"


def test_one_bad_comment_in_a_page_is_refused_without_its_text() -> None:
    rows = [remark(f"t{n}") for n in range(99)] + [remark("t99", at="never", said="a secret")]
    answer = youtube.translate({"kind": "youtube#commentListResponse", "items": rows}, TOLD)
    assert (len(answer.posts), len(answer.refused), answer.returned) == (99, 1, 100) and "secret" not in answer.refused[0].why


def test_counts_without_words_are_a_sample_of_a_video_known_already() -> None:
    answer = youtube.translate({"items": [{"kind": "youtube#video", "id": "v1", "statistics": {"viewCount": "7"}}]}, TOLD)
    assert not answer.posts and [(s.post_id, s.views, s.likes) for s in answer.samples] == [("youtube:v1", 7, None)]


def test_playlists_and_categories_are_nobodys_message() -> None:
    bodies = [
        {"kind": f"youtube#{kind}", "id": "1", "snippet": {"title": "Sports"}} for kind in ("playlist", "videoCategory", "subscription")
    ]
    answer = youtube.translate({"items": bodies}, TOLD)
    assert not answer.posts and not answer.refused and answer.returned == 3


def test_a_deployment_is_asked_five_questions_a_channel_and_few_searches() -> None:
    watch = Watch(keywords=("street lamps", *(f"word{n}" for n in range(90))), hashtags=("City",))
    found = youtube.sources(Deployment(id="t", name={"en": "T"}, timezone="UTC", languages=("en",), accounts=(CITY,), watch=watch))
    assert [s.what for s in found] == ["feed", "account", "uploads", "comments", "live", "search", "search"]
    assert all(len(s.query or "") <= youtube.LONGEST_QUERY for s in found) and (found[5].query or "").startswith('"street lamps"|word0')


def test_the_check_tells_the_id_that_the_deployment_file_lacks() -> None:
    deployment = Deployment(
        id="t", name={}, timezone="UTC", languages=("en",), accounts=(OfficialAccount(platform="youtube", handle="city"),)
    )
    with replay({"/youtube/v3/channels": listing("channel", {"kind": "youtube#channel", "id": "UCcity"})}) as server:
        found = list(youtube.check(youtube.client(settings(server)), deployment, NOW))
        assert server.asked[0].query["forHandle"] == "city"
    assert found[0].state == "warning" and 'id = "UCcity"' in found[0].then


# The recorded answers beside the project


def test_every_recorded_comment_and_video_comes_out_and_every_error_is_one_we_know(shared: Path) -> None:
    folder = shared / "recordings" / "youtube"
    found = list(translating.files(folder))
    assert len(found) > 100
    for path in found:
        raw = path.read_bytes()
        made = translating.translated(youtube, raw, Context(now=NOW))
        name = path.relative_to(folder)
        assert bool(made.problem) == (name.parts[0] == "errors"), name
        said = "\n".join(post.text for post in made.posts)
        assert [m for m in messages(translating.recording(raw).body) if m not in said] == [], name


def messages(body: Any) -> Iterator[str]:
    """Every comment, and every title and description of a video, in a recorded body."""
    if isinstance(body, dict):
        if isinstance(body.get("textOriginal"), str):
            yield body["textOriginal"]
        if body.get("kind") in ("youtube#video", "youtube#playlistItem") and isinstance(body.get("snippet"), dict):
            yield from (body["snippet"].get(key, "") for key in ("title", "description"))
    for part in body.values() if isinstance(body, dict) else body if isinstance(body, list) else ():
        yield from messages(part)


def test_an_answer_of_googles_client_without_end_is_cut_off_at_its_limit():
    with replay(lambda _: Reply(b"x" * 300_000)) as server, pytest.raises(TooBig):
        Line(most_bytes=100_000).request(server.url, headers={"accept": "application/json"})
