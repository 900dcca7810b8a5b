"""YouTube: a channel's public feed without any credential; with a key its size, uploads, comments, live chat and searches."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import msgspec
import requests

from collectors import table, web, youtube_feed, youtube_lists
from collectors.base import Answer, Context, Finding, Source, context
from collectors.findings import looked_at
from collectors.told import moment
from collectors.youtube_asking import AGAIN, Line, Unread, get
from collectors.youtube_bodies import READS_TEXT as READS_TEXT
from collectors.youtube_bodies import problem as problem
from collectors.youtube_bodies import translate as translate
from collectors.youtube_posts import PLATFORM as PLATFORM
from core.deployment import Deployment, OfficialAccount
from core.errors import PlatformProblem
from core.post import Post
from core.settings import Settings
from store.base import Gap

if TYPE_CHECKING:
    from googleapiclient.discovery import Resource

API, SITE = "https://youtube.googleapis.com", "https://www.youtube.com"
EVERY = {"feed": 15, "account": 360, "uploads": 15, "comments": 5, "live": 2}  # what → minutes: about 2,000 of the day's 10,000 units
SEARCH_EVERY = 6 * 60  # searches have a quota of their own: 100 calls a day
WITHOUT_KEY = ("feed",)
REREAD = ("uploads", "comments")  # read again every night and compared
LONGEST_QUERY = 400
FIRST_VIDEO = datetime(2005, 4, 23, tzinfo=UTC)  # nothing on YouTube is older
LISTS = {"uploads": youtube_lists.uploads, "comments": youtube_lists.comments, "search": youtube_lists.search}


class Client(msgspec.Struct, frozen=True):
    """Google's client, where there is a key, a session for the public feed, and the channels' ids found, each once a process."""

    api: Resource | None
    session: requests.Session
    site: str = SITE
    ids: dict[str, str] = {}


def client(settings: Settings) -> Client:
    """A client that can read public feeds, and ask the Data API where a key is set. Never raises CredentialMissing: feeds need none."""
    base, key = settings.base_urls.get(PLATFORM), settings.credential("YOUTUBE_API_KEY")
    return Client(_built(key, base or API) if key else None, web.BoundedSession(most_bytes=youtube_feed.MOST_BYTES), base or SITE, {})


def _built(key: str, address: str) -> Resource:
    from googleapiclient.discovery import build  # 17 MB: only where there is a key

    logging.getLogger("googleapiclient.http").setLevel(logging.ERROR)  # below that it writes a refused question's whole answer
    return build("youtube", "v3", developerKey=key, http=Line(), static_discovery=True, cache_discovery=False,
                 client_options={"api_endpoint": address})  # fmt: skip


def sources(deployment: Deployment) -> list[Source]:
    """Five questions for each channel, and as few searches as the watched words fit into."""
    ours = [account for account in deployment.accounts if account.platform == PLATFORM]
    found = [_of(account, what, minutes) for account in ours for what, minutes in EVERY.items()]
    words = (*deployment.watch.keywords, *(f"#{tag.lstrip('#')}" for tag in deployment.watch.hashtags))
    for place, query in enumerate(queries(words) if ours else [], 1):
        ids = ",".join(account.id for account in ours if account.id)  # to know our own videos among those found
        found.append(Source(id=f"youtube.search.{place}", platform=PLATFORM, what="search", query=query, native_id=ids or None,
                            every_minutes=SEARCH_EVERY))  # fmt: skip
    return found


def _of(account: OfficialAccount, what: str, minutes: int) -> Source:
    return Source(
        id=f"youtube.{what}.{account.handle}", platform=PLATFORM, what=what, account=account.key, handle=account.handle,
        native_id=account.id, every_minutes=account.every_minutes or minutes, rereadable=what in REREAD,
        budget=account.monthly_reads if what not in WITHOUT_KEY else None,
    )  # fmt: skip


def queries(words: Sequence[str]) -> list[str]:
    """Words joined by | (any of them), a phrase in quotes, each query short enough."""
    found: list[str] = []
    for word in (f'"{w}"' if " " in w else w for w in dict.fromkeys(words)):
        if found and len(found[-1]) + len(word) < LONGEST_QUERY:
            found[-1] += f"|{word}"
        else:
            found.append(word)
    return found


def ask(client: Client, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    """Answers to one of the questions in EVERY, or a search. `spend` counts units of the day's quota; of a search, also its own calls.

    Stops where the source's own budget is spent.
    """
    spent = 0
    for answer in _answers(client, source, cursor, now):
        spent += answer.spend
        yield answer
        if source.budget_left is not None and answer.spend and spent >= source.budget_left:
            raise table.problem(PLATFORM, now, code="our-budget")


def _answers(client: Client, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    told = context(source, now)
    if source.what == "feed":
        yield from _watermarked([_feed(client, source, told)], moment(cursor), now)
        return
    api = _api(client, source)
    if source.what == "account":
        yield translate(get(api.channels().list(part="snippet,statistics", **youtube_lists.channel(source)), now), told)
    elif source.what == "live":
        yield from youtube_lists.live(api, source, cursor, told)
    else:
        yield from _watermarked(LISTS[source.what](api, source, moment(cursor), told), moment(cursor), now)


def _api(client: Client, source: Source) -> Resource:
    if client.api is None:
        says = f"{source.id}: waits for SADA_YOUTUBE_API_KEY in the environment or .env; how to get it: docs/credentials.md#youtube"
        raise PlatformProblem("no credential", says, "credential")
    return client.api


def _feed(client: Client, source: Source, told: Context) -> Answer:
    id = source.native_id or client.ids.get(f"{source.handle}")
    if id is None:
        id = client.ids[f"{source.handle}"] = youtube_feed.channel_of(client.session, client.site, f"{source.handle}", told.now)
    body = youtube_feed.fetch(client.session, client.site, id, told.now)
    return youtube_feed.translate(body, msgspec.structs.replace(told, native_id=id))


def _watermarked(answers: Iterable[Answer], before: datetime | None, now: datetime) -> Iterator[Answer]:
    """The same answers, each with the newest time so far as the cursor; a list not read to its end, or to `before`, leaves a gap."""
    newest, oldest = before, now
    try:
        for answer in answers:
            times = [post.created_at for post in answer.posts if post.created_at <= now]
            newest, oldest = max(filter(None, [newest, *times]), default=None), min([oldest, *times])
            yield msgspec.structs.replace(answer, cursor=newest.isoformat() if newest else None)
    except Unread as cause:
        yield Answer(gap=Gap(since=min(before or FIRST_VIDEO, oldest), until=oldest, cause=str(cause)))
        if str(cause) == AGAIN:
            raise table.problem(PLATFORM, now, code="repeated-page") from None


def refresh(client: Client, source: Source, posts: Sequence[Post], now: datetime) -> Iterator[Answer]:
    """Videos with their counts now; comments with theirs and with every reply; what is not there any more is `missing`.

    Messages of a live chat cannot be asked for again.
    """
    api, told = _api(client, source), context(source, now)
    missing: list[str] = []
    is_seen = False
    for answer in chain(
        youtube_lists.videos(api, [post.id.removeprefix("youtube:") for post in posts if post.media], told),
        youtube_lists.written(api, [post for post in posts if post.url and "&lc=" in post.url], told),
    ):
        missing += answer.missing
        is_seen = is_seen or bool(answer.posts)
        yield msgspec.structs.replace(answer, missing=())
    if missing and (is_seen or _still_there(api, source, now)):
        yield Answer(missing=tuple(missing))


def _still_there(api: Resource, source: Source, now: datetime) -> bool:
    """Whether the channel itself can still be seen, so that what cannot is gone."""
    if not (source.native_id or source.handle):
        return False
    return bool(get(api.channels().list(part="id", **youtube_lists.channel(source)), now).get("items"))


def check(client: Client, deployment: Deployment, now: datetime) -> Iterator[Finding]:
    """Whether the key is accepted, and whether each channel can be read and has its id in the deployment file."""
    ours = [account for account in deployment.accounts if account.platform == PLATFORM]
    if client.api is None:
        then = "set SADA_YOUTUBE_API_KEY (docs/credentials.md#youtube) for comments, counts, live chat and searches"
        yield Finding(what="youtube", state="warning", says="without a key only the public feeds are read", then=then)
    for account in ours:
        yield from looked_at(account.key, PLATFORM, partial(_look, client, account, now))


def _look(client: Client, account: OfficialAccount, now: datetime) -> Iterator[Finding]:
    source = _of(account, "account", EVERY["account"])
    if client.api is None:
        videos = _feed(client, source, context(source, now)).posts
        yield Finding(what=account.key, state="ok", says=f"the public feed shows {len(videos)} videos")
        return
    asked = client.api.channels().list(part="snippet,statistics", **youtube_lists.channel(source))
    yield _finding(account, translate(get(asked, now), context(source, now)))


def _finding(account: OfficialAccount, answer: Answer) -> Finding:
    if not answer.accounts:
        return Finding(
            what=account.key, state="failed", says="there is no such channel", then="mend its handle or id in the deployment file"
        )
    if not account.id:
        then = f'write id = "{answer.accounts[0].native_id}" in the deployment file'
        return Finding(
            what=account.key, state="warning", says="has no id, so it is looked for on the channel's public page each time", then=then
        )
    return Finding(what=account.key, state="ok", says="can be read; the quota left is not told by YouTube, the ledger counts what we spent")
