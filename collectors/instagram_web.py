"""Instagram's own web pages' JSON, in both its forms, which instaloader reads too: media, comments, profiles. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from collectors.base import Answer, Context
from collectors.instagram_posts import CODE_LETTERS, account_key, instagram_id, is_ours
from collectors.parts import translated
from collectors.told import moment, native, number, rows, table, text
from core.account import Account, AccountSample
from core.post import Author, Kind, Media, Post

Node = dict[str, Any]
PLATFORM = "instagram"
KINDS_OF_MEDIA = {1: "photo", 2: "video", 8: "photo"}
EDGES_OF_COMMENTS = ("edge_media_to_parent_comment", "edge_media_to_comment", "edge_media_preview_comment", "edge_threaded_comments")
CAPTION = 1  # the type of a comment that is its medium's caption
FAILED = ("fail", "error")


def is_web(body: Any) -> bool:
    """Whether a body is of the web pages' kind and not of the Graph's."""
    if not isinstance(body, dict) or "object" in body:
        return False
    data = table(body.get("data"))
    return bool(
        isinstance(body.get("items"), list) or any(isinstance(data.get(k), dict) for k in ("user", "hashtag", "shortcode_media", "location"))
        or any(str(key).startswith(("xdt_", "xig_")) for key in data) or table(body.get("graphql")) or "__typename" in body or "shortcode_media" in body or ("status" in body and "id" not in body)
    )  # fmt: skip


def error_in(body: Any) -> str | None:
    """What a web page's error says, as one of the words the table of errors knows; None where it is none."""
    told = table(body)
    if told.get("status") in FAILED:
        return text(told.get("message")) or text(told.get("error_type")) or "fail"
    if "challengeType" in told or str(told.get("type")).startswith("CHALLENGE"):
        return "challenge"
    if told.get("authenticated") is False:
        return "login_required"
    return text(told.get("error_type")) if table(told.get("errors")) else None


def translate(body: Node, context: Context) -> Answer:
    """A profile, a feed of media, a page of comments. Raises nothing for a bad part: it is refused."""
    if table(table(body.get("data")).get("hashtag")):
        context = msgspec.structs.replace(context, what="hashtag")
    found = list(_found(body))
    return translated(found, lambda pair: _one(pair[0], pair[1], context))


def _one(node: Node, above: str | None, context: Context) -> Answer:
    if _is_medium(node):
        return Answer(posts=tuple(_with_comments(node, context)))
    if _is_caption(node):
        return Answer(
            posts=(
                _medium({"pk": node["media_id"], "taken_at": node.get("created_at"), "caption": node, "user": node.get("user")}, context),
            )
        )
    if _is_comment(node):
        return Answer(posts=tuple(_comments(node, above, above, context)))
    return _profile(node, context)


def _found(value: Any, above: str | None = None) -> Iterator[tuple[Node, str | None]]:
    """Media, comments and profiles wherever they stand, each with the medium above it; what is inside of them is theirs to tell."""
    if isinstance(value, list):
        for part in value:
            yield from _found(part, above)
    if not isinstance(value, dict):
        return
    if _is_medium(value) or _is_comment(value):
        yield value, above
        return
    if any(key in value for key in ("edge_followed_by", "follower_count")) and _own_number(value):
        yield value, above
    for part in value.values():
        yield from _found(part, above)


def _is_medium(node: Node) -> bool:
    return ("taken_at_timestamp" in node and ("shortcode" in node or "id" in node)) or ("taken_at" in node and "pk" in node)


def _is_caption(node: Node) -> bool:
    """Whether it is a medium's own words, told beside its comments in their form."""
    return node.get("type") == CAPTION and "media_id" in node


def _is_comment(node: Node) -> bool:
    return isinstance(node.get("text"), str) and any(key in node for key in ("created_at", "created_at_utc", "created_time"))


def _with_comments(node: Node, context: Context) -> Iterator[Post]:
    post = _medium(node, context)
    yield post
    for comment in _below(node):
        yield from _comments(comment, post.id, post.id, context)


def _below(node: Node) -> Iterator[Node]:
    """The comments told with a medium or a comment, of either form."""
    for key in EDGES_OF_COMMENTS:
        yield from (table(edge.get("node")) for edge in rows(table(node.get(key)).get("edges")))
    for key in ("comments", "preview_comments", "preview_child_comments", "child_comments"):
        yield from rows(node.get(key))


