"""A page: what one answer of a platform brought. The unit of moving, of the ledger and of a message on Kafka."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec

from core.post import Moment, Post

T = TypeVar("T")

MOST_POSTS = 500
MOST_BYTES = 900_000  # under Kafka's default message.max.bytes of 1 MiB, headers and codec included


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """1 to 500 posts of one source, under 900 KB encoded."""

    source: str
    pass_id: str
    number: int  # from 1, within its pass
    fetched_at: Moment
    posts: tuple[Post, ...]


def fits(post: Post) -> bool:
    """Whether a page may hold this post."""
    return len(msgspec.msgpack.encode(post)) <= MOST_BYTES


def split(page: Page) -> Iterator[Page]:
    """`page` as pages that keep to both limits, numbered on from its own number."""
    for number, posts in enumerate(_runs(page.posts), page.number):
        yield msgspec.structs.replace(page, number=number, posts=posts)


def in_parts(whole: Sequence[T], most: int) -> Iterator[tuple[T, ...]]:
    """`whole` cut into parts of at most `most`, in order: what one message, answer or question may hold. Nothing is no part."""
    return (tuple(whole[first : first + most]) for first in range(0, len(whole), most))


def _runs(posts: Iterable[Post]) -> Iterator[tuple[Post, ...]]:
    run: list[Post] = []
    size = 0
    for post in posts:
        weight = len(msgspec.msgpack.encode(post))
        if run and (len(run) == MOST_POSTS or size + weight > MOST_BYTES):
            yield tuple(run)
            run, size = [], 0
        run.append(post)
        size += weight
    if run:
        yield tuple(run)
