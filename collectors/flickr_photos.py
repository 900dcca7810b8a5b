"""What Flickr told, as posts. Pure; JSON and XML (rsp) alike. https://www.flickr.com/services/api/

Titles, descriptions and comments stay as Flickr sends them, with the few HTML tags it allows.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from collectors import markup, parts, table, told
from collectors.base import Answer, Context
from core.account import Account, AccountSample
from core.errors import PlatformProblem
from core.post import Author, Kind, Media, Post

PLATFORM = "flickr"
Node = dict[str, Any]
MANY = {
    "photo": "photos",
    "comment": "comments",
    "note": "notes",
    "tag": "tags",
    "url": "urls",
    "size": "sizes",
}  # element → the list it stands in
SIZES = ("url_o", "url_l", "url_c", "url_z", "url_m")
MOST_PER_PAGE = 500


def translate(body: Any, context: Context) -> Answer:
    """One answer of the API. Raises PlatformProblem for one that says it failed, which Flickr does with status 200."""
    if isinstance(body, str | bytes):
        body = parsed(body, context.now)
    whole = told.table(body)
    if whole.get("stat") == "fail":
        raise failure(0, whole, context.now)
    found = list(_things(whole, context))
    page = next((told.table(whole.get(name)) for name in ("photos", "photoset") if isinstance(whole.get(name), dict)), {})
    at, pages = told.number(page.get("page")), told.number(page.get("pages"))
    lists = (told.table(whole.get(name)).get(each) for name, each in (("photos", "photo"), ("photoset", "photo"), ("comments", "comment")))
    answer = parts.with_strays(parts.translated(found, lambda thing: _one(thing[0], thing[1], context)), *lists)
    return msgspec.structs.replace(answer, next=str(at + 1) if at and pages and at < pages else None)


def parsed(body: str | bytes, now: datetime) -> Any:
    """Text as its values. Raises PlatformProblem where it is neither XML nor JSON."""
    text = markup.as_text(body)
    if not text or table.is_web_page(text):
        raise table.problem(PLATFORM, now, code="html" if text else "unreadable")
    try:
        return from_xml(text) if text.startswith("<") else msgspec.json.decode(text.removeprefix("jsonFlickrApi(").rstrip(");"))
    except (ET.ParseError, msgspec.DecodeError, ValueError, RecursionError):
        raise table.problem(PLATFORM, now, code="unreadable") from None


def from_xml(text: str) -> Node:
    """An rsp document as its JSON would be: attributes and elements as values, words under "_content"."""
    inside = _content(markup.root(text))
    if error := told.table(inside.get("err")):
        return {"stat": "fail", "code": error.get("code"), "message": error.get("msg")}
    return inside


def _content(element: ET.Element) -> Node:
    held: Node = dict(element.attrib)
    if element.text and element.text.strip():
        held["_content"] = element.text
    for child in element:
        if MANY.get(child.tag) == element.tag or (child.tag == "photo" and element.tag == "photoset"):
            held.setdefault(child.tag, []).append(_content(child))
        else:
            held[child.tag] = _content(child)
    return held


def failure(status: int, body: Node, now: datetime) -> PlatformProblem:
    """What a failed call means, by its code."""
    return table.problem(PLATFORM, now, status=status, code=str(body.get("code") or ""), message=str(body.get("message") or ""))


def _things(whole: Node, context: Context) -> Iterator[tuple[str, Node]]:
    """The photos, comments and people in an answer. Sizes, places and collections are nobody's message."""
    if isinstance(whole.get("photo"), dict) and "exif" not in whole["photo"]:
        yield "photo", whole["photo"]
        for note in told.rows(told.table(whole["photo"].get("notes")).get("note")):
            yield "comment", note | {"photo_id": whole["photo"].get("id")}
    for name in ("photos", "photoset"):
        for photo in told.rows(told.table(whole.get(name)).get("photo")):
            yield "photo", photo
    said = told.table(whole.get("comments"))
    for comment in told.rows(said.get("comment")):
        yield "comment", {"photo_id": said.get("photo_id") or context.query.get("photo_id")} | comment
    if isinstance(whole.get("person"), dict):
        yield "person", whole["person"]
    if "id" in whole and ("date_posted" in whole or "dates" in whole):
        yield "photo", whole  # one photo alone, as tools keep it


def _one(kind: str, thing: Node, context: Context) -> Answer:
    if kind == "person":
        return _person(thing, context)
    post = _comment(thing, context) if kind == "comment" else _photo(thing, context)
    post.text.encode()
    numbers = {"likes": post.likes, "replies": post.replies, "views": post.views}
    return Answer(posts=(post,), samples=parts.sample(post.id, context.now, **numbers))


def _words(value: Any) -> str | None:
    """A value that JSON wraps in {"_content": …} and a list of photos gives bare."""
    return told.text(value.get("_content") if isinstance(value, dict) else value)


