"""Facebook's objects as ours: posts, photos, videos, comments, reviews, direct messages. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from collectors.base import Answer, Context
from collectors.facebook_media import media
from collectors.facebook_pages import account
from collectors.parts import sample, together, translated
from collectors.told import first_told, moment, native, number, rows, stable_id, table, text
from core.post import Author, Kind, Post

Node = dict[str, Any]
COMMENT_LINK = re.compile(r"facebook\.com/(\d+)/posts/(\d+)/?\?comment_id=(\d+)(?:&reply_comment_id=(\d+))?")
COMMENT_KEYS = ("like_count", "comment_count", "can_remove", "can_hide", "user_likes", "parent")
PAGE_KEYS = ("fan_count", "followers_count", "engagement", "verification_status", "overall_star_rating")
MESSAGE_KEYS = ("message", "story", "title", "description", "created_time", "creation_time", "publish_time")
EDGES = ("feed", "posts", "published_posts", "visitor_posts", "promotable_posts", "tagged", "photos", "videos", "live_videos", "ratings",
         "conversations", "sharedposts")  # fmt: skip
REVIEW_KEYS = ("open_graph_story", "recommendation_type", "has_review", "review_text")
VIEWS = ("post_media_view", "post_impressions", "post_video_views", "total_video_views", "video_views")  # newest name first


def facebook_id(value: Any) -> str | None:
    """`facebook:<native id>`, or None where no id was told."""
    id = native(value)
    return f"facebook:{id}" if id else None


def to_answer(node: Node, context: Context, parent: str | None = None, conversation: str | None = None) -> Answer:
    """What one object of the Graph brought, and what was asked for inside of it: a page's posts, a conversation's messages."""
    inside = [to_answer(row, context) for edge in EDGES for row in rows(node.get(edge))]
    messages = tuple(message(row, node, context) for row in rows(node.get("messages")))
    itself = _itself(node, context, parent, conversation)
    return together([itself, Answer(posts=messages), *inside], returned=1) if inside or messages else itself


def with_left_over(answer: Answer, node: Node, context: Context) -> Answer:
    """`answer`, and every message inside of `node` that stands in a place we do not know: better a post too many than words lost."""
    if answer.refused:
        return answer  # what was refused would be found again
    said = "\n".join(post.text for post in answer.posts)
    found = [inner for inner in _speaking(node) if inner["message"] not in said]
    return together([answer, translated(found, lambda inner: Answer(posts=(to_post(inner, context),)))]) if found else answer


def _speaking(value: Any) -> Iterator[Node]:
    """Every object with a message of its own, however deep; errors speak too, but nobody wrote them."""
    if isinstance(value, dict):
        if text(value.get("message")) and "code" not in value:
            yield value
        value = [inner for key, inner in value.items() if key != "error"]
    if isinstance(value, list):
        for inner in value:
            yield from _speaking(inner)


def _itself(node: Node, context: Context, parent: str | None, conversation: str | None) -> Answer:
    """A post with its comments, a page with its size, or numbers of a post known already."""
    if any(key in node for key in REVIEW_KEYS) or node.get("type") == "places.rates":
        return _review(node, context)
    if _is_account(node):
        return account(node, context)
    if "member_count" in node:
        return Answer()  # a group describes itself
    if text(node.get("message")) or ("id" in node and any(node.get(key) is not None for key in MESSAGE_KEYS)):
        return with_comments(node, context, parent, conversation)
    return _numbers_only(node, context)


def _is_account(node: Node) -> bool:
    sized = any(key in node for key in PAGE_KEYS) or "category_list" in node
    return sized and "message" not in node and "created_time" not in node


def with_comments(node: Node, context: Context, parent: str | None = None, conversation: str | None = None) -> Answer:
    """The post or comment that `node` is, and the comments told with it, each under its parent."""
    post = to_post(node, context, parent, conversation)
    return together([Answer(posts=(post,), returned=1), _below(rows(node.get("comments")), post, context)])


def _below(comments: list[Node], post: Post, context: Context) -> Answer:
    return translated(comments, lambda comment: with_comments(comment, context, post.id, post.conversation_id or post.id))


def to_post(node: Node, context: Context, parent: str | None = None, conversation: str | None = None) -> Post:
    """One post, photo, video, event or comment. Raises ValueError for a time that is none."""
    linked = _linked_parent(node)
    parent = facebook_id(table(node.get("parent")).get("id")) or parent or linked[0]
    conversation = conversation or linked[1] or parent
    author, said, created = _author(node), _said(node), _created(node, context)
    return Post(
        id=facebook_id(node.get("id")) or stable_id("facebook", author.id if author else None, created.isoformat(), said), platform="facebook",
        kind=_kind(node, author, (parent, conversation), context), text=said, created_at=created, observed_at=context.now, source=context.source,
        account=context.account, author=author, url=text(node.get("permalink_url")) or text(node.get("postUrl")),
        parent_id=parent or facebook_id(node.get("parent_id")), conversation_id=conversation, media=tuple(media(node, said)),
        place_told=_place(node), **numbers(node),
    )  # fmt: skip


def numbers(node: Node) -> dict[str, int | None]:
    """Likes (all reactions where told), replies, reposts and views; None where Facebook said nothing, 0 where it said nobody."""
    return {
        "likes": first_told(_count(node.get("reactions")), _count(node.get("likes")), number(node.get("like_count"))),
        "replies": first_told(_count(node.get("comments")), number(node.get("comment_count"))),
        "reposts": _count(node.get("shares")),
        "views": first_told(number(node.get("views")), number(node.get("live_views")), _insight(node, VIEWS)),
    }


def _count(told: Any) -> int | None:
    """A total in any of its forms: {"summary": {"total_count"}}, {"total_count"}, {"count"}, or the number itself. A list's length is none."""
    if not isinstance(told, dict):
        return number(told)
    summary = table(told.get("summary"))
    return first_told(number(summary.get("total_count")), number(told.get("total_count")), number(told.get("count")))


