"""sada bench shares: our way to the share of negative posts beside those of the literature, on the same samples and resamples.

Every method learns from the same labelled posts of a file and is asked for the share of negatives among posts whose mix has shifted, drawn as
`sada eval share` draws them. The last file is SemEval's test: nothing is chosen on it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from itertools import product
from pathlib import Path

import numpy as np

from bench import measure
from core import shares
from core.shares import Share
from enrich.evaluate import labelled, sentiment_chances
from enrich.grams import Array
from enrich.knowledge import Knowledge, learn, neutral
from enrich.sets import SENTIMENTS, SHARED
from enrich.share import fitted, logs, reader, share
from enrich.share_eval import EACH, SAMPLES, resample

FILES = (("ar/arsas/test.tsv", "ar"), ("ar/arsentd_lev/train.tsv", "ar"), ("ar/saudi_tourism/test.tsv", "ar"),
         ("ru/sentirueval/test.tsv", "ru"), ("kk/kazsandra_3class/dev.tsv", "kk"), ("ar/semeval2017_ar/test.tsv", "ar"))  # fmt: skip
MOST = 6000  # posts of a file
LABELS = 150
NEGATIVE = SENTIMENTS.index("negative")
STEPS = 40  # of the grid over mixes on each side
BINS = 8  # of a histogram of chances
ROUNDS = 200  # of expectation and maximisation at most

Told = Callable[[Array], Share | float]  # chances of posts → the share of negatives among them
Method = Callable[[Array, Array], Told]  # chances and classes of labelled posts → what tells shares


def ours(chances: Array, truth: Array) -> Told:
    """As shipped: likelihoods by a fitted mixing of log-chances, averaged over all mixes and over redrawn labels."""
    return partial(share, of=NEGATIVE, by=reader(chances, truth))


def expected(chances: Array, truth: Array) -> Told:
    """SLD on recalibrated chances (Saerens and others, 2002): the likeliest mix, by expectation and maximisation."""
    mixing, bias = fitted(logs(chances), truth, np.ones(len(truth)))
    return lambda posts: _likeliest(np.exp(logs(posts) @ mixing + bias))


def _likeliest(likely: Array) -> float:
    mix = np.full(likely.shape[1], 1 / likely.shape[1])
    for _ in range(ROUNDS):
        each = likely * mix
        mix = (each / each.sum(axis=1, keepdims=True)).mean(axis=0)
    return float(mix[NEGATIVE])


def counted(chances: Array, truth: Array) -> Told:
    """PACC (Bella and others, 2010): the mix whose mean chances are nearest to those seen."""
    means = np.stack([(chances[truth == c].sum(axis=0) + 1 / 3) / ((truth == c).sum() + 1) for c in range(len(SENTIMENTS))])
    return lambda posts: _nearest(((mixes() @ means - posts.mean(axis=0)) ** 2).sum(axis=1))


def matched(chances: Array, truth: Array, distance: Callable[[Array, Array], Array]) -> Told:
    """The mix whose histogram of each class's chances is nearest to the one seen."""
    of_class = np.stack([_histograms(chances[truth == c]) for c in range(len(SENTIMENTS))])
    at_each = np.tensordot(mixes(), of_class, axes=1)
    return lambda posts: _nearest(distance(at_each, _histograms(posts)[None]).sum(axis=1))


def hellinger(one: Array, other: Array) -> Array:
    """HDy's distance between histograms (González-Castro and others, 2013)."""
    return np.asarray(np.sqrt(np.maximum(0, 1 - np.sqrt(one * other).sum(axis=2))))


def topsoe(one: Array, other: Array) -> Array:
    """DyS's distance between histograms (Maletzke and others, 2019)."""
    both = (one + other) / 2
    return np.asarray((one * np.log(one / both) + other * np.log(other / both)).sum(axis=2))


def _histograms(chances: Array) -> Array:
    """Classes × bins: how the chances of each class are spread, each bin a little above nought."""
    places = np.minimum((chances * BINS).astype(int), BINS - 1)
    counts = np.stack([np.bincount(column, minlength=BINS) for column in places.T]) + 0.5
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def dense(chances: Array, truth: Array, width: float) -> Told:
    """KDEy by likelihood (Moreo and others, 2024): a normal kernel of this width round the chances of each labelled post."""
    return lambda posts: _nearest(-np.log(_densities(posts, chances, truth, np.ones(len(truth)), width) @ mixes().T).sum(axis=0))


