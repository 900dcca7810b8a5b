"""X, asked through tweepy (API v2): mentions, own posts, searches, account sizes, and a second look at posts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import requests
import tweepy

from collectors import table, web
from collectors.base import Answer, Context, Finding, Source, context
from collectors.x_bodies import problem as problem
from collectors.x_bodies import translate as translate
from collectors.x_posts import PLATFORM as PLATFORM
from collectors.x_posts import time_of
from core.deployment import Deployment, OfficialAccount
from core.errors import CredentialMissing, PlatformProblem
from core.post import Kind, Post
from core.settings import Settings
from store.base import Gap

HERE = "https://api.twitter.com"  # where tweepy asks
THERE = "https://api.x.com"
PAGE_SIZE = 100  # the API's maximum for timelines, searches and lookups
LEAST = {"mentions": 5, "own": 5, "search": 10}  # its minimum for max_results
REACH = {"mentions": 800, "own": 3200}  # how many posts back a timeline can be read
SEARCH_DAYS = timedelta(days=7)  # how far back the recent search reaches
MARGIN = timedelta(minutes=10)  # kept from that edge, so that neither clock matters
LONGEST_QUERY = 512
FIELDS = {
    "tweet_fields": ["attachments", "author_id", "conversation_id", "created_at", "edit_history_tweet_ids", "geo", "in_reply_to_user_id",
                     "lang", "note_tweet", "public_metrics", "referenced_tweets"],
    "expansions": ["author_id", "attachments.media_keys", "geo.place_id"],
    "user_fields": ["name", "public_metrics", "username"],
    "media_fields": ["alt_text", "media_key", "preview_image_url", "type", "url"],
    "place_fields": ["full_name"],
}  # fmt: skip
USER_FIELDS = ["name", "public_metrics", "username"]
Ask = Callable[..., dict[str, Any]]


class Client(msgspec.Struct, frozen=True):
    """tweepy's client, and the accounts' numbers it was told, so that each is asked for once a process."""

    api: tweepy.Client
    ids: dict[str, str] = {}


def client(settings: Settings) -> Client:
    """tweepy's client with our limits of time and size. Raises CredentialMissing."""
    token = settings.credential("X_BEARER_TOKEN")
    if not token:
        raise CredentialMissing("x: waits for SADA_X_BEARER_TOKEN in the environment or .env; how to get it: docs/credentials.md#x")
    return connect(token, settings.base_urls.get(PLATFORM, THERE))


def connect(token: str, base_url: str = THERE, silence_s: float = web.SILENCE_S, whole_s: float = web.WHOLE_S) -> Client:
    """A client at `base_url`. Limits are met by us, never slept through inside the library."""
    api = tweepy.Client(token, return_type=dict, wait_on_rate_limit=False)
    api.session = web.BoundedSession(HERE, base_url, silence_s, whole_s)
    return Client(api, {})


def sources(deployment: Deployment) -> list[Source]:
    """Mentions and own posts of every account, all accounts' sizes, and the watched words in as few searches as they fit."""
    ours = [account for account in deployment.accounts if account.platform == PLATFORM]
    found = [_of(account, what, minutes) for account in ours for what, minutes in (("mentions", 5), ("own", 15))]
    if ours:
        handles = ",".join(account.handle for account in ours)
        found.append(Source(id="x.accounts", platform=PLATFORM, what="accounts", query=handles, every_minutes=60))
    words = (*deployment.watch.keywords, *(f"#{tag.lstrip('#')}" for tag in deployment.watch.hashtags))
    for number, query in enumerate(queries(words) if ours else [], 1):
        found.append(Source(id=f"x.search.{number}", platform=PLATFORM, what="search", query=query, every_minutes=15))
    return found


def _of(account: OfficialAccount, what: str, minutes: int) -> Source:
    return Source(
        id=f"x.{what}.{account.handle}", platform=PLATFORM, what=what, account=account.key, handle=account.handle, native_id=account.id,
        every_minutes=account.every_minutes or minutes, budget=account.monthly_reads, rereadable=True,
    )  # fmt: skip


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


