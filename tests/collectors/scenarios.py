"""For each platform: an official account, its keys, and the answers a replay server gives. All texts and names are invented."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlencode

from collectors.base import Collector, Source
from collectors.every import COLLECTORS
from collectors.inbox import Inbox
from core.deployment import Deployment, OfficialAccount, Watch
from core.settings import Settings, read
from tests.collectors.replay import Answers, Reply

ANSWERS = Path(__file__).parent / "answers"
NOON = datetime(2026, 4, 6, 12, tzinfo=UTC)
Route = Reply | Sequence[Reply] | Answers


@cache
def _temporary(url: str) -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="sada-test-")


def _folder(url: str) -> str:
    """A folder for the data of one replay, gone when the tests are."""
    return _temporary(url).name


def answer(name: str) -> Reply:
    """A file below answers/ as a reply, with its status and headers where it tells them."""
    body = json.loads((ANSWERS / f"{name}.json").read_text(encoding="utf-8"))
    if isinstance(body, dict) and "response" in body:
        told = body["response"]
        return Reply(told.get("json", told.get("text", "")), told.get("status", 200), told.get("headers", {}))
    return Reply(body)


@dataclass(frozen=True)
class Scenario:
    """What a collector is tried on. `posts`: id → (text, what was told of likes and views) of all that must be stored."""

    platform: str
    accounts: tuple[OfficialAccount, ...]
    routes: Mapping[str, Route]
    keys: Mapping[str, str]
    posts: Mapping[str, tuple[str, int | None, int | None]]
    keywords: tuple[str, ...] = ()
    parents: Mapping[str, str] = field(default_factory=dict)
    sent: tuple[tuple[str, bytes], ...] = ()  # what `sada receive` had kept for it: (door or door/form, body); such a collector asks nobody
    may_say_nothing: bool = False  # an empty list is an answer of it

    def deployment(self) -> Deployment:
        """An organisation with these accounts only."""
        return Deployment(id="town", name={"en": "Town"}, timezone="Asia/Riyadh", languages=("ar", "en"), accounts=self.accounts,
                          watch=Watch(keywords=self.keywords))  # fmt: skip

    def settings(self, url: str) -> Settings:
        """The keys, and the replay server's address as the platform's."""
        told = {f"SADA_{k}": v for k, v in self.keys.items()} | {"SADA_DATA": _folder(url)}
        self._deliver(Path(told["SADA_DATA"]))
        return read(told if self.sent else {**told, f"SADA_{self.platform.upper()}_BASE_URL": url})

    def _deliver(self, folder: Path) -> None:
        if self.sent:
            inbox = Inbox(folder)
            for door, body in self.sent:
                inbox.keep(door.partition("/")[0], door.partition("/")[2], body, NOON)
            inbox.close()

    def collector(self) -> Collector:
        """The platform's collector."""
        return next(c for c in COLLECTORS if self.platform == c.PLATFORM)

    def sources(self) -> list[Source]:
        """Everything the collector asks for this organisation."""
        return self.collector().sources(self.deployment())


def _mentions(asked: object) -> Reply:
    query: dict[str, str] = asked.query  # type: ignore[attr-defined]
    if query.get("since_id", "") >= "2041000000000000900":
        return answer("x/nothing_new")
    return answer("x/mentions_2" if query.get("pagination_token") == "second" else "x/mentions_1")


def _own(asked: object) -> Reply:
    return answer("x/nothing_new" if asked.query.get("since_id") else "x/own")  # type: ignore[attr-defined]


