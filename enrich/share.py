"""How a model's chances are to be read, learnt from a small labelled sample of the same source; core/shares.py makes shares of it.

The sample (of any mix) tells how chances are distributed within each class. What it leaves open is tried out by drawing it again with replacement.
Without any label the model's own calibration is doubted instead, by as much as it was seen to be off on texts from elsewhere.
"""

import msgspec
import numpy as np
from scipy.optimize import minimize

from core import shares
from core.shares import Share
from enrich.grams import Array

DRAWS = 24  # of the labelled sample, or of doubts
DOUBT = (0.35, 0.6)  # without labels: spread of log(scale) and of each class's bias, as seen between our sets (docs/experiments.md)
TRUST = (0.35, 0.8, 0.5)  # with labels: how far the scale, the biases and what one class's chance says of another may be expected to move


class Reader(msgspec.Struct, frozen=True):
    """How chances are to be read: each draw's mixing of log-chances, which gives likelihoods of the classes."""

    mixing: Array  # draws × classes × classes
    biases: Array  # draws × classes


def reader(chances: Array, truth: Array, seed: int = 0) -> Reader:
    """Learn from a labelled sample: `chances` (texts × classes) and `truth` (class numbers), both may be empty."""
    draw = np.random.default_rng(seed)
    classes = chances.shape[1]
    if not len(truth):
        scales = np.exp(draw.normal(0, DOUBT[0], DRAWS))
        return Reader(scales[:, None, None] * np.eye(classes), draw.normal(0, DOUBT[1], (DRAWS, classes)))
    found = [fitted(logs(chances), truth, draw.dirichlet(np.ones(len(truth))) * len(truth)) for _ in range(DRAWS)]
    return Reader(np.array([mixing for mixing, _ in found]), np.array([bias for _, bias in found]))


def share(chances: Array, of: int, by: Reader, level: float = 0.9, seed: int = 0) -> Share:
    """The share of class number `of` among posts with these `chances` (texts × classes, calibrated as the reader's sample)."""
    z = logs(chances) @ by.mixing + by.biases[:, None, :]
    likely = np.exp(z - z.max(axis=2, keepdims=True))
    return shares.share(likely, np.ones(len(chances)), of, level=level, seed=seed)


def logs(chances: Array) -> Array:
    """Logarithms of chances (texts × classes), those of a text summing to nought."""
    logs = np.log(np.clip(chances, 1e-4, 1))
    return np.asarray(logs - logs.mean(axis=1, keepdims=True))


def fitted(logs: Array, truth: Array, weights: Array) -> tuple[Array, Array]:
    """Mixing (classes × classes) and biases for likelihoods: fitted chances divided by the sample's own mix. `weights`: one a labelled text."""
    classes, lines = logs.shape[1], np.arange(len(truth))
    same = np.eye(classes)

    def surprise(values: Array) -> tuple[float, Array]:
        scale, bias, moved = np.exp(values[0]), values[1 : classes + 1], values[classes + 1 :].reshape(classes, classes)
        z = logs @ (same * scale + moved) + bias
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        held = np.concatenate([[values[0] / TRUST[0]], bias / TRUST[1], moved.ravel() / TRUST[2]])
        loss = -(weights * np.log(p[lines, truth] + 1e-12)).sum() + (held**2).sum() / 2
        p[lines, truth] -= 1
        p *= weights[:, None]
        slope = logs.T @ p
        pull = np.concatenate([[values[0] / TRUST[0] ** 2], bias / TRUST[1] ** 2, moved.ravel() / TRUST[2] ** 2])
        return float(loss), pull + np.concatenate([[np.trace(slope) * scale], p.sum(axis=0), slope.ravel()])

    best = minimize(surprise, np.zeros(1 + classes + classes**2), jac=True, method="L-BFGS-B").x
    mix = np.bincount(truth, weights, minlength=classes) + 1
    mixing = same * np.exp(best[0]) + best[classes + 1 :].reshape(classes, classes)
    return mixing, best[1 : classes + 1] - np.log(mix / mix.sum())
