"""Instagram through the Graph API: media, comments, tags, hashtags, branches, followers; and what its webhook tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

import msgspec

from collectors import graph, graph_bodies, graph_checks, instagram_loader, mentions, table
from collectors.base import Answer, Context, Finding, Source, context
from collectors.findings import looked_at
from collectors.instagram_bodies import problem as problem
from collectors.instagram_bodies import translate as translate
from collectors.instagram_lists import COMMENT, COMMENTS_TOLD, MEDIUM, OTHERS_MEDIUM, OVERLAP, WATCHED, comments, hashtag, until
from collectors.instagram_posts import PLATFORM as PLATFORM
from collectors.instagram_posts import Node
from collectors.parts import placed
from collectors.told import moment, native, number, rows
from core.deployment import Deployment, OfficialAccount
from core.errors import PlatformProblem
from core.post import Kind, Post
from core.settings import Settings
from store.base import Gap

EVERY = {
    "media": 15,
    "comments": 5,
    "tags": 15,
    "mentions": 5,
    "account": 360,
    "insights": 1440,
}  # what → minutes, of an account we are connected to
BRANCH_EVERY, HASHTAG_EVERY, WEB_EVERY = 360, 60, 720
HASHTAGS = 30  # that may be asked for in a week
REREAD = ("media", "comments", "tags")  # read again every night and compared
SIZE = "id,username,name,followers_count,follows_count,media_count"
FIGURES = "views"
WANTED = ("instagram_basic", "instagram_manage_comments", "instagram_manage_insights")


def sources(deployment: Deployment) -> list[Source]:
    """Six questions for each account we are connected to (it has an id), one for each other branch, one for each watched hashtag.

    Where we are connected to none, the others can only be read as a person would, which waits for an opt-in.
    """
    ours = [account for account in deployment.accounts if account.platform == PLATFORM]
    connected = [account for account in ours if account.id]
    found = [_of(account, what, minutes) for account in connected for what, minutes in EVERY.items()]
    if not connected:
        found += [_of(account, "web", WEB_EVERY) for account in ours]
    else:
        found += [_through(connected[0], account) for account in ours if not account.id]
        found += [
            Source(id=f"instagram.hashtag.{tag.lstrip('#')}", platform=PLATFORM, what="hashtag", query=tag.lstrip("#"),
                   native_id=connected[0].id, keys=connected[0].keys, every_minutes=HASHTAG_EVERY)
            for tag in deployment.watch.hashtags[:HASHTAGS]
        ]  # fmt: skip
    return found


def _of(account: OfficialAccount, what: str, minutes: int) -> Source:
    return Source(
        id=f"instagram.{what}.{account.handle}", platform=PLATFORM, what=what, account=account.key, handle=account.handle,
        native_id=account.id, keys=account.keys, every_minutes=account.every_minutes or minutes, rereadable=what in REREAD,
    )  # fmt: skip


def _through(connected: OfficialAccount, branch: OfficialAccount) -> Source:
    """A branch we are not connected to, seen through an account we are connected to."""
    return Source(
        id=f"instagram.discovery.{branch.handle}", platform=PLATFORM, what="discovery", account=branch.key, handle=branch.handle,
        native_id=connected.id, query=branch.handle, keys=connected.keys, every_minutes=branch.every_minutes or BRANCH_EVERY,
    )  # fmt: skip


class Client(msgspec.Struct, frozen=True):
    """The Graph's client, and the session of a person for the opt-in second source; at least one of them."""

    graph: graph.Client | None
    person: str | None = None


def client(settings: Settings) -> Client:
    """What the settings allow us to ask with. Raises CredentialMissing."""
    person = settings.credential("INSTALOADER_SESSION")
    if person and not settings.credential("INSTAGRAM_TOKEN"):
        return Client(None, person)
    return Client(graph.client(settings, PLATFORM, "INSTAGRAM_TOKEN"), person)


def _graph(client: Client, source: str) -> graph.Client:
    if client.graph is None:
        says = f"{source}: waits for SADA_INSTAGRAM_TOKEN in the environment or .env; how to get it: docs/credentials.md#instagram"
        raise PlatformProblem("no credential", says, "credential")
    return client.graph


