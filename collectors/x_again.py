"""A second look at posts of X, and what its token may do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from collectors import table, told
from collectors.base import Answer, Context, Finding, Source, context
from collectors.x_bodies import translate
from collectors.x_client import FIELDS, PAGE_SIZE, USER_FIELDS, Client, call
from collectors.x_posts import PLATFORM
from core.deployment import Deployment
from core.errors import PlatformProblem
from core.page import in_parts
from core.post import Kind, Post

SEARCH_DAYS = timedelta(days=7)  # how far back the recent search reaches
MARGIN = timedelta(minutes=10)  # kept from that edge, so that neither clock matters
LONGEST_QUERY = 512
SMALLEST_PAGE = 10  # that these questions may ask for
MOST_PAGES = 10  # of one conversation in one look


def queries(words: Sequence[str], each: str = "{}", tail: str = " -is:retweet") -> list[str]:
    """`words` joined by OR into as few queries as fit; a word too long for any is left out."""
    found: list[str] = []
    run: list[str] = []
    for word in (each.format(f'"{w}"' if " " in w else w) for w in words):
        if run and len(_query([*run, word], tail)) > LONGEST_QUERY:
            found.append(_query(run, tail))
            run = []
        run += [word] if len(_query([word], tail)) <= LONGEST_QUERY else []
    return [*found, _query(run, tail)] if run else found


def _query(words: Sequence[str], tail: str) -> str:
    return f"({' OR '.join(words)}){tail}"


def refresh(client: Client, source: Source, posts: Sequence[Post], now: datetime) -> Iterator[Answer]:
    """Numbers of `posts` again, 100 a call, which of them are missing, and what newly answers or quotes our own ones."""
    left = source.budget_left
    for some in in_parts(posts, PAGE_SIZE):
        left = afford(source, left, len(some), now)
        raw = call(client.api.get_tweets, now, ids=[_native(p) for p in some], **FIELDS)
        seen = translate({"meta": {"result_count": 0}, **raw}, context(source, now))  # an answer of errors only is an answer here
        yield msgspec.structs.replace(seen, cursor=None, missing=seen.missing if seen.posts or _works(client, source, now) else ())
        for answer in _talk(client, msgspec.structs.replace(source, budget_left=left), some, {p.id: p for p in seen.posts}, now):
            left = None if left is None else left - answer.spend
            yield answer


def afford(source: Source, left: int | None, reads: int, now: datetime) -> int | None:
    """What is left of the month's budget after so many reads more. Raises PlatformProblem where it does not allow them."""
    if left is None:
        return None
    if left < reads:
        raise table.problem(PLATFORM, now, code="our-budget", detail=f"{source.budget} reads a month")
    return left - reads


def _native(post: Post) -> str:
    return post.id.removeprefix("x:")


def _works(client: Client, source: Source, now: datetime) -> bool:
    """Whether the credential sees our own account: where none of the posts was seen, it may be the credential that is at fault."""
    if source.handle is None:
        return False
    return bool(
        translate(call(client.api.get_users, now, usernames=[source.handle], user_fields=USER_FIELDS), context(source, now)).accounts
    )


def _talk(client: Client, source: Source, before: Sequence[Post], after: dict[str, Post], now: datetime) -> Iterator[Answer]:
    """Replies to and quotes of own posts of which there are more than when we last looked."""
    own = [p for p in before if p.kind == Kind.OWN and p.id in after]
    talked = [p for p in own if (after[p.id].replies or 0) > (p.replies or 0)]
    since = max(now - SEARCH_DAYS + MARGIN, min((p.observed_at for p in talked), default=now) - MARGIN)
    about = msgspec.structs.replace(context(source, now), what="replies")
    left = source.budget_left
    asked = [
        (partial(_replies, client, query, since, now), MOST_PAGES)
        for query in queries([_native(p) for p in talked], "conversation_id:{}", "")
    ]
    asked += [(partial(_quotes, client, _native(p), now), 1) for p in own if (after[p.id].quotes or 0) > (p.quotes or 0)]
    for page, most in asked:
        for answer in _all(page, about, most, source, left):
            left = None if left is None else left - answer.spend
            yield answer


def _replies(client: Client, query: str, since: datetime, now: datetime, at: str | None, size: int) -> dict[str, Any]:
    return call(client.api.search_recent_tweets, now, query=query, next_token=at, start_time=since, max_results=size, **FIELDS)


def _quotes(client: Client, id: str, now: datetime, at: str | None, size: int) -> dict[str, Any]:
    return call(client.api.get_quote_tweets, now, id=id, pagination_token=at, max_results=size, **FIELDS)


def _all(
    page: Callable[[str | None, int], dict[str, Any]], about: Context, most: int, source: Source, left: int | None
) -> Iterator[Answer]:
    """At most so many pages, newest first; they move no cursor."""
    at = None
    for _ in range(most):
        afford(source, left, SMALLEST_PAGE, about.now)
        answer = translate(page(at, PAGE_SIZE if left is None else min(PAGE_SIZE, left)), about)
        left = None if left is None else left - answer.spend
        yield msgspec.structs.replace(answer, cursor=None)
        at = answer.next
        if at is None:
            return


def check(client: Client, deployment: Deployment, now: datetime) -> Iterator[Finding]:
    """Whether the token reads our accounts, and how much of the month's reads is left."""
    handles = [account.handle for account in deployment.accounts if account.platform == PLATFORM]
    if handles:
        seen = translate(call(client.api.get_users, now, usernames=handles[:PAGE_SIZE], user_fields=USER_FIELDS), Context(now=now))
        yield from _accounts_seen(handles, {account.handle or "" for account in seen.accounts})
    try:
        yield _usage(call(partial(_usage_told, client), now))
    except PlatformProblem as trouble:
        yield Finding(what="x quota", state="warning", says=trouble.says, then="look at the usage page of the developer console")


def _accounts_seen(asked: Sequence[str], seen: set[str]) -> Iterator[Finding]:
    lost = [handle for handle in asked if handle.lower() not in {name.lower() for name in seen}]
    yield Finding(what="x credential", state="ok", says=f"the token reads {len(asked) - len(lost)} of {len(asked)} accounts")
    for handle in lost:
        yield Finding(
            what=f"x @{handle}",
            state="failed",
            says=f"x: there is no account @{handle}, or it is suspended",
            then="mend the deployment file",
        )


def _usage_told(client: Client) -> dict[str, Any]:
    usage: dict[str, Any] = client.api.request("GET", "/2/usage/tweets").json()  # tweepy has no method for it
    return usage


def _usage(body: dict[str, Any]) -> Finding:
    data = told.table(body.get("data"))
    used, cap = told.number(data.get("project_usage")), told.number(data.get("project_cap"))
    if used is None or not cap:
        return Finding(
            what="x quota",
            state="warning",
            says="x does not say how many reads are used",
            then="look at the usage page of the developer console",
        )
    state = "ok" if used < 0.9 * cap else "warning"
    return Finding(
        what="x quota", state=state, says=f"{used:,} of {cap:,} reads of this month are used; it ends on day {data.get('cap_reset_day')}"
    )
