"""A city's service requests by Open311 (GeoReport v2): asked by the time they were made, in windows small enough to come whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from collectors import fetching, table
from collectors.base import Answer, Finding, Source, context
from collectors.findings import looked_at
from collectors.open311_requests import PLATFORM as PLATFORM
from collectors.open311_requests import error_in, is_list, parsed
from collectors.open311_requests import translate as translate
from core.deployment import Deployment
from core.errors import PlatformProblem
from core.page import in_parts
from core.post import Kind, Post
from core.settings import Settings
from store.base import Gap

READS_TEXT = True
MOST = 1000  # a server gives at most so many, the newest
LONGEST = timedelta(days=90)  # and at most so long a time
SHORTEST = timedelta(minutes=1)
LATE = timedelta(days=2)  # a request may be published so long after it was made
AT_ONCE = 50  # numbers in one question
NOT_JSON = (404, 406, 415)


class Client(msgspec.Struct, frozen=True):
    """The way to a server; `addresses` replaces every account's own. Which of them speak JSON is found out once."""

    fetcher: fetching.Fetcher
    address: str | None = None
    key: str | None = None
    endings: dict[str, str] = {}

    def __repr__(self) -> str:
        return "Client(…)"


def client(settings: Settings) -> Client:
    """A client for any server: reading needs no key."""
    return connect(settings.base_urls.get(PLATFORM), settings.credential("OPEN311_API_KEY"))


def connect(address: str | None = None, key: str | None = None, silence_s: float = fetching.SILENCE_S) -> Client:
    """A client; `address` stands before every account's own."""
    return Client(fetching.Fetcher(follow=True, silence_s=silence_s), address, key, {})


def sources(deployment: Deployment) -> list[Source]:
    """One a server. The numbers of the first stand bare, those of further ones behind their handle: two cities count from 1."""
    ours = [account for account in deployment.accounts if account.platform == PLATFORM]
    return [
        Source(
            id=f"open311.requests.{account.handle}", platform=PLATFORM, what="requests", account=account.key, handle=account.handle,
            native_id=account.id, url=account.url, every_minutes=account.every_minutes or 15, query=account.handle if number else None,
            rereadable=True,
        )
        for number, account in enumerate(ours)
    ]  # fmt: skip


def ask(client: Client, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    """Yield requests made since `cursor` (a time), oldest window first. Raises PlatformProblem."""
    at = datetime.fromisoformat(cursor) - LATE if cursor else now - LONGEST
    while at < now:
        until = min(at + LONGEST, now)
        yield from _window(client, source, at, until, now)
        at = until
    yield Answer(cursor=now.astimezone(UTC).isoformat())


def _window(client: Client, source: Source, since: datetime, until: datetime, now: datetime) -> Iterator[Answer]:
    """One window, halved until it comes whole, its newest part first: a comparison of the newest days stops there."""
    answer = _requests(client, source, now, {"start_date": _written(since), "end_date": _written(until)})
    if answer.returned < MOST:
        yield answer
    elif until - since <= SHORTEST:
        cause = f"the server gives {MOST} requests at most, and there are more in this minute"
        yield msgspec.structs.replace(answer, gap=Gap(since=since, until=until, cause=cause))
    else:
        half = since + (until - since) / 2
        yield from _window(client, source, half, until, now)
        yield from _window(client, source, since, half, now)


def _written(at: datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _requests(client: Client, source: Source, now: datetime, query: Mapping[str, str]) -> Answer:
    given = {"jurisdiction_id": source.native_id, "api_key": client.key}
    fetched = _fetched(client, source, {**{name: value for name, value in given.items() if value}, **query}, now)
    if fetched.status >= 300:
        raise problem(fetched.status, fetched.headers, fetched.body, now)
    body = parsed(fetched.body, now)
    answer = translate(body, context(source, now))
    if not is_list(body):
        raise table.problem(PLATFORM, now, code="unreadable")
    return _prefixed(answer, source.query)


def _fetched(client: Client, source: Source, query: Mapping[str, str], now: datetime) -> fetching.Fetched:
    """JSON where the server has it, which it need not; XML it must."""
    home = (client.address or source.url or "").rstrip("/")
    ending = client.endings.get(home, "json")
    fetched = client.fetcher.get(PLATFORM, f"{home}/requests.{ending}", now, query)
    if ending == "json" and fetched.status in NOT_JSON:
        other = client.fetcher.get(PLATFORM, f"{home}/requests.xml", now, query)
        if other.status < 300:
            client.endings[home] = "xml"
            return other
    return fetched


def _prefixed(answer: Answer, handle: str | None) -> Answer:
    if handle is None:
        return answer

    def named(id: str | None) -> str | None:
        return f"{PLATFORM}:{handle}:{id.removeprefix(PLATFORM + ':')}" if id else None

    return msgspec.structs.replace(answer, posts=tuple(
        msgspec.structs.replace(post, id=named(post.id) or post.id, parent_id=named(post.parent_id), conversation_id=named(post.conversation_id))
        for post in answer.posts
    ))  # fmt: skip


def refresh(client: Client, source: Source, posts: Sequence[Post], now: datetime) -> Iterator[Answer]:
    """Look again at requests: what became of them, and which are gone while others are there."""
    before = f"{PLATFORM}:{source.query}:" if source.query else f"{PLATFORM}:"
    asked = [post.id for post in posts if post.kind == Kind.REPORT and post.id.startswith(before)]
    for some in in_parts(asked, AT_ONCE):
        answer = _requests(client, source, now, {"service_request_id": ",".join(id.removeprefix(before) for id in some)})
        there = {post.id for post in answer.posts}
        yield msgspec.structs.replace(answer, missing=tuple(id for id in some if id not in there) if there else ())


def problem(status: int, headers: Mapping[str, str], body: Any, now: datetime) -> PlatformProblem:
    """What an error means: the status, or the code its body tells."""
    try:
        inner = parsed(body, now) if isinstance(body, str | bytes) and body else body
    except PlatformProblem:
        inner = None
    if status < 500 and status != 429 and (told_inside := error_in(inner, status, now)):
        return told_inside
    return table.problem(PLATFORM, now, status=status, until=table.retry_after(headers, now))


def check(client: Client, deployment: Deployment, now: datetime) -> Iterator[Finding]:
    """Whether each server answers."""
    for source in sources(deployment):
        what = f"open311 {source.handle}"
        yield from looked_at(what, PLATFORM, partial(_look, client, source, what, now))


def _look(client: Client, source: Source, what: str, now: datetime) -> Iterator[Finding]:
    answer = _requests(client, source, now, {"start_date": _written(now - timedelta(days=7)), "end_date": _written(now)})
    yield Finding(what=what, state="ok", says=f"{len(answer.posts)} requests and notes of the last 7 days can be read")