def ask(client: Client, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    """Answers to one of the questions of `sources`. The cursor is the newest time seen."""
    if source.what == "mentions":
        told, asked = context(source, now), _graph(client, source.id)
        yield from mentions.ask(asked.folder, source, cursor, lambda value: graph.or_nothing(_mention(asked, value, told)))
        return
    before = moment(cursor)
    since = before - OVERLAP if before else None
    try:
        for answer in _answers(client, source, since, context(source, now)):
            before = max(filter(None, [before, *(p.created_at for p in answer.posts if p.created_at <= now)]), default=None)
            yield msgspec.structs.replace(answer, cursor=before.isoformat() if before else None)
    except graph.Repeated:
        gap = Gap(since=since or now - WATCHED, until=now, cause="the platform sent the same page again; what follows it is unseen")
        yield Answer(gap=gap)
        raise table.problem(PLATFORM, now, code="repeated-page") from None


def _answers(whole: Client, source: Source, since: datetime | None, told: Context) -> Iterator[Answer]:
    if source.what == "web":
        yield from instagram_loader.ask(whole.person, source, since, told)
        return
    client, account = _graph(whole, source.id), source.native_id or source.handle
    if source.what == "account":
        yield translate(graph.get(client, f"{account}", {"fields": SIZE}, told.now), told)
    elif source.what == "insights":
        args = {"metric": FIGURES, "period": "day", "metric_type": "total_value"}
        yield translate(graph.get(client, f"{account}/insights", args, told.now), told)
    elif source.what == "discovery":
        fields = f"business_discovery.username({source.query}){{{SIZE},media.limit(25){{{OTHERS_MEDIUM}}}}}"
        seen = msgspec.structs.replace(told, native_id=None)  # the number is that of the account we look through
        yield translate(graph.get(client, f"{account}", {"fields": fields}, told.now), seen)
    elif source.what == "comments":
        yield from comments(client, f"{account}/media", since, told)
    elif source.what == "hashtag":
        yield from hashtag(client, source, since, told)
    else:
        fields = MEDIUM if source.what == "media" else f"{OTHERS_MEDIUM},username"
        yield from until(client, f"{account}/{source.what}", {"fields": fields, "limit": 50}, since, told)


def _mention(client: graph.Client, value: Node, told: Context) -> Iterator[Answer]:
    """The comment or caption that a webhook said mentions the account."""
    medium, comment = native(value.get("media_id")), native(value.get("comment_id"))
    if comment:
        fields = f"mentioned_comment.comment_id({comment}){{id,text,timestamp,username,like_count,media{{id}}}}"
    elif medium:
        fields = f"mentioned_media.media_id({medium}){{{OTHERS_MEDIUM},username}}"
    else:
        return
    yield translate(graph.get(client, f"{told.native_id}", {"fields": fields}, told.now), told)


def refresh(client: Client, source: Source, posts: Sequence[Post], now: datetime) -> Iterator[Answer]:
    """Own media and comments as they stand now, with the newest comments below the media; what cannot be seen any more is `missing`.

    Media of others, and of branches we are not connected to, cannot be asked for by id, so their absence says nothing.
    """
    if not source.native_id:
        return
    told, asked = context(source, now), _graph(client, source.id)
    ours = [post for post in posts if (post.kind == Kind.OWN or post.parent_id) and re.fullmatch(r"instagram:\d+", post.id)]
    media = [p.id.removeprefix("instagram:") for p in ours if p.parent_id is None]
    comments = [p.id.removeprefix("instagram:") for p in ours if p.parent_id is not None]
    for ids, fields in ((media, f"{MEDIUM},comments.limit({COMMENTS_TOLD}){{{COMMENT}}}"), (comments, f"{COMMENT},media")):
        for body, gone in graph.proven(asked, graph.again(asked, ids, fields, now), source.native_id, now):
            yield placed(msgspec.structs.replace(translate(body, told), missing=tuple(f"instagram:{id}" for id in gone)), posts)


def check(client: Client, deployment: Deployment, now: datetime) -> Iterator[Finding]:
    """Whether each connected account can be read, what is left of the hour, and what is withheld."""
    ours = [account for account in deployment.accounts if account.platform == PLATFORM]
    if ours and not any(account.id for account in ours):
        then = "connect one to a Facebook page and write its number as id in the deployment file (docs/credentials.md#instagram)"
        yield Finding(what="instagram", state="failed", says="none of the accounts has an id, so nothing can be asked for", then=then)
    if any(account.id for account in ours):
        yield from graph_checks.token(_graph(client, PLATFORM), WANTED, now)
    for account in (account for account in ours if account.id):
        yield from looked_at(account.key, PLATFORM, partial(_account_check, _graph(client, PLATFORM), account, now))


def _account_check(client: graph.Client, account: OfficialAccount, now: datetime) -> Iterator[Finding]:
    told = graph.get(client, f"{account.id}", {"fields": "id,username,media.limit(5){comments_count,comments.limit(1){id}}"}, now)
    used, _ = graph_bodies.usage(client.session.latest.headers, now)
    media = rows(told.get("media"))
    if any((number(m.get("comments_count")) or 0) > 0 for m in media) and not any(rows(m.get("comments")) for m in media):
        then = "ask for instagram_manage_comments (docs/credentials.md#instagram)"
        yield Finding(what=account.key, state="warning", says="comments are counted but withheld", then=then)
        return
    yield Finding(what=account.key, state="ok", says=f"can be read; {100 - used} % of this hour's calls are left")
