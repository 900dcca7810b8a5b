"""One message to a platform, sent once: what may have gone out is never tried again by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

import msgspec

from collectors import fetching, table, told
from core.errors import PlatformProblem
from core.post import Post

Find = Callable[[str], Post | None]
Clock = Callable[[], datetime]
Body = dict[str, Any]
Ids = Mapping[str, str]  # the official accounts' numbers, by their key


class Outgoing(Protocol):
    """What a sender must know of an answer."""

    @property
    def text(self) -> str: ...
    @property
    def reply_to(self) -> str | None: ...
    @property
    def account(self) -> str | None: ...
    @property
    def template(self) -> str | None: ...
    @property
    def privately(self) -> bool: ...


class Sent(msgspec.Struct, frozen=True):
    """What the platform said when it took a message."""

    native_id: str
    url: str | None = None


class Platform(Protocol):
    """The part of a collector that reads errors."""

    PLATFORM: str

    def problem(self, status: int, headers: Mapping[str, str], body: Any, now: datetime) -> PlatformProblem: ...


def posted(fetcher: fetching.Fetcher, platform: Platform, address: str, body: Body, headers: Mapping[str, str], now: datetime) -> Body:
    """What the platform said to a message. An answer of 500 and more may come after the message went out: that is no reason to send again.

    Raises PlatformProblem.
    """
    fetched = fetcher.send(platform.PLATFORM, address, now, msgspec.json.encode(body), headers)
    if fetched.status >= 500:
        raise table.problem(platform.PLATFORM, now, code="no-receipt", detail=f"HTTP {fetched.status}")
    try:
        said = told.table(fetching.as_json(fetched, platform.PLATFORM, now))
    except PlatformProblem:
        said = {}
    if fetched.status >= 300 or said.get("ok") is False or "error" in said:
        raise platform.problem(fetched.status, fetched.headers, said, now)
    return said


def receipt(platform: str, id: Any, url: str | None, now: datetime) -> Sent:
    """The platform's receipt. Raises PlatformProblem where it told no id: the message may have gone out."""
    native_id = told.native(id)
    if native_id is None:
        raise table.problem(platform, now, code="no-receipt")
    return Sent(native_id=native_id, url=url)


def answered(platform: str, find: Find, answer: Outgoing, now: datetime) -> Post:
    """The post an answer replies to. Raises PlatformProblem where it is not known or not of this platform: nothing goes out."""
    post = find(answer.reply_to or "")
    if post is None or post.platform != platform:
        raise no_address(platform, "the answer names no post we know", now)
    return post


def no_address(platform: str, why: str, now: datetime) -> PlatformProblem:
    """Nothing can be sent there; `why` in plain words, with nothing of a citizen in it."""
    return table.problem(platform, now, code="no-address", detail=why)
