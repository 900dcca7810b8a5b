"""What Instagram's Graph API told, as posts: media, comments, replies, mentions, figures, and accounts with their sizes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from collectors.base import Answer, Context
from collectors.parts import sample, together, translated
from collectors.told import moment, native, number, rows, stable_id, table, text
from core.account import Account, AccountSample
from core.post import Author, Kind, Media, Post

Node = dict[str, Any]
PLATFORM = "instagram"
EPOCH_MS = 1_314_220_021_721  # from which Instagram counts the milliseconds in its media numbers (their engineering blog, 2012)
CODE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
LINKED_CODE = re.compile(r"instagram\.com/(?:p|reel|reels|tv)/([\w-]{10,11})(?:/|\?|$)")
SIZE_KEYS = ("followers_count", "follows_count", "media_count", "biography")
MEDIA_KEYS = ("media_type", "caption", "media_url", "permalink", "media_product_type")
OTHERS_EDGES = ("tags", "top_media", "recent_media")  # lists of what others published
EDGES = ("media", "stories", "live_media")
MEDIA_KINDS = {"IMAGE": "photo", "VIDEO": "video", "CAROUSEL_ALBUM": "photo", "REELS": "video", "BROADCAST": "video", "STORY": "photo"}
FIGURES = {"views": "views", "impressions": "views", "plays": "views", "video_views": "views", "likes": "likes", "comments": "replies",
           "shares": "reposts", "saved": "saves"}  # fmt: skip


def instagram_id(value: Any) -> str | None:
    """`instagram:<native id>`, or None where no id was told."""
    id = native(value)
    return f"instagram:{id}" if id else None


def to_answer(node: Node, context: Context, above: str | None = None) -> Answer:
    """What one object brought; a hashtag, a product or a container being published is nobody's message."""
    if told := table(node.get("business_discovery")):
        return together([to_answer(told, context)], returned=1)
    if told := table(node.get("mentioned_media")) or table(node.get("mentioned_comment")):
        return _medium_or_comment(told, context, None, Kind.MENTION)
    if any(key in node for key in SIZE_KEYS):
        return _account(node, context)
    if "period" in node and ("values" in node or "total_value" in node):
        return _figure(node, context)
    if text(node.get("text")) or ("text" in node and "id" in node):
        return comments(node, context, above, above)
    if any(key in node for key in MEDIA_KEYS) or rows(node.get("comments")):
        return _medium_or_comment(node, context, above)
    return _inside(node, context)


def _inside(node: Node, context: Context) -> Answer:
    """Media asked for inside of an account or a hashtag."""
    owner = {"owner": {"id": node.get("id")}, "username": node.get("username")} if "username" in node else {}
    theirs = translated(
        [one for edge in OTHERS_EDGES for one in rows(node.get(edge))], lambda one: _medium_or_comment(one, context, None, Kind.MENTION)
    )
    ours = [{**owner, **one} for edge in EDGES for one in rows(node.get(edge))]
    return together([translated(ours, lambda one: _medium_or_comment(one, context, None)), theirs])


def _medium_or_comment(node: Node, context: Context, above: str | None, kind: Kind | None = None) -> Answer:
    """A picture, film or album with the comments told with it; or a comment with its replies."""
    if "text" in node:
        return comments(node, context, above, above, kind)
    id = instagram_id(node.get("id"))
    itself = (media(node, context, kind),) if any(key in node for key in MEDIA_KEYS) else ()
    below = translated(rows(node.get("comments")), lambda one: comments(one, context, id, id))
    return together([Answer(posts=itself, returned=len(itself)), below])


def media(node: Node, context: Context, kind: Kind | None = None) -> Post:
    """One published picture, film, album or story. Raises ValueError for a time that is none."""
    author, said = _author(node), text(node.get("caption")) or ""
    said.encode()
    created = moment(node.get("timestamp")) or _time_in_code(node) or context.now
    return Post(
        id=instagram_id(node.get("id")) or stable_id(PLATFORM, author.id if author else None, created.isoformat(), said), platform=PLATFORM,
        kind=kind or _kind(author, context), text=said, created_at=created, observed_at=context.now, source=context.source,
        account=context.account, author=author, url=text(node.get("permalink")), media=tuple(_media(node)), likes=number(node.get("like_count")),
        replies=number(node.get("comments_count")), views=number(node.get("view_count")), saves=number(node.get("saved")),
    )  # fmt: skip


