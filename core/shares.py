"""The share of a class among some posts, with an interval, from what a model says of them and a small labelled sample.

Counting a model's answers is wrong as soon as the mix differs from the one it learnt on. Here a reading says how likely what is seen of a post
(a model's chances, or only its answer) is within each class; the share is then the mix of classes under which all that is seen is likeliest
(Saerens and others, 2002), with a flat prior over all mixes. A reading is learnt from few labels, so there are many draws of it: what they leave
open is the interval.
"""

from functools import cache

import msgspec
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BELIEF = (
    0.4  # how much of the posts' evidence is believed: readings are never quite right, so all of it would be too sure (docs/experiments.md)
)
MOST = 1000  # posts: the evidence of more is believed no more than that of so many
STEPS = 20  # of each side of the grid over mixes
EACH = 40  # mixes tried under each draw of a reading
DRAWS = 100  # of a reading of answers
CLASSES = ("negative", "neutral", "positive")
ANSWERS = (*CLASSES, "unsure")
ELSEWHERE = 10.0 * np.array([[0.64, 0.20, 0.15], [0.20, 0.61, 0.20], [0.07, 0.11, 0.54], [0.09, 0.08, 0.11]])
"""What sentiment models answered (a line each of ANSWERS) to posts of each class on five sets that did not train them, as so many posts:
ten of each class let a share vary as much as it did from set to set (docs/experiments.md)."""


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """An estimated share and the interval that holds it nine times in ten (unless said otherwise), each 0 to 1."""

    share: float
    low: float
    high: float


def share(likely: Array, counts: Array, of: int, *, known: Array | None = None, level: float = 0.9, seed: int = 0) -> Share:
    """The share of class number `of` among posts of which `counts[i]` look like line i of a reading.

    `likely`: draws × lines × classes, up to a factor a line. `known`: how many of the posts people have found to be of each class.
    """
    draw = np.random.default_rng(seed)
    mixes = _mixes(likely.shape[2])
    before = np.zeros(len(mixes)) if known is None else np.log(mixes) @ known
    samples = [_sampled(one, counts, mixes, before, of, draw) for one in likely]
    found = np.clip(np.concatenate(samples), 0, 1)
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return Share(share=float(found.mean()), low=float(low), high=float(high))


def _sampled(likely: Array, counts: Array, mixes: Array, before: Array, of: int, draw: np.random.Generator) -> Array:
    """Likely shares under one draw: mixes drawn by their likelihood, then the share among just these posts."""
    size = max(float(counts.sum()), 1.0)
    told = np.maximum(likely @ mixes.T, 1e-12)
    evidence = BELIEF * min(1.0, MOST / size) * (counts @ np.log(told)) + before
    chance = np.exp(evidence - evidence.max())
    chosen = draw.choice(len(mixes), EACH, p=chance / chance.sum())
    each = likely[:, [of]] * mixes[chosen, of] / told[:, chosen]
    spread = np.sqrt(counts @ (each * (1 - each))) / size
    return np.asarray(counts @ each / size + spread * draw.normal(size=EACH))


@cache
def _mixes(classes: int) -> Array:
    """A grid over all mixes of so many classes: lines sum to 1, none is quite 0."""
    grid = np.array([line for line in np.ndindex(*[STEPS + 1] * classes) if sum(line) == STEPS], dtype=float)
    return (grid + 0.25) / (STEPS + 0.25 * classes)


def answers_read(seen: Array, beforehand: Array = ELSEWHERE, seed: int = 0) -> Array:
    """A reading of answers alone: draws × answers × classes.

    `seen[a, c]`: labelled posts of class c that the model answered a. `beforehand`, of the same shape: what was seen elsewhere, as so many posts.
    """
    draw = np.random.default_rng(seed)
    return np.stack([draw.dirichlet(column, DRAWS) for column in (seen + beforehand).T], axis=2)