def _insight(node: Node, names: tuple[str, ...]) -> int | None:
    told = {row.get("name"): row for row in [*rows(node.get("insights")), *rows(node.get("video_insights"))]}
    return first_told(*(number(row.get("value")) for name in names for row in rows(table(told.get(name)).get("values"))))


def _said(node: Node) -> str:
    """The author's own words: the message, else a title with its description, else the sentence Facebook wrote."""
    for value in (node.get("message"), _titled(node), node.get("story")):
        if said := text(value):
            said.encode()
            return said
    return ""


def _titled(node: Node) -> str:
    """A video's, event's or photo's words. What a shared link says of itself is not the author's."""
    if text(node.get("link")) and node.get("type") in ("link", "status", "photo"):
        return ""
    title = text(node.get("title")) or text(node.get("name")) or ""
    described = text(node.get("description")) or ""
    return described if described.startswith(title) else "\n\n".join(filter(None, (title, described)))


def _created(node: Node, context: Context) -> Any:
    told = (node.get(key) for key in ("created_time", "creation_time", "publish_time", "updated_time"))
    return next((read for value in told if (read := moment(value))), context.now)


def _author(node: Node) -> Author | None:
    told = table(node.get("from")) or table(node.get("reviewer")) or table(node.get("owner"))
    if not told:
        return None
    return Author(id=facebook_id(told.get("id")), handle=text(told.get("username")), name=text(told.get("name")))


def _linked_parent(node: Node) -> tuple[str | None, str | None]:
    """(parent, conversation) that a comment's own address names, where it names page, post and comment."""
    found = COMMENT_LINK.search(text(node.get("permalink_url")) or "")
    if not found:
        return None, None
    page, post, comment, reply = found.groups()
    conversation = f"facebook:{page}_{post}"
    return (f"facebook:{post}_{comment}" if reply else conversation), conversation


def is_comment(node: Node) -> bool:
    """Whether an object of unknown origin is a comment: only comments have these keys or such an address."""
    return any(key in node for key in COMMENT_KEYS) or "comment_id=" in (text(node.get("permalink_url")) or "")


def _kind(node: Node, author: Author | None, above: tuple[str | None, str | None], context: Context) -> Kind:
    page = context.native_id or (native(node.get("id")) or "").split("_")[0]
    parent, conversation = above
    if author and author.id == f"facebook:{page}":
        return Kind.OWN
    if parent or is_comment(node):
        return Kind.REPLY if table(node.get("parent")) or parent != conversation else Kind.COMMENT
    if author or node.get("status_type") == "wall_post" or context.what in ("tagged", "mentions"):
        return Kind.MENTION
    return Kind.OWN  # a page's posts come without their author where it was not asked for


def _place(node: Node) -> str | None:
    place = node.get("place")
    return text(place) or text(table(place).get("name"))


def _review(node: Node, context: Context) -> Answer:
    """A recommendation or rating of the page, old forms and new, with the comments under it."""
    story = table(node.get("open_graph_story"))
    review = table(node.get("data")) or table(story.get("data"))
    words = (text(node.get("review_text")), text(node.get("message")), text(story.get("message")), text(review.get("review_text")))
    author, said = _author(node) or _author(story), "\n\n".join(dict.fromkeys(filter(None, words)))
    said.encode()
    created = next(
        (m for v in (node.get("created_time"), node.get("publish_time"), story.get("start_time")) if (m := moment(v))), context.now
    )
    id = facebook_id(story.get("id")) or facebook_id(node.get("open_graph_story_id")) or facebook_id(node.get("id"))
    post = Post(
        id=id or stable_id("facebook", author.id if author else None, created.isoformat(), said), platform="facebook", kind=Kind.MENTION, text=said,
        created_at=created, observed_at=context.now, source=context.source, account=context.account, author=author,
        platform_language=text(review.get("language")), **numbers(story or node),
    )  # fmt: skip
    return together([Answer(posts=(post,), returned=1), _below([*rows(node.get("comments")), *rows(story.get("comments"))], post, context)])


def message(node: Node, thread: Node, context: Context) -> Post:
    """A direct message of a conversation with the page."""
    author, said, created = _author(node), text(node.get("message")) or "", _created(node, context)
    said.encode()
    thread_id = facebook_id(thread.get("id"))
    return Post(
        id=facebook_id(node.get("id")) or stable_id("facebook", author.id if author else None, created.isoformat(), said), platform="facebook",
        kind=Kind.OWN if author and author.id == facebook_id(context.native_id) else Kind.DIRECT, text=said, created_at=created,
        observed_at=context.now, source=context.source, account=context.account, author=author, conversation_id=thread_id,
    )  # fmt: skip


def _numbers_only(node: Node, context: Context) -> Answer:
    """Numbers of a post without its words: a sample. A person or anything else is nothing we keep."""
    id, told = facebook_id(node.get("id")), numbers(node)
    if id is None:
        return Answer()
    comments = translated(rows(node.get("comments")), lambda comment: with_comments(comment, context, id, id))
    return together([comments, Answer(samples=sample(id, context.now, **told))])