def comments(node: Node, context: Context, parent: str | None, conversation: str | None, kind: Kind | None = None) -> Answer:
    """A comment and the replies told with it. `parent` is what it stands under, where the answer's place says so."""
    author, said = _author(node), text(node.get("text")) or ""
    said.encode()
    created = moment(node.get("timestamp")) or moment(node.get("created_time")) or context.now
    under = instagram_id(table(node.get("media")).get("id"))
    answered = instagram_id(node.get("parent_id"))
    conversation = conversation or under
    parent = answered or parent or under
    replies = rows(node.get("replies"))
    post = Post(
        id=instagram_id(node.get("id")) or stable_id(PLATFORM, author.id if author else None, created.isoformat(), said), platform=PLATFORM,
        kind=kind or _comment_kind(author, context, bool(answered) or parent != conversation), text=said, created_at=created,
        observed_at=context.now, source=context.source, account=context.account, author=author, parent_id=parent,
        conversation_id=conversation or parent, likes=number(node.get("like_count")),
    )  # fmt: skip
    below = translated(replies, lambda reply: comments(reply, context, post.id, post.conversation_id or post.id))
    return together([Answer(posts=(post,), returned=1), below])


def _comment_kind(author: Author | None, context: Context, is_reply: bool) -> Kind:
    return Kind.OWN if is_ours(author, context) else Kind.REPLY if is_reply else Kind.COMMENT


def _kind(author: Author | None, context: Context) -> Kind:
    """Own, unless it stands in a list of others' (tags, a hashtag) or says that somebody else wrote it."""
    if is_ours(author, context):
        return Kind.OWN
    if context.what in ("tags", "hashtag") or (author and (context.native_id or context.handle) and context.what != "discovery"):
        return Kind.MENTION
    return Kind.OWN


def is_ours(author: Author | None, context: Context) -> bool:
    """Whether the account asked about wrote it, by its number or its handle."""
    if author is None:
        return False
    by_number = context.native_id is not None and author.id == instagram_id(context.native_id)
    return by_number or (context.handle is not None and author.handle == context.handle)


def _author(node: Node) -> Author | None:
    """Who wrote it. A handle stands for the number where only that is told: it is unique on Instagram."""
    told = table(node.get("from")) or table(node.get("user")) or table(node.get("owner"))
    handle = text(told.get("username")) or text(node.get("username"))
    id = native(told.get("id")) or handle
    return Author(id=instagram_id(id), handle=handle, name=text(told.get("full_name"))) if id else None


def _time_in_code(node: Node) -> datetime | None:
    """When a medium was begun, from its number or the short code in its address: some lists tell no time."""
    code = text(node.get("shortcode")) or next(iter(LINKED_CODE.findall(text(node.get("permalink")) or "")), None)
    if not code or any(letter not in CODE_LETTERS for letter in code):
        return None
    counted = 0
    for letter in code:
        counted = counted * 64 + CODE_LETTERS.index(letter)
    told = datetime.fromtimestamp(((counted >> 23) + EPOCH_MS) / 1000, UTC)
    return told if told.year < 2100 else None


def _media(node: Node) -> Iterator[Media]:
    for part in [child for child in rows(node.get("children")) if "media_type" in child or "media_url" in child] or [node]:
        kind = MEDIA_KINDS.get(str(part.get("media_type")), "photo")
        url = text(part.get("media_url")) or text(part.get("thumbnail_url"))
        if url or part.get("media_type"):
            yield Media(kind=kind, url=url, text=text(part.get("alt_text")))


def _account(node: Node, context: Context) -> Answer:
    """An account and its size, and of a branch its latest media."""
    id, handle = native(node.get("id")), text(node.get("username"))
    if not (id or handle):
        return Answer()
    key = account_key(id, handle, context)
    known = Account(
        id=key, platform=PLATFORM, handle=handle, native_id=id, name=text(node.get("name")),
        url=f"https://www.instagram.com/{handle}/" if handle else None,
    )  # fmt: skip
    sized = AccountSample(
        account=key, at=context.now, followers=number(node.get("followers_count")), following=number(node.get("follows_count")),
        posts=number(node.get("media_count")),
    )  # fmt: skip
    shown = (sized.followers, sized.following, sized.posts) != (None, None, None)
    return together([Answer(accounts=(known,), account_samples=(sized,) if shown else (), returned=1), _inside(node, context)])


def account_key(id: str | None, handle: str | None, context: Context) -> str:
    """The key the deployment knows this account by, where it is the one asked about; else one of its own."""
    asked_about = context.handle == handle if context.handle and handle else context.native_id in (None, id)
    return context.account if context.account and asked_about else f"instagram:{handle or id}"


def _figure(node: Node, context: Context) -> Answer:
    """One figure: over a medium's life a sample of it, by day a sample of the account."""
    field, owner = FIGURES.get(str(node.get("name"))), (native(node.get("id")) or "").split("/")[0]
    values = rows(node.get("values")) or [{"value": table(node.get("total_value")).get("value")}]
    if field is None or not owner:
        return Answer()
    if node.get("period") == "lifetime":
        return Answer(samples=sample(f"instagram:{owner}", context.now, **{field: number(values[0].get("value"))}))
    if field != "views":
        return Answer()
    told = [(moment(row.get("end_time")) or context.now, number(row.get("value"))) for row in values]
    key = account_key(owner, None, context)
    return Answer(account_samples=tuple(AccountSample(account=key, at=at, views=n) for at, n in told if n is not None))
