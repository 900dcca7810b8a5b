"""sada bench ablation: what each source of labels, each set and each step of reading brought, on texts of tests that train nothing.

Texts are read once a spelling and language; a variation is a choice among them and one fit, at most MOST texts of a set, so that the whole
run takes minutes. Its figures are therefore a little under those of the shipped weights: they are to be compared with its own first line.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from bench import measure
from core.spelling import normal
from enrich.evaluate import labelled
from enrich.gathering import gathered
from enrich.grams import Array, Grams, cut
from enrich.lexicon import counted, lexicon
from enrich.linear import Linear
from enrich.measures import compare
from enrich.normalize import model_text, read_as
from enrich.sets import INTENTS, SENTIMENTS, SHARED, SHIPPED, TESTS, Example, forbidden, licences_of
from enrich.tested import FILES, OWN
from enrich.train import recipe_for
from enrich.training import SEED, balanced, fit

MODELS = (
    ("sentiment", "ar"),
    ("sentiment", "fa"),
    ("sentiment", "ru"),
    ("sentiment", "kk"),
    ("sentiment", "en"),
    ("intent", "en"),
    ("intent", "kk"),
)
CLASSES = {"sentiment": SENTIMENTS, "intent": INTENTS}
MOST = 3000  # texts of one set

Reads = Callable[[str, str], str]  # a published text, a language → what the model reads


def usual(text: str, language: str) -> str:
    """As shipped: normal spelling, links, handles and digits alike, Kazakh in one alphabet."""
    return read_as(model_text(normal(text)), language)


def one_alphabet_less(text: str, language: str) -> str:
    """Kazakh as it was typed."""
    return model_text(normal(text))


def letters_as_they_come(text: str, language: str) -> str:
    """No normal spelling: forms of letters, vowel signs, capitals and stretched words stay."""
    return model_text(text)


def nothing_masked(text: str, language: str) -> str:
    """Links, handles, digits and signs as they come."""
    return read_as(" ".join(normal(text).split()), language)


class Variation(msgspec.Struct, frozen=True, kw_only=True):
    """One thing left out or changed."""

    name: str
    without: str = ""  # origins with this in their name do not train
    only: str = ""  # no others than those that begin so train
    licences: tuple[str, ...] = SHIPPED
    changes: dict[str, str] = {}
    reads: Reads = usual
    language: str = ""  # the one language that it means anything to


VARIATIONS = (
    Variation(name="as shipped, fewer texts"),
    Variation(name="without our own posts", without="own/"),
    Variation(name="our own posts alone", only="own/"),
    Variation(name="without labels read on other people's texts", without=":read"),
    Variation(name="open and attribution sets and our own posts", licences=("open", "attribution", "own")),
    Variation(name="without word lists and counted facts", changes={"facts": "0"}),
    Variation(name="classes not balanced", changes={"balance": "0"}),
    Variation(name="without naive Bayes' scaling", changes={"smoothing": "1000"}),
    Variation(name="letters as they come", reads=letters_as_they_come),
    Variation(name="nothing masked", reads=nothing_masked),
    Variation(name="no second model of our own posts", changes={"alone": "0"}, language="en"),
    Variation(name="Kazakh as it was typed", reads=one_alphabet_less, language="kk"),
)


class Read(msgspec.Struct, frozen=True):
    """Some labelled texts as a model sees them."""

    examples: tuple[Example, ...]
    grams: Grams
    facts: Array


class Material(msgspec.Struct, frozen=True):
    """What one model may learn from and is measured on, in one way of reading."""

    taught: Read
    tests: dict[str, Read]


def run(
    models: Sequence[tuple[str, str]] = MODELS, variations: Sequence[Variation] = VARIATIONS, data: Path = SHARED, most: int = MOST
) -> dict[str, object]:
    """Fit each variation of each model and measure it; macro-F1 by file. Each set of other people's is also left out by itself."""
    not_these = forbidden(data)
    found: dict[str, dict[str, float]] = {}
    for task, language in models:
        examples = _some(gathered(task, language, data, SHIPPED, not_these), most)
        read: dict[Reads, Material] = {}
        for variation in (*variations, *_sets_left_out(examples, variations)):
            if variation.language not in ("", language):
                continue
            print(f"ablation: {task}-{language} {variation.name}", file=sys.stderr)
            if variation.reads not in read:
                read = {variation.reads: _material(task, language, examples, data, variation.reads)} | _kept(read)
            found.setdefault(variation.name, {}).update(_measured(task, language, variation, read[variation.reads]))
    runs = [{"variation": name, **figures} for name, figures in found.items()]
    return measure.report("ablation", runs, found)


