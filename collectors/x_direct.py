"""What is written to an account of ours on X in private, asked with that account's own keys. Opt-in: `messages` of the deployment file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

import msgspec

from collectors import fetching, table
from collectors.base import Answer, Source, context
from collectors.x_again import afford
from collectors.x_bodies import problem, translate
from collectors.x_pen import Pen
from collectors.x_posts import PLATFORM, time_of
from core.deployment import Deployment
from store.base import Gap

WHAT = "direct"
EVENTS = "/2/dm_events"
PAGE_SIZE = 100  # the API's maximum
KEPT = timedelta(days=30)  # so far back X tells events
ASKED = {
    "event_types": "MessageCreate", "dm_event.fields": "created_at,dm_conversation_id,event_type,id,sender_id,text",
    "expansions": "sender_id", "user.fields": "name,public_metrics,username",
}  # fmt: skip


def sources(deployment: Deployment) -> list[Source]:
    """One for each account that shall hear what is written to it; `query` names the keys it asks with."""
    return [
        Source(id=f"x.{WHAT}.{account.handle}", platform=PLATFORM, what=WHAT, account=account.key, handle=account.handle, native_id=account.id,
               query=account.keys or "", every_minutes=account.every_minutes or 5, budget=account.monthly_reads)
        for account in deployment.accounts if account.platform == PLATFORM and account.messages
    ]  # fmt: skip


def ask(pens: Mapping[str, Pen], source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    """Yield messages newer than `cursor` (a message's id), newest first. Raises PlatformProblem."""
    if (pen := pens.get(source.query or "")) is None:
        raise table.problem(PLATFORM, now, code="our-keys", detail=source.account or "")
    stood, edge = time_of(cursor) if cursor else None, now - KEPT
    if stood and stood < edge:
        yield Answer(gap=Gap(since=stood, until=edge, cause="X tells private messages of the last 30 days only"))
    at, left, is_first = None, source.budget_left, True
    while True:
        answer = translate(_page(pen, at, _size(source, left, now), now), context(source, now))
        left = None if left is None else left - answer.spend
        fresh = tuple(post for post in answer.posts if cursor is None or _number(post.id) > int(cursor))
        yield msgspec.structs.replace(answer, posts=fresh, cursor=answer.cursor if is_first and fresh else None)
        is_first, at = False, answer.next
        if at is None or len(fresh) < len(answer.posts):
            return


def _page(pen: Pen, at: str | None, size: int, now: datetime) -> object:
    query = ASKED | {"max_results": str(size)} | ({"pagination_token": at} if at else {})
    address = f"{EVENTS}?{urlencode(query, quote_via=quote)}"
    fetched = pen.fetcher.get(PLATFORM, address, now, headers=pen.signed(address, "GET"))
    body = fetching.as_json(fetched, PLATFORM, now)
    if fetched.status >= 300:
        raise problem(fetched.status, fetched.headers, body, now)
    return body


def _size(source: Source, left: int | None, now: datetime) -> int:
    afford(source, left, 1, now)
    return PAGE_SIZE if left is None else min(PAGE_SIZE, left)


def _number(id: str) -> int:
    number = id.removeprefix("x:")
    return int(number) if number.isdecimal() else 0
