"""The labelled texts of one task and language, under the licences asked for, without any text of a test."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from core.deployment import LANGUAGES
from enrich.language import letters
from enrich.sets import SETS, TRUSTED_ORIGINS, Example, clean, corrected, is_apart, own, read_by_us, rows, shared, taught
from enrich.training import SEED

OWN_WEIGHT = 3.0  # our own posts are nearest to the use
OWN_SHARE = 0.5  # and together weigh at least this much beside others' texts
MOST_OF_A_SET = 30_000  # texts of one set; its rare classes stay whole
EACH_FOR_LANGUAGE = 4000  # texts taken of a sentiment set to teach its language
READ_TEACHES = {"intent": ("en",)}  # tasks whose labels read on others' texts teach these languages alone (docs/experiments.md)
COLUMN = {"sentiment": "sentiment", "intent": "intent", "topics": "topic", "dialect": "variety"}


def gathered(task: str, language: str, data: Path, licences: Sequence[str], not_these: frozenset[str],
             corrections: Path | None = None) -> list[Example]:  # fmt: skip
    """Everything that may train this model. What people corrected comes first, then our own labels: of two equal texts the first stays."""
    if task == "language":
        return clean([*_said_to_be(corrections), *_spoken(data, licences)], not_these)
    ours = corrected(corrections, language, COLUMN[task]) + (own(language, COLUMN[task]) if "own" in licences else [])
    # labels we read come before the sets' own of the same texts
    reads = "own" in licences and language in READ_TEACHES.get(task, LANGUAGES)
    theirs = read_by_us(language, COLUMN[task], data, licences) if reads else []
    theirs += [e for s in SETS if (s.task, s.language) == (task, language) and s.licence in licences for e in thinned(shared(s, data))]
    worth = max(OWN_WEIGHT, OWN_SHARE * len(theirs) / max(len(ours), 1))
    return clean([*(msgspec.structs.replace(e, weight=worth) for e in ours), *theirs], not_these)


def thinned(examples: list[Example]) -> list[Example]:
    """At most MOST_OF_A_SET of `examples`, drawn with a fixed seed from the commonest classes alone."""
    if len(examples) <= MOST_OF_A_SET:
        return examples
    counts = Counter(e.label for e in examples)
    most = _ceiling(sorted(counts.values()))
    draw = np.random.default_rng(SEED)
    kept = {label: set(draw.permutation(n)[:most].tolist()) for label, n in sorted(counts.items())}
    number: Counter[str] = Counter()
    found = []
    for example in examples:
        if number[example.label] in kept[example.label]:
            found.append(example)
        number[example.label] += 1
    return found


def _ceiling(counts: list[int]) -> int:
    """The most texts a class may keep so that all classes (`counts`, ascending) keep MOST_OF_A_SET together."""
    left = MOST_OF_A_SET
    for done, count in enumerate(counts):
        if count > left // (len(counts) - done):
            return left // (len(counts) - done)
        left -= count
    return counts[-1]


def _spoken(data: Path, licences: Sequence[str]) -> list[Example]:
    """Texts whose language is known: our own posts, the sentiment sets, and the trusted rows of the language set; never what is kept apart."""
    ours = LANGUAGES if "own" in licences else ()
    trusted = tuple(origin for origin, licence in TRUSTED_ORIGINS.items() if licence in licences)
    found = [(e.text, language, e.origin) for language in ours for e in own(language, "sentiment")]
    for labelled in SETS:
        if labelled.task == "sentiment" and labelled.licence in licences:
            found += [(e.text, labelled.language, e.origin) for e in _some(shared(labelled, data))]
    path = data / "lid" / "social_lid" / "train.tsv"
    if path.exists():
        found += [(r["text"], r["label"], r["origin"]) for r in rows(path) if r["origin"].startswith(trusted)]
    return [
        Example(text=text, spelt=letters(typed), label=label, origin=f"{origin}:{label}")
        for text, label, origin in found
        if not is_apart(text)
        for typed in _typed(text, label)
    ]


def _said_to_be(corrections: Path | None) -> list[Example]:
    return [Example(text=t.text, spelt=letters(t.text), label=t.language, origin=f"corrections:{t.language}")
            for t in taught(corrections) if t.language and t.language_taught]  # fmt: skip


def _typed(text: str, language: str) -> list[str]:
    """The text, and for Persian also as typed on an Arabic keyboard."""
    return [text, text.replace("ی", "ي").replace("ک", "ك")] if language == "fa" else [text]


def _some(examples: list[Example]) -> list[Example]:
    drawn = np.random.default_rng(SEED).permutation(len(examples))[:EACH_FOR_LANGUAGE]
    return [examples[i] for i in sorted(drawn.tolist())]
