"""How well answers agree with labels: precision, recall, F1, calibration, coverage."""

from collections.abc import Sequence

import msgspec
import numpy as np

from enrich.grams import Array


class ClassMeasured(msgspec.Struct, frozen=True):
    """One class: shares from 0 to 1, and how many texts truly have it."""

    precision: float
    recall: float
    f1: float
    n: int


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """All measures of one model on some texts. `confusion[truth][answer]` counts."""

    n: int
    accuracy: float
    macro_f1: float
    macro_recall: float
    per_class: dict[str, ClassMeasured]
    confusion: dict[str, dict[str, int]]
    ece: float | None = None  # expected calibration error, ten equal bins of confidence
    precision_at_coverage: dict[str, float] = {}  # share answered (surest first) → share right
    coverage_at_precision: dict[str, float] = {}  # share right wanted → largest share answered


def measure(truth: Sequence[str], chances: Array, labels: Sequence[str]) -> Measured:
    """Measures of the likeliest label of each line of `chances` (texts × labels)."""
    first = chances.argmax(axis=1)
    answers = [labels[i] for i in first.tolist()]
    return compare(truth, answers, chances[np.arange(len(first)), first])


def compare(truth: Sequence[str], answers: Sequence[str], confidence: Array | None = None, over: Sequence[str] | None = None) -> Measured:
    """Measures of `answers`; macro figures are over the classes of `truth`, or over those of `over`."""
    kinds = sorted(set(truth) | set(answers))
    table = {t: dict.fromkeys(kinds, 0) for t in kinds}
    for true, answer in zip(truth, answers, strict=True):
        table[true][answer] += 1
    each = {kind: _one_class(kind, table) for kind in kinds}
    meant = [each[kind] for kind in (over or sorted(set(truth))) if kind in each]
    right = np.array([t == a for t, a in zip(truth, answers, strict=True)], dtype=float)
    sure = None if confidence is None or not len(right) else np.asarray(confidence, dtype=float)
    return Measured(
        n=len(truth), accuracy=_mean(right), macro_f1=_mean([c.f1 for c in meant]), macro_recall=_mean([c.recall for c in meant]),
        per_class=each, confusion=table,
        ece=None if sure is None else calibration_error(right, sure),
        precision_at_coverage={} if sure is None else {f"{share:.1f}": _precision_at(right, sure, share) for share in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)},
        coverage_at_precision={} if sure is None else {f"{wanted:.1f}": _coverage_at(right, sure, wanted) for wanted in (0.8, 0.9)},
    )  # fmt: skip


def _mean(values: Sequence[float] | Array) -> float:
    return round(float(np.mean(values)), 4) if len(values) else 0.0


def _one_class(kind: str, table: dict[str, dict[str, int]]) -> ClassMeasured:
    hit, told, true = table[kind][kind], sum(row[kind] for row in table.values()), sum(table[kind].values())
    f1 = 2 * hit / (told + true) if told + true else 0.0
    return ClassMeasured(round(hit / told, 4) if told else 0.0, round(hit / true, 4) if true else 0.0, round(f1, 4), true)


def calibration_error(right: Array, sure: Array) -> float:
    """Mean distance between confidence and share right over ten bins, weighted by their texts (Naeini and others, 2015)."""
    bins = np.minimum((sure * 10).astype(int), 9)
    gaps = [abs(right[bins == b].mean() - sure[bins == b].mean()) * (bins == b).mean() for b in range(10) if (bins == b).any()]
    return round(float(sum(gaps)), 4)


def _precision_at(right: Array, sure: Array, share: float) -> float:
    order = np.argsort(-sure, kind="stable")[: max(1, round(len(right) * share))]
    return _mean(right[order])


def _coverage_at(right: Array, sure: Array, wanted: float) -> float:
    """The largest share of texts, surest first, of which at least `wanted` are right."""
    order = np.argsort(-sure, kind="stable")
    running = np.cumsum(right[order]) / np.arange(1, len(right) + 1)
    good = np.flatnonzero(running >= wanted)
    return round(float((good[-1] + 1) / len(right)), 4) if len(good) else 0.0
