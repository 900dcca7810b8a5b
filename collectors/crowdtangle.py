"""Posts in the form of CrowdTangle, closed in 2024: people still hold exports of it. Pure."""

from __future__ import annotations

from typing import Any

from collectors.base import Answer, Context
from collectors.parts import translated
from collectors.told import moment, native, number, rows, stable_id, table, text
from core.post import Author, Kind, Media, Post

REACTIONS = ("likeCount", "loveCount", "wowCount", "hahaCount", "sadCount", "angryCount", "thankfulCount", "careCount")


def is_crowdtangle(body: Any) -> bool:
    """Whether a body is an answer of CrowdTangle's list of posts, or one post of it."""
    return isinstance(body, dict) and ("platformId" in body or isinstance(table(body.get("result")).get("posts"), list))


def to_answer(body: dict[str, Any], context: Context) -> Answer:
    """Its posts, with what it counted."""
    found = [body] if "platformId" in body else rows(body["result"]["posts"])
    return translated(found, lambda post: Answer(posts=(_post(post, context),)))


def _post(post: dict[str, Any], context: Context) -> Post:
    account, counts = table(post.get("account")), table(table(post.get("statistics")).get("actual"))
    parts = [text(post.get(key)) for key in ("message", "title", "description")]
    said = parts[0] or "\n\n".join(dict.fromkeys(filter(None, parts[1:])))
    said.encode()
    created = moment(post.get("date")) or context.now
    id, owner = native(post.get("platformId")), native(account.get("platformId"))
    reactions = [n for key in REACTIONS if (n := number(counts.get(key))) is not None]
    author = Author(id=f"facebook:{owner}" if owner else None, handle=text(account.get("handle")), name=text(account.get("name")))
    return Post(
        id=f"facebook:{id}" if id else stable_id("facebook", owner, created.isoformat(), said), platform="facebook", text=said,
        kind=Kind.OWN if owner and owner == context.native_id else Kind.MENTION, created_at=created, observed_at=context.now,
        source=context.source, account=context.account, author=author, url=text(post.get("postUrl")), media=tuple(_media(post)),
        likes=sum(reactions) if reactions else None, replies=number(counts.get("commentCount")), reposts=number(counts.get("shareCount")),
    )  # fmt: skip


def _media(post: dict[str, Any]) -> list[Media]:
    return [
        Media(kind=str(one.get("type") or "link"), url=text(one.get("full")) or text(one.get("url"))) for one in rows(post.get("media"))
    ]
