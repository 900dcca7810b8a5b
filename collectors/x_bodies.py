"""Any body X sends, taken apart: pages, single posts, streams, activity events, compliance lines, errors inside a 200. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from collectors import parts, table, told, x_legacy
from collectors.base import Answer, Context, Refusal
from collectors.x_others import account_answer, chat_answer, message_answer
from collectors.x_posts import PLATFORM, Around, around, post_answer
from core.errors import PlatformProblem

Piece = tuple[dict[str, Any], Around]
GONE = {"delete"}  # what a compliance line tells to do with a post
OLD_CODES = {32: "not-authorized", 63: "suspended", 88: "too-many-requests", 89: "not-authorized", 144: "resource-not-found"}
TITLES = {
    "Not Found Error": "resource-not-found", "Authorization Error": "not-authorized-for-resource", "UsageCapExceeded": "usage-capped",
    "CreditsDepleted": "credits", "Client Forbidden": "client-forbidden", "Invalid Request": "invalid-request",
}  # fmt: skip
"""What stands for a problem's type where none is told, or only about:blank."""


def translate(body: Any, context: Context) -> Answer:
    """One body as an answer. Raises PlatformProblem for a body that holds an error and nothing else."""
    errors = [error for one in _bodies(body) for error in told.rows(one.get("errors"))]
    if trouble := _trouble(body, errors, context.now):
        raise trouble
    pieces = list(_pieces(body))
    found = parts.with_strays(
        parts.translated(pieces, lambda piece: _one(piece[0], piece[1], context)), body, *(one.get("data") for one in _bodies(body))
    )
    meta = told.table(told.table(body).get("meta"))
    return msgspec.structs.replace(
        found, next=told.native(meta.get("next_token")), cursor=told.native(meta.get("newest_id")) or _newest(found),
        missing=found.missing + tuple(_missing(errors)), refused=found.refused + tuple(map(_unseen, errors)),
        returned=_told(body), spend=_told(body),
    )  # fmt: skip


def _bodies(body: Any) -> list[dict[str, Any]]:
    """Recordings may hold one body or a list of them."""
    return told.rows(body) if isinstance(body, list) else [told.table(body)]


def _pieces(body: Any) -> Iterator[Piece]:
    for one in _bodies(body):
        if event := told.text(told.table(one.get("data")).get("event_type")):
            yield from _event(event, told.table(one["data"]))
        elif x_legacy.is_delivery(one):
            yield from x_legacy.pieces(one)
        elif x_legacy.is_post(one):
            yield from x_legacy.post(one)
        else:
            yield from _page(one)


def _page(body: dict[str, Any]) -> Iterator[Piece]:
    """What was asked for, then what came beside it and is not the same again."""
    data = body.get("data")
    bare = not any(name in body for name in ("data", "includes", "errors"))
    asked = told.rows(data) if isinstance(data, list) else [told.table(data)] if data else [body] if bare else []
    beside = around(body if bare else body.get("includes"))
    known = {told.native(raw.get("id")) for raw in asked}
    for raw in asked + [raw for id, raw in beside.posts.items() if id not in known]:
        yield raw, beside


def _event(event: str, data: dict[str, Any]) -> Iterator[Piece]:
    """An event of the Activity API: its post or messages."""
    payload, beside = told.table(data.get("payload")), around(data.get("includes"))
    for message in told.rows(payload.get("direct_message_events")):
        yield message | {"_users": told.table(payload.get("users"))}, beside
    if event.startswith("post.") and payload:
        yield payload | ({"_gone": True} if "delete" in event else {}), beside
    elif event.startswith(("broadcast.chat", "chat.")):
        yield payload, beside
    known = {told.native(payload.get("id"))}
    yield from ((raw, beside) for id, raw in beside.posts.items() if id not in known)


def _one(raw: dict[str, Any], beside: Around, context: Context) -> Answer:
    """One piece, by what it holds."""
    if raw.get("_gone") or raw.get("action") in GONE:
        return Answer(deleted=(f"x:{told.native(raw['id'])}",))
    if deletion := told.table(raw.get("delete")):
        return Answer(deleted=(f"x:{told.native(told.table(deletion.get('tweet') or deletion.get('status'))['id'])}",))
    if hidden := told.table(raw.get("drop")):  # to be shown to nobody, until it is told otherwise
        return Answer(missing=(f"x:{told.native(told.table(hidden.get('tweet') or hidden.get('post'))['id'])}",))
    if "message_create" in raw or "dm_conversation_id" in raw:
        return message_answer(raw, told.table(raw.get("_users")) or beside.users, context) if _has_words(raw) else Answer()
    if "broadcast_id" in raw:
        return chat_answer(raw, context)
    if "encoded_event" in raw:
        return parts.refused("an encrypted message, which only its reader can open")
    if "username" in raw and "text" not in raw:
        return account_answer(raw, context)
    if "text" in raw or "note_tweet" in raw or "author_id" in raw:
        return post_answer(raw, beside, context)
    return Answer()  # lists, rules, counts, spaces, jobs: nobody's message


