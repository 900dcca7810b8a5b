"""The labelled texts of one task and language, under the licences asked for, without any text of a test."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.deployment import LANGUAGES
from enrich.language import letters
from enrich.sets import SETS, Example, clean, own, rows, shared
from enrich.training import SEED

OWN_WEIGHT = 3.0  # our own posts are nearest to the use
EACH_FOR_LANGUAGE = 4000  # texts taken of a sentiment set to teach its language
COLUMN = {"sentiment": "sentiment", "intent": "intent", "topics": "topic", "dialect": "variety"}
TRUSTED_ORIGINS = ("ar/arsarcasm_v2", "en/semeval2017_en", "ru/rusentitweet", "kk/kazsandra_sc", "UMSAB")
"""Origins of social_lid rows that may train shipped weights: open, attribution, and Russian social text."""


def gathered(task: str, language: str, data: Path, licences: Sequence[str], not_these: frozenset[str]) -> list[Example]:
    """Everything that may train this model. Our own labels come first, so that of two equal texts ours stays."""
    if task == "language":
        return clean(_spoken(data, licences), not_these)
    ours = [_weighed(e) for e in own(language, COLUMN[task])] if "own" in licences else []
    theirs = [
        e for s in SETS if (s.task, s.language) == (task, language) and s.licence in licences for e in shared(s, data)
    ]  # fmt: skip
    return clean([*ours, *theirs], not_these)


def _weighed(example: Example) -> Example:
    return Example(
        text=example.text, spelt=example.spelt, label=example.label, origin=example.origin, slice=example.slice, weight=OWN_WEIGHT
    )  # fmt: skip


def _spoken(data: Path, licences: Sequence[str]) -> list[Example]:
    """Texts whose language is known: our own posts, the sentiment sets, and the trusted rows of the language set."""
    found = [(e.text, language, e.origin) for language in LANGUAGES for e in own(language, "sentiment")]
    for labelled in SETS:
        if labelled.task == "sentiment" and labelled.licence in licences:
            found += [(e.text, labelled.language, e.origin) for e in _some(shared(labelled, data))]
    path = data / "lid" / "social_lid" / "train.tsv"
    if path.exists():
        found += [(r["text"], r["label"], r["origin"]) for r in rows(path) if r["origin"].startswith(TRUSTED_ORIGINS)]
    return [
        Example(text=text, spelt=letters(typed), label=label, origin=f"{origin}:{label}")
        for text, label, origin in found
        for typed in _typed(text, label)
    ]


def _typed(text: str, language: str) -> list[str]:
    """The text, and for Persian also as typed on an Arabic keyboard."""
    return [text, text.replace("ی", "ي").replace("ک", "ك")] if language == "fa" else [text]


def _some(examples: list[Example]) -> list[Example]:
    drawn = np.random.default_rng(SEED).permutation(len(examples))[:EACH_FOR_LANGUAGE]
    return [examples[i] for i in sorted(drawn.tolist())]