X = Scenario(
    platform="x",
    accounts=(OfficialAccount(platform="x", handle="CITY", id="1001"),),
    routes={
        "/2/users/1001/mentions": _mentions, "/2/users/1001/tweets": _own, "/2/users/by": answer("x/users"),
        "/2/tweets/search/recent": answer("x/nothing_new"),
    },
    keys={"X_BEARER_TOKEN": "a-test-token"},
    posts={
        "x:2041000000000000900": ("@CITY تسرب مياه في حيّنا منذ ثلاثة أيام 😟 &amp; لا أحد يردّ", 5, 310),
        "x:2041000000000000800": ("@CITY the long story of our street begins here and is cut in the middle by the short form, but this is all of it,"
                                  " to the last word.", 0, None),
        "x:2041000000000000700": ("@CITY خلوا اللمبات تشتغل", None, None),
        "x:2041000000000000600": ("@resident_three and @CITY same here", None, None),
        "x:2041000000000000100": ("Water will be off in the north tonight from 22:00", 20, 9000),
    },
    keywords=("تسرب مياه",),
    parents={"x:2041000000000000800": "x:2041000000000000100", "x:2041000000000000600": "x:2041000000000000550"},
)  # fmt: skip


def _facebook_feed(asked: object) -> Reply:
    query: dict[str, str] = asked.query  # type: ignore[attr-defined]
    if "filter(stream)" in query.get("fields", ""):
        return answer("facebook/comments")
    return answer({"second": "facebook/feed_2", "third": "facebook/feed_3"}.get(query.get("after", ""), "facebook/feed_1"))


FACEBOOK = Scenario(
    platform="facebook",
    accounts=(OfficialAccount(platform="facebook", handle="town", id="10"),),
    routes={
        "/v25.0/10/feed": _facebook_feed, "/v25.0/10_1/comments": answer("facebook/comments_older"),
        "/v25.0/10/tagged": answer("facebook/tagged"), "/v25.0/10/ratings": answer("facebook/ratings"),
        "/v25.0/10/insights": answer("facebook/insights"), "/v25.0/10": answer("facebook/page"),
    },
    keys={"FACEBOOK_TOKEN": "a-test-token"},
    posts={
        "facebook:10_2": ("  سيارة مهجورة تسدّ مدخل الحارة منذ شهر 🚗\n\nوين البلدية؟ &amp; ", None, None),
        "facebook:10_1": ("The market street is closed on Friday.", 0, None),
        "facebook:10_0": ("", 7, None),
        "facebook:1_8": ("From six in the morning.", 1, None),
        "facebook:1_7": ("From what time?", 0, None),
        "facebook:79_5": ("@Town thank you for the new benches", None, None),
        "facebook:900": ("Waited two hours at the counter.", None, None),
    },
    parents={"facebook:1_8": "facebook:1_7", "facebook:1_7": "facebook:10_1"},
)  # fmt: skip


def _instagram_media(asked: object) -> Reply:
    query: dict[str, str] = asked.query  # type: ignore[attr-defined]
    if "comments.limit" in query.get("fields", ""):
        return answer("instagram/comments")
    return answer("instagram/media_2" if query.get("after") == "second" else "instagram/media_1")


def _instagram_account(asked: object) -> Reply:
    return answer("instagram/branch" if "business_discovery" in asked.query["fields"] else "instagram/account")  # type: ignore[attr-defined]


INSTAGRAM = Scenario(
    platform="instagram",
    accounts=(OfficialAccount(platform="instagram", handle="town", id="10"), OfficialAccount(platform="instagram", handle="town_north")),
    routes={
        "/v25.0/10/media": _instagram_media, "/v25.0/10/tags": answer("instagram/tags"), "/v25.0/10/insights": answer("instagram/insights"),
        "/v25.0/10": _instagram_account,
    },
    keys={"INSTAGRAM_TOKEN": "a-test-token"},
    posts={
        "instagram:101": ("ممشى البحر مفتوح من جديد 🌊", 0, None),
        "instagram:102": ("", None, None),
        "instagram:103": ("Our square at night @town", 12, None),
        "instagram:104": ("The north office has moved.", None, None),
        "instagram:201": ("When will the lights work there?", 3, None),
        "instagram:202": ("Next week, we promise.", 0, None),
    },
    parents={"instagram:201": "instagram:101", "instagram:202": "instagram:201"},
)  # fmt: skip


