"""What the Data API's answers and errors mean. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from collectors import table, youtube_feed
from collectors.base import Answer, Context
from collectors.parts import translated, with_strays
from collectors.told import native, rows
from collectors.told import table as object_
from collectors.youtube_posts import PLATFORM, to_answer
from core.errors import PlatformProblem

READS_TEXT = True  # the public feed is XML


def problem(status: int, headers: Mapping[str, str], body: Any, now: datetime) -> PlatformProblem:
    """What an error answer means: the reason of its first error tells."""
    if isinstance(body, str | bytes):
        code = "" if status >= 400 else "html" if table.is_web_page(body) else "unreadable"
        return table.problem(PLATFORM, now, status=status, code=code, until=table.retry_after(headers, now))
    if isinstance(by_login := object_(body).get("error"), str):  # the form of the login server
        return table.problem(PLATFORM, now, status=status, code=by_login, message=str(body.get("error_description") or ""))
    error = object_(object_(body).get("error"))
    first = next(iter(rows(error.get("errors"))), {})
    reason = next((d["reason"] for d in rows(error.get("details")) if isinstance(d.get("reason"), str)), "")
    reason = first["reason"] if isinstance(first.get("reason"), str) else reason
    until, message = table.retry_after(headers, now), str(error.get("message") or "")
    return table.problem(PLATFORM, now, status=status, code=reason, message=message, until=until, detail=reason)


def translate(body: Any, context: Context) -> Answer:
    """Any answer of the Data API, or the XML of a public feed. Raises PlatformProblem for an error."""
    if isinstance(body, str | bytes):
        return youtube_feed.translate(body, context) if body.strip() else Answer()  # nothing was to be told (204)
    if isinstance(body, dict) and "error" in body:
        raise problem(0, {}, body, context.now)
    listed = isinstance(body, dict) and isinstance(body.get("items"), list)
    found = rows(body["items"]) if listed else rows(body) if isinstance(body, list) else [object_(body)]
    answer = with_strays(
        translated([node for node in found if node], lambda node: to_answer(node, context)), body, object_(body).get("items")
    )
    return msgspec.structs.replace(answer, next=native(object_(body).get("nextPageToken")), spend=1 if listed else 0)
