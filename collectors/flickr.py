"""Flickr, asked through flickrapi: the photos of an account, what is said under them, and photos of others that name the city."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import flickrapi
import msgspec
import requests

from collectors import table, told, web
from collectors.base import Answer, Finding, Source, context
from collectors.findings import looked_at
from collectors.flickr_photos import PLATFORM as PLATFORM
from collectors.flickr_photos import failure, parsed
from collectors.flickr_photos import translate as translate
from core.deployment import Deployment
from core.errors import CredentialMissing, PlatformProblem
from core.post import Kind, Post
from core.settings import Settings
from store.base import Gap

HERE = THERE = "https://api.flickr.com"
READS_TEXT = True
PAGE_SIZE = 250  # above it Flickr leaves out what a search with places would have told
REACH = 4000  # a search hands out the first 4,000 only
WATCHED = 50  # newest own photos whose comments are read
FIRST = timedelta(days=30)  # how far back the first search of words goes
MARGIN = 60  # seconds the cursor stands back, for two photos of the same second
EXTRAS = "description,date_upload,owner_name,path_alias,views,count_comments,count_faves,media,geo,url_l,last_update"


class Client(msgspec.Struct, frozen=True):
    """flickrapi's client, the session below it that remembers the last answer, and the accounts' ids it was told."""

    api: flickrapi.FlickrAPI
    session: Remembering
    ids: dict[str, str] = {}

    def __repr__(self) -> str:
        return "Client(…)"


class Remembering(web.BoundedSession):
    """flickrapi raises without status, headers and body of an error: they are read here."""

    last: requests.Response | None = None

    def request(self, *args: Any, **how: Any) -> requests.Response:
        """As the session's own."""
        self.last = None
        self.last = super().request(*args, **how)
        return self.last


def client(settings: Settings) -> Client:
    """flickrapi's client. Raises CredentialMissing."""
    key, secret = settings.credential("FLICKR_API_KEY"), settings.credential("FLICKR_API_SECRET")
    if not key or not secret:
        raise CredentialMissing(
            "flickr: waits for SADA_FLICKR_API_KEY and SADA_FLICKR_API_SECRET in the environment or .env: docs/credentials.md#flickr"
        )
    return connect(key, secret, settings.base_urls.get(PLATFORM, THERE))


def connect(key: str, secret: str, base_url: str = THERE, silence_s: float = web.SILENCE_S) -> Client:
    """A client at `base_url`, with our limits; nothing of it is written to disk or to a log."""
    logging.getLogger("flickrapi").setLevel(logging.CRITICAL)  # it logs whole bodies of errors
    api = flickrapi.FlickrAPI(key, secret, format="json", store_token=False)
    session = Remembering(HERE, base_url, silence_s)
    api.flickr_oauth.session = session
    return Client(api, session, {})


def sources(deployment: Deployment) -> list[Source]:
    """Photos, comments and size of every account, and one search for each watched word."""
    ours = [account for account in deployment.accounts if account.platform == PLATFORM]
    found = [
        Source(
            id=f"flickr.{what}.{account.handle}", platform=PLATFORM, what=what, account=account.key, handle=account.handle,
            native_id=account.id, every_minutes=account.every_minutes or minutes, rereadable=what == "photos",
        )
        for account in ours
        for what, minutes in (("photos", 30), ("comments", 60), ("account", 1440))
    ]  # fmt: skip
    words = dict.fromkeys((*deployment.watch.keywords, *(tag.lstrip("#") for tag in deployment.watch.hashtags))) if ours else {}
    return found + [
        Source(id=f"flickr.search.{number}", platform=PLATFORM, what="search", query=word, every_minutes=60)
        for number, word in enumerate(words, 1)
    ]  # fmt: skip