def _medium(node: Node, context: Context) -> Post:
    author, code = _author(node), text(node.get("shortcode")) or text(node.get("code"))
    said = _caption(node)
    said.encode()
    hidden = bool(node.get("like_and_view_counts_disabled"))
    return Post(
        id=f"instagram:{_number_of(node)}", platform=PLATFORM, kind=_kind(author, context), text=said,
        created_at=moment(node.get("taken_at_timestamp")) or moment(node.get("taken_at")) or context.now, observed_at=context.now,
        source=context.source, account=context.account, author=author, url=f"https://www.instagram.com/p/{code}/" if code else None,
        media=tuple(_media(node)), likes=None if hidden else _first(node, "edge_media_preview_like", "edge_liked_by", "like_count"),
        replies=_first(node, "edge_media_to_parent_comment", "edge_media_to_comment", "edge_media_preview_comment", "comment_count"),
        views=None if hidden else _first(node, "play_count", "view_count", "video_view_count"), place_told=text(table(node.get("location")).get("name")),
    )  # fmt: skip


def _number_of(node: Node) -> str:
    """A medium's number: "123" of "123_45", which adds its owner's; else counted from its short code."""
    told = native(node.get("pk")) or (native(node.get("id")) or "").split("_")[0]
    if told:
        return told
    counted = 0
    for letter in str(node["shortcode"])[:11]:
        counted = counted * 64 + CODE_LETTERS.index(letter)
    return str(counted)


def _first(node: Node, *names: str) -> int | None:
    """The first count that was told, as {"count": n} or n; -1 is how hidden ones are told."""
    told = (number(value.get("count") if isinstance(value, dict) else value) for value in map(node.get, names))
    return next((count for count in told if count is not None), None)


def _caption(node: Node) -> str:
    edges = rows(table(node.get("edge_media_to_caption")).get("edges"))
    told = table(edges[0].get("node")) if edges else table(node.get("caption"))
    return text(told.get("text")) or text(node.get("caption")) or ""


def _kind(author: Author | None, context: Context) -> Kind:
    known = context.native_id or context.handle
    return Kind.OWN if is_ours(author, context) or (not known and context.what != "hashtag") else Kind.MENTION


def _author(node: Node) -> Author | None:
    told = table(node.get("user")) or table(node.get("owner")) or table(node.get("from"))
    id = native(told.get("pk")) or native(told.get("id")) or native(node.get("user_id"))
    if id is None:
        return None
    return Author(id=instagram_id(id), handle=text(told.get("username")), name=text(told.get("full_name")))


def _media(node: Node) -> Iterator[Media]:
    edges = rows(table(node.get("edge_sidecar_to_children")).get("edges"))
    for part in [table(edge.get("node")) for edge in edges] or rows(node.get("carousel_media")) or [node]:
        pictures = rows(table(part.get("image_versions2")).get("candidates"))
        is_film = part.get("is_video") or part.get("media_type") == 2
        kind = "video" if is_film else KINDS_OF_MEDIA.get(number(part.get("media_type")) or 1, "photo")
        url = text(part.get("display_url")) or (text(pictures[0].get("url")) if pictures else None)
        yield Media(kind=kind, url=url, text=text(part.get("accessibility_caption")) or text(part.get("title")))


def _comments(node: Node, parent: str | None, conversation: str | None, context: Context) -> Iterator[Post]:
    author, said = _author(node), str(node["text"])
    said.encode()
    conversation = conversation or instagram_id(node.get("media_id"))
    parent = instagram_id(node.get("parent_comment_id")) or parent or conversation
    told = moment(node.get("created_at_utc")) or moment(node.get("created_at")) or moment(node.get("created_time")) or context.now
    kind = Kind.OWN if is_ours(author, context) else Kind.REPLY if parent != conversation else Kind.COMMENT
    post = Post(
        id=f"instagram:{native(node.get('pk')) or native(node.get('id'))}", platform=PLATFORM, kind=kind, text=said, created_at=told,
        observed_at=context.now, source=context.source, account=context.account, author=author, parent_id=parent, conversation_id=conversation,
        likes=_first(node, "comment_like_count", "edge_liked_by"), replies=_first(node, "child_comment_count", "edge_threaded_comments"),
    )  # fmt: skip
    yield post
    for reply in _below(node):
        yield from _comments(reply, post.id, conversation or post.id, context)


def _own_number(node: Node) -> str | None:
    return native(node.get("pk")) or native(node.get("id"))


def _profile(node: Node, context: Context) -> Answer:
    id, handle = _own_number(node), text(node.get("username"))
    key = account_key(id, handle, context)
    known = Account(id=key, platform=PLATFORM, handle=handle, native_id=id, name=text(node.get("full_name")))
    sized = AccountSample(
        account=key, at=context.now, followers=_first(node, "edge_followed_by", "follower_count"),
        following=_first(node, "edge_follow", "following_count"), posts=_first(node, "edge_owner_to_timeline_media", "media_count"),
    )  # fmt: skip
    return Answer(accounts=(known,), account_samples=(sized,))
