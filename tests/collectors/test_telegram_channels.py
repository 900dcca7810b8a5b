"""Public channels read by Telethon, where somebody opted in. Its own records are used where it is installed, look-alikes where not."""

from __future__ import annotations

import asyncio
import socket
import sys
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


def errors() -> Any:
    return pytest.importorskip("telethon.errors", reason="Telethon is an extra that is not installed here")


@pytest.mark.parametrize(("name", "then", "held"), [
    ("FloodWaitError", "wait", {"capture": 90}), ("SlowModeWaitError", "wait", {"capture": 90}), ("PeerFloodError", "wait", {}),
    ("AuthKeyUnregisteredError", "credential", {}), ("SessionRevokedError", "credential", {}), ("AuthKeyDuplicatedError", "credential", {}),
    ("UserDeactivatedBanError", "credential", {}), ("ApiIdInvalidError", "credential", {}), ("SessionPasswordNeededError", "credential", {}),
    ("ChannelPrivateError", "skip", {}), ("ChannelInvalidError", "skip", {}), ("UsernameNotOccupiedError", "skip", {}), ("UsernameInvalidError", "skip", {}),
    ("ChannelPublicGroupNaError", "skip", {}), ("RpcCallFailError", "retry", {}), ("AuthRestartError", "retry", {}), ("SecurityError", "retry", None),
])  # fmt: skip
def test_telethons_own_errors_land_on_their_line(name, then, held):
    kind = getattr(errors(), name)
    found = telegram_channels.problem(kind() if held is None else kind(None, **held), NOW)
    assert found.then == then and (found.until is None or found.until > NOW)
    assert name in found.says


def test_how_long_telegram_makes_us_wait_is_kept():
    assert telegram_channels.problem(errors().FloodWaitError(None, capture=90), NOW).until == NOW + timedelta(seconds=91)


def words_of(types: Any, text: str) -> Any:
    return types.TextWithEntities(text, [])


def test_what_telethons_own_records_carry_comes_out():
    types = pytest.importorskip("telethon.tl.types", reason="Telethon is an extra that is not installed here")
    poll = types.Poll(
        id=1,
        question=words_of(types, "When?"),
        hash=0,
        answers=[types.PollAnswer(words_of(types, "Now"), b"0"), types.PollAnswer(words_of(types, "Later"), b"1")],
    )
    page = types.WebPage(id=1, url="https://news.example/a", display_url="news", hash=0, title="A leak", description="In Mill Street")
    carried = [
        (types.MessageMediaPoll(poll, types.PollResults()), ("When?\nNow\nLater", "poll", None, None)),
        (types.MessageMediaWebPage(page), ("words", "link", "https://news.example/a", "A leak\nIn Mill Street")),
        (types.MessageMediaContact("1", "Omar", "K", "", 5), ("words", "contact", None, "Omar K")),
        (types.MessageMediaGeo(types.GeoPoint(46.6, 24.7, 0)), ("words", "location", None, "24.7,46.6")),
        (types.MessageMediaPhoto(), ("words", None, None, None)),  # a photo that has expired
    ]
    for media, (text, kind, url, told) in carried:
        (post,) = telegram_channels.message_answer(of_telethon(message="" if kind == "poll" else "words", media=media), TOLD).posts
        assert (post.text, [(m.kind, m.url, m.text) for m in post.media]) == (text, [(kind, url, told)] if kind else [])


def test_telethons_counts_replies_and_edits_are_told_as_they_are():
    types = pytest.importorskip("telethon.tl.types", reason="Telethon is an extra that is not installed here")
    liked = types.MessageReactions(
        results=[types.ReactionCount(types.ReactionEmoji("x"), 3), types.ReactionCount(types.ReactionEmoji("y"), 1)]
    )
    told = of_telethon(reactions=liked, replies=types.MessageReplies(replies=2, replies_pts=1), edit_date=NOW,
                       reply_to=types.MessageReplyHeader(reply_to_msg_id=7))  # fmt: skip
    (post,) = telegram_channels.message_answer(told, TOLD).posts
    assert (post.likes, post.replies, post.edited_at, post.parent_id) == (4, 2, NOW, "telegram:-1000000009002:7")


