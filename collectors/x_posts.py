"""What X (API v2) told, as posts. Pure. https://docs.x.com/x-api/fundamentals/data-dictionary"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from collectors import parts, told
from collectors.base import Answer, Context
from core.post import Author, Kind, Media, Post, Version

PLATFORM = "x"
EPOCH_MS = 1_288_834_974_657  # 4 November 2010, from which X counts the milliseconds in its ids
FIRST_TIMED_ID = 29_700_859_248  # ids below are older and hold no time
NOTES = ("note_tweet", "note_post")
MEDIA_KINDS = {"photo": "photo", "video": "video", "animated_gif": "video"}
COUNTS = {
    "likes": ("like_count",), "replies": ("reply_count",), "reposts": ("retweet_count", "repost_count"), "quotes": ("quote_count",),
    "views": ("impression_count", "view_count"), "saves": ("bookmark_count",),
}  # fmt: skip
"""Our name → X's names for it, old and new."""


class Around(msgspec.Struct, frozen=True):
    """What came beside the posts and belongs to them, by id."""

    users: dict[str, dict[str, Any]] = {}
    media: dict[str, dict[str, Any]] = {}
    places: dict[str, dict[str, Any]] = {}
    posts: dict[str, dict[str, Any]] = {}
    polls: dict[str, dict[str, Any]] = {}


def around(includes: object) -> Around:
    """The `includes` of an answer."""
    found = told.table(includes)
    return Around(
        users=_by(found.get("users"), "id"), media=_by(found.get("media"), "media_key"), places=_by(found.get("places"), "id"),
        posts=_by(found.get("tweets"), "id") | _by(found.get("posts"), "id"), polls=_by(found.get("polls"), "id"),
    )  # fmt: skip


def _by(things: object, key: str) -> dict[str, dict[str, Any]]:
    return {id: thing for thing in told.rows(things) if (id := told.native(thing.get(key)))}


