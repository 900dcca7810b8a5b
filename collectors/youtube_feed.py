"""A YouTube channel's public Atom feed: its latest 15 videos, for which no credential is needed. Pure but for `fetch`.

Read with the standard library: feedparser strips and cleans the words, and they would then differ from those of the Data API.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote
from xml.etree import ElementTree

import requests

from collectors import markup, table, web
from collectors.base import Answer, Context
from collectors.parts import refused, together, translated
from collectors.told import moment, number
from collectors.youtube_posts import WATCH
from core.account import Account
from core.post import Author, Kind, Media, Post

PATH = "/feeds/videos.xml"
FEED_LINK = re.compile(rb"feeds/videos\.xml\?channel_id=(UC[\w-]{4,})")
MOST_BYTES = 4 * 1024 * 1024
ATOM, YT, MEDIA = "{http://www.w3.org/2005/Atom}", "{http://www.youtube.com/xml/schemas/2015}", "{http://search.yahoo.com/mrss/}"
TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"


def fetch(session: requests.Session, base_url: str, channel: str, now: datetime) -> bytes:
    """The feed's bytes. Raises PlatformProblem."""
    return _got(session, base_url + PATH, {"channel_id": channel}, now)


def channel_of(session: requests.Session, base_url: str, handle: str, now: datetime) -> str:
    """The id of a channel, as its public page names its feed. Raises PlatformProblem."""
    page = _got(session, f"{base_url}/@{quote(handle.removeprefix('@'))}", {}, now)
    found = FEED_LINK.search(page)
    if found is None:
        detail = "the channel's page does not name its feed; write the channel's id (UC…) into the deployment file"
        raise table.problem("youtube", now, code="unreadable", detail=detail)
    return found.group(1).decode()


def _got(session: requests.Session, address: str, params: dict[str, str], now: datetime) -> bytes:
    try:
        answer = session.get(address, params=params)
    except requests.RequestException as error:
        raise web.line_problem("youtube", error, now) from None
    if answer.status_code != 200:
        raise table.problem("youtube", now, status=answer.status_code, detail="a public page")
    return answer.content


def translate(body: str | bytes, context: Context) -> Answer:
    """A feed, or a push notification of one, as posts. Raises PlatformProblem for what is no feed."""
    root = parsed(body, context.now)
    gone = tuple(
        f"youtube:{ref.removeprefix('yt:video:')}" for node in root.iter(TOMBSTONE) if (ref := node.get("ref", "")).startswith("yt:video:")
    )
    answer = translated(root.iter(f"{ATOM}entry"), lambda entry: _entry(entry, context))
    return together([Answer(accounts=tuple(_account(root, context)), deleted=gone), answer])


def parsed(body: str | bytes, now: datetime) -> ElementTree.Element:
    """The feed's tree. A document type is refused: no feed has one, and entities could swell the memory."""
    if table.is_web_page(body):
        raise table.problem("youtube", now, code="html")
    if len(body) > MOST_BYTES:
        raise table.problem("youtube", now, code="too-big")
    try:
        root = markup.root(markup.as_text(body))
    except (ElementTree.ParseError, ValueError, LookupError):
        raise table.problem("youtube", now, code="unreadable") from None
    if root.tag != f"{ATOM}feed":
        raise table.problem("youtube", now, code="unreadable")
    return root


def _entry(entry: ElementTree.Element, context: Context) -> Answer:
    id = entry.findtext(f"{YT}videoId")
    if not id:
        return refused("an entry without its video's id")
    group = entry.find(f"{MEDIA}group")
    described = group.findtext(f"{MEDIA}description") if group is not None else None
    stars = entry.find(f".//{MEDIA}starRating")
    seen = entry.find(f".//{MEDIA}statistics")
    channel = entry.findtext(f"{YT}channelId")
    owner = Author(id=f"youtube:{channel}", name=entry.findtext(f"{ATOM}author/{ATOM}name")) if channel else None
    ours = context.native_id in (None, channel)
    post = Post(
        id=f"youtube:{id}", platform="youtube", kind=Kind.OWN if ours else Kind.MENTION,
        text="\n\n".join(filter(None, (entry.findtext(f"{ATOM}title"), described))),
        created_at=moment(entry.findtext(f"{ATOM}published")) or context.now, observed_at=context.now, source=context.source,
        account=context.account, author=owner, url=WATCH + id, media=(Media(kind="video", url=WATCH + id),),
        likes=number(stars.get("count")) if stars is not None else None, views=number(seen.get("views")) if seen is not None else None,
    )  # fmt: skip
    return Answer(posts=(post,))


def _account(root: ElementTree.Element, context: Context) -> Iterator[Account]:
    """The channel whose feed it is; the API's two-letter prefix is missing in the feed's own element."""
    id = root.findtext(f"{YT}channelId")
    if not id:
        return
    native = id if id.startswith("UC") else f"UC{id}"
    key = context.account if context.account and context.native_id in (None, native) else f"youtube:{native}"
    yield Account(
        id=key, platform="youtube", native_id=native, name=root.findtext(f"{ATOM}title"), url=f"https://www.youtube.com/channel/{native}"
    )