def _photo(photo: Node, context: Context) -> Post:
    id = told.native(photo.get("id"))
    if id is None:
        raise ValueError("a photo without an id")
    words = "\n\n".join(filter(None, (_words(photo.get("title")), _words(photo.get("description")))))
    created = told.moment_or(_posted(photo), context.now)
    return Post(
        id=f"{PLATFORM}:{id}", platform=PLATFORM, kind=_kind(photo, context), text=words, created_at=created, observed_at=context.now,
        source=context.source, account=context.account, author=_owner(photo), url=_page(photo, id), media=(_media(photo),),
        likes=told.number(photo.get("count_faves")), replies=_count(photo, "comments", "count_comments"), views=_count(photo, "views", "count_views"),
        place_told=_place(photo),
    )  # fmt: skip


def _posted(photo: Node) -> Any:
    date = photo.get("date_posted")
    return (
        told.table(photo.get("dates")).get("posted") or photo.get("dateuploaded") or photo.get("dateupload")
        or (told.table(date).get("value") if isinstance(date, dict) else date)
    )  # fmt: skip


def _count(photo: Node, *names: str) -> int | None:
    values = (photo.get(name) for name in names)
    return next(
        (n for value in values if (n := told.number(value.get("_content") if isinstance(value, dict) else value)) is not None), None
    )


def _kind(photo: Node, context: Context) -> Kind:
    owner = photo.get("owner")
    known = (
        {told.native(told.table(owner).get(name)) for name in ("nsid", "id", "path_alias")}
        if isinstance(owner, dict)
        else {told.native(owner)}
    )
    ours = {context.native_id, context.handle} - {None}
    return Kind.OWN if known & ours else Kind.MENTION


def _owner(photo: Node) -> Author | None:
    owner = photo.get("owner")
    inner = told.table(owner)
    id = told.native(inner.get("nsid")) or told.native(inner.get("id")) or (told.native(owner) if not inner else None)
    name = told.text(inner.get("realname")) or told.text(inner.get("username")) or told.text(photo.get("ownername"))
    handle = told.text(inner.get("path_alias")) or told.text(inner.get("username")) or told.text(photo.get("pathalias"))
    return Author(id=f"{PLATFORM}:{id}" if id else None, handle=handle, name=name) if id or name else None


def _page(photo: Node, id: str) -> str | None:
    for url in told.rows(told.table(photo.get("urls")).get("url")):
        if url.get("type") == "photopage":
            return told.text(url.get("_content"))
    owner = _owner(photo)
    return f"https://www.flickr.com/photos/{owner.id.removeprefix(f'{PLATFORM}:')}/{id}/" if owner and owner.id else None


def _media(photo: Node) -> Media:
    server, secret, id = photo.get("server"), photo.get("secret"), photo.get("id")
    made = f"https://live.staticflickr.com/{server}/{id}_{secret}_b.jpg" if server and secret else None
    url = next((url for name in SIZES if (url := told.text(photo.get(name)))), None) or made
    return Media(kind="video" if photo.get("media") == "video" else "photo", url=url)


def _place(photo: Node) -> str | None:
    place = told.table(photo.get("location"))
    names = [_words(place.get(name)) for name in ("neighbourhood", "locality", "county", "region", "country")]
    if any(names):
        return ", ".join(filter(None, names))
    both = [str(place.get(name) or photo.get(name) or "") for name in ("latitude", "longitude")]
    return ",".join(both) if all(both) and both != ["0", "0"] else None


def _comment(comment: Node, context: Context) -> Post:
    id, photo, words = told.native(comment.get("id")), told.native(comment.get("photo_id")), _words(comment.get("_content"))
    if id is None or words is None:
        raise ValueError("a comment without an id or words")
    who = told.native(comment.get("author"))
    return Post(
        id=f"{PLATFORM}:{id}", platform=PLATFORM, kind=Kind.OWN if who and who == context.native_id else Kind.COMMENT, text=words,
        created_at=told.moment_or(comment.get("datecreate"), context.now), observed_at=context.now, source=context.source,
        account=context.account, url=told.text(comment.get("permalink")), parent_id=f"{PLATFORM}:{photo}" if photo else None,
        conversation_id=f"{PLATFORM}:{photo}" if photo else None,
        author=Author(
            id=f"{PLATFORM}:{who}" if who else None, handle=told.text(comment.get("path_alias")),
            name=told.text(comment.get("realname")) or told.text(comment.get("authorname")),
        ),
    )  # fmt: skip


def _person(person: Node, context: Context) -> Answer:
    id, handle = (
        told.native(person.get("nsid")) or told.native(person.get("id")),
        told.text(person.get("path_alias")) or _words(person.get("username")),
    )
    if id is None:
        raise ValueError("a person without an id")
    key = context.account if context.account and id == context.native_id else f"{PLATFORM}:{handle or id}"
    count = told.number(
        _words(told.table(person.get("photos")).get("count")) or told.table(told.table(person.get("photos")).get("count")).get("_content")
    )
    account = Account(
        id=key, platform=PLATFORM, handle=handle, native_id=id, name=_words(person.get("realname")) or _words(person.get("username")),
        url=_words(person.get("profileurl")),
    )  # fmt: skip
    sample = AccountSample(account=key, at=context.now, posts=count)
    return Answer(accounts=(account,), account_samples=(sample,) if count is not None else ())