def time_of(id: str) -> datetime | None:
    """When the post with this id was written, as its id says to the millisecond; None for ids older than that scheme."""
    if not id.isdecimal() or int(id) < FIRST_TIMED_ID or int(id) >= 1 << 63:
        return None
    return datetime.fromtimestamp(((int(id) >> 22) + EPOCH_MS) // 1000, UTC) + timedelta(milliseconds=((int(id) >> 22) + EPOCH_MS) % 1000)


def post_answer(raw: dict[str, Any], beside: Around, context: Context) -> Answer:
    """One post with its numbers; for an edited one also which earlier id it replaces."""
    post = to_post(raw, beside, context)
    earlier = _history(raw)[:-1] if post.edited_at else []
    return Answer(
        posts=(post,), samples=parts.sample(post.id, context.now, **counts(raw)),
        replaced=tuple((f"x:{id}", post.id) for id in earlier),
    )  # fmt: skip


def to_post(raw: dict[str, Any], beside: Around, context: Context) -> Post:
    """One post. Raises ValueError for one without id or text."""
    id = told.native(raw.get("id"))
    if id is None:
        raise ValueError("a post without an id")
    user = beside.users.get(told.native(raw.get("author_id")) or "", {})
    conversation = told.native(raw.get("conversation_id"))
    post = Post(
        id=f"x:{id}", platform=PLATFORM, kind=_kind(raw, user, context), text=_text(raw), created_at=created(raw, id, context),
        observed_at=context.now, source=context.source, account=context.account, author=author(told.native(raw.get("author_id")), user),
        platform_language=told.text(raw.get("lang")), edited_at=_edited(raw, id, context), url=address(id, user),
        parent_id=f"x:{parent}" if (parent := _referenced(raw, "replied_to")) else None,
        conversation_id=f"x:{conversation}" if conversation else None, media=_media(raw, beside), place_told=_place(raw, beside),
        versions=_versions(raw, id, beside, context),
    )  # fmt: skip
    return msgspec.structs.replace(post, **counts(raw))


def _text(raw: dict[str, Any]) -> str:
    """A long post is whole in `note_tweet` only; `text` then ends in the middle."""
    for name in NOTES:
        if whole := told.text(told.table(raw.get(name)).get("text")):
            return whole
    text = raw.get("text")
    if not isinstance(text, str):
        raise ValueError("a post without a text")
    return text


def created(raw: dict[str, Any], id: str, context: Context) -> datetime:
    """When it was written: as told; else what the id says; else when we saw it."""
    try:
        at = told.moment(told.text(raw.get("created_at")))
    except ValueError:
        at = None
    return at or time_of(id) or context.now


def _history(raw: dict[str, Any]) -> list[str]:
    ids = raw.get("edit_history_tweet_ids") or raw.get("edit_history_post_ids")
    return [id for one in ids if (id := told.native(one))] if isinstance(ids, list) else []


def _edited(raw: dict[str, Any], id: str, context: Context) -> datetime | None:
    """An edit is published as a post of its own id; so the time of a later version is the time of the edit."""
    history = _history(raw)
    return created(raw, id, context) if id in history[1:] else None


def _versions(raw: dict[str, Any], id: str, beside: Around, context: Context) -> tuple[Version, ...]:
    history = _history(raw)
    earlier = history[: history.index(id)] if id in history else []
    known = [(one, beside.posts[one]) for one in earlier if told.text(beside.posts.get(one, {}).get("text"))]
    return tuple(Version(text=_text(old), observed_at=created(old, one, context)) for one, old in known)


def _kind(raw: dict[str, Any], user: dict[str, Any], context: Context) -> Kind:
    if is_ours(told.native(raw.get("author_id")), told.text(user.get("username")), context):
        return Kind.OWN
    if _referenced(raw, "replied_to") is None:
        return Kind.MENTION
    to_us = told.native(raw.get("in_reply_to_user_id")) in _listed(context.native_id)
    return Kind.COMMENT if to_us else Kind.REPLY


def is_ours(id: str | None, handle: str | None, context: Context) -> bool:
    """Whether a user is the official account, or one of those, that the question was about."""
    if context.native_id and id:
        return id in _listed(context.native_id)
    return handle is not None and handle.lower() in _listed(context.handle)


def _listed(told_names: str | None) -> list[str]:
    """A search concerns all our accounts: their names stand in one text, commas between them."""
    return [name.strip().lstrip("@").lower() for name in told_names.split(",")] if told_names else []


def _referenced(raw: dict[str, Any], how: str) -> str | None:
    both = told.rows(raw.get("referenced_tweets")) + told.rows(raw.get("referenced_posts"))
    return next((told.native(one.get("id")) for one in both if one.get("type") == how), None)


def author(id: str | None, user: dict[str, Any]) -> Author | None:
    """Who wrote it; None where nothing was told."""
    if id is None and not user:
        return None
    numbers = told.table(user.get("public_metrics"))
    return Author(
        id=f"x:{id}" if id else None, handle=told.text(user.get("username")), name=told.text(user.get("name")),
        followers=told.number(numbers.get("followers_count")),
    )  # fmt: skip


def address(id: str, user: dict[str, Any]) -> str:
    """Where the post is read; without the author's handle X finds it by its id."""
    return f"https://x.com/{told.text(user.get('username')) or 'i'}/status/{id}"


def counts(raw: dict[str, Any]) -> dict[str, int | None]:
    """The numbers told, public ones first; None: not told, 0: nobody."""
    groups = [told.table(raw.get(name)) for name in ("public_metrics", "organic_metrics", "non_public_metrics")]
    return {ours: count(groups, names) for ours, names in COUNTS.items()}


def count(groups: list[dict[str, Any]], names: tuple[str, ...]) -> int | None:
    """The first of these numbers that was told in one of the groups."""
    values = (told.number(group.get(name)) for group in groups for name in names)
    return next((n for n in values if n is not None), None)


def _media(raw: dict[str, Any], beside: Around) -> tuple[Media, ...]:
    """Pictures and films, the answers a poll offers, and what the pages linked to call themselves."""
    attached = told.table(raw.get("attachments"))
    keys, polls = (some if isinstance(some, list) else [] for some in (attached.get("media_keys"), attached.get("poll_ids")))
    linked = [
        link
        for whole in (raw, *(told.table(raw.get(name)) for name in NOTES))
        for link in told.rows(told.table(whole.get("entities")).get("urls"))
    ]
    return (
        *(_one_media(beside.media.get(str(key), {})) for key in keys),
        *(Media(kind="poll", text=_lines(beside.polls.get(str(id), {}).get("options"), "label")) for id in polls),
        *dict.fromkeys(_link(link) for link in linked if told.text(link.get("title"))), *_article(told.table(raw.get("article"))),
    )  # fmt: skip


def _lines(rows: object, name: str) -> str | None:
    return "\n".join(filter(None, (told.text(one.get(name)) for one in told.rows(rows)))) or None


def _link(link: dict[str, Any]) -> Media:
    url = next((url for name in ("unwound_url", "expanded_url", "url") if (url := told.text(link.get(name)))), None)
    return Media(kind="link", url=url, text=_lines([{"is": link.get("title")}, {"is": link.get("description")}], "is"))


def _article(article: dict[str, Any]) -> tuple[Media, ...]:
    """A long article, of which the post's own text is only the address."""
    words = _lines([{"is": article.get(name)} for name in ("title", "plain_text", "preview_text")], "is")
    return (Media(kind="link", text=words),) if words else ()


def _one_media(raw: dict[str, Any]) -> Media:
    kind = MEDIA_KINDS.get(str(raw.get("type")), "photo" if not raw else "document")
    return Media(kind=kind, url=told.text(raw.get("url")) or told.text(raw.get("preview_image_url")), text=told.text(raw.get("alt_text")))


def _place(raw: dict[str, Any], beside: Around) -> str | None:
    geo = told.table(raw.get("geo"))
    place = beside.places.get(str(geo.get("place_id")), {})
    return told.text(place.get("full_name")) or told.text(place.get("name")) or told.text(geo.get("full_name"))
