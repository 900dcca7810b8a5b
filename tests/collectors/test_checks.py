"""What `sada check` says of each credential and account: what may be read, what is left, what is misconfigured. Every name is invented."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from collectors import facebook, feeds, flickr, instagram, open311, telegram, whatsapp, youtube
from collectors.base import Finding
from collectors.findings import looked_at
from core.deployment import Deployment, OfficialAccount
from core.errors import PlatformProblem
from core.settings import Secret, Settings
from tests.collectors.replay import Reply, replay
from tests.collectors.scenarios import ANSWERS, NOON

TOKENS = {"FACEBOOK_TOKEN": "sesame", "INSTAGRAM_TOKEN": "sesame", "TELEGRAM_BOT_TOKEN": "100:sesame", "FLICKR_API_KEY": "k", "FLICKR_API_SECRET": "s",
          "WHATSAPP_APP_SECRET": "s"}  # fmt: skip


def town(*accounts: OfficialAccount) -> Deployment:
    return Deployment(id="town", name={"en": "Town"}, timezone="UTC", languages=("en",), accounts=accounts)


def account(platform: str, handle: str = "city", **more: Any) -> OfficialAccount:
    return OfficialAccount(platform=platform, handle=handle, **more)


def checked(collector: Any, deployment: Deployment, routes: Any, keys: Mapping[str, str] = TOKENS, **more: Any) -> list[Finding]:
    with replay(routes) as server:
        settings = Settings(base_urls={collector.PLATFORM: server.url}, credentials={k: Secret(v) for k, v in keys.items()}, **more)
        found = list(collector.check(collector.client(settings), deployment, NOON))
    assert not any(secret in f"{f.says} {f.then}" for f in found for secret in keys.values() if len(secret) > 1)
    return found


def states(found: list[Finding]) -> dict[str, str]:
    return {f.what: f.state for f in found}


def test_trouble_with_one_account_is_a_finding_about_it():
    def trouble() -> list[Finding]:
        raise PlatformProblem("gone", "x: it is gone; look", "stop")

    (found,) = looked_at("x:city", "x", trouble)
    assert (found.what, found.state, found.says, found.then) == ("x:city", "failed", "x: it is gone; look", "docs/credentials.md#x")


# Feeds and cities' servers need no credential, and are looked at all the same


def rss(date: str) -> str:
    return f'<rss version="2.0"><channel><title>N</title><item><title>Road closed</title><link>https://n.example/1</link><pubDate>{date}</pubDate></item></channel></rss>'


def test_a_feed_is_asked_and_its_age_told():
    routes = {
        "/new": Reply(rss("Mon, 06 Apr 2026 08:00:00 GMT")), "/old": Reply(rss("Mon, 06 Jan 2025 08:00:00 GMT")), "/empty": Reply('<rss version="2.0"><channel/></rss>'),
        "/gone": Reply("", status=410), "/busy": Reply("", status=503), "/page": Reply("<html><body>hello</body></html>"),
        "/moved": Reply(status=301, headers={"Location": "/new"}),
    }  # fmt: skip
    names = [*(path[1:] for path in routes), "nowhere"]
    ours = [account("rss", name, url=None if name == "nowhere" else f"https://n.example/{name}") for name in names]
    found = checked(feeds, town(*ours), routes)
    assert [(f.what.removeprefix("feed "), f.state) for f in found] == [
        ("new", "ok"), ("old", "warning"), ("empty", "warning"), ("gone", "failed"), ("busy", "warning"), ("page", "warning"), ("moved", "warning"), ("moved", "ok"),
        ("nowhere", "failed"),
    ]  # fmt: skip
    says = {f.what: f.says for f in found if f.state != "failed"}
    assert "2026-04-06" in says["feed new"] and "2025-01-06" in says["feed old"]
    assert next(f.then for f in found if "moved for good" in f.says).count("/new") == 1


def test_one_city_whose_server_is_down_leaves_the_other_alone():
    def answer(asked: Any) -> Reply:
        return Reply([]) if asked.query.get("jurisdiction_id") == "good.example" else Reply("", status=503)

    ours = (
        account("open311", "good", id="good.example", url="https://a.example"),
        account("open311", "bad", id="bad.example", url="https://b.example"),
    )
    assert states(checked(open311, town(*ours), answer)) == {"open311 good": "ok", "open311 bad": "warning"}


# The Graph


def graph(debug: Any, page: Any) -> dict[str, Reply]:
    return {"/v25.0/me": Reply({"id": "10", "name": "City"}), "/v25.0/debug_token": debug, "/v25.0/10": page}


READABLE = Reply({"id": "10", "feed": {"data": [{"id": "10_1", "comments": {"data": [{"id": "10_2"}], "summary": {"total_count": 1}}}]}})
ALL = [*facebook.WANTED, "pages_manage_metadata"]


@pytest.mark.parametrize(("debug", "says", "state"), [
    ({"data": {"scopes": ALL, "expires_at": 0}}, "every permission", "ok"),
    ({"data": {"scopes": ["pages_read_engagement"]}}, "pages_read_user_content, read_insights", "warning"),
    ({"data": {"scopes": ALL, "expires_at": int((NOON + timedelta(days=3)).timestamp())}}, "ends on 2026-04-09", "warning"),
    ({"data": {"data_access_expires_at": int((NOON + timedelta(days=3)).timestamp())}}, "ends on 2026-04-09", "warning"),
    ({"data": {"scopes": ALL, "expires_at": "never"}}, "every permission", "ok"),
])  # fmt: skip
def test_a_token_says_what_it_may_and_when_it_ends(debug, says, state):
    found = checked(facebook, town(account("facebook", id="10")), graph(Reply(debug), READABLE))
    assert next(f.state for f in found if says in f.says) == state


@pytest.mark.parametrize(
    "debug", [Reply({"error": {"code": 100, "message": "no"}}, status=400), Reply({"data": None}), Reply("<html>"), Reply({}, status=404)]
)
def test_where_the_graph_does_not_say_what_a_token_may_the_rest_is_checked(debug):
    found = checked(facebook, town(account("facebook", id="10")), graph(debug, READABLE))
    assert states(found) == {"facebook": "ok", "facebook:city": "ok"}


@pytest.mark.parametrize(("page", "says"), [
    ({"id": "10", "feed": {"data": [{"id": "10_1", "comments": {"data": [], "summary": {"total_count": 7}}}]}}, "counted but withheld"),
    ({"id": "10", "feed": {"data": []}}, "comes empty"), ({"id": "10"}, "comes empty"), ({"id": "11", "feed": {"data": []}}, "somebody else"),
])  # fmt: skip
def test_what_a_page_keeps_from_us_is_told(page, says):
    found = checked(facebook, town(account("facebook", id="10")), graph(Reply({}), Reply(page)))
    assert [f.state for f in found if says in f.says] == ["warning"]


def test_one_page_that_cannot_be_read_leaves_the_other_alone():
    routes = graph(Reply({}), READABLE) | {"/v25.0/11": Reply({"error": {"code": 190, "message": "no"}}, status=400)}
    found = checked(facebook, town(account("facebook", "old", id="11"), account("facebook", id="10")), routes)
    assert states(found) == {"facebook": "ok", "facebook:old": "failed", "facebook:city": "ok"}


def test_an_instagram_account_that_cannot_be_read_leaves_the_other_alone():
    routes = {"/v25.0/5": Reply({"error": {"code": 10, "message": "no"}}, status=403), "/v25.0/6": Reply({"id": "6", "username": "city"})}
    found = checked(instagram, town(account("instagram", "old", id="5"), account("instagram", id="6")), routes)
    assert states(found) == {"instagram:old": "failed", "instagram:city": "ok"}


# YouTube


def test_without_a_key_the_public_feed_is_looked_at():
    feed = Reply((ANSWERS / "youtube" / "feed.xml").read_bytes())
    found = checked(youtube, town(account("youtube", id="UCcity")), {"/feeds/videos.xml": feed}, keys={})
    assert states(found) == {"youtube": "warning", "youtube:city": "ok"} and "videos" in found[1].says


def test_a_channel_that_is_not_there_leaves_the_other_alone():
    def answer(asked: Any) -> Reply:
        there = asked.query.get("id") == "UCcity"
        return Reply({"items": [{"kind": "youtube#channel", "id": "UCcity", "snippet": {}, "statistics": {}}] if there else []})

    found = checked(
        youtube, town(account("youtube", "old", id="UCold"), account("youtube", id="UCcity")), answer, keys={"YOUTUBE_API_KEY": "sesame"}
    )
    assert states(found) == {"youtube:old": "failed", "youtube:city": "ok"}


# Telegram, WhatsApp, Flickr


def test_the_groups_a_bot_sees_and_those_it_was_put_out_of():
    def answer(asked: Any) -> Reply:
        method, chat = asked.path.rpartition("/")[2], asked.query.get("chat_id")
        if method == "getMe":
            return Reply({"ok": True, "result": {"username": "town_bot", "can_read_all_group_messages": True}})
        if method == "getWebhookInfo":
            return Reply({"ok": True, "result": {"url": "", "pending_update_count": 4000}})
        if chat == "@old":
            return Reply({"ok": False, "error_code": 403, "description": "Forbidden: bot was kicked from the group chat"}, status=403)
        return Reply({"ok": True, "result": {"id": -100, "title": "City"} if method == "getChat" else 1200})

    found = checked(telegram, town(account("telegram"), account("telegram", "old")), answer)
    assert states(found) == {"telegram credential": "ok", "telegram updates": "warning", "telegram:city": "ok", "telegram:old": "warning"}
    assert "1,200 members" in next(f.says for f in found if f.what == "telegram:city") and "4,000" in next(
        f.says for f in found if f.what == "telegram updates"
    )


def test_a_persons_session_alone_is_no_bot():
    found = checked(telegram, town(account("telegram")), {}, keys={"TELETHON_SESSION": "1:hash:words"})
    assert states(found) == {"telegram credential": "warning"} and "SADA_TELEGRAM_BOT_TOKEN" in found[0].then


def test_a_number_without_a_token_takes_in_and_cannot_answer(tmp_path):
    found = checked(whatsapp, town(account("whatsapp")), {}, data=tmp_path)
    assert states(found) == {"whatsapp webhook": "warning", "whatsapp credential": "warning"} and "SADA_WHATSAPP_PHONE_ID" in found[1].then


def test_a_refused_token_is_a_finding_beside_the_webhooks(tmp_path):
    keys = {"WHATSAPP_APP_SECRET": "secret", "WHATSAPP_TOKEN": "sesame", "WHATSAPP_PHONE_ID": "9400"}
    routes = {"/v24.0/9400": Reply({"error": {"code": 190, "message": "expired"}}, status=401)}
    assert states(checked(whatsapp, town(account("whatsapp")), routes, keys, data=tmp_path)) == {
        "whatsapp webhook": "warning",
        "whatsapp credential": "failed",
    }


def test_an_account_flickr_does_not_know_leaves_the_other_alone():
    def answer(asked: Any) -> Reply:
        known = "7%40N01" in asked.body.decode()
        return Reply({"stat": "ok", "person": {"nsid": "7@N01"}} if known else {"stat": "fail", "code": 1, "message": "User not found"})

    found = checked(flickr, town(account("flickr", "old", id="5@N01"), account("flickr", id="7@N01")), answer)
    assert states(found) == {"flickr old": "warning", "flickr city": "ok"}
