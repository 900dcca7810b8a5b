"""What the trained models of each post's language say: sentiment (or "unsure"), intent, and a hint of the dialect."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec
import numpy as np

from core.post import Claim
from enrich.batch import Batch, Model
from enrich.grams import Array
from enrich.knowledge import Knowledge

UNSURE = "unsure"
T = TypeVar("T")


def add_sentiment(batch: Batch, knowledge: Knowledge) -> Batch:
    """Each post's sentiment; None where no model reads its language."""
    return msgspec.structs.replace(batch, sentiment=by_language(batch, knowledge.sentiment, best_or_unsure))


def add_intent(batch: Batch, knowledge: Knowledge) -> Batch:
    """What each post wants; None where no model reads its language."""
    return msgspec.structs.replace(batch, intent=by_language(batch, knowledge.intent, best))


def add_dialect(batch: Batch, knowledge: Knowledge) -> Batch:
    """Which variety of its language a post is in, where the model is sure enough to be a hint; else None."""
    said = by_language(batch, knowledge.dialect, best_or_unsure)
    return msgspec.structs.replace(batch, dialect=tuple(c if c and c.label != UNSURE else None for c in said))


def best(model: Model, chances: Array) -> list[Claim]:
    """The likeliest label of each line."""
    first = chances.argmax(axis=1)
    sure = chances[np.arange(len(first)), first].tolist()
    return [
        Claim(label=model.labels[i], confidence=round(chance, 3), by=model.name) for i, chance in zip(first.tolist(), sure, strict=True)
    ]


def best_or_unsure(model: Model, chances: Array) -> list[Claim]:
    """The likeliest label of each line, or "unsure" (with that label's chance) below the model's threshold."""
    return [
        claim if (claim.confidence or 0) >= model.unsure_below else msgspec.structs.replace(claim, label=UNSURE)
        for claim in best(model, chances)
    ]  # fmt: skip


def by_language(batch: Batch, models: Mapping[str, Model], say: Callable[[Model, Array], list[T]]) -> tuple[T | None, ...]:
    """For each language that has a model: all its posts at once, then what `say` makes of their chances; others None."""
    found: list[T | None] = [None] * len(batch.posts)
    for language, part in batch.parts.items():
        if model := models.get(language):
            chances = model.chances_of(part)
            for line, said in zip(part.lines.tolist(), say(model, chances), strict=True):
                found[line] = said
    return tuple(found)
