"""sada bench ablation: what each source of labels and each step brought, on texts of tests that train nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench import measure
from enrich.knowledge import learn, neutral
from enrich.sets import SHARED, SHIPPED, forbidden
from enrich.tested import tested
from enrich.train import Order, train

TASK = "sentiment"
LANGUAGES = ("ar", "fa", "ru", "kk")  # those with other people's tests


class Variation(msgspec.Struct, frozen=True, kw_only=True):
    """One thing left out or changed."""

    name: str
    licences: tuple[str, ...] = SHIPPED
    changes: dict[str, str] = {}


VARIATIONS = (
    Variation(name="as shipped"),
    Variation(name="without our own posts", licences=tuple(c for c in SHIPPED if c != "own")),
    Variation(name="our own posts alone", licences=("own",)),
    Variation(name="open and attribution sets and our own posts", licences=("open", "attribution", "own")),
    Variation(name="without word lists and counted facts", changes={"facts": "0"}),
    Variation(name="classes not balanced", changes={"balance": "0"}),
    Variation(name="with fitted biases", changes={"biases": "true"}),
)


def run(languages: Sequence[str] = LANGUAGES, variations: Sequence[Variation] = VARIATIONS, data: Path = SHARED) -> dict[str, object]:
    """Train each variation anew and measure it; macro-F1 by file. Takes some minutes a language."""
    not_these = forbidden(data)
    found: dict[str, dict[str, float]] = {}
    for variation in variations:
        print(f"ablation: {variation.name}", file=sys.stderr)
        found[variation.name] = dict(_measured(variation, languages, data, not_these))
    runs = [{"variation": name, **figures} for name, figures in found.items()]
    return measure.report("ablation", runs, found)  # type: ignore[arg-type]


def _measured(variation: Variation, languages: Sequence[str], data: Path, not_these: frozenset[str]) -> Iterator[tuple[str, float]]:
    """File by file the macro-F1 of weights trained so; nothing for a language that such licences leave without a set."""
    with TemporaryDirectory() as folder:
        order = Order(data=data, licences=variation.licences, out=Path(folder), languages=tuple(languages), changes=variation.changes)
        for trained in train(TASK, order, not_these, lambda said: None):
            for path, measured in tested(trained, data, learn(neutral(), Path(folder))).tested.items():
                yield path, measured.macro_f1
