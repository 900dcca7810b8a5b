"""What a city's Open311 (GeoReport v2) told, as posts. Pure; JSON and XML alike. https://wiki.open311.org/GeoReport_v2/

A request is a citizen's report; what the city notes on it is an answer of its own, under the request.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from collectors import markup, parts, table, told
from collectors.base import Answer, Context
from core.errors import PlatformProblem
from core.post import Author, Kind, Media, Post

PLATFORM = "open311"
Node = dict[str, Any]
LISTS = (
    "requests",
    "request",
    "service_requests",
    "service_request",
    "request_updates",
    "service_requests_updates",
    "service_request_updates",
)
LEADING_ZEROS = re.compile(r"([\[:,]\s*)(0\d+)(?=\s*[,}\]])")
AT_FIRST = ("open", "submitted", "received", "new", "acknowledged")  # states that only say that the request is there
STATUS_LINE = re.compile(r"^HTTP/\d(?:\.\d)?\s+(\d{3})[^\n]*\n")


def translate(body: Any, context: Context) -> Answer:
    """One answer: requests, updates, or lists of services (nobody's message). Raises PlatformProblem for an error."""
    if isinstance(body, str | bytes):
        body = parsed(body, context.now)
    if trouble := error_in(body, 0, context.now):
        raise trouble
    return parts.with_strays(parts.translated(found(body), lambda one: request_answer(one, context)), *_lists(body))


def parsed(body: str | bytes, now: datetime) -> Any:
    """Text as the values in it. Raises PlatformProblem where it is neither XML nor JSON, or tells an error in its first line."""
    text = markup.as_text(body)
    if line := STATUS_LINE.match(text):
        raise table.problem(PLATFORM, now, status=int(line[1]))
    if table.is_web_page(text):
        raise table.problem(PLATFORM, now, code="html")
    try:
        return from_xml(text) if text.startswith("<") else msgspec.json.decode(LEADING_ZEROS.sub(r'\1"\2"', text))
    except (ET.ParseError, msgspec.DecodeError, ValueError, RecursionError):
        raise table.problem(PLATFORM, now, code="unreadable") from None


def from_xml(text: str) -> Any:
    """XML as JSON would say it: {name of the root: its content}; the same element twice is a list."""
    root = markup.root(text)
    return {_name(root): _content(root)}


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _content(element: ET.Element) -> Any:
    if len(element) == 0:
        return element.text if element.text and element.text.strip() else ""
    held: Node = {}
    for child in element:
        name, inside = _name(child), _content(child)
        if name in held:
            held[name] = [*(held[name] if isinstance(held[name], list) else [held[name]]), inside]
        else:
            held[name] = inside
    return held


def found(body: Any) -> Iterator[Node]:
    """The requests and updates in a body, whatever they are wrapped in."""
    if isinstance(body, dict) and any(name in body for name in ("service_request_id", "update_id", "requested_datetime")):
        yield body
    elif isinstance(body, dict | list):
        for one in body.values() if isinstance(body, dict) else body:
            yield from found(one)


def _lists(body: Any) -> Iterator[Any]:
    """The lists of requests or updates in a body."""
    yield body
    for name in LISTS:
        yield told.table(body).get(name)


def is_list(body: Any) -> bool:
    """Whether a body is a list of requests, be it an empty one."""
    return isinstance(body, list) or any(name in told.table(body) for name in LISTS)


def error_in(body: Any, status: int, now: datetime) -> PlatformProblem | None:
    """The problem a body is: [{"code", "description"}], {"errors": …}, or an error element."""
    whole = body[0] if isinstance(body, list) and body else body
    wrapped = told.table(whole)
    inner = wrapped.get("errors", wrapped.get("error"))
    error = inner.get("error", inner) if isinstance(inner, dict) else inner
    error = error[0] if isinstance(error, list) and error else error
    if isinstance(error, str) and error:
        error = {"description": error}
    bare = "code" in wrapped and "description" in wrapped and "service_code" not in wrapped
    if not isinstance(error, dict):
        error = wrapped if bare else {}
    if not error:
        return None
    words = str(error.get("description") or "")
    code = told.number(error.get("code")) or (403 if "api_key" in words.lower() else 0)
    return table.problem(PLATFORM, now, status=code if 400 <= code < 600 else status, message=words)


def request_answer(request: Node, context: Context) -> Answer:
    """A request and the city's note on it, or an update. One that tells only its number says nothing yet."""
    if "update_id" in request:
        return Answer(posts=(_update(request, context),))
    id, words = _native(request.get("service_request_id")), _words(request)
    if not words and not request.get("requested_datetime"):
        return Answer()
    if id is None:
        raise ValueError("a request without its number")
    words.encode()
    created = _moment(request, "requested_datetime") or _moment(request, "updated_datetime") or context.now
    post = Post(
        id=f"{PLATFORM}:{id}", platform=PLATFORM, kind=Kind.REPORT, text=words, created_at=created, observed_at=context.now,
        source=context.source, account=context.account, author=_author(request), media=tuple(_media(request)),
        conversation_id=f"{PLATFORM}:{id}", replies=told.number(request.get("comment_count")), place_told=_place(request),
        topic_told=_text(request, "service_name") or _text(request, "service_code"),
    )  # fmt: skip
    return Answer(posts=(post, *_said_of(request, post, context)))


def _words(request: Node) -> str:
    """What the citizen wrote; who only chose a service said its name."""
    parts_ = [_text(request, name) for name in ("title", "detail")]
    return _text(request, "description") or "\n\n".join(filter(None, parts_)) or _text(request, "service_name") or ""


def _said_of(request: Node, post: Post, context: Context) -> Iterator[Post]:
    """What the city says of it: its state, one post a request (a later note is a new version of it), and notes where a server keeps them."""
    state = _text(request, "status")
    words = (
        _text(request, "status_notes") or _text(request, "service_notice") or (state if state and state.lower() not in AT_FIRST else None)
    )
    if words:
        yield _note(f"{post.id}/status", words, state, _moment(request, "updated_datetime"), post)
    for note in told.rows(request.get("notes")):
        at = _moment(note, "datetime")
        said = _text(note, "description") or _text(note, "summary")
        if said:
            yield _note(told.stable_id(f"{post.id}/note", at.isoformat() if at else None, said), said, _text(note, "type"), at, post)


def _note(id: str, words: str, state: str | None, at: datetime | None, request: Post) -> Post:
    words.encode()
    return Post(
        id=id, platform=PLATFORM, kind=Kind.OWN, text=words, observed_at=request.observed_at, source=request.source,
        created_at=at or request.created_at, account=request.account, parent_id=request.id, conversation_id=request.id, topic_told=state,
    )  # fmt: skip


def _update(update: Node, context: Context) -> Post:
    """One step of a request; where nobody wrote a word, the state is what is said."""
    request = _native(update.get("service_request_id"))
    words = _text(update, "description") or _text(update, "comment") or _text(update, "status") or ""
    words.encode()
    parent = f"{PLATFORM}:{request}" if request else None
    id = _native(update["update_id"]) or told.stable_id("", _text(update, "updated_datetime"), words).removeprefix(":")
    return Post(
        id=f"{parent or PLATFORM + ':'}/update/{id}", platform=PLATFORM, kind=Kind.REPLY if _author(update) else Kind.OWN, text=words,
        created_at=_moment(update, "updated_datetime") or context.now, observed_at=context.now, source=context.source,
        account=context.account, author=_author(update), parent_id=parent, conversation_id=parent, media=tuple(_media(update)),
        topic_told=_text(update, "status"),
    )  # fmt: skip


def _native(value: Any) -> str | None:
    id = told.native(value)
    return (id or "").strip() or None


def _text(node: Mapping[str, Any], name: str) -> str | None:
    value = node.get(name)
    return told.text(value) if isinstance(value, str) and value.strip() else None


def _moment(node: Mapping[str, Any], name: str) -> datetime | None:
    """A time as told; one that cannot be read is as good as none."""
    try:
        return told.moment(node.get(name))
    except ValueError:
        return None


def _author(node: Mapping[str, Any]) -> Author | None:
    named = [_text(node, name) for name in ("first_name", "last_name")]
    name = _text(node, "requestor_name") or " ".join(filter(None, named)) or None
    known = _native(node.get("account_id")) or _text(node, "email")
    return Author(id=f"{PLATFORM}:{known}" if known else None, name=name) if known or name else None


def _media(node: Mapping[str, Any]) -> Iterator[Media]:
    links = node.get("media_url")
    for link in links if isinstance(links, list) else [links]:
        if isinstance(link, str) and link.strip():
            yield Media(kind="photo", url=link.strip())
    if place := _coordinates(node):
        yield Media(kind="location", text=place)
    for asked in told.rows(node.get("attributes")):
        if filled := _filled_in(asked):
            yield Media(kind="document", text=filled)


def _filled_in(asked: Node) -> str | None:
    """A question of the service's own form with what was answered: "Which lamp? The tall one"."""
    values = [_text(one, "name") or _text(one, "key") for one in told.rows(asked.get("values"))] or [_text(asked, "value")]
    said = ", ".join(filter(None, values))
    question = _text(asked, "label") or _text(asked, "description") or _text(asked, "code")
    return ": ".join(filter(None, (question, said))) if said else None


def _coordinates(node: Mapping[str, Any]) -> str | None:
    both = [str(node.get(name)).strip() for name in ("lat", "long") if node.get(name) not in (None, "")]
    return ",".join(both) if len(both) == 2 else None


def _place(node: Mapping[str, Any]) -> str | None:
    return _text(node, "address") or _coordinates(node)
