"""What one worker makes of its own page of posts, small enough to send, and the join that puts pages together."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import merge
from zlib import crc32

import msgspec

from core.post import Kind as PostKind
from core.post import Moment, Post
from enrich.themes_words import read, reposted


class Observation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the detector reads of one post."""

    id: str
    at: Moment
    text: str
    author: str = ""
    topic: str = ""
    place: str = ""
    sentiment: str = ""
    intent: str = ""
    language: str = ""
    copy_group: str = ""  # near-duplicate group, if somebody found one
    is_own: bool = False  # the organisation's own post


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """One observation as the detector keeps it: its terms and words as numbers."""

    post: Observation
    terms: tuple[int, ...]
    words: frozenset[int]
    voice: int  # who speaks: the author, for a repost the author it repeats; 0: unknown
    is_own: bool  # own, or a repost of an own account


class WindowCounts(msgspec.Struct, frozen=True):
    """Digests of one or more pages in time order; equal times by post id. The same whatever page a post came in."""

    digests: tuple[Digest, ...] = ()
    gone: tuple[str, ...] = ()  # ids of posts of any time that were deleted


def from_post(post: Post) -> Observation:
    """The observation of an enriched post: its surest topic and place, its author's id."""
    return Observation(
        id=post.id,
        at=post.created_at,
        text=post.text,
        author=(post.author and (post.author.id or post.author.handle)) or "",
        topic=post.topics[0].label if post.topics else "",
        place=post.places[0].label if post.places else "",
        sentiment=post.sentiment.label if post.sentiment else "",
        intent=post.intent.label if post.intent else "",
        language=post.language.label if post.language else "",
        copy_group=post.copy_of or "",
        is_own=post.kind is PostKind.OWN,
    )


def counts(posts: Sequence[Observation], own: frozenset[str] = frozenset()) -> WindowCounts:
    """One worker's share: the digests of its page, in order. `own`: authors that are the organisation itself, lower case."""
    return WindowCounts(tuple(sorted((_digest(post, own) for post in posts), key=_order)))


def join(pages: Sequence[WindowCounts]) -> WindowCounts:
    """All pages of one window as one; what a single process would have counted."""
    if len(pages) == 1:
        return pages[0]
    gone = dict.fromkeys(id for page in pages for id in page.gone)
    return WindowCounts(tuple(merge(*(page.digests for page in pages), key=_order)), tuple(gone))


def _order(digest: Digest) -> tuple[Moment, str]:
    return digest.post.at, digest.post.id


def _digest(post: Observation, own: frozenset[str]) -> Digest:
    said_by = reposted(post.text) or post.author.lower()
    terms, words = read(post.text)
    return Digest(
        post=post,
        terms=terms,
        words=words,
        voice=crc32(said_by.encode()) if said_by else 0,
        is_own=post.is_own or said_by in own,
    )
