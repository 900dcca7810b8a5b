"""`sada eval share`: how far estimated shares of negative posts are from the truth when the mix shifts."""

import msgspec
import numpy as np
from ppi_py import ppi_mean_ci, ppi_mean_pointestimate

from core.errors import BadInput
from enrich.evaluate import Labelled, sentiment_chances
from enrich.grams import Array
from enrich.knowledge import Knowledge
from enrich.share import reader, share

POSTS = 200  # a resample
SAMPLES = 20  # labelled samples drawn
EACH = 10  # resamples for each of them
LEVEL = 0.9


class SharesMeasured(msgspec.Struct, frozen=True, kw_only=True):
    """Errors in share (0 to 1): mean absolute error of ours, of plain counting, and of prediction-powered inference; our interval's coverage."""

    mae: float
    mae_uncorrected: float
    coverage: float
    interval_width: float
    resamples: int
    labels: int
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
    lines = np.array([line for _ in range(SAMPLES) for line in _one_sample(chances, truth, names.index("negative"), labels, draw)])
    off = np.abs(lines[:, 1:4] - lines[:, :1])
    told = labels > 0
    return SharesMeasured(
        mae=_figure(off[:, 0]), mae_uncorrected=_figure(off[:, 1]), coverage=_figure(lines[:, 4]), interval_width=_figure(lines[:, 5]),
        resamples=len(lines), labels=labels,
        mae_ppi=_figure(off[:, 2]) if told else None, coverage_ppi=_figure(lines[:, 6]) if told else None,
    )  # fmt: skip


def _figure(values: Array) -> float:
    return round(float(values.mean()), 4)


def _one_sample(chances: Array, truth: Array, of: int, labels: int, draw: np.random.Generator) -> list[tuple[float, ...]]:
    """One labelled sample and its resamples: truth, ours, counted, PPI's; whether ours covers, its width, whether PPI's covers."""
    order = draw.permutation(len(truth))
    sample, pool = order[:labels], order[labels:]
    by = reader(chances[sample], truth[sample], seed=int(draw.integers(1 << 30)))
    found: list[tuple[float, ...]] = []
    for _ in range(EACH):
        chosen = _resample(truth[pool], draw)
        posts = chances[pool[chosen]]
        true = float((truth[pool[chosen]] == of).mean())
        ours = share(posts, of, by, LEVEL)
        counted = float((posts.argmax(axis=1) == of).mean())
        other, covers = _ppi(chances[sample], truth[sample], posts, of, true)
        found.append((true, ours.share, counted, other, ours.low <= true <= ours.high, ours.high - ours.low, covers))
    return found


def _resample(truth: Array, draw: np.random.Generator) -> Array:
    """Places of POSTS posts whose mix is drawn evenly from all mixes; with replacement within a class."""
    classes = np.unique(truth)
    counts = draw.multinomial(POSTS, draw.dirichlet(np.ones(len(classes))))
    return np.concatenate([draw.choice(np.flatnonzero(truth == c), n) for c, n in zip(classes, counts, strict=True)])


def _ppi(labelled: Array, truth: Array, posts: Array, of: int, true: float) -> tuple[float, bool]:
    """Prediction-powered inference, which takes the sample to be of the same mix as the posts: its estimate, and whether it covers."""
    if not len(truth):
        return 0.0, False
    y, told, rest = (truth == of).astype(float), labelled[:, of], posts[:, of]
    if y.min() == y.max():  # nothing to correct by
        return float(rest.mean()), False
    low, high = ppi_mean_ci(y, told, rest, alpha=1 - LEVEL)
    estimate = np.ravel(ppi_mean_pointestimate(y, told, rest))[0]
    return float(np.clip(estimate, 0, 1)), bool(np.ravel(low)[0] <= true <= np.ravel(high)[0])
