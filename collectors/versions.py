"""Posts that one answer tells twice: the message and its edit, or a message and the copy inside a reply to it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from collectors.base import Answer
from core.post import Post
from store.merge import merged


def latest(posts: Iterable[Post]) -> tuple[Post, ...]:
    """Each post once as it was last observed, its earlier texts kept as versions: the rule every store follows."""
    kept: dict[str, Post] = {}
    for post in posts:
        kept[post.id] = merged(kept.get(post.id), post)
    return tuple(kept.values())


def with_latest(answers: Iterable[Answer], whole: Answer) -> Answer:
    """`whole` (several answers as one) with its posts by `latest` in place of the longest text; what it says is gone is not in it."""
    posts = latest(post for answer in answers for post in answer.posts)
    return msgspec.structs.replace(whole, posts=tuple(p for p in posts if p.id not in whole.deleted))
