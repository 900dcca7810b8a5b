"""What a worker does with a page: understand it, make it durable, and say what could not be. No Kafka and no Faust here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import msgspec

from core.errors import SadaError
from core.page import Page
from core.post import Post
from store.elastic_saving import Outcome
from stream.topics import DeadLetter, decode_page

Understand = Callable[[list[Post]], list[Post]]
TOGETHER = 500  # posts from which on a request is sent off, so that the engine works while the next is made


def read_page(message: bytes, stage: str, now: datetime) -> Page | DeadLetter:
    """A message as a page, or the dead letter of one that is none."""
    try:
        return decode_page(message)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        return DeadLetter(stage=stage, why=f"not a page: {type(error).__name__}", at=now, message=message)


def read_pages(messages: Sequence[bytes], stage: str, now: datetime) -> tuple[list[Page], list[DeadLetter]]:
    """Messages as pages, and the dead letters of those that are none."""
    read = [read_page(message, stage, now) for message in messages]
    return [one for one in read if isinstance(one, Page)], [one for one in read if isinstance(one, DeadLetter)]


def understood(page: Page, understand: Understand, now: datetime) -> tuple[Page, list[DeadLetter]]:
    """The page with what could be told of its posts. If the batch as a whole fails, each post is tried alone and a bad one put aside."""
    try:
        return msgspec.structs.replace(page, posts=tuple(understand(list(page.posts)))), []
    except Exception:  # the loop's edge: whichever enricher broke, the other posts must go on
        return _one_by_one(page, understand, now)


def _one_by_one(page: Page, understand: Understand, now: datetime) -> tuple[Page, list[DeadLetter]]:
    good: list[Post] = []
    dead: list[DeadLetter] = []
    for post in page.posts:
        try:
            good += understand([post])
        except Exception as error:  # the same edge, for one post
            dead.append(
                DeadLetter(
                    stage="understand", why=f"could not be understood: {type(error).__name__}", at=now, source=page.source, post=post
                )
            )
    return msgspec.structs.replace(page, posts=tuple(good)), dead


def followed(pages: Sequence[Page], after: Callable[[Sequence[Post]], None], now: datetime) -> list[DeadLetter]:
    """Hand all posts to what follows; if it breaks, each alone, and the bad ones are told. Raises what is said of a store that is away."""
    try:
        after([post for page in pages for post in page.posts])
        return []
    except SadaError:
        raise
    except Exception:  # the loop's edge: one post at which the desk breaks must not hold up the others
        return [letter for page in pages for post in page.posts if (letter := _followed_alone(page, post, after, now))]


def _followed_alone(page: Page, post: Post, after: Callable[[Sequence[Post]], None], now: datetime) -> DeadLetter | None:
    try:
        after([post])
    except SadaError:
        raise
    except Exception as error:  # the same edge, for one post
        return DeadLetter(stage="follow", why=f"could not be followed: {type(error).__name__}", at=now, source=page.source, post=post)
    return None


def requests(pages: Sequence[Page]) -> Iterator[list[Post]]:
    """The posts of several pages, so many together as one request should carry."""
    posts: list[Post] = []
    for page in pages:
        posts += page.posts
        if len(posts) >= TOGETHER:
            yield posts
            posts = []
    if posts:
        yield posts


def counted(pages: Sequence[Page], outcomes: Sequence[Outcome]) -> dict[str, tuple[int, int]]:
    """What the ledger is told of each pass: how many of its posts were stored, and how many were known already (changed or not)."""
    became = {id: what for outcome in outcomes for id, what in outcome.became.items()}
    stored: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for page in pages:
        for post in page.posts:
            what = became.get(post.id)
            if what is None:
                continue
            (stored if what == "stored" else known)[page.pass_id] += 1
            became[post.id] = "duplicates"  # a second one in the same batch was folded into the first
    return {id: (stored[id], known[id]) for id in dict.fromkeys(page.pass_id for page in pages) if id}


def refused(outcomes: Sequence[Outcome], pages: Sequence[Page], now: datetime) -> list[DeadLetter]:
    """Dead letters of the posts the engine will never take."""
    lost = [one for outcome in outcomes for one in outcome.refused]
    sources = {post.id: page.source for page in pages for post in page.posts} if lost else {}
    return [DeadLetter(stage="index", why=one.why, at=now, source=sources[one.post.id], post=one.post) for one in lost]
