"""What Facebook tells of a page by itself: posts, comments, edits, removals, mentions and reviews (object "page"). Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from collectors import messenger
from collectors.base import Answer, Context
from collectors.facebook_posts import facebook_id
from collectors.parts import refused, strays, together, translated
from collectors.told import moment, moment_or, native, rows, stable_id, table, text
from core.post import Author, Kind, Media, Post

Node = dict[str, Any]
NUMBERS = ("like", "reaction")  # told one by one and without a total: the next poll brings the count
GONE = ("remove", "delete")
PARTS = ("photo", "video")  # a post of several is known by another number than theirs, a post of one by its own
EDITED = ("edit", "edited", "update")
TOLD_BEFORE = (*EDITED, "hide", "unhide", "block", "unblock", "mute", "unmute", "follow", "unfollow")


def is_webhook(body: Any) -> bool:
    """Whether a body was sent to us by Meta and not asked for."""
    first = body[0] if isinstance(body, list) and body else body
    return isinstance(first, dict) and "object" in first and isinstance(first.get("entry"), list)


def translate(body: Any, context: Context) -> Answer:
    """One delivery: each of its changes and messages. Deliveries repeat and arrive out of order; ids and times keep them right."""
    deliveries = rows(body) if isinstance(body, list) else [body]
    answers = [_entry(entry, context) for delivery in deliveries for entry in rows(delivery.get("entry"))]
    return together([*answers, strays(*(delivery.get("entry") for delivery in deliveries))])


def _entry(entry: Node, context: Context) -> Answer:
    told = moment_or(entry.get("time"), context.now)
    changes = translated(rows(entry.get("changes")), lambda change: change_of(change, entry, told, context))
    events = [event for key in ("messaging", "standby") for event in rows(entry.get(key))]
    messages = translated(events, lambda event: messenger.to_answer(event, "facebook", native(entry.get("id")), context))
    return together([changes, messages, strays(*(entry.get(key) for key in ("changes", "messaging", "standby")))])


def change_of(change: Node, entry: Node, at: datetime, context: Context) -> Answer:
    """One change of the fields feed, mention and ratings."""
    value, page = table(change.get("value")), native(entry.get("id"))
    item, verb = value.get("item"), value.get("verb")
    if item in NUMBERS or item == "page":
        return Answer()
    if verb in GONE:
        return _gone(value)
    if change.get("field") == "mention" and _words(value) is None:
        return refused("a mention told without its text: only asking for it shows it")
    if verb in TOLD_BEFORE and _words(value) is None:
        return Answer()  # what it says did not change
    if not (_id(value) or _words(value)):
        return refused(f"a change of {change.get('field')} that is no message", lost=False)
    return Answer(posts=(_post(change, value, page, at, context),))


def _gone(value: Node) -> Answer:
    """A removal. A picture or film that was one part of a post tells nothing of the post: its next second look says whether it still stands."""
    id, item = _id(value), value.get("item")
    if id is None:
        return refused(f"a removal of {item} without its id")
    part = facebook_id(value.get(f"{item}_id")) if item in PARTS else None
    if part and part.rpartition(":")[2] not in id.rpartition(":")[2].split("_"):
        return refused(f"a {item} of a post was removed; the post was not", lost=False)
    return Answer(deleted=(id,))


def _post(change: Node, value: Node, page: str | None, at: datetime, context: Context) -> Post:
    author, created, said = _author(value), moment(value.get("created_time")) or at, _words(value) or ""
    said.encode()
    parent, conversation = _above(value)
    return Post(
        id=_id(value) or stable_id("facebook", author.id if author else None, created.isoformat(), said), platform="facebook",
        kind=_kind(change, value, author, page), text=said, created_at=created, observed_at=max(at, created), source=context.source,
        account=context.account or facebook_id(page), author=author, edited_at=at if value.get("verb") in EDITED else None,
        url=text(value.get("permalink_url")) or text(table(value.get("post")).get("permalink_url")), parent_id=parent,
        conversation_id=conversation, media=_media(value),
    )  # fmt: skip


def _id(value: Node) -> str | None:
    """A comment's own id where the change is about one, else the post's, the review's, or the object's."""
    if value.get("item") in ("comment",) and value.get("comment_id"):
        return facebook_id(value["comment_id"])
    keys = ("post_id", "open_graph_story_id", "video_id", "photo_id", "share_id", "album_id", "event_id")
    return next((id for key in keys if (id := facebook_id(value.get(key)))), None)


def _words(value: Node) -> str | None:
    return text(value.get("message")) or text(value.get("review_text")) or text(value.get("story"))


def _author(value: Node) -> Author | None:
    told = table(value.get("from"))
    id = facebook_id(told.get("id")) or facebook_id(value.get("sender_id")) or facebook_id(value.get("reviewer_id"))
    name = text(told.get("name")) or text(value.get("sender_name")) or text(value.get("reviewer_name"))
    return Author(id=id, name=name) if id or name else None


def _above(value: Node) -> tuple[str | None, str | None]:
    """(parent, conversation) of a comment; a post has neither."""
    if value.get("item") != "comment":
        return None, None
    post = facebook_id(value.get("post_id")) or facebook_id(value.get("open_graph_story_id"))
    return facebook_id(value.get("parent_id")) or post, post


def _kind(change: Node, value: Node, author: Author | None, page: str | None) -> Kind:
    if author and author.id == facebook_id(page):
        return Kind.OWN
    if change.get("field") == "mention" or value.get("item") != "comment":
        return Kind.MENTION if author or change.get("field") != "feed" else Kind.OWN
    parent, post = _above(value)
    return Kind.COMMENT if parent == post else Kind.REPLY


def _media(value: Node) -> tuple[Media, ...]:
    item, link = value.get("item"), text(value.get("link"))
    photos = [url for url in value.get("photos") or [] if isinstance(url, str)] if isinstance(value.get("photos"), list) else []
    found = [Media(kind="photo", url=url) for url in dict.fromkeys([*photos, *filter(None, [text(value.get("photo"))])])]
    if video := text(value.get("video")):
        found.append(Media(kind="video", url=video))
    if link and not found:
        found.append(Media(kind=item if item in ("photo", "video") else "link", url=link))
    return tuple(found)