def _youtube_videos(asked: object) -> Reply:
    query: dict[str, str] = asked.query  # type: ignore[attr-defined]
    if query["part"] == "liveStreamingDetails":
        return answer("youtube/on_air")
    return answer("youtube/found" if query["id"] == "v9" else "youtube/videos")


def _youtube_threads(asked: object) -> Reply:
    return answer("youtube/threads_2" if asked.query.get("pageToken") == "second" else "youtube/threads_1")  # type: ignore[attr-defined]


def _youtube_chat(asked: object) -> Reply:
    return answer("youtube/chat_empty" if asked.query.get("pageToken") == "further" else "youtube/chat")  # type: ignore[attr-defined]


YOUTUBE = Scenario(
    platform="youtube",
    accounts=(OfficialAccount(platform="youtube", handle="town", id="UCtown"),),
    routes={
        "/feeds/videos.xml": Reply((ANSWERS / "youtube/feed.xml").read_text(encoding="utf-8"), headers={"Content-Type": "text/xml"}),
        "/youtube/v3/channels": answer("youtube/channel"), "/youtube/v3/playlistItems": answer("youtube/uploads"),
        "/youtube/v3/videos": _youtube_videos, "/youtube/v3/commentThreads": _youtube_threads,
        "/youtube/v3/comments": answer("youtube/replies"), "/youtube/v3/search": answer("youtube/search"),
        "/youtube/v3/liveChat/messages": _youtube_chat,
    },
    keys={"YOUTUBE_API_KEY": "a-test-key"},
    posts={
        "youtube:v1": ("The new bus lines\n\nLines 1 to 4.\n\nhttps://town.example/bus", 12, 340),
        "youtube:v2": ("Council meeting", None, 0),
        "youtube:v9": ("Potholes & patience\n\nMy street in April.", 0, 15),
        "youtube:t1": ("هل الحافلة تعمل يوم الجمعة؟ <3 & شكراً", 0, None),
        "youtube:t2": ("Nice film", 0, None),
        "youtube:t1.a": ("Yes, every hour.", 2, None),
        "youtube:t1.b": ("Thank you!", 0, None),
        "youtube:LCC.1": ("Will the bridge be repaired?", None, None),
    },
    keywords=("potholes",),
    parents={"youtube:t1": "youtube:v1", "youtube:t1.a": "youtube:t1", "youtube:LCC.1": "youtube:v2"},
)  # fmt: skip


def _telegram_updates(asked: object) -> Reply:
    return answer("telegram/nothing_new" if asked.query.get("offset") else "telegram/updates")  # type: ignore[attr-defined]


TELEGRAM = Scenario(
    platform="telegram",
    accounts=(OfficialAccount(platform="telegram", handle="town"),),
    routes={
        "/bot100:test/getUpdates": _telegram_updates, "/bot100:test/getChat": answer("telegram/chat"),
        "/bot100:test/getChatMemberCount": answer("telegram/count"),
    },
    keys={"TELEGRAM_BOT_TOKEN": "100:test"},
    posts={
        "telegram:-1009001:5": ("الإنارة في شارع السوق مطفأة 😟 &amp; لا أحد يرد", None, None),
        "telegram:-1009001:6": ("Here too", None, None),
        "telegram:73:2": ("", None, None),
        "telegram:-1009002:40": ("Water will be off tonight.", None, None),
    },
    parents={"telegram:-1009001:6": "telegram:-1009001:5"},
)  # fmt: skip

WHATSAPP = Scenario(
    platform="whatsapp",
    accounts=(OfficialAccount(platform="whatsapp", handle="940", id="9400"),),
    routes={},
    keys={"WHATSAPP_APP_SECRET": "a-test-secret"},
    posts={
        "whatsapp:wamid.A1": ("مياه مقطوعة في حي النهضة", None, None),
        "whatsapp:wamid.A2": ("", None, None),
        "whatsapp:wamid.A3": ("no number, only a name", None, None),
    },
    parents={"whatsapp:wamid.A2": "whatsapp:wamid.OURS"},
    sent=tuple(("whatsapp", (ANSWERS / f"whatsapp/{name}.json").read_bytes()) for name in ("message", "edit", "statuses")),
)

