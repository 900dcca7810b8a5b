"""Accounts that gave keys of their own are read with them: a page's token reads its page, a bot hears its own groups."""

from datetime import timedelta

import pytest

from collectors import facebook, instagram, telegram, x
from collectors.own_keys import client_of, names
from core.deployment import Deployment, OfficialAccount, Watch
from core.errors import CredentialMissing
from core.post import Kind
from core.settings import read
from store.base import Batch
from store.memory import MemoryStore
from stream import checking, polling, repoll, running
from stream.collect_command import choose
from tests.collectors.replay import Reply, replay
from tests.make import NOON, post

EAST, WEST = "token-of-east", "token-of-all"


def town(*accounts: OfficialAccount, **told: object) -> Deployment:
    return Deployment(id="town", name={}, timezone="UTC", languages=("en",), accounts=accounts, **told)  # type: ignore[arg-type]


PAGES = town(
    OfficialAccount(platform="facebook", handle="west", id="10"), OfficialAccount(platform="facebook", handle="east", id="20", keys="EAST")
)
GROUPS = town(
    OfficialAccount(platform="telegram", handle="west", id="-10010"),
    OfficialAccount(platform="telegram", handle="east", id="-10020", keys="EAST"),
)


def settings(url: str, tmp_path, platform="FACEBOOK", **keys: str):
    told = {f"SADA_{key}": value for key, value in keys.items()}
    return read({**told, f"SADA_{platform}_BASE_URL": url, "SADA_DATA": str(tmp_path)})


def of(deployment: Deployment, id: str):
    (found,) = choose(deployment, [id])
    return found


def polled(store, deployment, ours, id):
    collector, source = of(deployment, id)
    client = client_of(source, collector, ours)
    return polling.poll(store, (collector, client, source), deployment, lambda posts: posts, lambda: NOON)


def page(asked):
    """A page is shown to its own token only; a stranger's gets the empty list the platform gives instead of an error."""
    id = asked.path.split("/")[2]
    is_theirs = asked.query.get("access_token") == {"10": WEST, "20": EAST}.get(id)
    shown = [
        {"id": f"{id}_1", "message": "The lamp is out", "created_time": "2026-04-06T10:00:00+0000", "from": {"id": id, "name": "Town"}}
    ]
    return Reply({"data": shown if is_theirs else []})


def test_each_page_is_read_with_its_own_token(tmp_path):
    store = MemoryStore()
    with replay({"/v25.0/10/feed": page, "/v25.0/20/feed": page}) as server:
        ours = settings(server.url, tmp_path, FACEBOOK_TOKEN=WEST, FACEBOOK_TOKEN__EAST=EAST)
        lines = [polled(store, PAGES, ours, f"facebook.feed.{handle}") for handle in ("west", "east")]
    assert [(line.stored, line.gaps) for line in lines] == [(1, ()), (1, ())]
    assert {(p.id, p.account) for p in store.get(["facebook:10_1", "facebook:20_1"])} == {
        ("facebook:10_1", "facebook:west"), ("facebook:20_1", "facebook:east")
    }  # fmt: skip


def test_an_account_whose_own_token_is_not_given_is_read_with_the_one_for_all(tmp_path):
    with replay({"/v25.0/20/feed": page}) as server:
        polled(MemoryStore(), PAGES, settings(server.url, tmp_path, FACEBOOK_TOKEN=WEST), "facebook.feed.east")
    assert [asked.query["access_token"] for asked in server.asked] == [WEST]


def test_where_only_one_account_gave_a_token_that_one_is_read_and_the_others_wait_by_name(tmp_path):
    ours = settings("http://127.0.0.1:9", tmp_path, FACEBOOK_TOKEN__EAST=EAST)
    ready = {source.id for _, _, source in running.ready(ours, PAGES)}
    assert "facebook.feed.east" in ready and not {id for id in ready if id.endswith(".west")}
    with pytest.raises(CredentialMissing, match=r"SADA_FACEBOOK_TOKEN is not set.*facebook:east with __EAST"):
        client_of(of(PAGES, "facebook.feed.east")[1], facebook, settings("http://127.0.0.1:9", tmp_path))


def test_second_looks_ask_each_accounts_posts_with_its_own_token(tmp_path):
    store = MemoryStore()
    at = NOON - timedelta(minutes=20)
    store.save(Batch(posts=tuple(
        post(n, id=f"facebook:{n}0_1", platform="facebook", kind=Kind.OWN, account=f"facebook:{handle}", created_at=at, observed_at=at)
        for n, handle in ((1, "west"), (2, "east"))
    )))  # fmt: skip

    def many(asked):
        return Reply({id: {"id": id, "message": "The lamp is out", "created_time": at.isoformat()} for id in asked.query["ids"].split(",")})

    with replay({"/v25.0/": many}) as server:
        ours = settings(server.url, tmp_path, FACEBOOK_TOKEN=WEST, FACEBOOK_TOKEN__EAST=EAST)
        for id in ("facebook.again", "facebook.again.EAST"):
            assert polled(store, PAGES, ours, id).state == "ok"
    assert [(asked.query["access_token"], asked.query["ids"]) for asked in server.asked] == [(WEST, "10_1"), (EAST, "20_1")]


