"""What Instagram tells of an account by itself: comments, mentions, figures of stories, direct messages (object "instagram"). Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from collectors import messenger
from collectors.base import Answer, Context
from collectors.instagram_posts import comments, instagram_id
from collectors.parts import refused, sample, strays, together, translated
from collectors.told import moment_or, native, number, rows, table
from core.post import Kind

Node = dict[str, Any]
COMMENTS = ("comments", "live_comments")


def translate(body: Any, context: Context) -> Answer:
    """One delivery: each of its changes and messages."""
    deliveries = rows(body) if isinstance(body, list) else [body]
    answers = [_entry(entry, context) for delivery in deliveries for entry in rows(delivery.get("entry"))]
    return together([*answers, strays(*(delivery.get("entry") for delivery in deliveries))])


def _entry(entry: Node, context: Context) -> Answer:
    at, account = moment_or(entry.get("time"), context.now), native(entry.get("id"))
    told = msgspec.structs.replace(
        context, now=at, native_id=context.native_id or account, account=context.account or instagram_id(account)
    )
    changes = rows(entry.get("changes")) or ([entry] if "field" in entry else [])
    events = [event for key in ("messaging", "standby") for event in rows(entry.get(key))]
    return together([
        translated(changes, lambda change: _change(change, at, told)),
        translated(events, lambda event: messenger.to_answer(event, "instagram", account, told)),
        strays(*(entry.get(key) for key in ("changes", "messaging", "standby"))),
    ])  # fmt: skip


def _change(change: Node, at: datetime, context: Context) -> Answer:
    value, field = table(change.get("value")), change.get("field")
    if field in COMMENTS or "text" in value:
        kind = Kind.MENTION if field == "mentions" else None
        return comments(value, context, None, None, kind)
    if field == "mentions":
        return refused("a mention told without its text: only asking for it shows it")
    if field == "story_insights" and (id := instagram_id(value.get("media_id"))):
        seen = number(value.get("views"))
        return Answer(
            samples=sample(id, at, views=number(value.get("impressions")) if seen is None else seen, replies=number(value.get("replies")))
        )
    return refused(f"a change of {field} that is no message", lost=False)
