"""`sada eval share`: how far estimated shares of negative posts are from the truth when the mix shifts."""

import msgspec
import numpy as np
from ppi_py import ppi_mean_ci, ppi_mean_pointestimate

from core import shares
from core.errors import BadInput
from enrich.evaluate import Labelled, sentiment_chances
from enrich.grams import Array
from enrich.knowledge import Knowledge
from enrich.share import Reader, reader, share
from enrich.train import UNSURE

POSTS = 200  # a resample
SAMPLES = 20  # labelled samples drawn
EACH = 10  # resamples for each of them
LEVEL = 0.9


class SharesMeasured(msgspec.Struct, frozen=True, kw_only=True):
    """Errors in share (0 to 1): mean absolute error of ours, of plain counting, and of prediction-powered inference; our interval's coverage.

    `*_answers`: the same from answers alone instead of chances, which is all that the pages read.
    `mae_all_labelled`: ours if every post of the file were labelled: what is left over is the model's, and no sample mends it.
    """

    mae: float
    mae_uncorrected: float
    coverage: float
    interval_width: float
    resamples: int
    labels: int
    mae_answers: float
    coverage_answers: float
    interval_width_answers: float
    mae_all_labelled: float
    mae_ppi: float | None = None
    coverage_ppi: float | None = None


def evaluated_shares(file: Labelled, knowledge: Knowledge, labels: int, language: str | None = None, seed: int = 0) -> SharesMeasured:
    """Resample `file` with mixes drawn evenly from all there are (Dirichlet), estimate each resample's share of negatives, compare.

    `labels` posts, drawn from the file's own mix, are the labelled sample and are in no resample. Raises BadInput if the file is too small; posts with other labels (mixed, skip) are left out.
    """
    chances, names = sentiment_chances(file.texts, knowledge, language)
    known = np.array([label in names for label in file.labels])
    chances, truth = chances[known], np.array([names.index(label) for label in file.labels if label in names])
    if len(truth) < labels + POSTS:
        raise BadInput(
            f"{len(truth)} posts labelled {', '.join(names)} are too few: {labels} for the sample and at least {POSTS} to draw from are needed"
        )
    draw = np.random.default_rng(seed)
    best = reader(chances, truth, seed=seed)
    lines = np.array([line for _ in range(SAMPLES) for line in _one_sample(chances, truth, names.index("negative"), labels, best, draw)])
    true = lines[:, :1]
    off, told = np.abs(lines[:, 1:6] - true), labels > 0
    ours, answered = lines[:, 6:8], lines[:, 8:10]
    return SharesMeasured(
        mae=_figure(off[:, 0]), mae_uncorrected=_figure(off[:, 1]), coverage=_held(ours, true), interval_width=_figure(np.diff(ours)),
        resamples=len(lines), labels=labels,
        mae_answers=_figure(off[:, 2]), coverage_answers=_held(answered, true), interval_width_answers=_figure(np.diff(answered)),
        mae_all_labelled=_figure(off[:, 4]),
        mae_ppi=_figure(off[:, 3]) if told else None, coverage_ppi=_held(lines[:, 10:12], true) if told else None,
    )  # fmt: skip


def _figure(values: Array) -> float:
    return round(float(values.mean()), 4)


def _held(intervals: Array, true: Array) -> float:
    """How often an interval holds the truth."""
    return _figure((intervals[:, :1] <= true) & (true <= intervals[:, 1:]))


def _one_sample(chances: Array, truth: Array, of: int, labels: int, best: Reader, draw: np.random.Generator) -> list[tuple[float, ...]]:
    """One labelled sample and its resamples: truth, then the share as we, counting, answers alone, PPI and `best` have it, then the intervals of us, answers and PPI."""
    order = draw.permutation(len(truth))
    sample, pool = order[:labels], order[labels:]
    seed = int(draw.integers(1 << 30))
    by, answered = reader(chances[sample], truth[sample], seed=seed), shares.answers_read(_seen(chances[sample], truth[sample]), seed=seed)
    found: list[tuple[float, ...]] = []
    for _ in range(EACH):
        chosen = pool[resample(truth[pool], draw)]
        posts = chances[chosen]
        ours = share(posts, of, by, LEVEL)
        counts = np.bincount(_answers(posts), minlength=len(shares.ANSWERS)).astype(float)
        told = shares.share(answered, counts, of, level=LEVEL)
        other, *interval = _ppi(chances[sample], truth[sample], posts, of)
        counted = float((posts.argmax(axis=1) == of).mean())
        true = float((truth[chosen] == of).mean())
        most = share(posts, of, best, LEVEL).share
        found.append((true, ours.share, counted, told.share, other, most, ours.low, ours.high, told.low, told.high, *interval))
    return found


def _answers(chances: Array) -> Array:
    """What is answered to each post: the number of a class, or the one after the last for "unsure"."""
    return np.asarray(np.where(chances.max(axis=1) < UNSURE["sentiment"], chances.shape[1], chances.argmax(axis=1)))


def _seen(chances: Array, truth: Array) -> Array:
    """Labelled posts by answer and class."""
    seen = np.zeros((chances.shape[1] + 1, chances.shape[1]))
    np.add.at(seen, (_answers(chances), truth), 1)
    return seen


def resample(truth: Array, draw: np.random.Generator) -> Array:
    """Places of POSTS posts whose mix is drawn evenly from all mixes; with replacement within a class."""
    classes = np.unique(truth)
    counts = draw.multinomial(POSTS, draw.dirichlet(np.ones(len(classes))))
    return np.concatenate([draw.choice(np.flatnonzero(truth == c), n) for c, n in zip(classes, counts, strict=True)])


def _ppi(labelled: Array, truth: Array, posts: Array, of: int) -> tuple[float, float, float]:
    """Prediction-powered inference, which takes the sample to be of the same mix as the posts: its estimate and its interval."""
    if not len(truth):
        return 0.0, 0.0, 0.0
    y, told, rest = (truth == of).astype(float), labelled[:, of], posts[:, of]
    if y.min() == y.max():  # nothing to correct by
        return float(rest.mean()), 1.0, 0.0
    low, high = ppi_mean_ci(y, told, rest, alpha=1 - LEVEL)
    estimate = np.ravel(ppi_mean_pointestimate(y, told, rest))[0]
    return float(np.clip(estimate, 0, 1)), float(np.ravel(low)[0]), float(np.ravel(high)[0])
