"""What a recorded answer, webhook or error becomes: through the same code that collects, and never with a crash."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from collectors import table
from collectors.base import Answer, Collector, Context, Receipt, Wish
from collectors.storable import mended, storable
from core.account import Account, AccountSample
from core.errors import PlatformProblem
from core.post import EngagementSample, Moment, Post

NOT_RECORDINGS = (".md",)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A problem, as a program reads it."""

    kind: str
    says: str
    then: str
    until: Moment | None = None


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Something that could not become a post."""

    why: str
    lost: bool = True


class Translated(msgspec.Struct, frozen=True, kw_only=True):
    """The JSON shape of `sada translate`."""

    posts: tuple[Post, ...] = ()
    accounts: tuple[Account, ...] = ()
    samples: tuple[AccountSample | EngagementSample, ...] = ()
    deleted: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    replaced: tuple[tuple[str, str], ...] = ()
    receipts: tuple[Receipt, ...] = ()
    wishes: tuple[Wish, ...] = ()
    next: str | None = None
    refused: tuple[Part, ...] = ()
    problem: Told | None = None


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded answer taken out of its wrapping."""

    body: Any
    status: int = 200
    headers: dict[str, str] = {}
    path: str = ""
    query: dict[str, str] = {}


def recording(raw: bytes) -> Recording:
    """The answer a file holds: a bare body, or {"response": {"status", "headers", "json" or "text"}} with or without its request."""
    body = decoded(raw)
    if not (isinstance(body, dict) and isinstance(body.get("response"), dict)):
        return Recording(body=body)
    response, request = body["response"], body.get("request")
    request = request if isinstance(request, dict) else {}
    inner = response["json"] if response.get("json") is not None else decoded(str(response.get("text") or response.get("body") or ""))
    return Recording(
        body=inner, status=_number(response.get("status"), 200), headers=_lower(response.get("headers")),
        path=str(request.get("path") or ""), query=_pairs(request.get("query")),
    )  # fmt: skip


def decoded(raw: bytes | str) -> Any:
    """JSON as its values (numbers too great for a machine stay whole), several lines of it as a list, anything else as it came."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _leniently(raw)


def _leniently(raw: bytes | str) -> Any:
    """As `decoded`, for what a strict reader refuses: a byte order mark, half an emoji, NaN, a line each for several bodies."""
    try:
        text = raw.decode("utf-8-sig", "strict") if isinstance(raw, bytes) else raw.removeprefix("\ufeff")
        return mended(json.loads(text))
    except (ValueError, RecursionError):
        return _lines(raw) or raw


def _lines(raw: bytes | str) -> list[dict[str, Any]]:
    """The bodies of a stream, one a line; a last line that was cut is left out."""
    found = []
    lines = [line for line in raw.splitlines() if line.strip()]
    for line in lines:
        try:
            found.append(msgspec.json.decode(line))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue
    whole = len(found) >= max(1, len(lines) - 1) and all(isinstance(one, dict) for one in found)
    return found if whole and len(lines) > 1 else []


def _number(told: object, otherwise: int) -> int:
    return int(told) if isinstance(told, int | str) and str(told).isdecimal() else otherwise


def _lower(told: object) -> dict[str, str]:
    pairs = told.items() if isinstance(told, Mapping) else ()
    return {str(name).lower(): str(value) for name, value in pairs}


def _pairs(told: object) -> dict[str, str]:
    if isinstance(told, Mapping):
        return {str(k): str(v) for k, v in told.items()}
    pairs = told if isinstance(told, list) else []
    return {str(p[0]): str(p[1]) for p in pairs if isinstance(p, list) and len(p) == 2}


def translated(collector: Collector, raw: bytes, context: Context) -> Translated:
    """What `raw` becomes; whatever cannot be used becomes `refused` or `problem`."""
    told = recording(raw)
    given = msgspec.structs.replace(context, headers=told.headers, path=told.path, query=told.query)
    try:
        return shaped(answer(collector, told, given))
    except PlatformProblem as problem:
        return Translated(problem=Told(kind=problem.kind, says=problem.says, then=problem.then, until=problem.until))
    except Exception as error:  # the command's edge: a body nobody foresaw is refused, and said so without its text
        return Translated(refused=(Part(why=f"{collector.PLATFORM}: a body of a shape we do not know ({type(error).__name__})"),))


def answer(collector: Collector, told: Recording, context: Context) -> Answer:
    """The answer in a recording. Raises PlatformProblem where it is an error."""
    if told.status == 304:
        return Answer()  # nothing changed since it was asked last
    if told.status >= 300:
        raise collector.problem(told.status, told.headers, told.body, context.now)
    if isinstance(told.body, str | bytes) and not getattr(collector, "READS_TEXT", False):
        code = "html" if table.is_web_page(told.body) else "unreadable"
        raise table.problem(collector.PLATFORM, context.now, code=code)
    return collector.translate(told.body, context)


def shaped(found: Answer) -> Translated:
    """An answer in the command's shape."""
    return Translated(
        posts=tuple(map(storable, found.posts)), accounts=tuple(map(storable, found.accounts)), samples=(*found.account_samples, *found.samples), deleted=found.deleted,
        missing=found.missing, replaced=found.replaced, receipts=found.receipts, wishes=found.wishes, next=found.next,
        refused=tuple(Part(why=r.why, lost=r.lost) for r in found.refused),
    )  # fmt: skip


def files(folder: Path) -> Iterator[Path]:
    """Every recording below a folder, in order."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix.lower() not in NOT_RECORDINGS)
