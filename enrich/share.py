"""The share of a class among some posts, with an interval, from a model's chances and a small labelled sample.

Counting answers is wrong as soon as the mix differs from the one the model was calibrated on. Here the labelled sample (of any mix) tells
how chances are distributed within each class; the share is then the mix of classes under which the posts' chances are likeliest
(Saerens and others, 2002), with a flat prior over all mixes. What the sample leaves open is tried out by drawing it again with replacement, so the interval grows when it is small.
Without any label the model's own calibration is doubted instead, by as much as it was seen to be off on texts from elsewhere.
"""

import msgspec
import numpy as np
from scipy.optimize import minimize

from enrich.grams import Array

DRAWS = 24  # of the labelled sample, or of doubts
BELIEF = 0.4  # how much of the posts' evidence is believed: chances are never quite right, so all of it would be too sure (docs/experiments.md)
STEPS = 20  # of each side of the grid over mixes
DOUBT = (0.35, 0.6)  # without labels: spread of log(scale) and of each class's bias, as seen between our sets (docs/experiments.md)
TRUST = (0.35, 0.8)  # with labels: how far scale and biases may be expected to move


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """An estimated share and the interval that holds it nine times in ten (unless said otherwise), each 0 to 1."""

    share: float
    low: float
    high: float


class Reader(msgspec.Struct, frozen=True):
    """How chances are to be read: each draw's scale and biases of log-chances, which give likelihoods of the classes."""

    scales: Array  # draws
    biases: Array  # draws × classes


def reader(chances: Array, truth: Array, seed: int = 0) -> Reader:
    """Learn from a labelled sample: `chances` (texts × classes) and `truth` (class numbers), both may be empty."""
    draw = np.random.default_rng(seed)
    classes = chances.shape[1]
    if not len(truth):
        biases = draw.normal(0, DOUBT[1], (DRAWS, classes))
        return Reader(np.exp(draw.normal(0, DOUBT[0], DRAWS)), biases)
    logs = np.log(np.clip(chances, 1e-4, 1))
    found = [_fitted(logs, truth, draw.dirichlet(np.ones(len(truth))) * len(truth)) for _ in range(DRAWS)]
    return Reader(np.array([scale for scale, _ in found]), np.array([bias for _, bias in found]))


def _fitted(logs: Array, truth: Array, weights: Array) -> tuple[float, Array]:
    """Scale and biases for likelihoods: fitted chances divided by the sample's own mix."""
    classes = logs.shape[1]

    def surprise(values: Array) -> float:
        z = logs * np.exp(values[0]) + values[1:]
        z = z - z.max(axis=1, keepdims=True)
        told = z[np.arange(len(truth)), truth] - np.log(np.exp(z).sum(axis=1))
        held = (values[0] / TRUST[0]) ** 2 / 2 + ((values[1:] / TRUST[1]) ** 2).sum() / 2
        return float(-(weights * told).sum() + held)

    best = minimize(surprise, np.zeros(1 + classes), method="L-BFGS-B").x
    mix = np.bincount(truth, weights, minlength=classes) + 1
    return float(np.exp(best[0])), best[1:] - np.log(mix / mix.sum())


def share(chances: Array, of: int, by: Reader, level: float = 0.9, seed: int = 0) -> Share:
    """The share of class number `of` among posts with these `chances` (texts × classes, calibrated as the reader's sample)."""
    draw = np.random.default_rng(seed)
    logs = np.log(np.clip(chances, 1e-4, 1))
    mixes = _mixes(chances.shape[1])
    samples = [_sampled(logs, scale, bias, mixes, of, draw) for scale, bias in zip(by.scales, by.biases, strict=True)]
    found = np.clip(np.concatenate(samples), 0, 1)
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return Share(share=float(found.mean()), low=float(low), high=float(high))


def _sampled(logs: Array, scale: float, bias: Array, mixes: Array, of: int, draw: np.random.Generator) -> Array:
    """Likely shares under one reading: mixes drawn by their likelihood, then the share among just these posts."""
    z = logs * scale + bias
    likely = np.exp(z - z.max(axis=1, keepdims=True))
    told = np.maximum(likely @ mixes.T, 1e-12)
    evidence = BELIEF * np.log(told).sum(axis=0)
    chance = np.exp(evidence - evidence.max())
    chosen = draw.choice(len(mixes), 40, p=chance / chance.sum())
    each = likely[:, [of]] * mixes[chosen, of] / told[:, chosen]
    spread = np.sqrt((each * (1 - each)).sum(axis=0)) / len(each)
    return np.asarray(each.mean(axis=0) + spread * draw.normal(size=len(chosen)))


def _mixes(classes: int) -> Array:
    """A grid over all mixes of so many classes: lines sum to 1, none is quite 0."""
    grid = np.array([line for line in np.ndindex(*[STEPS + 1] * classes) if sum(line) == STEPS], dtype=float)
    return (grid + 0.25) / (STEPS + 0.25 * classes)
