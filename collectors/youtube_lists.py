"""YouTube's lists: uploads, comments with every reply, searches, live chats; and posts looked at again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from collectors import table
from collectors.base import Answer, Context, Source
from collectors.parts import together, translated
from collectors.told import native, number, rows
from collectors.told import table as object_
from collectors.youtube_asking import get, pages
from collectors.youtube_bodies import translate
from collectors.youtube_posts import PLATFORM, Node, chat, comment
from core.errors import PlatformProblem
from core.page import in_parts
from core.post import Kind, Post

if TYPE_CHECKING:
    from googleapiclient.discovery import Resource

AT_ONCE = 50  # ids in one question
COMMENTS = 100  # the maximum of commentThreads.list and comments.list
MESSAGES = 2000  # the maximum of liveChatMessages.list
OVERLAP = timedelta(hours=1)  # read again at every pass, for what appears late
FIRST_SEARCH = timedelta(days=7)
SEARCH_PAGES = 3  # of one search: the day has 100 in all
VIDEO = "snippet,statistics"


def channel(source: Source) -> dict[str, str]:
    """How the channel is named in a question: by its id, else by its handle."""
    return {"id": source.native_id} if source.native_id else {"forHandle": f"{source.handle}"}


def uploads(api: Resource, source: Source, since: datetime | None, told: Context) -> Iterator[Answer]:
    """Every upload since then with its counts: the list of uploads for the ids, the videos for their words and numbers."""
    since = since - OVERLAP if since else None
    asked = {"part": "snippet,contentDetails", "playlistId": uploads_list(api, source, told), "maxResults": AT_ONCE}
    for page in pages(api.playlistItems(), told.now, **asked):
        listed = translate(page, told)
        answer = together([msgspec.structs.replace(listed, posts=(), returned=0), *videos(api, [_id(p) for p in listed.posts], told)])
        yield answer
        if _is_older(listed.posts, since):
            return


def uploads_list(api: Resource, source: Source, told: Context) -> str:
    if source.native_id and source.native_id.startswith("UC"):
        return "UU" + source.native_id[2:]
    body = get(api.channels().list(part="contentDetails", **channel(source)), told.now)
    lists = (object_(object_(row.get("contentDetails")).get("relatedPlaylists")).get("uploads") for row in rows(body.get("items")))
    found = next((id for id in lists if isinstance(id, str)), None)
    if found is None:
        raise table.problem(PLATFORM, told.now, code="channelNotFound")
    return found


def videos(api: Resource, ids: Sequence[str], told: Context) -> Iterator[Answer]:
    """Videos by id; a deleted one is simply not among the answers."""
    for some in in_parts(ids, AT_ONCE):
        answer = translate(get(api.videos().list(part=VIDEO, id=",".join(some)), told.now), told)
        there = {post.id for post in answer.posts}
        yield msgspec.structs.replace(answer, missing=tuple(f"youtube:{id}" for id in some if f"youtube:{id}" not in there), next=None)


def comments(api: Resource, source: Source, since: datetime | None, told: Context) -> Iterator[Answer]:
    """Comments under all of the channel's videos, newest first, each with all its replies."""
    since = since - OVERLAP if since else None
    asked = {"part": "snippet,replies", "order": "time", "textFormat": "plainText", "maxResults": COMMENTS}
    for page in pages(api.commentThreads(), told.now, allThreadsRelatedToChannelId=_channel_id(api, source, told), **asked):
        answer = together([translate(page, told), *(a for node in rows(page.get("items")) for a in _rest_of(api, node, told))])
        yield answer
        if _is_older([p for p in answer.posts if p.kind != Kind.REPLY], since):
            return


def _channel_id(api: Resource, source: Source, told: Context) -> str:
    if source.native_id:
        return source.native_id
    uploads = uploads_list(api, source, told)
    return "UC" + uploads[2:]


def _rest_of(api: Resource, node: Node, told: Context) -> Iterator[Answer]:
    """All replies of a thread that told only some of them."""
    snippet, shown = object_(node.get("snippet")), rows(object_(node.get("replies")).get("comments"))
    id, video = native(node.get("id")), native(snippet.get("videoId"))
    if not id or (number(snippet.get("totalReplyCount")) or 0) <= len(shown):
        return
    yield from _replies(api, id, f"youtube:{video}" if video else None, told)


def _replies(api: Resource, id: str, video: str | None, told: Context) -> Iterator[Answer]:
    """Every reply of a thread; of one that was deleted meanwhile, none."""
    try:
        yield from _all_replies(api, id, video, told)
    except PlatformProblem as trouble:
        if trouble.then != "skip":
            raise


def _all_replies(api: Resource, id: str, video: str | None, told: Context) -> Iterator[Answer]:
    for page in pages(api.comments(), told.now, part="snippet", parentId=id, textFormat="plainText", maxResults=COMMENTS):
        answer = translated(rows(page.get("items")), lambda reply: comment(reply, told, video, None, f"youtube:{id}"))
        yield msgspec.structs.replace(answer, spend=1)


