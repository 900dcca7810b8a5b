"""What every collector is made of. docs/add-a-platform.md walks through one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

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
    keys: str | None = None  # NAME, where its account has keys of its own: SADA_FACEBOOK_TOKEN__NAME
    every_minutes: int = 5  # its cadence; data older than this allows is a red light
    rereadable: bool = False  # asking without a cursor reads the newest again and changes nothing there: it can be reconciled
    budget: int | None = None  # billed reads or quota units it may spend in a month; None: no limit of ours
    budget_left: int | None = None  # what is left of it when a pass begins; `ask` asks for no more


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """One part of an answer that could not become a post, and why; never its text."""

    why: str
    lost: bool = True  # a message was lost; False: a part that is no message (a pinned post we may not see, a label)


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """How far a message that we sent has come. They arrive in any order and more than once."""

    post_id: str
    state: str  # sent, delivered, read, played, failed
    at: Moment
    to: str | None = None  # the reader's id; None: not told
    why: str | None = None  # of a failure: the table's word for it


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a person told the platform itself about news from us."""

    citizen: str  # "<platform>:<native id>", as an author's
    said: str  # stop, resume (no more stop), signup (asks for it)
    at: Moment


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What one answer of a platform brought, in our nouns."""

    posts: tuple[Post, ...] = ()
    accounts: tuple[Account, ...] = ()
    account_samples: tuple[AccountSample, ...] = ()
    samples: tuple[EngagementSample, ...] = ()
    deleted: tuple[str, ...] = ()  # post ids an explicit event says are gone: they become tombstones at once
    missing: tuple[str, ...] = ()  # post ids asked for and not there, while others were: a suspicion, looked at a second time
    replaced: tuple[tuple[str, str], ...] = ()  # (earlier id, later id): an edit got a new id; the earlier text becomes a version
    receipts: tuple[Receipt, ...] = ()
    wishes: tuple[Wish, ...] = ()
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
    handle: str | None = None  # that account's handle
    what: str = ""  # Source.what: which question was asked
    headers: Mapping[str, str] = {}  # of the answer, names in lower case
    path: str = ""  # that was asked, where a recording says so
    query: Mapping[str, str] = {}


def context(source: Source, now: datetime) -> Context:
    """What a translation of an answer to `source` is told."""
    return Context(now=now, source=source.id, account=source.account, native_id=source.native_id, handle=source.handle, what=source.what)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One line of `sada check`."""

    what: str
    state: str  # ok, warning, failed
    says: str
    then: str = ""  # what to do about it


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
        """One recorded body as an answer. Pure. Raises PlatformProblem for a body that is itself an error.

        `body` is decoded JSON; where the module says READS_TEXT = True it is str or bytes if it is not JSON.
        One bad part becomes a Refusal and leaves the rest alone.
        """
        ...

    def problem(self, status: int, headers: Mapping[str, str], body: Any, now: datetime) -> PlatformProblem:
        """What an HTTP answer that is an error means and what happens next. Pure."""
        ...


@runtime_checkable
class Refreshes(Protocol):
    """A collector that can look at posts again: for numbers, new answers below them, and deletions."""

    def refresh(self, client: Any, source: Source, posts: Sequence[Post], now: datetime) -> Iterator[Answer]:
        """Look again at `posts` as we stored them, with as few calls as the platform allows. Raises PlatformProblem.

        Yields their numbers (as posts observed now, or samples), comments and replies newer than those counted, and as `missing`
        those not there although the credential was seen to work (another object answered).
        """
        ...


@runtime_checkable
class Checks(Protocol):
    """A collector that can say what its credential may do."""

    def check(self, client: Any, deployment: Deployment, now: datetime) -> Iterator[Finding]:
        """Test the credential: what it may read, the quota left, what is misconfigured. Raises PlatformProblem."""
        ...


Translate = Callable[[Any, Context], Answer]
