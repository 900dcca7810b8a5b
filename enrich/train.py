"""`sada train`: from labelled sets to weights and what was measured on the way, the same for the same data."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np

from core.deployment import LANGUAGES
from core.errors import BadInput
from enrich.gathering import gathered
from enrich.grams import Array, Grams, cut
from enrich.language import language_grams
from enrich.lexicon import FACTS, counted, lexicon
from enrich.linear import Linear, save
from enrich.measures import Measured, measure
from enrich.normalize import model_text, read_as
from enrich.sets import INTENTS, SENTIMENTS, Example, licences_of
from enrich.training import Recipe, balanced, calibrated, fit, folds, leaning

VERSION = 2
JUDGING = (
    *FACTS[: FACTS.index("exclamation") + 1],
    "asks at the end",
)  # facts that tell sentiment in any source; the others tell the source
RECIPES = {
    "language": Recipe(bits=16, penalty=3.0, balance=0.5, fold=0.1, folds=1),
    "dialect": Recipe(bits=16, penalty=1.0, balance=0.5, fold=0.2, folds=1),
    "sentiment": Recipe(bits=18, penalty=2.0, smoothing=0.03, facts_kept=JUDGING, biases=False),
    "intent": Recipe(bits=18, penalty=30.0, smoothing=0.3),
    "topics": Recipe(bits=16, penalty=20.0, smoothing=0.03, facts=0.6),
}
OF_ONE_LANGUAGE: dict[str, dict[str, object]] = {
    "sentiment-kk": {"penalty": 1.0, "smoothing": 0.1, "lean": {"negative": -0.3, "neutral": -0.3}},
    "sentiment-en": {"alone": 0.25},
    "intent-en": {"lean": {"complaint": 0.4}},
}
"""What one model's recipe has otherwise; docs/experiments.md tells why."""
UNSURE = {"sentiment": 0.45, "dialect": 0.7}
FAILURES = 8  # examples of mistakes in the card
LARGE = 8000  # from so many texts on one fold of a tenth is enough to calibrate


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A text of our own that was misread, how, and how surely."""

    text: str
    label: str
    answer: str
    confidence: float


class Trained(msgspec.Struct, frozen=True, kw_only=True):
    """One model's record for its card: what it learnt from and how it did on what it had not seen."""

    name: str
    task: str
    language: str
    sets: dict[str, int]  # origin → texts
    recipe: Recipe
    held_out: dict[str, Measured]  # origin, or origin and slice → measured on texts kept out, by models that had not seen them
    licences: dict[str, str] = {}  # origin → licence class
    failures: tuple[Failure, ...] = ()  # the surest mistakes on our own posts kept out
    tested: dict[str, Measured] = {}  # file → these very weights on texts of tests: what `sada eval` says


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be trained from what."""

    data: Path  # folder of other people's sets
    licences: tuple[str, ...]  # classes that may train
    out: Path  # where weights go
    languages: tuple[str, ...] = LANGUAGES
    changes: dict[str, str] = {}  # fields of the recipe, for experiments
    corrections: Path | None = None  # what `sada export corrections` wrote


def train(task: str, order: Order, forbidden: frozenset[str], told: Callable[[str], None]) -> list[Trained]:
    """Train each language's model of `task` and write it. `told` hears of each step.

    Raises BadInput if there is nothing to learn from.
    """
    if task not in RECIPES:
        raise BadInput(f"there is no task {task!r}; the tasks are {', '.join(RECIPES)}")
    done = []
    for language in languages_of(task, order.languages):
        examples = gathered(task, language, order.data, order.licences, forbidden, order.corrections)
        if len({e.label for e in examples}) > 1:
            done.append(_one(task, language, examples, order, told))
    if not done:
        raise BadInput(f"{order.data}: holds no labelled set for {task}; name the folder of the data with --data")
    return done


def languages_of(task: str, asked: Sequence[str]) -> tuple[str, ...]:
    """The languages that have a model of `task`: one for all tells languages, dialects are of Arabic."""
    return {"language": ("",), "dialect": ("ar",)}.get(task, tuple(asked))


def recipe_for(task: str, changes: dict[str, str], texts: int, language: str = "") -> Recipe:
    """The recipe of `task` in `language` with changes, and with one fold where there are many texts. Raises BadInput for an unknown field."""
    usual = {**msgspec.to_builtins(RECIPES[task]), **OF_ONE_LANGUAGE.get(f"{task}-{language}", {})}
    try:
        recipe = msgspec.convert({**usual, **changes}, Recipe, strict=False)
    except msgspec.ValidationError as error:
        raise BadInput(f"--set: {error}; the fields are {', '.join(Recipe.__struct_fields__)}") from error
    return recipe if texts < LARGE else msgspec.structs.replace(recipe, fold=0.1, folds=1)


def _one(task: str, language: str, examples: list[Example], order: Order, told: Callable[[str], None]) -> Trained:
    name = f"{task}-{language}" if language else task
    recipe = recipe_for(task, order.changes, len(examples), language)
    grams, facts = read(task, language, examples)
    weights = balanced(examples, recipe.balance)
    labels = [e.label for e in examples]
    kinds = _classes(task, labels)
    told(f"{name}: {len(examples)} texts")
    ours = np.array([e.origin.startswith("own/") for e in examples])
    kept, scores = _kept_out(grams, facts, labels, weights, ours, recipe, kinds, told, name)
    model, rarity = fit(grams, facts, labels, weights, recipe, f"{name}@{VERSION}", kinds, ours)
    seen = [examples[i] for i in kept]
    model = calibrated(model, scores, [e.label for e in seen], np.array([e.weight for e in seen]), recipe.biases)
    model = msgspec.structs.replace(leaning(model, recipe.lean), unsure_below=UNSURE.get(task, 0.0))
    save(model, rarity, order.out / f"{name}.npz")
    return Trained(
        name=model.name, task=task, language=language, sets=_sizes(examples), recipe=recipe, held_out=_by_origin(model, scores, seen),
        licences=licences_of(_sizes(examples)), failures=_failures(model, scores, seen),
    )  # fmt: skip


def read(task: str, language: str, examples: Sequence[Example]) -> tuple[Grams, Array | None]:
    """What the model of a task sees of texts."""
    if task == "language":
        return language_grams([e.spelt for e in examples]), None
    texts = [read_as(model_text(e.spelt), language) for e in examples]
    return cut(texts), counted(texts, lexicon(language))


def _classes(task: str, labels: Sequence[str]) -> tuple[str, ...]:
    known = {"sentiment": SENTIMENTS, "intent": INTENTS}.get(task)
    return known or tuple(sorted(set(labels)))


def _kept_out(grams: Grams, facts: Array | None, labels: Sequence[str], weights: Array, ours: Array, recipe: Recipe, kinds: tuple[str, ...],
              told: Callable[[str], None], name: str) -> tuple[list[int], Array]:  # fmt: skip
    """Scores of texts by models that had not seen them: which texts, and their scores."""
    kept: list[int] = []
    scores = []
    truth = np.array(labels)
    for number, out in enumerate(folds(len(labels), recipe), 1):
        told(f"{name}: fold {number} of {recipe.folds}")
        model, _ = fit(grams.rows(~out), _rows(facts, ~out), truth[~out].tolist(), weights[~out], recipe, name, kinds, ours[~out])
        scores.append(model.scores(grams.rows(out), _rows(facts, out)))
        kept += np.flatnonzero(out).tolist()
    return kept, np.concatenate(scores)


def _rows(facts: Array | None, chosen: Array) -> Array | None:
    return None if facts is None else facts[chosen]


def _sizes(examples: Sequence[Example]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for example in examples:
        sizes[example.origin] = sizes.get(example.origin, 0) + 1
    return dict(sorted(sizes.items()))


def _failures(model: Linear, scores: Array, examples: Sequence[Example]) -> tuple[Failure, ...]:
    """The surest mistakes on our own posts; texts of other people are never printed."""
    chances = model.chances(scores)
    best = chances.argmax(axis=1)
    wrong = [i for i, e in enumerate(examples) if e.origin.startswith("own/") and model.labels[best[i]] != e.label]
    surest = sorted(wrong, key=lambda i: (-chances[i, best[i]], examples[i].text))[:FAILURES]
    return tuple(
        Failure(
            text=examples[i].text, label=examples[i].label, answer=model.labels[best[i]], confidence=round(float(chances[i, best[i]]), 3)
        )
        for i in surest
    )


def _by_origin(model: Linear, scores: Array, examples: Sequence[Example]) -> dict[str, Measured]:
    """Measures of each set, and of each slice of a set that has at least fifty texts."""
    chances = model.chances(scores)
    lines: dict[str, list[int]] = {}
    for i, example in enumerate(examples):
        lines.setdefault(example.origin, []).append(i)
        if example.slice:
            lines.setdefault(f"{example.origin} {example.slice}", []).append(i)
    return {
        key: measure([examples[i].label for i in chosen], chances[chosen], model.labels)
        for key, chosen in sorted(lines.items()) if len(chosen) >= 50
    }  # fmt: skip