def _kept(read: dict[Reads, Material]) -> dict[Reads, Material]:
    """Of what was read only the usual stays: memory."""
    return {reads: material for reads, material in read.items() if reads is usual}


def _some(examples: Sequence[Example], most: int) -> list[Example]:
    """At most `most` of each origin, drawn with a fixed seed."""
    seen: Counter[str] = Counter()
    kept = set()
    for i in np.random.default_rng(SEED).permutation(len(examples)).tolist():
        seen[examples[i].origin] += 1
        if seen[examples[i].origin] <= most:
            kept.add(i)
    return [e for i, e in enumerate(examples) if i in kept]


def _sets_left_out(examples: Sequence[Example], variations: Sequence[Variation]) -> Iterator[Variation]:
    """One variation for each set of other people's, where the whole list is asked for."""
    if variations is VARIATIONS:
        origins = sorted({e.origin for e in examples if not e.origin.startswith("own/") and ":read" not in e.origin})
        yield from (Variation(name=f"without {origin}", without=origin) for origin in origins)


def _material(task: str, language: str, examples: Sequence[Example], data: Path, reads: Reads) -> Material:
    return Material(_read(examples, language, reads), {path: _read(file, language, reads) for path, file in _files(task, language, data)})


def _read(examples: Sequence[Example], language: str, reads: Reads) -> Read:
    texts = [reads(e.text, language) for e in examples]
    return Read(tuple(examples), cut(texts), counted(texts, lexicon(language)))


def _files(task: str, language: str, data: Path) -> Iterator[tuple[str, list[Example]]]:
    """The test files of a model: other people's that are there, and our own."""
    paths = [(file.path, data / file.path) for file in FILES if (file.task, file.language) == (task, language)]
    for name, path in [*paths, (f"{OWN}/{language}.tsv", TESTS / f"{language}.tsv")]:
        if path.exists():
            told = labelled(path, task)
            yield name, [Example(text=t, spelt="", label=label, origin=name) for t, label in zip(told.texts, told.labels, strict=True)]


def _measured(task: str, language: str, variation: Variation, material: Material) -> dict[str, float]:
    """File by file the macro-F1; nothing where too little is left to learn from."""
    taught = material.taught
    chosen = np.array([_trains(e, variation) for e in taught.examples])
    examples = [e for e, is_in in zip(taught.examples, chosen, strict=True) if is_in]
    labels = [e.label for e in examples]
    if len(set(labels)) < 2:
        return {}
    recipe = recipe_for(task, variation.changes, len(examples), language)
    model, _ = fit(
        taught.grams.rows(chosen), taught.facts[chosen], labels, balanced(examples, recipe.balance), recipe, "ablation", CLASSES[task],
        np.array([e.origin.startswith("own/") for e in examples]),
    )  # fmt: skip
    return {f"{task} {path}": _macro_f1(model, read) for path, read in material.tests.items()}


def _trains(example: Example, variation: Variation) -> bool:
    licence = licences_of([example.origin])[example.origin]
    return (
        licence in variation.licences
        and example.origin.startswith(variation.only)
        and not (variation.without and variation.without in example.origin)
    )


def _macro_f1(model: Linear, read: Read) -> float:
    """Over the classes that the model knows; where a file tells one class from all others, the F1 of that class."""
    answers = [model.labels[i] for i in model.scores(read.grams, read.facts).argmax(axis=1).tolist()]
    truth = [e.label for e in read.examples]
    against = {label for label in truth if label.startswith("not_")}
    if against:
        wanted = against.pop().removeprefix("not_")
        return compare(truth, [a if a == wanted else f"not_{wanted}" for a in answers], None, [wanted]).macro_f1
    return compare(truth, answers, None, [label for label in model.labels if label in set(truth)]).macro_f1
