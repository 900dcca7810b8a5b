"""Facebook pages through the Graph API: posts, visitors' posts, tags, comments, reviews, followers; and what the page's webhook tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from collectors import facebook_webhooks, graph, graph_bodies, graph_checks, mentions, table
from collectors.base import Answer, Context, Finding, Source, context
from collectors.crowdtangle import is_crowdtangle
from collectors.crowdtangle import to_answer as from_crowdtangle
from collectors.facebook_pages import insight
from collectors.facebook_posts import Node, to_answer, with_left_over
from collectors.findings import looked_at
from collectors.parts import placed, refused, together, translated, with_strays
from collectors.told import moment, native, number, rows
from collectors.told import table as object_
from core.deployment import Deployment
from core.errors import PlatformProblem
from core.post import Kind, Post
from core.settings import Settings
from store.base import Gap

PLATFORM = "facebook"
EVERY = {"feed": 5, "comments": 5, "tagged": 15, "mentions": 5, "ratings": 60, "account": 360, "insights": 1440}  # what → minutes
REREAD = ("feed", "comments", "tagged")  # read again every night and compared
OVERLAP = timedelta(hours=1)  # asked again at every pass, for posts that appear late
WATCHED = timedelta(days=30)  # posts whose comments are read at every pass; older ones are looked at by age (Refreshes)
PAGE = 100  # the edges' maximum
COUNTED = "reactions.limit(0).summary(total_count)"
ATTACHED = "media_type,type,title,description,url,unshimmed_url,media,subattachments"
COMMENT = f"id,created_time,message,from,parent{{id}},permalink_url,like_count,comment_count,attachment{{{ATTACHED}}}"
COMMENTS = f"comments.filter(stream).order(reverse_chronological).limit({PAGE}).summary(total_count){{{COMMENT}}}"
POST = (f"id,created_time,message,story,from,status_type,permalink_url,parent_id,shares,place,attachments{{{ATTACHED}}},"
        f"{COUNTED},comments.limit(0).summary(total_count)")  # fmt: skip
REVIEW = "created_time,reviewer,review_text,recommendation_type,rating,has_review,open_graph_story{id,message,start_time,data}"
WANTED = ("pages_read_engagement", "pages_read_user_content", "read_insights")
FIGURES = ("page_follows", "page_media_view")  # each asked alone: the platform takes figures away without notice


def sources(deployment: Deployment) -> list[Source]:
    """Seven questions for each page."""
    return [
        Source(id=f"facebook.{what}.{account.handle}", platform=PLATFORM, what=what, account=account.key, handle=account.handle,
               native_id=account.id, keys=account.keys, every_minutes=account.every_minutes or minutes, rereadable=what in REREAD)
        for account in deployment.accounts if account.platform == PLATFORM for what, minutes in EVERY.items()
    ]  # fmt: skip


def client(settings: Settings) -> graph.Client:
    """The Graph's client for a page token. Raises CredentialMissing."""
    return graph.client(settings, PLATFORM, "FACEBOOK_TOKEN")


def problem(status: int, headers: Mapping[str, str], body: Any, now: datetime) -> PlatformProblem:
    """What an error answer of the Graph means."""
    return graph_bodies.problem(PLATFORM, status, headers, body, now)


