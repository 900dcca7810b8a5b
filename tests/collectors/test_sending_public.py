"""Public answers on X, Facebook, Instagram and YouTube: where each goes, what its receipt is, and what means that nothing may be repeated."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from collectors import speaking
from core.deployment import Deployment, OfficialAccount
from core.errors import PlatformProblem
from core.post import Author, Kind, Media, Post
from core.settings import CREDENTIALS, Secret, Settings
from tests import make
from tests.collectors.replay import Answers, Reply, replay

NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)
SECRET, KEPT = "sesame", "what only signs"
TEXT = "فريق في الطريق"
CITY = Deployment(
    id="city", name={}, timezone="UTC", languages=("en",), accounts=(OfficialAccount(platform="instagram", handle="city", id="94"),)
)
X, FACEBOOK, YOUTUBE = "/2/tweets", "/v25.0/7_8/comments", "/youtube/v3/comments"
LOGIN = {"/token": Reply({"access_token": "hourly", "expires_in": 3600})}
POSTS = {
    "x": make.post(id="x:501", platform="x"),
    "facebook": make.post(id="facebook:7_8", platform="facebook", kind=Kind.COMMENT, parent_id="facebook:7"),
    "instagram": make.post(id="instagram:31", platform="instagram", kind=Kind.COMMENT, parent_id="instagram:30", conversation_id="instagram:30"),
    "youtube": make.post(id="youtube:Ugx.r1", platform="youtube", kind=Kind.REPLY, url="https://www.youtube.com/watch?v=vid&lc=Ugx.r1"),
}  # fmt: skip
RECEIPTS = {"x": {"data": {"id": "777", "text": TEXT}}, "facebook": {"id": "7_9"}, "instagram": {"id": "32"}, "youtube": {"id": "Ugx.r2"}}
PLATFORMS = tuple(POSTS)


@dataclass
class Outgoing:
    text: str = TEXT
    reply_to: str | None = "it"
    account: str | None = None
    template: str | None = None
    privately: bool = False


def sender(url: str, platform: str, post: Post | None = None, clock: Any = lambda: NOW) -> speaking.Speakers:
    settings = Settings(
        others={"SEND_ANSWERS": "yes"}, base_urls=dict.fromkeys(PLATFORMS, url),
        credentials={k: Secret(KEPT if k in ("X_API_SECRET", "X_ACCESS_SECRET") else SECRET) for k in CREDENTIALS if not k.startswith(("WHATSAPP", "TELE"))},
    )  # fmt: skip
    return speaking.speakers(settings, lambda _: post or POSTS[platform], clock, CITY)[platform]


def sent(
    platform: str, answers: Answers | dict[str, Any], answer: Outgoing | None = None, post: Post | None = None
) -> tuple[Any, list[Any]]:
    with replay(answers) as server:
        return sender(server.url, platform, post).send(answer or Outgoing()), server.asked


def refused(platform: str, reply: Reply, answer: Outgoing | None = None, post: Post | None = None) -> tuple[PlatformProblem, list[Any]]:
    routes = {**(LOGIN if platform == "youtube" else {}), "/*": reply}
    with replay(routes) as server, pytest.raises(PlatformProblem) as caught:
        sender(server.url, platform, post).send(answer or Outgoing())
    assert SECRET not in caught.value.says and "hourly" not in caught.value.says and TEXT not in caught.value.says
    return caught.value, server.asked


def test_on_x_a_reply_is_signed_by_the_account() -> None:
    receipt, (asked,) = sent("x", {X: Reply(RECEIPTS["x"], 201)})
    assert (receipt.native_id, receipt.url) == ("777", "https://x.com/i/web/status/777")
    assert json.loads(asked.body) == {"text": TEXT, "reply": {"in_reply_to_tweet_id": "501"}}
    assert asked.headers["authorization"].startswith("OAuth ") and "oauth_signature=" in asked.headers["authorization"]
    assert KEPT not in asked.headers["authorization"]


def test_on_facebook_a_comment_stands_below_the_comment_and_the_token_in_no_address() -> None:
    reply = Reply({"id": "7_9", "permalink_url": "https://www.facebook.com/7/posts/8?comment_id=9"})
    receipt, (asked,) = sent("facebook", {FACEBOOK: reply})
    body = json.loads(asked.body)
    assert (receipt.native_id, receipt.url) == ("7_9", "https://www.facebook.com/7/posts/8?comment_id=9")
    assert (body["message"], body["access_token"], len(body["appsecret_proof"]), asked.query) == (TEXT, SECRET, 64, {})


def test_on_instagram_a_reply_stands_below_the_comment() -> None:
    receipt, (asked,) = sent("instagram", {"/v25.0/31/replies": Reply({"id": "32"})})
    assert (receipt.native_id, receipt.url, json.loads(asked.body)["message"]) == ("32", None, TEXT)


@pytest.mark.parametrize(("under", "told"), [("instagram:60", {"media_id": "60", "comment_id": "61"}), (None, {"media_id": "61"})])
def test_on_instagram_a_mention_by_others_is_answered_in_the_accounts_name(under: str | None, told: dict[str, str]) -> None:
    post = make.post(
        id="instagram:61",
        platform="instagram",
        account="instagram:city",
        kind=Kind.MENTION,
        conversation_id=under,
        media=(Media(kind="photo"),),
    )
    _, (asked,) = sent("instagram", {"/v25.0/94/mentions": Reply({"id": "62"})}, post=post)
    body = json.loads(asked.body)
    assert {key: body[key] for key in ("media_id", "comment_id") if key in body} == told


def test_on_youtube_a_reply_joins_the_thread_with_a_token_of_an_hour() -> None:
    receipt, (login, asked) = sent("youtube", LOGIN | {YOUTUBE: Reply(RECEIPTS["youtube"])})
    assert (receipt.native_id, receipt.url) == ("Ugx.r2", "https://www.youtube.com/watch?v=vid&lc=Ugx.r2")
    assert json.loads(asked.body)["snippet"] == {"parentId": "Ugx", "textOriginal": TEXT} and asked.query == {"part": "snippet"}
    assert parse_qs(login.body.decode())["grant_type"] == ["refresh_token"] and asked.headers["authorization"] == "Bearer hourly"


def test_youtubes_token_is_asked_for_again_only_when_it_ends() -> None:
    times = iter([NOW, NOW + timedelta(minutes=58), NOW + timedelta(minutes=59)])
    with replay(LOGIN | {YOUTUBE: Reply(RECEIPTS["youtube"])}) as server:
        one = sender(server.url, "youtube", clock=lambda: next(times))
        for _ in range(3):
            one.send(Outgoing())
    assert [a.path for a in server.asked] == ["/token", YOUTUBE, YOUTUBE, "/token", YOUTUBE]


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
def test_a_comment_is_answered_privately_where_that_is_asked(platform: str) -> None:
    receipt, (asked,) = sent(platform, {"/v25.0/me/messages": Reply({"recipient_id": "5", "message_id": "m_1"})}, Outgoing(privately=True))
    assert receipt.native_id == "m_1"
    assert json.loads(asked.body)["recipient"] == {"comment_id": POSTS[platform].id.split(":")[1]}


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
def test_what_was_said_in_a_conversation_is_answered_there_and_never_in_public(platform: str) -> None:
    post = make.post(id=f"{platform}:m_5", platform=platform, kind=Kind.DIRECT, author=Author(id=f"{platform}:4711"))
    _, (asked,) = sent(platform, {"/v25.0/me/messages": Reply({"message_id": "m_6"})}, post=post)
    assert json.loads(asked.body)["recipient"] == {"id": "4711"}


SILENT = make.post(id="facebook:m_5", platform="facebook", kind=Kind.DIRECT, author=None)


@pytest.mark.parametrize(("platform", "post", "privately"), [
    ("x", make.post(id="x:5", platform="x", kind=Kind.DIRECT), False), ("x", None, True), ("x", make.post(id="x:ab12", platform="x"), False),
    ("youtube", None, True), ("youtube", make.post(id="youtube:vid", platform="youtube", url="https://www.youtube.com/watch?v=vid"), False),
    ("facebook", SILENT, False), ("facebook", make.post(id="facebook:0badcafe", platform="facebook"), False),
    ("instagram", make.post(id="instagram:9", platform="instagram", kind=Kind.MENTION, account="instagram:other"), False),
    ("x", make.post(id="facebook:7_8", platform="facebook"), False),
])  # fmt: skip
def test_what_cannot_be_answered_from_here_goes_nowhere(platform: str, post: Post | None, privately: bool) -> None:
    problem, asked = refused(platform, Reply({}), Outgoing(privately=privately), post)
    assert (problem.then, asked) == ("skip", []) and "cannot be answered from here" in problem.says


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("reply", [
    Reply("<html>", 502), Reply({}, 504), Reply({}), Reply("<html>maintenance</html>"), Reply([1]), Reply({"id": 5}, cut_after=2), Reply({"id": None, "data": []}),
])  # fmt: skip
def test_without_a_receipt_nothing_is_repeated(platform: str, reply: Reply) -> None:
    problem, _ = refused(platform, reply)
    assert (problem.kind, problem.then) == ("no receipt", "stop") and "look there" in problem.says


@pytest.mark.parametrize("platform", PLATFORMS)
def test_where_nobody_listens_nothing_went_out_and_it_may_be_tried_again(platform: str) -> None:
    with pytest.raises(PlatformProblem) as caught:
        sender("http://127.0.0.1:9", platform).send(Outgoing())
    assert caught.value.then == "retry"


GRAPH = {"error": {"message": "Error validating access token: Session has expired", "code": 190, "error_subcode": 463}}


@pytest.mark.parametrize(("platform", "reply", "then", "says"), [
    ("x", Reply({"title": "Unauthorized", "status": 401, "detail": "Unauthorized"}, 401), "credential", "docs/credentials.md#x"),
    ("x", Reply({"status": 403, "type": "https://api.twitter.com/2/problems/oauth1-permissions", "title": "Forbidden",
                 "detail": "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint."}, 403), "credential", "Read and write"),
    ("x", Reply({"detail": "Your Tweet text is too long.", "title": "Forbidden", "status": 403}, 403), "skip", "too long for X"),
    ("x", Reply({"detail": "You are not allowed to create a Tweet with duplicate content.", "title": "Forbidden"}, 403), "skip", "said these very words"),
    ("x", Reply({"detail": "You attempted to reply to a Tweet that is deleted or not visible to you."}, 403), "skip", "gone or hidden"),
    ("x", Reply({"title": "Too Many Requests"}, 429), "wait", "rate limit"),
    ("facebook", Reply(GRAPH, 400), "credential", "facebook: the token has expired"),
    ("facebook", Reply({"error": {"code": 10900, "message": "Activity already replied to"}}, 400), "skip", "its one private answer already"),
    ("facebook", Reply({"error": {"code": 10, "error_subcode": 2018278}}, 400), "skip", "only the platform's own inbox"),
    ("instagram", Reply(GRAPH, 400), "credential", "docs/credentials.md#instagram"),
    ("instagram", Reply({"error": {"code": 4, "message": "Application request limit reached"}}, 400), "wait", "used up"),
    ("youtube", Reply({"error": {"code": 403, "errors": [{"reason": "quotaExceeded"}]}}, 403), "wait", "quota is used up"),
    ("youtube", Reply({"error": {"code": 404, "errors": [{"reason": "parentCommentNotFound"}]}}, 404), "skip", "not there any more"),
    ("youtube", Reply({"error": {"code": 401, "errors": [{"reason": "authError"}]}}, 401), "credential", "docs/credentials.md#youtube"),
])  # fmt: skip
def test_what_the_platform_refuses_is_told_in_one_clear_sentence(platform: str, reply: Reply, then: str, says: str) -> None:
    problem, _ = refused(platform, reply)
    assert problem.then == then and says in problem.says and "\n" not in problem.says


@pytest.mark.parametrize(("reply", "then"), [(Reply({"error": "invalid_grant", "error_description": "Token has been revoked."}, 400), "credential"),
                                             (Reply({}, 503), "retry"), (Reply("<html>", 200), "retry")])  # fmt: skip
def test_where_the_login_gives_no_token_no_comment_goes_out(reply: Reply, then: str) -> None:
    with replay({"/token": reply, YOUTUBE: Reply(RECEIPTS["youtube"])}) as server, pytest.raises(PlatformProblem) as caught:
        sender(server.url, "youtube").send(Outgoing())
    assert caught.value.then == then and YOUTUBE not in [a.path for a in server.asked]
