"""What a feed holds (RSS, Atom, RDF), as posts. Pure; feedparser reads the bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import feedparser

from collectors import markup, parts, table, told
from collectors.base import Answer, Context
from core.post import Author, Kind, Media, Post

PLATFORM = "rss"
Entry = Mapping[str, Any]
AHEAD = timedelta(days=1)  # a date further in the future is a clock gone wrong
MEDIA = {"image": "photo", "video": "video", "audio": "audio"}
BLOCKS = {"p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"}
ENTRY = re.compile(rb"<(item|entry)[\s>].*?</\1\s*>", re.DOTALL)
TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
HEADERS = ("content-type", "content-location", "content-language")  # what the reading of the bytes depends on


def read(body: bytes, headers: Mapping[str, str], now: datetime) -> tuple[feedparser.FeedParserDict, int]:
    """The feed in `body`, and how many entries feedparser stumbled over. Raises PlatformProblem where there is no feed."""
    known = {name: headers[name] for name in HEADERS if name in headers}
    try:
        found, lost = _parsed(body, known), 0
    except parts.BAD:
        found, lost = _without_stumbling(body, known, now)
    if not found.entries and not lost and not found.get("version") and (found.bozo or not found.feed or table.is_web_page(body)):
        raise table.problem(PLATFORM, now, code="html" if table.is_web_page(body) else "unreadable")
    return found, lost


def _parsed(body: bytes, headers: Mapping[str, str]) -> feedparser.FeedParserDict:
    return feedparser.parse(io.BytesIO(body), response_headers=headers)


def _without_stumbling(body: bytes, headers: Mapping[str, str], now: datetime) -> tuple[feedparser.FeedParserDict, int]:
    """feedparser raises for some of what a single entry may hold: the entries it can read alone are read together."""
    whole = list(ENTRY.finditer(body))
    head, tail = (body[: whole[0].start()], body[whole[-1].end() :]) if whole else (body, b"")
    good = [one[0] for one in whole if _is_readable(head + one[0] + tail, headers)]
    try:
        return _parsed(head + b"".join(good) + tail, headers), len(whole) - len(good)
    except parts.BAD:
        raise table.problem(PLATFORM, now, code="unreadable") from None


def _is_readable(body: bytes, headers: Mapping[str, str]) -> bool:
    try:
        return bool(_parsed(body, headers).entries)
    except parts.BAD:
        return False


def answer(found: feedparser.FeedParserDict, lost: int, context: Context) -> Answer:
    """Its entries as posts, those nobody can read as refusals."""
    refused = [parts.refused("an entry that cannot be read")] * lost
    return parts.together([parts.translated(found.entries, lambda entry: Answer(posts=(to_post(entry, found.feed, context),))), *refused],
                          returned=len(found.entries) + lost)  # fmt: skip


def deleted(body: bytes, feed: Entry, context: Context) -> tuple[str, ...]:
    """The posts that the feed says are gone (RFC 6721), which feedparser does not hand on."""
    if b"deleted-entry" not in body:
        return ()
    try:
        root = markup.root(markup.as_text(body))
    except (ElementTree.ParseError, ValueError, LookupError):
        return ()
    told_ids = (node.get("ref") for node in root.iter(TOMBSTONE))
    return tuple(dict.fromkeys(_named(id, feed, context) for id in told_ids if id))


def to_post(entry: Entry, feed: Entry, context: Context) -> Post:
    """One entry. Raises ValueError for one without words and without a link."""
    words, link = text(entry), told.text(entry.get("link"))
    media = tuple(_media(entry))
    if not words and not link and not media:
        raise ValueError("an entry without words, link or file")
    words.encode()
    published = _moment(entry, "published", context.now)
    updated = _moment(entry, "updated", context.now)
    created = published or updated or _moment(entry, "created", context.now) or context.now
    return Post(
        id=_id(entry, feed, context, words, published), platform=PLATFORM, kind=Kind.MENTION, text=words, created_at=created,
        observed_at=context.now, source=context.source, account=context.account, author=_author(entry, feed),
        platform_language=told.text(entry.get("language")) or told.text(feed.get("language")),
        edited_at=updated if updated and published and updated > published else None, url=link, parent_id=_parent(entry), media=media,
        replies=told.number(entry.get("slash_comments") or entry.get("thr_total")),
        views=told.number(told.table(entry.get("media_statistics")).get("views")), place_told=_place(entry), topic_told=_topic(entry),
    )  # fmt: skip


def text(entry: Entry) -> str:
    """The title and what stands under it, without markup; the same said twice stands once."""
    title = plain(entry.get("title"), entry.get("title_detail"))
    said = [plain(part.get("value"), part) for part in entry.get("content") or []]
    summary = plain(entry.get("summary"), entry.get("summary_detail"))
    if summary and not any(summary.rstrip(" .…") in part for part in said):
        said.insert(0, summary)
    body = "\n\n".join(dict.fromkeys(filter(None, said)))
    return body if title and body.startswith(title.rstrip(" .…")) else "\n\n".join(filter(None, (title, body)))


def plain(value: Any, detail: Any) -> str:
    """A value's words. Text stays as it is; of HTML the tags go and its blocks begin new lines."""
    if not isinstance(value, str):
        return ""
    kind = str(told.table(detail).get("type") or "")
    return _without_tags(value) if "<" in value and ("html" in kind or not kind) else value.strip()


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.found += ["\n"] if tag in BLOCKS else []

    def handle_endtag(self, tag: str) -> None:
        self.found += ["\n"] if tag in BLOCKS else []