def ask(client: Client, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    """Yield what is new since `cursor`: a time of upload, or what is known of each photo's comments. Raises PlatformProblem."""
    known = source if source.what == "search" else msgspec.structs.replace(source, native_id=source.native_id or _id(client, source, now))
    if source.what == "account":
        yield _answer(client, client.api.people.getInfo, known, now, user_id=known.native_id)
    elif source.what == "comments":
        yield from _comments(client, known, cursor, now)
    else:
        yield from _photos(client, known, cursor, now)


def _id(client: Client, source: Source, now: datetime) -> str:
    """An account's id by its address's last part."""
    handle = source.handle or ""
    if handle not in client.ids:
        raw = _call(client, client.api.urls.lookupUser, now, url=f"https://www.flickr.com/photos/{handle}/")
        id = told.native(told.table(told.table(raw).get("user")).get("id"))
        if id is None:
            raise table.problem(PLATFORM, now, code="1", detail=f"there is no account {handle}")
        client.ids[handle] = id
    return client.ids[handle]


def _photos(client: Client, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    """Photos uploaded since `cursor` (seconds since 1970), newest first; only a whole pass moves it."""
    since = int(cursor) - MARGIN if cursor else int((now - FIRST).timestamp()) if source.what == "search" else None
    whose: dict[str, Any] = {"text": source.query} if source.what == "search" else {"user_id": source.native_id}
    newest, oldest, seen = int(cursor or 0), now, 0
    for page in itertools.count(1):
        answer = _answer(client, client.api.photos.search, source, now, extras=EXTRAS, per_page=PAGE_SIZE, page=page, sort="date-posted-desc",
                         min_upload_date=since, **whose)  # fmt: skip
        times = [post.created_at for post in answer.posts]
        newest, oldest, seen = max([newest, *(int(at.timestamp()) for at in times)]), min([oldest, *times]), seen + len(times)
        goes_on = answer.next is not None and bool(times)
        gap = _cut(since, oldest) if goes_on and seen >= REACH else None
        is_last = not goes_on or seen >= REACH
        yield msgspec.structs.replace(answer, gap=gap, cursor=str(newest) if is_last and newest else None)
        if is_last:
            return


def _cut(since: int | None, oldest: datetime) -> Gap | None:
    """What lies below the last photo a search hands out; of an account's first pass nothing older was asked for."""
    if since is None:
        return None
    return Gap(since=datetime.fromtimestamp(since, UTC), until=oldest, cause=f"Flickr hands out the first {REACH:,} only")


def _comments(client: Client, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    """What is said under the newest own photos, asked for where the number of comments is another than last time."""
    before = msgspec.json.decode(cursor, type=dict[str, int]) if cursor else {}
    listed = _answer(
        client, client.api.photos.search, source, now, extras=EXTRAS, per_page=WATCHED, sort="date-posted-desc", user_id=source.native_id
    )
    counts = {post.id: post.replies for post in listed.posts if post.replies is not None}
    yield msgspec.structs.replace(listed, next=None)
    for id, count in counts.items():
        if count != before.get(id, 0):
            asked = partial(_answer, client, client.api.photos.comments.getList, source, now, photo_id=id.removeprefix("flickr:"))
            yield from _skipping(asked)
    yield Answer(cursor=msgspec.json.encode({id: count for id, count in counts.items() if count}).decode())


def _skipping(asked: Callable[[], Answer]) -> Iterator[Answer]:
    """One photo's answer; one that is gone or hidden leaves the others alone."""
    try:
        yield asked()
    except PlatformProblem as trouble:
        if trouble.then != "skip":
            raise


def refresh(client: Client, source: Source, posts: Sequence[Post], now: datetime) -> Iterator[Answer]:
    """Look again at photos, one a call: their numbers, and which are gone while others are there."""
    gone, seen = [], False
    for post in posts:
        if post.kind in (Kind.OWN, Kind.MENTION):
            try:
                answer = _answer(client, client.api.photos.getInfo, source, now, photo_id=post.id.removeprefix("flickr:"))
            except PlatformProblem as trouble:
                if trouble.then != "skip":
                    raise
                gone += [post.id] if trouble.kind == "gone" else []
                continue
            seen = True
            yield answer
    if gone and seen:
        yield Answer(missing=tuple(gone))


def _answer(client: Client, method: Callable[..., bytes], source: Source, now: datetime, **how: Any) -> Answer:
    given = msgspec.structs.replace(context(source, now), query={"photo_id": str(how.get("photo_id") or "")})
    return translate(_call(client, method, now, **how), given)


def _call(client: Client, method: Callable[..., bytes], now: datetime, **how: Any) -> Any:
    """One call of flickrapi's, decoded. Raises PlatformProblem."""
    try:
        raw = method(**{name: value for name, value in how.items() if value is not None})
    except flickrapi.FlickrError:
        last = client.session.last
        raise problem(last.status_code if last is not None else 0, _lower(last), last.content if last is not None else b"", now) from None
    except requests.RequestException as error:
        raise web.line_problem(PLATFORM, error, now) from None
    body = parsed(raw, now)
    if told.table(body).get("stat") == "fail":
        raise failure(0, body, now)
    if told.table(body).get("stat") != "ok":
        raise table.problem(PLATFORM, now, code="unreadable")
    return body


def _lower(response: requests.Response | None) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()} if response is not None else {}


def problem(status: int, headers: Mapping[str, str], body: Any, now: datetime) -> PlatformProblem:
    """What an error means: the code in the body, else the status."""
    try:
        inner = told.table(parsed(body, now) if isinstance(body, str | bytes) and body else body)
    except PlatformProblem:
        inner = {}
    if inner.get("stat") == "fail" and status < 400:
        return failure(status, inner, now)
    return table.problem(PLATFORM, now, status=status, until=table.retry_after(headers, now))


def check(client: Client, deployment: Deployment, now: datetime) -> Iterator[Finding]:
    """Whether the key works and finds the accounts."""
    for source in sources(deployment):
        if source.what == "account":
            yield from looked_at(f"flickr {source.handle}", PLATFORM, partial(_look, client, source, now))


def _look(client: Client, source: Source, now: datetime) -> Iterator[Finding]:
    id = source.native_id or _id(client, source, now)
    _call(client, client.api.people.getInfo, now, user_id=id)
    yield Finding(what=f"flickr {source.handle}", state="ok", says=f"the key finds the account {source.handle} ({id})")
