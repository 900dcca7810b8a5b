"""What every collector is made of. docs/add-a-platform.md walks through one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

import msgspec

from core.account import Account, AccountSample
from core.deployment import Deployment
from core.errors import PlatformProblem
from core.post import EngagementSample, Moment, Post
from core.settings import Settings
from store.base import Gap


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to poll: an account's mentions, its own posts, a search, a feed."""

    id: str  # "<platform>.<what>.<account or query>", the ledger's name for it
    platform: str
    what: str  # mentions, own, comments, search, account, …: each collector lists its own
    account: str | None = None  # the official account's key ("x:SAUDIMOMRA")
    handle: str | None = None
    native_id: str | None = None
    query: str | None = None
    url: str | None = None
    every_minutes: int = 5  # its cadence; data older than this allows is a red light


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """One part of an answer that could not become a post, and why; never its text."""

    why: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What one answer of a platform brought, in our nouns."""

    posts: tuple[Post, ...] = ()
    accounts: tuple[Account, ...] = ()
    account_samples: tuple[AccountSample, ...] = ()
    samples: tuple[EngagementSample, ...] = ()
    deleted: tuple[str, ...] = ()  # post ids the platform says are gone
    refused: tuple[Refusal, ...] = ()
    returned: int = 0  # how many things the platform sent, before duplicates and refusals
    next: str | None = None  # where the following page begins
    cursor: str | None = None  # the watermark to keep once the whole pass is durable
    gap: Gap | None = None  # what this pass could not reach
    spend: int = 0  # billed reads or quota units


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What a pure translation must be told beside the body."""

    now: Moment
    source: str = ""
    account: str | None = None  # the official account it concerns
    native_id: str | None = None  # that account's id on the platform, to tell own posts from others'


class Collector(Protocol):
    """One platform. A module with these names is one; no class is needed."""

    PLATFORM: str

    def sources(self, deployment: Deployment) -> list[Source]:
        """Everything of this platform that the deployment asks for."""
        ...

    def client(self, settings: Settings) -> Any:
        """The platform's own client. Raises CredentialMissing naming the key and docs/credentials.md."""
        ...

    def ask(self, client: Any, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
        """Yield answers newer than `cursor`. Raises PlatformProblem. Ending normally means the old watermark was reached or a gap yielded."""
        ...

    def translate(self, body: Any, context: Context) -> Answer:
        """One recorded body (decoded JSON, or text) as an answer. Pure."""
        ...

    def problem(self, status: int, headers: Mapping[str, str], body: Any, now: datetime) -> PlatformProblem:
        """What an HTTP answer that is an error means and what happens next. Pure."""
        ...


Translate = Callable[[Any, Context], Answer]
