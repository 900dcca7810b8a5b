"""`sada eval`: what the enrichers answer for a labelled file, and how well."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np

from core.errors import BadInput
from core.page import in_parts
from core.post import Claim, Kind, Post
from enrich.batch import Batch, Model
from enrich.grams import Array
from enrich.knowledge import Knowledge
from enrich.language import add_language
from enrich.measures import Measured, compare
from enrich.modelled import best, by_language
from enrich.reading import add_normal, part_by_language
from enrich.sets import is_apart, rows
from enrich.topics import add_topics

TASKS = ("language", "sentiment", "intent", "topics")
BATCH = 500
MAJORITY = 0.5  # a file is in one language if so many of its texts are
UNTOLD = "untold"  # the answer where an enricher cannot tell: right for no label
_THEN = datetime(2000, 1, 1, tzinfo=UTC)  # posts need a time; no answer depends on it


class Labelled(msgspec.Struct, frozen=True):
    """A file's texts and labels."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]


def labelled(path: Path, task: str, limit: int | None = None, apart: bool = False) -> Labelled:
    """The texts and labels of a tab-separated file with the columns text and label (or one named like the task).

    `apart`: only the tenth of the texts that never teaches a language (see sets.is_apart).
    Raises BadInput if a column is missing or no line has a label.
    """
    found = []
    for line in rows(path):
        columns = [name for name in ("label", task, task.removesuffix("s")) if name in line]
        if "text" not in line or not columns:
            raise BadInput(f"{path}: needs the columns text and label, tab-separated; it has {', '.join(line)}")
        label = next((line[name] for name in columns if line[name]), "")
        if label and (not apart or is_apart(line["text"])):
            found.append((line["text"], label))
    if not found:
        raise BadInput(f"{path}: holds no labelled line; it needs the columns text and label, tab-separated")
    texts, labels = zip(*found[:limit], strict=True)
    return Labelled(texts, labels)


def evaluated(task: str, file: Labelled, knowledge: Knowledge, language: str | None = None, over: Sequence[str] | None = None) -> Measured:
    """How well the enricher of `task` does on `file`. `language`: read all texts in it; None: in the one most of the file is in."""
    claims = answers(task, file.texts, knowledge, language)
    told = [claim.label if claim else UNTOLD for claim in claims]
    against = [label for label in set(file.labels) if label.startswith("not_")]
    if len(against) == 1:  # a file of two classes, X and not_X
        told = [label if label == against[0].removeprefix("not_") else against[0] for label in told]
    sure = np.array([(claim.confidence or 0.0) if claim else 0.0 for claim in claims])
    return compare(file.labels, told, sure, over)


def answers(task: str, texts: Sequence[str], knowledge: Knowledge, language: str | None = None) -> list[Claim | None]:
    """The surest claim for each text; for topics "none" is an answer, for the others None is where nothing can be told."""
    batches = _understood_so_far(texts, knowledge, language, task)
    if task == "language":
        return [claim for batch in batches for claim in batch.language]
    if task == "topics":
        return [_first(claims) for batch in batches for claims in add_topics(batch, knowledge).topics]
    models = {"sentiment": knowledge.sentiment, "intent": knowledge.intent}[task]
    return [claim for batch in batches for claim in by_language(batch, models, best)]


def sentiment_chances(texts: Sequence[str], knowledge: Knowledge, language: str | None = None) -> tuple[Array, tuple[str, ...]]:
    """Calibrated chances of each sentiment, one line a text, and the labels of the columns; even chances where no model reads a text."""
    labels: tuple[str, ...] = next(iter(knowledge.sentiment.values())).labels
    even = [1.0 / len(labels)] * len(labels)
    lines = [
        line or even
        for batch in _understood_so_far(texts, knowledge, language, "sentiment")
        for line in by_language(batch, knowledge.sentiment, _lines)
    ]  # fmt: skip
    return np.array(lines), labels


def _lines(model: Model, chances: Array) -> list[list[float]]:
    found: list[list[float]] = chances.tolist()
    return found


def _first(claims: tuple[Claim, ...]) -> Claim:
    return claims[0] if claims else Claim(label="none", confidence=0.5)


def _understood_so_far(texts: Sequence[str], knowledge: Knowledge, language: str | None, task: str) -> list[Batch]:
    """`texts` in batches, read up to the models; for other tasks than language all in one language, if most of them are."""
    batches = [_begun(some, knowledge) for some in in_parts(texts, BATCH)]
    if task == "language":
        return batches
    spoken = language or majority([claim for batch in batches for claim in batch.language])
    if spoken:
        batches = [msgspec.structs.replace(b, language=(Claim(label=spoken),) * len(b.posts)) for b in batches]
    return [part_by_language(batch, knowledge) for batch in batches]


def _begun(texts: Sequence[str], knowledge: Knowledge) -> Batch:
    posts = tuple(
        Post(id=f"eval:{i}", platform="eval", kind=Kind.MENTION, text=text, created_at=_THEN, observed_at=_THEN)
        for i, text in enumerate(texts)
    )
    return add_language(add_normal(Batch(posts=posts), knowledge), knowledge)


def majority(claims: Sequence[Claim | None]) -> str | None:
    """The language of more than half of the texts that have one."""
    spoken = Counter(claim.label for claim in claims if claim)
    language, count = spoken.most_common(1)[0] if spoken else ("", 0)
    return language if count > MAJORITY * sum(spoken.values()) else None
