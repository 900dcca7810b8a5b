"""What becomes of posts that were seen before: by another source, with other numbers, or edited under a new id. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from collectors.base import Answer
from core.post import METRICS, EngagementSample, Kind, Post, Version

MORE_TELLING = {Kind.COMMENT: 1, Kind.REPLY: 2, Kind.MENTION: 3}  # the less, the more; all others are beyond doubt


def as_known(seen: Post, known: Post | None) -> Post:
    """What was seen now, under the source and account by which the post came first: a search may find what a timeline brought.

    Of two kinds the more telling one stays, and what only some questions are answered (media, place, topic) is not forgotten.
    """
    if known is None or known.deleted_at is not None:
        return seen
    return msgspec.structs.replace(
        seen, source=known.source, account=known.account or seen.account, kind=min(known.kind, seen.kind, key=lambda k: MORE_TELLING.get(k, 0)),
        media=seen.media or known.media, place_told=seen.place_told or known.place_told, topic_told=seen.topic_told or known.topic_told,
    )  # fmt: skip


def new_samples(samples: Iterable[EngagementSample], known: dict[str, Post]) -> tuple[EngagementSample, ...]:
    """Those samples that tell other numbers than the post already has, so that asking twice adds nothing."""
    return tuple(s for s in samples if s.post_id not in known or any(_differs(s, known[s.post_id], name) for name in METRICS))


def _differs(sample: EngagementSample, post: Post, name: str) -> bool:
    told = getattr(sample, name)
    return told is not None and told != getattr(post, name)


def with_versions(answer: Answer, known: dict[str, Post]) -> tuple[tuple[Post, ...], tuple[str, ...]]:
    """Where an edit got a new id: the later posts with the earlier texts as versions, and the earlier ids, which go."""
    posts = {post.id: post for post in answer.posts}
    gone = [earlier for earlier, later in answer.replaced if later in posts]
    for earlier, later in answer.replaced:
        old = known.get(earlier) or posts.get(earlier)
        if later in posts and old is not None and old.text:
            posts[later] = _with_version(posts[later], Version(text=old.text, observed_at=old.observed_at))
    return tuple(post for id, post in posts.items() if id not in gone), tuple(id for id in gone if id in known)


def _with_version(post: Post, version: Version) -> Post:
    others = tuple(v for v in post.versions if v.text != version.text)
    return msgspec.structs.replace(post, versions=tuple(sorted((*others, version), key=lambda v: v.observed_at)))