def _without_tags(value: str) -> str:
    words = _Words()
    words.feed(value)
    words.close()
    lines = (" ".join(line.split()) for line in "".join(words.found).splitlines())
    return "\n".join(line for line in lines if line)


def _id(entry: Entry, feed: Entry, context: Context, words: str, published: datetime | None) -> str:
    """The entry's own id where it is one for the whole world, else under its feed; without any, one made of what it says."""
    id = told.text(entry.get("id")) or told.text(entry.get("link"))
    if id is None:
        return told.stable_id(PLATFORM, _home(feed, context), published.isoformat() if published else "", words)
    return _named(id, feed, context)


def _named(id: str, feed: Entry, context: Context) -> str:
    return told.post_id(PLATFORM, id if ":" in id else f"{_home(feed, context)}#{id}")


def _home(feed: Entry, context: Context) -> str:
    return context.handle or told.text(feed.get("link")) or ""


def _moment(entry: Entry, name: str, now: datetime) -> datetime | None:
    """A date of the entry; feedparser cannot read one in Arabic digits, so that is tried again. One far ahead is taken for now."""
    own = dict(entry)  # without feedparser's answer that what was published was also updated then
    if parsed := own.get(f"{name}_parsed"):
        at: datetime | None = _from_parts(parsed)
    else:
        at = _again(own.get(name))
    return min(at, now) if at and at > now + AHEAD else at


def _from_parts(parsed: Any) -> datetime | None:
    try:
        year, month, day, hour, minute, second = parsed[:6]
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except (TypeError, ValueError):
        return None


def _again(written: Any) -> datetime | None:
    if not isinstance(written, str):
        return None
    western = written.translate(told.DIGITS)
    for reader in (told.moment, parsedate_to_datetime):
        try:
            at = reader(western)
        except (ValueError, TypeError, IndexError):
            continue
        if at:
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return None


def _author(entry: Entry, feed: Entry) -> Author | None:
    who = told.table(entry.get("author_detail"))
    name = told.text(who.get("name")) or told.text(entry.get("author")) or told.text(feed.get("title"))
    page = told.text(who.get("href")) or told.text(who.get("email"))
    return Author(id=f"{PLATFORM}:{page or name}", name=plain(name, None)) if name else None


def _parent(entry: Entry) -> str | None:
    """What an entry of a feed of comments answers (RFC 4685)."""
    id = told.text(told.table(entry.get("thr_in-reply-to")).get("ref"))
    return told.post_id(PLATFORM, id) if id else None


def _media(entry: Entry) -> Iterator[Media]:
    seen = set()
    for one in [*(entry.get("enclosures") or []), *(entry.get("media_content") or []), *(entry.get("media_thumbnail") or [])]:
        url = told.text(one.get("href")) or told.text(one.get("url"))
        if url and url not in seen:
            seen.add(url)
            sort = str(one.get("medium") or one.get("type") or ("image" if one in (entry.get("media_thumbnail") or []) else "")).split("/")[
                0
            ]
            yield Media(kind=MEDIA.get(sort, "document"), url=url)


def _place(entry: Entry) -> str | None:
    both = (told.text(entry.get("geo_lat")), told.text(entry.get("geo_long")))
    return f"{both[0]},{both[1]}" if all(both) else None


def _topic(entry: Entry) -> str | None:
    tags = entry.get("tags") or []
    return next((term for tag in tags if (term := told.text(tag.get("term")))), None)
