"""A batch on its way through the enrichers: the posts, and column by column what was found of each."""

from typing import Protocol

import msgspec

from core.post import Claim, Post, Span
from enrich.grams import Array, Grams


class Part(msgspec.Struct, frozen=True):
    """The posts of a batch that are in one language, as its models read them."""

    lines: Array  # which posts of the batch, ascending
    grams: Grams
    facts: Array  # lines × lexicon.FACTS
    texts: tuple[str, ...] = ()  # as published, for models of others


class Model(Protocol):
    """What reads a part: ours (linear.Linear) or somebody else's (onnx.Onnx)."""

    @property
    def name(self) -> str: ...  # as claims name it
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def unsure_below(self) -> float: ...  # under this confidence the answer is "unsure"

    def chances_of(self, part: Part) -> Array:
        """One line a text, one chance for each label."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Some posts and what is known of them so far. Each enricher returns a new one with its own columns filled."""

    posts: tuple[Post, ...]
    normal: tuple[str, ...] = ()  # for search
    texts: tuple[str, ...] = ()  # for models
    parts: dict[str, Part] = {}  # by language
    language: tuple[Claim | None, ...] = ()
    dialect: tuple[Claim | None, ...] = ()
    sentiment: tuple[Claim | None, ...] = ()
    intent: tuple[Claim | None, ...] = ()
    topics: tuple[tuple[Claim, ...], ...] = ()
    places: tuple[tuple[Claim, ...], ...] = ()
    copy_of: tuple[str | None, ...] = ()
    spam: tuple[Claim | None, ...] = ()
    private: tuple[tuple[Span, ...], ...] = ()


ONTO_POSTS = ("normal", "language", "dialect", "sentiment", "intent", "topics", "places", "copy_of", "spam", "private")
"""The columns a post keeps, under the post's own names."""


def finished(batch: Batch) -> list[Post]:
    """The posts with every filled column written onto them, in order."""
    names = [name for name in ONTO_POSTS if getattr(batch, name)]
    lines = zip(*(getattr(batch, name) for name in names), strict=True)
    return [
        msgspec.structs.replace(post, **dict(zip(names, line, strict=True)))
        for post, line in zip(batch.posts, lines, strict=True)
    ]  # fmt: skip
