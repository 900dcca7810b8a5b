"""X, asked through tweepy (API v2): mentions, own posts, searches, account sizes, and a second look at posts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from collectors import table, x_direct, x_stream
from collectors.base import Answer, Source, context
from collectors.x_again import LONGEST_QUERY as LONGEST_QUERY
from collectors.x_again import MARGIN, SEARCH_DAYS, afford
from collectors.x_again import check as check
from collectors.x_again import queries as queries
from collectors.x_again import refresh as refresh
from collectors.x_bodies import problem as problem
from collectors.x_bodies import translate as translate
from collectors.x_client import FIELDS, PAGE_SIZE, USER_FIELDS, Client, call
from collectors.x_client import client as client
from collectors.x_client import connect as connect
from collectors.x_posts import PLATFORM as PLATFORM
from collectors.x_posts import time_of as time_of
from core.deployment import Deployment, OfficialAccount
from core.errors import PlatformProblem
from core.page import in_parts
from store.base import Gap

LEAST = {"mentions": 5, "own": 5, "search": 10}  # the API's minimum for max_results
PageOf = Callable[[str | None, int], dict[str, Any]]
REACH = {"mentions": 800, "own": 3200}  # how many posts back a timeline can be read


def sources(deployment: Deployment) -> list[Source]:
    """Mentions and own posts of every account, what is written to it in private where that is wanted, all accounts' sizes, the stream where it is wanted, and the watched words in as few searches as fit."""
    ours = [account for account in deployment.accounts if account.platform == PLATFORM]
    found = [_of(account, what, minutes) for account in ours for what, minutes in (("mentions", 5), ("own", 15))]
    handles = ",".join(account.handle for account in ours)
    ids = ",".join(account.id for account in ours if account.id)  # to know our own posts among those found
    shared = min(
        (account.monthly_reads for account in ours if account.monthly_reads is not None), default=None
    )  # of what serves all accounts
    if ours:
        found.append(Source(id="x.accounts", platform=PLATFORM, what="accounts", query=handles, every_minutes=60, budget=shared))
    words = (*deployment.watch.keywords, *(f"#{tag.lstrip('#')}" for tag in deployment.watch.hashtags))
    if ours and deployment.watch.stream:
        rules = queries((*(f"@{account.handle}" for account in ours), *words))
        found.append(Source(id="x.stream", platform=PLATFORM, what=x_stream.WHAT, query=x_stream.BETWEEN.join(rules), handle=handles,
                            native_id=ids or None, every_minutes=1, budget=shared))  # fmt: skip
    for number, query in enumerate(queries(words) if ours else [], 1):
        found.append(Source(id=f"x.search.{number}", platform=PLATFORM, what="search", query=query, handle=handles, native_id=ids or None,
                            every_minutes=15, budget=shared))  # fmt: skip
    return found + x_direct.sources(deployment)


def _of(account: OfficialAccount, what: str, minutes: int) -> Source:
    return Source(
        id=f"x.{what}.{account.handle}", platform=PLATFORM, what=what, account=account.key, handle=account.handle, native_id=account.id,
        every_minutes=account.every_minutes or minutes, budget=account.monthly_reads, rereadable=True,
    )  # fmt: skip


