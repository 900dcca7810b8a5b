"""Which language a post is in: an n-gram model over letters as they were typed, and plain rules for look-alikes it never saw."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache

import msgspec
import numpy as np

from core.post import Claim
from enrich.affixes import LANGUAGE_FACTS
from enrich.batch import Batch
from enrich.grams import Grams, cut
from enrich.knowledge import Knowledge
from enrich.linear import Linear
from enrich.sets import rows

CHARACTERS = (2, 3, 4)
ENOUGH_MARKS = 0.25  # share of the words that must speak for a look-alike; tuned on Turkish and Urdu, docs/experiments.md
EXPECTED = 5.0  # a deployment's own languages are so many times likelier than others: two Latin words there are rather English than German
RULES = "language-rules@1"
_MASKED = re.compile(r"https?\S*|www\.\S+|[@#]\S+|\bRT\b")
_JOINING = "'’ʻʼ\u0640\u200d"
_SHAPES = range(0xFB50, 0xFEFD)  # Arabic letters spelt by how they join, as old keyboards of Urdu write them


class _Letters(dict[int, str]):
    """Each code point as a letter, as nothing where it only marks or joins, or as a space; filled as met."""

    def __missing__(self, point: int) -> str:
        char = unicodedata.normalize("NFKC", chr(point)) if point in _SHAPES else chr(point)
        kind = unicodedata.category(char[0])[0]
        joins = kind == "M" or char in _JOINING
        self[point] = found = char if kind == "L" and not joins else "" if joins else " "
        return found


_LETTERS = _Letters()


def letters(text: str) -> str:
    """The words of `text` as typed, lower case: no links, handles, tags, digits or signs, and no letter folded into another."""
    if "@" in text or "#" in text or "http" in text or "www." in text or "RT" in text:
        text = _MASKED.sub(" ", text)
    return " ".join(text.lower().translate(_LETTERS).split())


def language_grams(texts: Sequence[str]) -> Grams:
    """What the language model reads of `texts`, which are as `letters` gives them."""
    return cut(texts, CHARACTERS)


@cache
def _marks(column: str) -> dict[str, tuple[str, ...]]:
    """Of languages/lookalikes.tsv the small words or the foreign letters (`column`) → the languages they speak for."""
    found: dict[str, list[str]] = {}
    for row in rows(LANGUAGE_FACTS / "lookalikes.tsv"):
        for mark in row[column].split() if column == "words" else row[column]:
            found.setdefault(mark, []).append(row["language"])
    return {mark: tuple(languages) for mark, languages in found.items()}


@cache
def _foreign_letters() -> frozenset[str]:
    return frozenset(_marks("letters"))


def lookalike(text: str) -> Claim | None:
    """The language outside the model that enough words of `text` (see `letters`) speak for, if there is one."""
    small, foreign = _marks("words"), _foreign_letters()
    words = text.split()
    votes: Counter[str] = Counter()
    for word in words:
        spoken = set(small.get(word, ()))
        for letter in foreign.intersection(word):
            spoken.update(_marks("letters")[letter])
        if spoken:
            votes.update(spoken)
    if not votes:
        return None
    language, count = min(votes.items(), key=lambda vote: (-vote[1], vote[0]))
    share = count / len(words)
    return Claim(label=language, confidence=round(min(0.5 + share, 0.99), 3), by=RULES) if share >= ENOUGH_MARKS else None


def languages_of(texts: Sequence[str], model: Linear, expected: Sequence[str] = ()) -> list[Claim | None]:
    """A claim for each raw text; None where there is no letter to tell by. Languages `expected` are so much likelier beforehand."""
    typed = [letters(text) for text in texts]
    beforehand = np.array([EXPECTED if label in expected else 1.0 for label in model.labels])
    chances = model.chances(model.scores(language_grams(typed))) * beforehand
    chances /= chances.sum(axis=1, keepdims=True)
    best = chances.argmax(axis=1)
    sure = chances[range(len(best)), best]
    return [
        (lookalike(words) or Claim(label=model.labels[i], confidence=round(float(c), 3), by=model.name)) if words else None
        for words, i, c in zip(typed, best, sure, strict=True)
    ]  # fmt: skip


def add_language(batch: Batch, knowledge: Knowledge) -> Batch:
    """Each post's language. Without a trained model nothing is claimed."""
    if knowledge.language is None:
        return msgspec.structs.replace(batch, language=(None,) * len(batch.posts))
    expected = knowledge.deployment.languages
    return msgspec.structs.replace(batch, language=tuple(languages_of([post.text for post in batch.posts], knowledge.language, expected)))