def search(api: Resource, source: Source, since: datetime | None, told: Context) -> Iterator[Answer]:
    """Videos that match the watched words, newest first, with their whole words: a search tells only the beginnings."""
    after = (since - OVERLAP if since else told.now - FIRST_SEARCH).strftime("%Y-%m-%dT%H:%M:%SZ")
    asked = {"part": "snippet", "q": source.query, "type": "video", "order": "date", "publishedAfter": after, "maxResults": AT_ONCE}
    for page in pages(api.search(), told.now, SEARCH_PAGES, **asked):
        ids = [_id(p) for p in translate(page, told).posts]
        answer = together(videos(api, ids, told))
        yield msgspec.structs.replace(answer, missing=(), spend=answer.spend + 1)


def live(api: Resource, source: Source, cursor: str | None, told: Context) -> Iterator[Answer]:
    """What was written in the chats of broadcasts that are on now. The cursor holds where each chat was read to."""
    places, kept = _places(cursor), {}
    on_air = _on_air(api, source, told)
    yield Answer(spend=2)
    for chat_id, video in on_air.items():
        answer = _chat(api, chat_id, video, places.get(chat_id), told)
        if at := answer.next or places.get(chat_id):
            kept[chat_id] = at
        yield msgspec.structs.replace(answer, next=None)
    yield Answer(cursor=json.dumps(kept, sort_keys=True) if kept or cursor else None)


def _on_air(api: Resource, source: Source, told: Context) -> dict[str, str]:
    """The chats that are on now, with their videos: looked for among the latest uploads, since a search would cost a hundred times more."""
    listed = get(api.playlistItems().list(part="contentDetails", playlistId=uploads_list(api, source, told), maxResults=AT_ONCE), told.now)
    ids = [id for row in rows(listed.get("items")) if (id := native(object_(row.get("contentDetails")).get("videoId")))]
    if not ids:
        return {}
    body = get(api.videos().list(part="liveStreamingDetails", id=",".join(ids)), told.now)
    found = ((object_(row.get("liveStreamingDetails")).get("activeLiveChatId"), row.get("id")) for row in rows(body.get("items")))
    return {chat_id: video for chat_id, video in found if isinstance(chat_id, str) and isinstance(video, str)}


def _chat(api: Resource, chat_id: str, video: str, place: str | None, told: Context) -> Answer:
    """One page of a chat from where it was read to: YouTube forbids to ask again at once. A chat that has just ended brings nothing."""
    asked = {"liveChatId": chat_id, "part": "id,snippet,authorDetails", "maxResults": MESSAGES, "pageToken": place}
    try:
        page = get(api.liveChatMessages().list(**asked), told.now)
    except PlatformProblem as trouble:
        if trouble.then != "skip":
            raise
        return Answer(spend=1)
    answer = translated(rows(page.get("items")), lambda node: chat(node, told, f"youtube:{video}"))
    return msgspec.structs.replace(answer, spend=1, next=native(page.get("nextPageToken")))


def _places(cursor: str | None) -> dict[str, str]:
    try:
        return msgspec.json.decode(cursor or "{}", type=dict[str, str])
    except msgspec.DecodeError:
        return {}


def written(api: Resource, posts: Sequence[Post], told: Context) -> Iterator[Answer]:
    """Comments looked at again, fifty at a time."""
    for some in in_parts(posts, AT_ONCE):
        yield _written(api, some, told)


def _written(api: Resource, posts: Sequence[Post], told: Context) -> Answer:
    """Comments by id; those with replies are then asked for them."""
    known = {_id(post): post for post in posts}
    threads = [id for id, post in known.items() if "." not in id]  # a reply's id is its thread's, a dot and its own
    bodies = []
    if threads:
        asked = {"part": "snippet,replies", "id": ",".join(threads), "textFormat": "plainText"}
        bodies.append(get(api.commentThreads().list(**asked), told.now))
    if replies := [id for id in known if "." in id]:
        bodies.append(get(api.comments().list(part="snippet", id=",".join(replies), textFormat="plainText"), told.now))
    found = [translate(body, told) for body in bodies]
    found += [a for body in bodies for node in rows(body.get("items")) for a in _rest_of(api, node, told)]
    answer = together(found)
    there = {post.id for post in answer.posts}
    placed = tuple(_placed(post, known.get(_id(post))) for post in answer.posts)
    return msgspec.structs.replace(answer, posts=placed, missing=tuple(p.id for p in posts if p.id not in there))


def _placed(post: Post, known: Post | None) -> Post:
    """A reply asked for by its id comes without its video: it stays where we knew it."""
    if known is None:
        return post
    return msgspec.structs.replace(post, conversation_id=known.conversation_id, url=known.url, account=known.account, source=known.source)


def _id(post: Post) -> str:
    return post.id.removeprefix("youtube:")


def _is_older(posts: Sequence[Post], since: datetime | None) -> bool:
    return bool(since and posts and all(post.created_at < since for post in posts))