def dense_and_ours(chances: Array, truth: Array, width: float) -> Told:
    """The geometric mean of the two likelihoods, averaged as ours are."""
    by, draw = reader(chances, truth), np.random.default_rng(0)
    redrawn = [draw.dirichlet(np.ones(len(truth))) for _ in by.biases]

    def told(posts: Array) -> Share:
        fit = logs(posts) @ by.mixing + by.biases[:, None, :]
        kernels = np.stack([_densities(posts, chances, truth, weights, width) for weights in redrawn])
        z = (fit + np.log(kernels)) / 2
        return shares.share(np.exp(z - z.max(axis=2, keepdims=True)), np.ones(len(posts)), NEGATIVE)

    return told


def _densities(posts: Array, chances: Array, truth: Array, weights: Array, width: float) -> Array:
    """Posts × classes: the density of each class at each post's chances, up to one factor for all."""
    off = ((posts[:, None] - chances[None]) ** 2).sum(axis=2)
    near = np.exp(-off / (2 * width**2))
    of = np.eye(len(SENTIMENTS))[truth] * weights[:, None]
    return np.asarray((near @ of + 1e-12) / (of.sum(axis=0) + 1e-9))


@cache
def mixes() -> Array:
    """A grid over all mixes of the classes, one a line."""
    grid = np.array([line for line in product(range(STEPS + 1), repeat=len(SENTIMENTS)) if sum(line) == STEPS], dtype=float)
    return np.asarray((grid + 0.1) / (STEPS + 0.1 * len(SENTIMENTS)))


def _nearest(distances: Array) -> float:
    return float(mixes()[distances.argmin(), NEGATIVE])


METHODS: dict[str, Method] = {
    "ours": ours, "SLD": expected, "PACC": counted, "HDy": partial(matched, distance=hellinger), "DyS": partial(matched, distance=topsoe),
    "KDEy 0.1": partial(dense, width=0.1), "KDEy 0.2": partial(dense, width=0.2), "KDEy 0.2 and ours": partial(dense_and_ours, width=0.2),
}  # fmt: skip


def run(files: Sequence[tuple[str, str]] = FILES, data: Path = SHARED, samples: int = SAMPLES, each: int = EACH) -> dict[str, object]:
    """Mean error in points of each method on each file that is there; for those that tell an interval how often it held and its width."""
    knowledge = learn(neutral())
    found = {path: _measured(*_read(data / path, language, knowledge), samples, each) for path, language in files if (data / path).exists()}
    runs = [{"file": path, **figures} for path, figures in found.items()]
    return measure.report("shares", runs, found)


def _read(path: Path, language: str, knowledge: Knowledge) -> tuple[Array, Array]:
    """Chances and classes of a file's posts."""
    print(f"shares: {path}", file=sys.stderr)
    file = labelled(path, "sentiment", MOST)
    chances, names = sentiment_chances(file.texts, knowledge, language)
    known = [label in names for label in file.labels]
    return chances[known].astype(float), np.array([names.index(label) for label in file.labels if label in names])


def _measured(chances: Array, truth: Array, samples: int, each: int) -> dict[str, float]:
    told: dict[str, list[tuple[Share | float, float]]] = {}
    for name, answer, true in _asked(chances, truth, samples, each):
        told.setdefault(name, []).append((answer, true))
    return {figure: value for name, answers in told.items() for figure, value in _figures(name, answers)}


def _asked(chances: Array, truth: Array, samples: int, each: int) -> Iterator[tuple[str, Share | float, float]]:
    """Each method's answer to each resample, and the truth."""
    draw = np.random.default_rng(0)
    for _ in range(samples):
        order = draw.permutation(len(truth))
        sample, pool = order[:LABELS], order[LABELS:]
        learnt = {name: method(chances[sample], truth[sample]) for name, method in METHODS.items()}
        for _ in range(each):
            chosen = pool[resample(truth[pool], draw)]
            true = float((truth[chosen] == NEGATIVE).mean())
            yield from ((name, told(chances[chosen]), true) for name, told in learnt.items())


def _figures(name: str, answers: Sequence[tuple[Share | float, float]]) -> Iterator[tuple[str, float]]:
    off = [abs((a.share if isinstance(a, Share) else a) - true) for a, true in answers]
    yield name, round(100 * float(np.mean(off)), 1)
    intervals = [(a.low, a.high, true) for a, true in answers if isinstance(a, Share)]
    if intervals:
        low, high, true = np.array(intervals).T
        yield f"{name}: interval holds", round(float(((low <= true) & (true <= high)).mean()), 3)
        yield f"{name}: width", round(100 * float((high - low).mean()), 1)