META = Scenario(
    platform="meta",
    accounts=(OfficialAccount(platform="facebook", handle="town", id="10"), OfficialAccount(platform="facebook", handle="north", id="20")),
    routes={},
    keys={"FACEBOOK_APP_SECRET": "a-test-secret"},
    posts={"facebook:20_9": ("الرصيف مكسور أمام المدرسة", None, None), "facebook:9_3": ("since March", None, None)},
    parents={"facebook:9_3": "facebook:20_9"},
    sent=tuple(("facebook", (ANSWERS / f"meta/{name}.json").read_bytes()) for name in ("visitor_post", "comment")),
)

FORM = Scenario(
    platform="form",
    accounts=(OfficialAccount(platform="form", handle="web"), OfficialAccount(platform="form", handle="app")),
    routes={},
    keys={"FORM_SECRET": "a-test-secret"},
    posts={
        "form:app/A-17": ("The bench by the north gate is broken.", None, None),
        "form:e6aa8f16ca61480e383ef8c2": ("الحاوية ممتلئة & الرائحة قوية", None, None),
    },
    sent=(
        ("form/app", (ANSWERS / "form/report.json").read_bytes()),
        ("form/web", urlencode({"token": "once", "text": "الحاوية ممتلئة & الرائحة قوية", "place": "حي الزهور"}).encode()),
    ),
)


def _flickr(asked: object) -> Reply:
    told = {name: values[-1] for name, values in parse_qs(asked.body.decode()).items()}  # type: ignore[attr-defined]
    by_method = {"flickr.photos.comments.getList": "comments", "flickr.people.getInfo": "person"}
    return answer(f"flickr/{by_method.get(told['method']) or ('search' if 'text' in told else 'photos')}")


FLICKR = Scenario(
    platform="flickr",
    accounts=(OfficialAccount(platform="flickr", handle="town", id="77@N01"),),
    routes={"/services/rest/": _flickr},
    keys={"FLICKR_API_KEY": "a-test-key", "FLICKR_API_SECRET": "a-test-secret"},
    posts={
        "flickr:501": ("The new fountain\n\nOpened <b>today</b> &amp; free", 4, 0),
        "flickr:502": ("", None, None),
        "flickr:9-501-1": ("It is dry already", None, None),
        "flickr:601": ("Potholes of April\n\nevery street", 0, 15),
    },
    keywords=("potholes",),
    parents={"flickr:9-501-1": "flickr:501"},
)

RSS = Scenario(
    platform="rss",
    accounts=(OfficialAccount(platform="rss", handle="town_news", url="https://news.example/news.xml"),),
    routes={"/news.xml": Reply((ANSWERS / "rss/news.xml").read_bytes(), headers={"Content-Type": "application/rss+xml", "ETag": '"1"'})},
    keys={},
    posts={
        "rss:https://news.example/1": ("انقطاع المياه في الحي الشمالي\n\nاشتكى السكان من انقطاع المياه.\nلا رد حتى الآن.", None, None),
        "rss:town_news#17": ("Market reopens after repairs", None, None),
        "rss:https://news.example/3": ("In Arabic digits", None, None),
    },
)

OPEN311 = Scenario(
    platform="open311",
    accounts=(OfficialAccount(platform="open311", handle="town", url="https://city.example/v2"),),
    routes={"/requests.json": answer("open311/requests")},
    keys={},
    posts={
        "open311:901": ("العمود رقم ٧ مطفأ & خطر", None, None),
        "open311:901/status": ("Lamp replaced.", None, None),
        "open311:902": ("Pothole", None, None),
    },
    parents={"open311:901/status": "open311:901"},
    may_say_nothing=True,
)

SCENARIOS = {
    scenario.platform: scenario for scenario in (X, FACEBOOK, INSTAGRAM, YOUTUBE, TELEGRAM, WHATSAPP, META, FORM, FLICKR, RSS, OPEN311)
}
"""A new platform's scenario joins here; tests/collectors/test_contract.py runs over all of them."""