def test_what_the_service_says_in_telethons_records_is_no_post():
    types = pytest.importorskip("telethon.tl.types", reason="Telethon is an extra that is not installed here")
    said = types.MessageService(id=1, peer_id=types.PeerChannel(9002), date=NOW, action=types.MessageActionPinMessage())
    assert (
        telegram_channels.message_answer(said, TOLD).posts == ()
        and telegram_channels.message_answer(types.MessageEmpty(2, types.PeerChannel(9002)), TOLD).posts == ()
    )


class Channel:
    """A channel as Telethon's client would show it: newest first."""

    def __init__(self, messages: list[Any], members: int) -> None:
        self.messages, self.members, self.calls = messages, members, []

    async def connect(self) -> None:
        self.calls.append("connect")

    async def disconnect(self) -> None:
        self.calls.append("disconnect")

    async def __call__(self, request: Any) -> Any:
        return SimpleNamespace(full_chat=SimpleNamespace(participants_count=self.members))

    async def iter_messages(self, name: str, limit: int) -> Any:
        for message in self.messages[:limit]:
            yield message


@pytest.mark.parametrize(("cursor", "read"), [(None, 150), ("145 2026-04-06T10:00:00+00:00", 100), ("20 2026-04-06T10:00:00+00:00", 130)])
def test_a_channel_is_read_down_to_what_is_known_and_its_newest_hundred_always(cursor, read):
    pytest.importorskip("telethon", reason="Telethon is an extra that is not installed here")
    channel = Channel([of_telethon(id=n) for n in range(150, 0, -1)], 4200)
    size, messages = asyncio.run(telegram_channels._read(channel, CHANNEL, cursor))
    assert (size, len(messages), channel.calls) == (4200, read, ["connect", "disconnect"])


def test_a_channel_is_read_this_way_only_where_its_address_says_so():
    accounts = (
        OfficialAccount(platform="telegram", handle="town", url="https://t.me/town"),
        OfficialAccount(platform="telegram", handle="group"),
    )
    ids = [s.id for s in telegram.sources(Deployment(id="t", name={}, timezone="UTC", languages=("en",), accounts=accounts))]
    assert ids == ["telegram.channel.town", "telegram.updates", "telegram.members"]


def session_at(port: int) -> str:
    """What SADA_TELETHON_SESSION holds, of a session whose server is this machine."""
    sessions = pytest.importorskip("telethon.sessions", reason="Telethon is an extra that is not installed here")
    crypto = pytest.importorskip("telethon.crypto")
    session = sessions.StringSession()
    session.set_dc(2, "127.0.0.1", port)
    session.auth_key = crypto.AuthKey(bytes(range(256)))
    return f"17:0123456789abcdef:{session.save()}"


def test_a_server_that_is_away_is_tried_again_and_the_session_stays_secret():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
        session = session_at(nobody.getsockname()[1])
        with pytest.raises(PlatformProblem) as raised:
            list(telegram_channels.ask(session, CHANNEL, None, TOLD))
    assert (raised.value.then, session.rpartition(":")[2] in raised.value.says, "0123456789abcdef" in raised.value.says) == (
        "retry",
        False,
        False,
    )


@pytest.mark.parametrize("words", ["nonsense", "1" + "A" * 10, "1" + "A" * 12, "1" + "!" * 352, "1é", "\u0661"])
def test_words_that_are_no_session_are_a_credential_to_mend(words):
    pytest.importorskip("telethon", reason="Telethon is an extra that is not installed here")
    with pytest.raises(PlatformProblem, match="SADA_TELETHON_SESSION holds no session") as raised:
        list(telegram_channels.ask(f"17:hash:{words}", CHANNEL, None, TOLD))
    assert raised.value.then == "credential"


def test_without_the_library_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "telethon", None)
    with pytest.raises(PlatformProblem, match=r"pip install -e '\.\[telethon\]'") as raised:
        list(telegram_channels.ask("17:hash:words", CHANNEL, None, TOLD))
    assert raised.value.then == "stop"
