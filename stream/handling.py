"""What a worker does with a page: understand it, make it durable, and say what could not be. No Kafka and no Faust here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

import msgspec

from core.errors import SadaError
from core.page import MOST_BYTES, Page, fits, split
from core.post import Post
from store.elastic_saving import Outcome
from stream.topics import DeadLetter, decode_page, encode

Understand = Callable[[list[Post]], list[Post]]
TOGETHER = 500  # posts understood at once (pages of ten alone take three times as long a post) and sent off in one request


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


def understood(pages: Sequence[Page], understand: Understand, now: datetime) -> tuple[list[Page], list[DeadLetter]]:
    """The pages with what could be told of their posts. If all together fail, each page is tried alone, then each post, and a bad post put aside."""
    posts = [post for page in pages for post in page.posts]
    try:
        known = iter(understand(posts))
    except Exception:  # the loop's edge: whichever enricher broke, the other posts must go on
        return _page_by_page(pages, understand, now)
    return [_with(page, islice(known, len(page.posts))) for page in pages], []


def _page_by_page(pages: Sequence[Page], understand: Understand, now: datetime) -> tuple[list[Page], list[DeadLetter]]:
    good: list[Page] = []
    dead: list[DeadLetter] = []
    for page in pages:
        known, lost = understood([page], understand, now) if len(pages) > 1 else _one_by_one(page, understand, now)
        good += known
        dead += lost
    return good, dead


def _one_by_one(page: Page, understand: Understand, now: datetime) -> tuple[list[Page], list[DeadLetter]]:
    good: list[Post] = []
    dead: list[DeadLetter] = []
    for post in page.posts:
        try:
            good += understand([post])
        except Exception as error:  # the same edge, for one post
            why = f"could not be understood: {type(error).__name__}"
            dead.append(DeadLetter(stage="understand", why=why, at=now, source=page.source, post=post))
    return [_with(page, good)], dead


def _with(page: Page, posts: Iterable[Post]) -> Page:
    return msgspec.structs.replace(page, posts=tuple(posts))


def sendable(pages: Sequence[Page], now: datetime) -> tuple[list[bytes], list[DeadLetter]]:
    """Understood pages as messages: what was understood makes them grow, so a page may have become several.

    Of a post that fills a message alone the words made ready for search stay behind, as they can be made again; one that is too large
    even so is put aside without its text, which no letter could hold either.
    """
    messages: list[bytes] = []
    dead: list[DeadLetter] = []
    for page in pages:
        whole = encode(page)
        if len(whole) <= MOST_BYTES:
            messages.append(whole)
            continue
        lighter = [post if fits(post) else msgspec.structs.replace(post, normal=None) for post in page.posts]
        messages += [encode(part) for part in split(_with(page, filter(fits, lighter)))]
        large = [f"larger than a message may be: {post.id}" for post in lighter if not fits(post)]
        dead += [DeadLetter(stage="understand", why=why, at=now, source=page.source) for why in large]
    return messages, dead


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


def counts(posts: Sequence[Post], count: Callable[[Sequence[Post]], bytes]) -> list[bytes]:
    """What themes are told of posts, in as many messages as it takes: long texts have more to count than they have letters.

    A text that is too long for a message by itself tells of no theme.
    """
    message = count(posts)
    if len(message) <= MOST_BYTES:
        return [message]
    half = len(posts) // 2
    return [*counts(posts[:half], count), *counts(posts[half:], count)] if half else []


def batches(pages: Sequence[Page]) -> Iterator[list[Page]]:
    """The pages, so many together that they hold TOGETHER posts."""
    batch: list[Page] = []
    size = 0
    for page in pages:
        batch.append(page)
        size += len(page.posts)
        if size >= TOGETHER:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def requests(pages: Sequence[Page]) -> Iterator[list[Post]]:
    """The posts of several pages, so many together as one request should carry."""
    return ([post for page in batch for post in page.posts] for batch in batches(pages))


def counted(pages: Sequence[Page], outcomes: Sequence[Outcome]) -> dict[str, tuple[int, int]]:
    """What the ledger is told of each pass: how many of its posts were stored, and how many were known already (changed or not)."""
    if not any(page.pass_id for page in pages):
        return {}
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
