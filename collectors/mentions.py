"""Mentions that a webhook told without their text: the pointers lie in the inbox, and asking for them shows what was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from collectors.base import Answer, Source
from collectors.inbox import FILE, Inbox
from collectors.told import native, rows, table, text
from collectors.translating import decoded

Node = dict[str, Any]
FIELDS = ("mention", "mentions")  # Facebook's name for it, and Instagram's


def ask(folder: Path, source: Source, cursor: str | None, fetch: Callable[[Node], Iterator[Answer]]) -> Iterator[Answer]:
    """What `fetch` brings for each pointer of the account that came after `cursor` (a place in the inbox)."""
    after = int(cursor or 0)
    for id, value in waiting(folder, source.platform, source.native_id, after):
        yield from fetch(value)
        after = max(after, id)
    yield Answer(cursor=str(after) if after else None)


def waiting(folder: Path, door: str, account: str | None, after: int) -> list[tuple[int, Node]]:
    """(place in the inbox, what the webhook told) of every mention of `account` without its text."""
    if not (folder / FILE).is_file():
        return []  # nothing was ever received here
    inbox = Inbox(folder)
    try:
        return [(one.id, value) for one in inbox.unreadable(door, after) for value in pointers(decoded(one.body), account)]
    finally:
        inbox.close()


def pointers(body: Any, account: str | None) -> Iterator[Node]:
    """The mentions of `account` (any: None) in one delivery that name a post, medium or comment and not its words. Pure."""
    for delivery in rows(body) if isinstance(body, list) else [table(body)]:
        for entry in rows(delivery.get("entry")):
            if account in (None, native(entry.get("id"))):
                values = (table(change.get("value")) for change in rows(entry.get("changes")) if change.get("field") in FIELDS)
                yield from (value for value in values if not (text(value.get("message")) or text(value.get("text"))))