def ask(client: Client, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    """Yield answers newer than `cursor` (a post's id), newest first. Raises PlatformProblem."""
    if source.what == "accounts":
        yield from _sizes(client, source, now)
    elif source.what == "search":
        yield from _search(client, source, cursor, now)
    else:
        yield from _timeline(client, source, cursor, now)


def _sizes(client: Client, source: Source, now: datetime) -> Iterator[Answer]:
    handles = (source.query or "").split(",")
    for at in range(0, len(handles), PAGE_SIZE):
        some = handles[at : at + PAGE_SIZE]
        answer = translate(_call(client.api.get_users, now, usernames=some, user_fields=USER_FIELDS), context(source, now))
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
        return _call(method, now, id=native_id, since_id=cursor, pagination_token=at, max_results=size, **without, **FIELDS)

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
        found = translate(_call(client.api.get_users, now, usernames=[handle], user_fields=USER_FIELDS), context(source, now))
        ids = [account.native_id for account in found.accounts if account.native_id]
        if not ids:
            raise table.problem(PLATFORM, now, code="invalid-request", detail=f"there is no account @{handle}")
        client.ids[handle] = ids[0]
    return client.ids[handle]


def _search(client: Client, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    edge = now - SEARCH_DAYS + MARGIN
    stood = time_of(cursor) if cursor else None
    since = {"since_id": cursor} if cursor and stood and stood > edge else {"start_time": edge} if cursor else {}
    if stood and stood <= edge:
        yield Answer(gap=Gap(since=stood, until=edge, cause="X searches the last 7 days only"))

    def page(at: str | None, size: int) -> dict[str, Any]:
        return _call(client.api.search_recent_tweets, now, query=source.query, next_token=at, max_results=size, **since, **FIELDS)

    yield from _pages(page, source, now)


def _pages(page: Callable[[str | None, int], dict[str, Any]], source: Source, now: datetime) -> Iterator[Answer]:
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
    if left is not None and left < LEAST.get(source.what, 1):
        raise table.problem(PLATFORM, now, code="our-budget", detail=f"{source.budget} reads a month")
    return PAGE_SIZE if left is None else min(PAGE_SIZE, left)


def _call(method: Ask, now: datetime, **told: Any) -> dict[str, Any]:
    """One call of tweepy's, its many ways to fail turned into ours."""
    try:
        found = method(**{name: value for name, value in told.items() if value is not None})
    except tweepy.HTTPException as error:
        response = error.response
        raise problem(response.status_code, _lower(response.headers), _body(response), now) from None
    except requests.RequestException as error:
        raise web.line_problem(PLATFORM, error, now) from None
    except (tweepy.TweepyException, ValueError, AttributeError, KeyError, TypeError):  # a body or header that tweepy itself cannot read
        raise table.problem(PLATFORM, now, code="unreadable") from None
    if not isinstance(found, dict):
        raise table.problem(PLATFORM, now, code="unreadable")
    return found


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _body(response: requests.Response) -> Any:
    try:
        return response.json()
    except requests.JSONDecodeError:
        return response.text


def refresh(client: Client, source: Source, posts: Sequence[Post], now: datetime) -> Iterator[Answer]:
    """Numbers of `posts` again, 100 a call, which of them are missing, and what newly answers or quotes our own ones."""
    for at in range(0, len(posts), PAGE_SIZE):
        some = posts[at : at + PAGE_SIZE]
        raw = _call(client.api.get_tweets, now, ids=[p.id.removeprefix("x:") for p in some], **FIELDS)
        seen = msgspec.structs.replace(translate(raw, context(source, now)), cursor=None)
        yield _without_false_alarm(seen)
        yield from _talk(client, source, some, {p.id: p for p in seen.posts}, now)


def _without_false_alarm(seen: Answer) -> Answer:
    """Where nothing at all was seen, the credential may be at fault: then nothing is missing."""
    return seen if seen.posts else msgspec.structs.replace(seen, missing=())


def _talk(client: Client, source: Source, before: Sequence[Post], after: dict[str, Post], now: datetime) -> Iterator[Answer]:
    """Replies to and quotes of own posts of which there are more than when we last looked."""
    own = [p for p in before if p.kind == Kind.OWN and p.id in after]
    talked = [p for p in own if (after[p.id].replies or 0) > (p.replies or 0)]
    since = max(now - SEARCH_DAYS + MARGIN, min((p.observed_at for p in talked), default=now) - MARGIN)
    about = Context(now=now, source=source.id, account=source.account, native_id=source.native_id, handle=source.handle, what="replies")
    for query in queries([p.id.removeprefix("x:") for p in talked], "conversation_id:{}", ""):
        yield from _all(lambda at, q=query: _call(client.api.search_recent_tweets, now, query=q, next_token=at, max_results=PAGE_SIZE,
                                                  start_time=since, **FIELDS), about)  # fmt: skip
    for post in own:
        if (after[post.id].quotes or 0) > (post.quotes or 0):
            id = post.id.removeprefix("x:")
            yield from _all(
                lambda at, i=id: _call(client.api.get_quote_tweets, now, id=i, pagination_token=at, max_results=PAGE_SIZE, **FIELDS),
                about,
                1,
            )


def _all(page: Callable[[str | None], dict[str, Any]], about: Context, most: int = 10) -> Iterator[Answer]:
    at = None
    for _ in range(most):
        answer = translate(page(at), about)
        yield msgspec.structs.replace(answer, cursor=None)
        if (at := answer.next) is None:
            return


def check(client: Client, deployment: Deployment, now: datetime) -> Iterator[Finding]:
    """Whether the token reads our accounts, and how much of the month's reads is left."""
    handles = [account.handle for account in deployment.accounts if account.platform == PLATFORM]
    if handles:
        seen = translate(_call(client.api.get_users, now, usernames=handles[:PAGE_SIZE], user_fields=USER_FIELDS), Context(now=now))
        yield from _accounts_seen(handles, {account.handle or "" for account in seen.accounts})
    try:
        yield _usage(_call(_usage_call(client.api), now))
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


def _usage_call(api: tweepy.Client) -> Ask:
    return lambda: api.request("GET", "/2/usage/tweets").json()  # type: ignore[no-any-return]


def _usage(body: dict[str, Any]) -> Finding:
    data = body.get("data") or {}
    used, cap = int(data["project_usage"]), int(data["project_cap"])
    state = "ok" if used < 0.9 * cap else "warning"
    return Finding(
        what="x quota", state=state, says=f"{used:,} of {cap:,} reads of this month are used; it ends on day {data.get('cap_reset_day')}"
    )
