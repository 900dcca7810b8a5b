"""For each platform: an official account, its keys, and the answers a replay server gives. All texts and names are invented."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from collectors.base import Collector, Source
from collectors.every import COLLECTORS
from core.deployment import Deployment, OfficialAccount, Watch
from core.settings import Settings, read
from tests.collectors.replay import Answers, Reply

ANSWERS = Path(__file__).parent / "answers"
NOON = datetime(2026, 4, 6, 12, tzinfo=UTC)
Route = Reply | Sequence[Reply] | Answers


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

    def deployment(self) -> Deployment:
        """An organisation with these accounts only."""
        return Deployment(id="town", name={"en": "Town"}, timezone="Asia/Riyadh", languages=("ar", "en"), accounts=self.accounts,
                          watch=Watch(keywords=self.keywords))  # fmt: skip

    def settings(self, url: str) -> Settings:
        """The keys, and the replay server's address as the platform's."""
        return read({**{f"SADA_{k}": v for k, v in self.keys.items()}, f"SADA_{self.platform.upper()}_BASE_URL": url})

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

SCENARIOS = {scenario.platform: scenario for scenario in (X,)}
"""A new platform's scenario joins here; tests/collectors/test_contract.py runs over all of them."""
