"""Instagram's lists: media, what is published under a hashtag, and the comments under media with their replies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from collectors import graph, graph_bodies
from collectors.base import Answer, Context, Source
from collectors.instagram_bodies import translate
from collectors.instagram_posts import Node, to_answer
from collectors.parts import translated
from collectors.told import moment, native, number, rows
from collectors.told import table as object_
from core.post import Post
from store.base import Gap

OVERLAP = timedelta(hours=1)
WATCHED = timedelta(days=30)  # media whose comments are read at every pass; older ones are looked at by age
COMMENTS_TOLD = 50  # the most comments of a medium: newest first, and in most versions without a second page
MEDIUM = ("id,ig_id,caption,media_type,media_product_type,media_url,thumbnail_url,permalink,shortcode,timestamp,username,owner,like_count,"
          "comments_count,children{media_type,media_url}")  # fmt: skip
OTHERS_MEDIUM = "id,caption,media_type,media_url,permalink,timestamp,like_count,comments_count"  # all that is told of media of others
COMMENT = "id,text,timestamp,username,from,like_count,parent_id,replies.limit(50){id,text,timestamp,username,from,like_count,parent_id}"


def until(client: graph.Client, path: str, args: dict[str, Any], since: datetime | None, told: Context) -> Iterator[Answer]:
    """Pages of a list that is newest first, until one is wholly older than `since`."""
    for page in graph.pages(client, path, args, told.now):
        answer = translate(page, told)
        yield answer
        if is_older(answer.posts, since):
            return


def is_older(posts: Sequence[Post], since: datetime | None) -> bool:
    return bool(since and posts and all(post.created_at < since for post in posts))


def hashtag(client: graph.Client, source: Source, since: datetime | None, told: Context) -> Iterator[Answer]:
    """Media of the last day under a hashtag; who published them is not told."""
    asked_by = {"user_id": source.native_id}
    found = rows(graph.get(client, "ig_hashtag_search", {**asked_by, "q": source.query}, told.now))
    for tag in found[:1]:
        args = {**asked_by, "fields": OTHERS_MEDIUM, "limit": 50}
        yield from until(client, f"{native(tag.get('id'))}/recent_media", args, since, msgspec.structs.replace(told, native_id=None))


def comments(client: graph.Client, path: str, since: datetime | None, told: Context) -> Iterator[Answer]:
    """The comments under every watched medium."""
    args = {"fields": f"id,timestamp,comments_count,comments.limit({COMMENTS_TOLD}){{{COMMENT}}}", "limit": 25}
    for page in graph.pages(client, path, args, told.now):
        media = rows(page)
        for medium in media:
            yield from graph.or_nothing(_under(client, medium, since, told))
        if media and all((moment(m.get("timestamp")) or told.now) < told.now - WATCHED for m in media):
            return


def _under(client: graph.Client, medium: Node, since: datetime | None, told: Context) -> Iterator[Answer]:
    """What is written under one medium; where no more is told than fifty that are all new, the rest is a gap."""
    id, first = native(medium.get("id")), object_(medium.get("comments"))
    newest = rows(first)
    answer = below(newest, f"{id}", told)
    following = object_(first.get("paging")).get("next")
    more = isinstance(following, str) and not is_older(answer.posts, since)
    yield answer if more else msgspec.structs.replace(answer, gap=_gap(medium, newest, answer, since))
    if more and isinstance(following, str):
        path, args = graph_bodies.follow(following)
        for page in graph.pages(client, path, args, told.now):
            answer = below(rows(page), f"{id}", told)
            yield answer
            if is_older(answer.posts, since):
                return


def below(comments: Sequence[Node], medium: str, told: Context) -> Answer:
    """Comments and their replies as they stand under the medium `medium` (a native id)."""
    return translated(comments, lambda comment: to_answer(comment, told, f"instagram:{medium}"))


def _gap(medium: Node, shown: Sequence[Node], answer: Answer, since: datetime | None) -> Gap | None:
    """What was written before the oldest of fifty comments that are all new; none where all were told."""
    top = [p.created_at for p in answer.posts if p.parent_id == p.conversation_id]
    since = since + OVERLAP if since else None  # what was read before is no gap
    counted = number(medium.get("comments_count"))
    if len(shown) < COMMENTS_TOLD or not top or (since and min(top) < since) or (since is None and (counted or 0) <= len(answer.posts)):
        return None
    begun = since or moment(medium.get("timestamp")) or min(top)
    return Gap(since=min(begun, min(top)), until=min(top), cause="the platform tells the newest 50 comments only, and all of them were new")
