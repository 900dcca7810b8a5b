"""Public channels read by Telethon, where somebody opted in. Its own records are used where it is installed, look-alikes where not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from collectors import telegram, telegram_channels
from collectors.base import Context, Source
from core.deployment import Deployment, OfficialAccount
from core.errors import PlatformProblem
from core.post import Kind

NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)
TOLD = Context(now=NOW, source="telegram.channel.town", account="telegram:town", handle="town")
CHANNEL = Source(id="telegram.channel.town", platform="telegram", what="channel", account="telegram:town", handle="town")


def look_alike(**more: Any) -> Any:
    usual = {"id": 40, "chat_id": -1009002, "date": NOW - timedelta(hours=1), "edit_date": None, "message": "Water off tonight", "post": True, "views": 310,
             "forwards": 0, "replies": None, "reactions": None, "reply_to": None, "sender_id": -1009002, "post_author": None, "action": None}  # fmt: skip
    return SimpleNamespace(**{**usual, **more})


def of_telethon(**more: Any) -> Any:
    types = pytest.importorskip("telethon.tl.types", reason="Telethon is an extra that is not installed here")
    usual = {
        "id": 40,
        "peer_id": types.PeerChannel(9002),
        "date": NOW - timedelta(hours=1),
        "message": "Water off tonight",
        "post": True,
        "views": 310,
        "forwards": 0,
    }
    return types.Message(**{**usual, **more})


@pytest.mark.parametrize("message", [look_alike, of_telethon])
def test_a_channels_post_has_the_id_the_bot_knows_it_by_and_its_views(message):
    (post,) = telegram_channels.message_answer(message(), TOLD).posts
    assert (post.id, post.kind, post.text, post.url) in (
        ("telegram:-1009002:40", Kind.OWN, "Water off tonight", "https://t.me/town/40"), ("telegram:-1000000009002:40", Kind.OWN, "Water off tonight", "https://t.me/town/40"))  # fmt: skip
    assert (post.views, post.reposts, post.likes, post.replies) == (310, 0, None, None)


def test_reactions_are_summed_and_their_change_is_no_edit():
    counted = SimpleNamespace(results=[SimpleNamespace(count=3), SimpleNamespace(count=1)])
    answer = telegram_channels.message_answer(look_alike(reactions=counted, edit_date=NOW, edit_hide=True), TOLD)
    assert (answer.posts[0].likes, answer.posts[0].edited_at, answer.samples[0].likes) == (4, None, 4)


@pytest.mark.parametrize("nothing", [{"message": ""}, {"message": "", "action": object()}])
def test_what_the_service_says_is_no_post(nothing):
    assert telegram_channels.message_answer(look_alike(**nothing), TOLD).posts == ()


def test_a_photo_without_words_is_a_post():
    (post,) = telegram_channels.message_answer(look_alike(message=None, photo=object()), TOLD).posts
    assert post.text == "" and [m.kind for m in post.media] == ["photo"]


def test_pages_are_small_the_cursor_is_the_newest_and_what_lies_beyond_the_limit_a_gap():
    messages = [look_alike(id=n, date=NOW - timedelta(minutes=5000 - n)) for n in range(5000, 5000 - telegram_channels.MOST, -1)]
    since = NOW - timedelta(days=9)
    *pages, gap, last = telegram_channels.walk(messages, f"7 {since.isoformat()}", TOLD)
    assert [len(p.posts) for p in pages] == [100] * 20 and (gap.gap.since, gap.gap.until) == (since, messages[-1].date)
    assert telegram_channels.place(last.cursor) == (5000, NOW)


def test_one_bad_message_leaves_the_others_alone():
    first, _ = telegram_channels.walk([look_alike(id=2)], None, TOLD)
    answer = next(telegram_channels.walk([look_alike(id=3), SimpleNamespace(id=2), look_alike(id=1)], None, TOLD))
    assert len(first.posts) == 1 and len(answer.posts) == 2 and len(answer.refused) == 1


@pytest.mark.parametrize("session", [None, "", "just-a-session", "1:2", "x:hash:words"])
def test_without_opting_in_it_says_what_to_set(session):
    with pytest.raises(PlatformProblem, match="SADA_TELETHON_SESSION") as caught:
        next(telegram_channels.ask(session, CHANNEL, None, TOLD))
    assert caught.value.then == "credential"


def test_a_session_that_is_none_is_a_credential_to_mend():
    pytest.importorskip("telethon", reason="Telethon is an extra that is not installed here")
    with pytest.raises(PlatformProblem) as caught:
        next(telegram_channels.ask("1:hash:no-session", CHANNEL, None, TOLD))
    assert caught.value.then == "credential"


@pytest.mark.parametrize(("error", "then"), [
    (type("FloodWaitError", (Exception,), {"seconds": 90})(), "wait"), (type("AuthKeyUnregisteredError", (Exception,), {})(), "credential"),
    (type("ChannelPrivateError", (Exception,), {})(), "skip"), (ConnectionError(), "retry"), (TimeoutError(), "retry"),
])  # fmt: skip
def test_every_known_error_lands_on_its_line(error, then):
    assert telegram_channels.problem(error, NOW).then == then


def test_a_channel_is_read_this_way_only_where_its_address_says_so():
    accounts = (
        OfficialAccount(platform="telegram", handle="town", url="https://t.me/town"),
        OfficialAccount(platform="telegram", handle="group"),
    )
    ids = [s.id for s in telegram.sources(Deployment(id="t", name={}, timezone="UTC", languages=("en",), accounts=accounts))]
    assert ids == ["telegram.channel.town", "telegram.updates", "telegram.members"]
