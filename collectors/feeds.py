"""News and web pages by their feeds: the bytes fetched by us within limits, asked for only if they changed, read by feedparser."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import msgspec

from collectors import fetching, markup, table, versions
from collectors.base import Answer, Context, Finding, Source, context
from collectors.feeds_entries import PLATFORM as PLATFORM
from collectors.feeds_entries import answer, deleted, read
from collectors.findings import looked_at
from core.deployment import Deployment
from core.errors import PlatformProblem
from core.post import Moment, Post
from core.settings import Settings
from store.base import Gap

READS_TEXT = True
MOST_BYTES = 16 * 1024 * 1024
MOST_KNOWN = 300  # marks of the entries last seen; a feed shows 10 to 100
QUIET = timedelta(days=30)  # a feed that says nothing for so long may have moved
MARK = 10  # letters of a mark
ACCEPT = "application/atom+xml, application/rss+xml, application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, */*;q=0.5"


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the server told us to ask with next time, and which entries we know."""

    etag: str | None = None
    modified: str | None = None
    asked: Moment | None = None
    known: str = ""  # marks, one after the other


class Client(msgspec.Struct, frozen=True):
    """The way to any server."""

    fetcher: fetching.Fetcher
    instead: str | None = None

    def address(self, source: Source) -> str:
        """Where the feed is asked for."""
        told = source.url or ""
        parts = urlsplit(told)
        return f"{self.instead}{parts.path}{'?' + parts.query if parts.query else ''}" if self.instead else told


def client(settings: Settings) -> Client:
    """A client for any feed; none needs a credential."""
    return connect(settings.base_urls.get(PLATFORM))


def connect(instead: str | None = None, silence_s: float = fetching.SILENCE_S, most_bytes: int = MOST_BYTES) -> Client:
    """A client that follows a few redirects; `instead` stands for every feed's own server, to replay what was recorded."""
    return Client(fetching.Fetcher(follow=True, silence_s=silence_s, most_bytes=most_bytes), instead)


def sources(deployment: Deployment) -> list[Source]:
    """One a feed."""
    return [
        Source(
            id=f"rss.feed.{account.handle}", platform=PLATFORM, what="feed", account=account.key, handle=account.handle, url=account.url,
            every_minutes=account.every_minutes or 15, rereadable=True,
        )
        for account in deployment.accounts
        if account.platform == PLATFORM
    ]  # fmt: skip


def ask(client: Client, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    """Yield the entries that are new or changed since `cursor`. Raises PlatformProblem: 410 stops the source."""
    place = msgspec.json.decode(cursor, type=Place) if cursor else Place()
    asked = client.fetcher.get(PLATFORM, client.address(source), now, headers=_conditions(place))
    if asked.status == 304:
        yield Answer(cursor=_written(msgspec.structs.replace(place, asked=now)))
        return
    if asked.status >= 300:
        raise problem(asked.status, asked.headers, asked.body, now)
    whole = translate(asked.body, msgspec.structs.replace(context(source, now), headers=asked.headers))
    marks = {mark(post): post for post in whole.posts}
    before = {place.known[at : at + MARK] for at in range(0, len(place.known), MARK)}
    after = Place(
        etag=asked.headers.get("etag"), modified=asked.headers.get("last-modified"), asked=now, known="".join([*marks][:MOST_KNOWN])
    )
    fresh = tuple(post for name, post in marks.items() if name not in before)
    yield msgspec.structs.replace(whole, posts=fresh, cursor=_written(after), gap=_gap(place, marks, before, now))


def _conditions(place: Place) -> dict[str, str]:
    asked = {"if-none-match": place.etag, "if-modified-since": place.modified}
    return {"accept": ACCEPT, **{name: value for name, value in asked.items() if value}}


def _written(place: Place) -> str:
    return msgspec.json.encode(place).decode()


def mark(post: Post) -> str:
    """What an entry is known by: a changed text is another entry to look at, a repeated one is not."""
    return hashlib.sha256(f"{post.id}\x1f{post.text}".encode()).hexdigest()[:MARK]


def _gap(place: Place, marks: Mapping[str, Post], before: set[str], now: datetime) -> Gap | None:
    """A feed shows its newest entries only: where none of them is known, some may have come and gone between."""
    if not before or not marks or before & marks.keys() or place.asked is None:
        return None
    oldest = min(post.created_at for post in marks.values())
    until = oldest if place.asked < oldest < now else now
    return Gap(since=place.asked, until=until, cause="the feed shows its newest entries only, and none of those we knew is among them")


def translate(body: Any, context: Context) -> Answer:
    """One feed. Raises PlatformProblem where the bytes are none."""
    if isinstance(body, str):  # decoded already, whatever it was once written in
        body = markup.undeclared(body).encode("utf-8", "surrogatepass")
        context = msgspec.structs.replace(context, headers={**context.headers, "content-type": "application/xml; charset=utf-8"})
    if not isinstance(body, bytes):
        raise table.problem(PLATFORM, context.now, code="unreadable")
    found, lost = read(body, context.headers, context.now)
    whole = msgspec.structs.replace(answer(found, lost, context), deleted=deleted(body, found.feed, context))
    return versions.with_latest([whole], whole)


def problem(status: int, headers: Mapping[str, str], body: Any, now: datetime) -> PlatformProblem:
    """What an answer that is no feed means; a server that is busy may say until when."""
    return table.problem(PLATFORM, now, status=status, until=table.retry_after(headers, now))


def check(client: Client, deployment: Deployment, now: datetime) -> Iterator[Finding]:
    """Whether each feed has an address, answers there, and has said anything lately."""
    for source in sources(deployment):
        what = f"feed {source.handle}"
        if source.url:
            yield from looked_at(what, PLATFORM, partial(_look, client, source, what, now))
        else:
            then = 'write url = "https://…" in its [[accounts]] in the deployment file'
            yield Finding(what=what, state="failed", says=f"rss: the feed {source.handle} has no address", then=then)


def _look(client: Client, source: Source, what: str, now: datetime) -> Iterator[Finding]:
    asked = client.fetcher.get(PLATFORM, client.address(source), now, headers={"accept": ACCEPT})
    if asked.status >= 300:
        raise problem(asked.status, asked.headers, asked.body, now)
    posts = translate(asked.body, msgspec.structs.replace(context(source, now), headers=asked.headers)).posts
    newest = max((post.created_at for post in posts), default=None)
    if asked.moved_to:
        yield Finding(
            what=what, state="warning", says="the feed has moved for good", then=f'write url = "{asked.moved_to}" in the deployment file'
        )
    if newest is None or now - newest > QUIET:
        then = "look whether the feed has a new address, or is not written any more"
        yield Finding(what=what, state="warning", says=f"the feed answers and {_age(newest)}", then=then)
    else:
        yield Finding(what=what, state="ok", says=f"the feed answers with {len(posts)} entries and {_age(newest)}")


def _age(newest: datetime | None) -> str:
    return f"its newest entry is of {newest:%Y-%m-%d}" if newest else "has no entry"