def _has_words(raw: dict[str, Any]) -> bool:
    """DM events also tell of people joining and leaving a conversation."""
    return bool(raw.get("event_type", "MessageCreate") == "MessageCreate")


def _newest(found: Answer) -> str | None:
    """Where `meta` tells no newest id: the greatest."""
    ids = [int(id) for post in found.posts if (id := post.id.removeprefix("x:")).isdecimal()]
    return str(max(ids)) if ids else None


def _told(body: Any) -> int:
    """How many things were sent, and so billed."""
    return sum(len(one["data"]) if isinstance(one.get("data"), list) else 1 if one.get("data") else 0 for one in _bodies(body))


def _missing(errors: list[dict[str, Any]]) -> Iterator[str]:
    """Posts asked for by id that are not there. A hidden one (protected, withheld) is no deletion."""
    for error in errors:
        asked = error.get("parameter") in ("id", "ids", None)
        if (
            asked
            and error.get("resource_type") in ("tweet", "post")
            and _type(error) == "resource-not-found"
            and "suspended" not in str(error.get("detail")).lower()
        ):
            yield f"x:{told.native(error.get('resource_id')) or told.native(error.get('value'))}"


def _unseen(error: dict[str, Any]) -> Refusal:
    """An error inside a 200: what was asked for is lost; something that only came beside it is not."""
    asked = error.get("parameter") in ("id", "ids", None)
    line = table.look_up(PLATFORM, code=_type(error))
    what = f"{error.get('resource_type') or 'object'} in {error.get('parameter') or 'the answer'}"
    return Refusal(why=f"{what}: {line.kind}", lost=asked and error.get("resource_type") in ("tweet", "post", None))


def _type(error: Mapping[str, Any]) -> str:
    """The last part of a problem's type: "usage-capped", "resource-not-found"; "" where none is told."""
    if isinstance(error.get("code"), int):
        return OLD_CODES.get(error["code"], str(error["code"]))
    told_type = str(error.get("type") or "").rstrip("/").rsplit("/", 1)[-1]
    return TITLES.get(str(error.get("title")), told_type) if told_type in ("", "about:blank") else told_type


def _trouble(body: Any, errors: list[dict[str, Any]], now: datetime) -> PlatformProblem | None:
    """The problem a body is, if it holds nothing else."""
    whole = told.table(body)
    if errors and not any(whole.get(name) for name in ("data", "includes", "meta")) and isinstance(body, dict):
        return _problem(_status(whole), {}, whole if whole.get("type") else errors[0], now)
    if "title" in whole and ("type" in whole or "detail" in whole) and "id" not in whole:
        return _problem(_status(whole), {}, whole, now)
    return None if isinstance(body, dict | list) else table.problem(PLATFORM, now, code="unreadable")


def _status(error: Mapping[str, Any]) -> int:
    return told.number(error.get("status")) or 0


def problem(status: int, headers: Mapping[str, str], body: Any, now: datetime) -> PlatformProblem:
    """What an HTTP error of X means; its body's type tells a used-up plan from a short limit."""
    whole = told.table(body)
    inner = told.rows(whole.get("errors"))
    error = whole if whole.get("type") or not inner else inner[0]
    return _problem(status, headers, error, now)


def _problem(status: int, headers: Mapping[str, str], error: Mapping[str, Any], now: datetime) -> PlatformProblem:
    told_words = [error.get(name) for name in ("period", "detail", "title", "reason", "message")]
    words = " ".join(str(word) for word in (*told_words, *(one.get("message") for one in told.rows(error.get("errors")))) if word)
    code = _type(error)
    if status == 429 and code in ("about:blank", "") and " cap" in words.lower():
        code = "usage-capped"
    detail = str(error.get("title") or "")[:60]
    return table.problem(PLATFORM, now, status=status, code=code, message=words, until=_reset(headers, now), detail=detail)


def _reset(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When a limit ends: the day's, where that is the one used up, else the short one's."""
    for left, reset in (
        ("x-app-limit-24hour-remaining", "x-app-limit-24hour-reset"),
        ("x-user-limit-24hour-remaining", "x-user-limit-24hour-reset"),
    ):
        if headers.get(left) == "0":
            return _epoch(headers.get(reset))
    return _epoch(headers.get("x-rate-limit-reset")) or table.retry_after(headers, now)


def _epoch(value: str | None) -> datetime | None:
    try:
        return told.moment(value)
    except ValueError:
        return None