def ask(client: Client, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    """Yield answers newer than `cursor` (a post's id), newest first. Raises PlatformProblem."""
    if source.what == "accounts":
        yield from _sizes(client, source, now)
    elif source.what == "search":
        yield from _search(client, source, cursor, now)
    elif source.what == x_direct.WHAT:
        yield from x_direct.ask(client.pens, source, cursor, now)
    elif source.what == x_stream.WHAT:
        yield from x_stream.listen(client, source, cursor, now)
    else:
        yield from _timeline(client, source, cursor, now)


def _sizes(client: Client, source: Source, now: datetime) -> Iterator[Answer]:
    handles, left = (source.query or "").split(","), source.budget_left
    for some in in_parts(handles, PAGE_SIZE):
        left = afford(source, left, len(some), now)
        answer = translate(call(client.api.get_users, now, usernames=list(some), user_fields=USER_FIELDS), context(source, now))
        yield _named_as_asked(answer, some)


def _named_as_asked(answer: Answer, handles: Sequence[str]) -> Answer:
    """Accounts under the keys the deployment gave them, whatever the case of X's letters."""
    keys = {f"x:{handle}".lower(): f"x:{handle}" for handle in handles}
    return msgspec.structs.replace(
        answer, cursor=None,
        accounts=tuple(msgspec.structs.replace(a, id=keys.get(a.id.lower(), a.id)) for a in answer.accounts),
        account_samples=tuple(msgspec.structs.replace(s, account=keys.get(s.account.lower(), s.account)) for s in answer.account_samples),
    )  # fmt: skip


def _timeline(client: Client, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    native_id = source.native_id or _native_id(client, source, now)
    known = msgspec.structs.replace(source, native_id=native_id)
    method = client.api.get_users_mentions if source.what == "mentions" else client.api.get_users_tweets
    without = {"exclude": ["retweets"]} if source.what == "own" else {}  # the numbers of a repost are those of the other's post

    def page(at: str | None, size: int) -> dict[str, Any]:
        return call(method, now, id=native_id, since_id=cursor, pagination_token=at, max_results=size, **without, **FIELDS)

    returned, oldest = 0, None
    for answer in _pages(page, known, now):
        returned += answer.returned
        oldest = min([p.created_at for p in answer.posts], default=oldest)
        yield answer
    if cursor and oldest and returned >= REACH[source.what] - PAGE_SIZE // 10:
        cause = f"X hands out the last {REACH[source.what]} posts only"
        yield Answer(gap=Gap(since=time_of(cursor) or oldest, until=oldest, cause=cause))


def _native_id(client: Client, source: Source, now: datetime) -> str:
    handle = source.handle or ""
    if handle not in client.ids:
        found = translate(call(client.api.get_users, now, usernames=[handle], user_fields=USER_FIELDS), context(source, now))
        ids = [account.native_id for account in found.accounts if account.native_id]
        if not ids:
            raise table.problem(PLATFORM, now, code="invalid-request", detail=f"there is no account @{handle}")
        client.ids[handle] = ids[0]
    return client.ids[handle]


def _search(client: Client, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    """From the cursor on; where that lies further back than X searches (it says so, or our clock does), what can be had and a gap."""
    edge = now - SEARCH_DAYS + MARGIN
    stood = time_of(cursor) if cursor else None
    if stood is None or stood > edge:
        try:
            yield from _pages(_searched(client, source, now, {"since_id": cursor}), source, now)
            return
        except PlatformProblem as trouble:
            if trouble.kind != "cursor too old":
                raise
    yield Answer(gap=Gap(since=min(stood or edge, edge), until=edge, cause="X searches the last 7 days only"))
    yield from _pages(_searched(client, source, now, {"start_time": edge}), source, now)


def _searched(client: Client, source: Source, now: datetime, since: dict[str, Any]) -> PageOf:
    def page(at: str | None, size: int) -> dict[str, Any]:
        return call(client.api.search_recent_tweets, now, query=source.query, next_token=at, max_results=size, **since, **FIELDS)

    return page


def _pages(page: PageOf, source: Source, now: datetime) -> Iterator[Answer]:
    """Pages until there is no further one. Only the first tells the cursor: later pages are older."""
    at, left, is_first = None, source.budget_left, True
    while True:
        size = _size(source, left, now)
        answer = translate(page(at, size), context(source, now))
        left = None if left is None else left - answer.spend
        yield answer if is_first else msgspec.structs.replace(answer, cursor=None)
        is_first, at = False, answer.next
        if at is None:
            return


def _size(source: Source, left: int | None, now: datetime) -> int:
    """How many posts to ask for: never more than the month's budget still allows."""
    afford(source, left, LEAST.get(source.what, 1), now)
    return PAGE_SIZE if left is None else min(PAGE_SIZE, left)
