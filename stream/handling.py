"""What a worker does with a page: understand it, make it durable, and say what could not be. No Kafka and no Faust here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from core.page import Page
from core.post import Post
from store.elastic_saving import Outcome
from stream.topics import DeadLetter, decode_page

Understand = Callable[[list[Post]], list[Post]]


def read_page(message: bytes, stage: str, now: datetime) -> Page | DeadLetter:
    """A message as a page, or the dead letter of one that is none."""
    try:
        return decode_page(message)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        return DeadLetter(stage=stage, why=f"not a page: {type(error).__name__}", at=now, message=message)


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
            dead.append(DeadLetter(stage="understand", why=f"could not be understood: {type(error).__name__}", at=now, source=page.source, post=post))
    return msgspec.structs.replace(page, posts=tuple(good)), dead


def refused(outcome: Outcome, source: str, now: datetime) -> list[DeadLetter]:
    """Dead letters of the posts the engine will never take."""
    return [DeadLetter(stage="index", why=one.why, at=now, source=source, post=one.post) for one in outcome.refused]