def ask(client: graph.Client, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    """Answers to one of the questions in EVERY. The cursor is a time: the Graph's own cursors die with the posts they name."""
    if source.what == "mentions":
        told = context(source, now)
        yield from mentions.ask(client.folder, source, cursor, lambda value: graph.or_nothing(_mention(client, value, told)))
        return
    before = moment(cursor)
    since = before - OVERLAP if before else None
    try:
        for answer in _answers(client, source, since, now):
            newest = max((p.created_at for p in answer.posts if p.created_at <= now), default=before)
            before = max(filter(None, (newest, before)), default=None)
            yield msgspec.structs.replace(answer, cursor=before.isoformat() if before else None)
    except graph.Repeated:
        gap = Gap(since=since or now - WATCHED, until=now, cause="the platform sent the same page again; what follows it is unseen")
        yield Answer(gap=gap)
        raise table.problem(PLATFORM, now, code="repeated-page") from None


def _answers(client: graph.Client, source: Source, since: datetime | None, now: datetime) -> Iterator[Answer]:
    page, told = source.native_id or source.handle, context(source, now)
    from_then = {"since": int(since.timestamp())} if since else {}
    if source.what == "account":
        yield translate(graph.get(client, f"{page}", {"fields": "id,name,username,link,fan_count,followers_count"}, now), told)
    elif source.what == "insights":
        days = {"period": "day", "since": int((now - timedelta(days=2)).timestamp()), "until": int(now.timestamp())}
        for figure in FIGURES:
            yield from graph.or_nothing(_figure(client, f"{page}/insights", {"metric": figure, **days}, told), ("skip", "stop"))
    elif source.what == "comments":
        yield from _comments(client, f"{page}/feed", told, since, now)
    elif source.what == "ratings":
        yield from _until(client, f"{page}/ratings", {"fields": REVIEW, "limit": PAGE}, told, since)
    else:
        yield from _edge(client, f"{page}/{source.what}", {"fields": POST, "limit": PAGE, **from_then}, told, since)


def _mention(client: graph.Client, value: Node, told: Context) -> Iterator[Answer]:
    """The post or comment that a webhook said mentions the page."""
    comment, post = native(value.get("comment_id")), native(value.get("post_id"))
    if comment or post:
        yield translate(graph.get(client, comment or f"{post}", {"fields": COMMENT if comment else POST}, told.now), told)


def _figure(client: graph.Client, path: str, args: dict[str, Any], told: Context) -> Iterator[Answer]:
    yield translate(graph.get(client, path, args, told.now), told)


def _edge(client: graph.Client, path: str, args: dict[str, Any], told: Context, since: datetime | None) -> Iterator[Answer]:
    brought = 0
    for page in graph.pages(client, path, args, told.now):
        answer = translate(page, told)
        brought += answer.returned
        yield answer
    if not brought and since is None and path.endswith("/feed"):
        cause = "the page's list came empty, as it does for a user's token: use the page's own token"
        yield Answer(gap=Gap(since=told.now - WATCHED, until=told.now, cause=cause))


def _until(client: graph.Client, path: str, args: dict[str, Any], told: Context, since: datetime | None) -> Iterator[Answer]:
    """Pages of a list that is newest first and cannot be asked from a time on: until one is wholly older than that."""
    for page in graph.pages(client, path, args, told.now):
        answer = translate(page, told)
        yield answer
        if _is_older(answer, since):
            return


def _is_older(answer: Answer, since: datetime | None) -> bool:
    return bool(since and answer.posts and all(p.created_at < since for p in answer.posts))


def _comments(client: graph.Client, path: str, told: Context, since: datetime | None, now: datetime) -> Iterator[Answer]:
    """The comments under every watched post, replies among them: the first of each post with the list, the rest post by post."""
    args = {"fields": f"id,created_time,{COMMENTS}", "limit": 25, "since": int((now - WATCHED).timestamp())}
    for page in graph.pages(client, path, args, now):
        for post in rows(page):
            yield from graph.or_nothing(_under(client, post, told, since))


def _under(client: graph.Client, post: Node, told: Context, since: datetime | None) -> Iterator[Answer]:
    id, first = native(post.get("id")), object_(post.get("comments"))
    answer = below(rows(first), f"{id}", told)
    yield answer
    following = object_(first.get("paging")).get("next")
    if id and isinstance(following, str) and not _is_older(answer, since):
        path, args = graph_bodies.follow(following)
        for page in graph.pages(client, path, args, told.now):
            answer = below(rows(page), id, told)
            yield answer
            if _is_older(answer, since):
                return


def below(comments: Sequence[Node], post: str, told: Context) -> Answer:
    """Comments and replies as they stand under the post `post` (a native id)."""
    above = f"facebook:{post}"
    return translated(comments, lambda comment: to_answer(comment, told, above, above))


def refresh(client: graph.Client, source: Source, posts: Sequence[Post], now: datetime) -> Iterator[Answer]:
    """Numbers and latest comments of posts as they stand now; what cannot be seen any more is `missing`.

    Only posts on the page and comments under them are looked at: others' own posts cannot be asked for by id, so their absence says nothing.
    """
    if not (source.native_id or source.handle):
        return
    told, ids = context(source, now), [post.id.removeprefix("facebook:") for post in posts if _on_page(post, source)]
    fields = f"id,created_time,message,from,{COUNTED},{COMMENTS}"
    for body, gone in graph.proven(client, graph.again(client, ids, fields, now), f"{source.native_id or source.handle}", now):
        yield placed(msgspec.structs.replace(translate(body, told), missing=tuple(f"facebook:{id}" for id in gone)), posts)


def _on_page(post: Post, source: Source) -> bool:
    ours = post.kind == Kind.OWN or post.parent_id is not None or post.id.startswith(f"facebook:{source.native_id}_")
    return ours and re.fullmatch(r"facebook:\d+(_\d+)+", post.id) is not None  # not an id of our own making


def check(client: graph.Client, deployment: Deployment, now: datetime) -> Iterator[Finding]:
    """Whose token it is, what is left of the hour, and whether every page of the deployment can be read with it."""
    me = graph.get(client, "me", {"fields": "id,name"}, now)
    used, _ = graph_bodies.usage(client.session.latest.headers, now)
    yield Finding(what="facebook", state="ok", says=f"the token is accepted; {100 - used} % of this hour's calls are left")
    yield from graph_checks.token(client, WANTED, now)
    for account in (a for a in deployment.accounts if a.platform == PLATFORM):
        yield from looked_at(account.key, PLATFORM, partial(_page_check, client, account.handle, account.id, native(me.get("id")), now))


def _page_check(client: graph.Client, handle: str, id: str | None, me: str | None, now: datetime) -> Iterator[Finding]:
    what = f"facebook:{handle}"
    page = graph.get(client, id or handle, {"fields": "id,feed.limit(5){id,comments.limit(1).summary(total_count)}"}, now)
    posts = rows(page.get("feed"))
    if native(page.get("id")) != me:
        then = "use the page's own token (docs/credentials.md#facebook): a user's token gets empty lists instead of an error"
        yield Finding(what=what, state="warning", says="the token belongs to somebody else than this page", then=then)
    elif not posts:
        then = "ask for pages_read_engagement and pages_read_user_content (docs/credentials.md#facebook)"
        yield Finding(what=what, state="warning", says="the page's list of posts comes empty", then=then)
    elif _are_withheld([object_(post.get("comments")) for post in posts]):
        then = "ask for pages_read_user_content (docs/credentials.md#facebook)"
        yield Finding(what=what, state="warning", says="comments are counted but withheld", then=then)
    else:
        yield Finding(what=what, state="ok", says="the page's posts and comments can be read")


def _are_withheld(comments: Sequence[Node]) -> bool:
    counted = any((number(object_(some.get("summary")).get("total_count")) or 0) > 0 for some in comments)
    return counted and not any(rows(some) for some in comments)


def translate(body: Any, context: Context) -> Answer:
    """Any answer of the Graph, a webhook's delivery, a batch, or an export in an older form. Raises PlatformProblem for an error."""
    if facebook_webhooks.is_webhook(body):
        return facebook_webhooks.translate(body, context)
    if graph_bodies.is_error(body):
        raise graph_bodies.problem(PLATFORM, 0, {}, body, context.now)
    if is_crowdtangle(body):
        return from_crowdtangle(body, context)
    above = f"facebook:{parent}" if (parent := graph_bodies.asked_under(context.path, "comments")) else None
    answer = with_strays(translated(graph_bodies.objects(body), lambda node: _one(node, context, above)), body, object_(body).get("data"))
    return msgspec.structs.replace(answer, next=graph_bodies.next_place(body))


def _one(node: Node, context: Context, above: str | None) -> Answer:
    if "body" in node and "code" in node:  # one answer of a batch
        return _of_batch(node, context)
    if "period" in node and "values" in node:
        return insight(node, context)
    if above:
        return below([node], above.removeprefix("facebook:"), context)
    return together([with_left_over(to_answer(node, context), node, context)], returned=1)


def _of_batch(node: Node, context: Context) -> Answer:
    try:
        return translate(msgspec.json.decode(str(node["body"])), context)
    except PlatformProblem as trouble:
        return refused(trouble.says, lost=False)