def test_the_scheduler_gives_second_looks_the_client_of_their_keys(tmp_path):
    ours = settings("http://127.0.0.1:9", tmp_path, FACEBOOK_TOKEN=WEST, FACEBOOK_TOKEN__EAST=EAST)
    jobs = polling._with_those_beside(running.ready(ours, PAGES), PAGES)
    tokens = {source.id: client.access_token for _, client, source in jobs if source.platform == "facebook"}
    assert {tokens[id] for id in tokens if id.endswith((".east", ".east.reconcile", ".EAST"))} == {EAST}
    assert (tokens["facebook.again"], tokens["facebook.again.EAST"], tokens["facebook.feed.west.reconcile"]) == (WEST, EAST, WEST)


def test_a_platform_read_with_an_apps_key_is_looked_at_in_one_pass_whatever_keys_its_accounts_speak_with():
    speakers = town(OfficialAccount(platform="x", handle="west"), OfficialAccount(platform="x", handle="east", keys="EAST"))
    assert [source.id for source in repoll.sources(x, speakers)] == ["x.again"] and names(x, speakers) == {}


def test_branches_and_hashtags_of_instagram_are_seen_with_the_keys_of_the_account_they_are_seen_through():
    deployment = town(
        OfficialAccount(platform="instagram", handle="east", id="20", keys="EAST"), OfficialAccount(platform="instagram", handle="branch"),
        watch=Watch(hashtags=("town",)),
    )  # fmt: skip
    assert {source.keys for source in instagram.sources(deployment)} == {"EAST"}


def test_a_bot_of_an_account_is_its_own_source_and_never_fetched_from_with_the_bot_for_all(tmp_path):
    ids = {source.id: (source.keys, source.query) for source in telegram.sources(GROUPS)}
    assert ids["telegram.updates"] == (None, "-10010=telegram:west\nwest=telegram:west")
    assert ids["telegram.updates.EAST"] == ("EAST", "-10020=telegram:east\neast=telegram:east")
    with pytest.raises(CredentialMissing, match="TELEGRAM_BOT_TOKEN"):
        client_of(of(GROUPS, "telegram.updates.EAST")[1], telegram, settings("http://127.0.0.1:9", tmp_path, TELEGRAM_BOT_TOKEN="1:all"))


def test_what_is_said_to_an_accounts_own_bot_concerns_that_account(tmp_path):
    said = {"update_id": 7, "message": {"message_id": 1, "date": 1775464800, "text": "No water since noon",
            "chat": {"id": 73, "type": "private"}, "from": {"id": 73, "first_name": "A", "is_bot": False}}}  # fmt: skip
    store = MemoryStore()
    with replay(
        {"/bot2:east/getUpdates": lambda asked: Reply({"ok": True, "result": [] if asked.query.get("offset") else [said]})}
    ) as server:
        ours = settings(server.url, tmp_path, "TELEGRAM", TELEGRAM_BOT_TOKEN__EAST="2:east")
        assert polled(store, GROUPS, ours, "telegram.updates.EAST").stored == 1
    assert [p.account for p in store.get(["telegram:73:1"])] == ["telegram:east"]


def test_the_check_tries_every_token_and_says_whose_it_is(tmp_path):
    def me(asked):
        return Reply({"id": {WEST: "10", EAST: "20"}[asked.query["access_token"]], "name": "Town"})

    def seen(asked):
        id = asked.path.split("/")[-1]
        shown = {"data": [{"id": f"{id}_1", "comments": {"data": [], "summary": {"total_count": 0}}}]}
        return Reply({"id": id, "feed": shown})

    with replay({"/v25.0/me": me, "/v25.0/10": seen, "/v25.0/20": seen, "/v25.0/debug_token": Reply({"data": {}})}) as server:
        ours = settings(server.url, tmp_path, FACEBOOK_TOKEN=WEST, FACEBOOK_TOKEN__EAST=EAST)
        found = list(checking.findings(ours, PAGES, NOON, offline=False))
    told = [(one.what, one.state) for one in found if one.what.startswith("facebook")]
    assert told == [("facebook", "ok"), ("facebook:west", "ok"), ("facebook EAST", "ok"), ("facebook:east", "ok")]
    assert WEST not in repr(found) and EAST not in repr(found)
