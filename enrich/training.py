"""Fitting a linear model: n-grams scaled by how they tell a class from the rest, counted facts beside them, calibrated on what it did not see."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from enrich.grams import Array, Grams
from enrich.lexicon import FACTS
from enrich.linear import Linear, matrix, rarities
from enrich.sets import Example

SEED = 20  # of everything that is drawn


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one model is fitted; docs/experiments.md tells why these values."""

    bits: int = 18  # 2**bits buckets
    penalty: float = 1.0  # liblinear's C: smaller is simpler
    smoothing: float = 0.1  # added to each n-gram's count before classes are compared
    balance: float = 1.0  # 1: classes of a set count alike, 0: as often as they come
    fold: float = 0.2  # share kept out to calibrate
    folds: int = 5  # how many such shares are tried
    facts: float = 0.3  # counted facts are this much smaller than they come: the penalty then holds them as it holds n-grams
    facts_kept: tuple[str, ...] = ()  # only these facts; none named: all
    biases: bool = True  # calibrate to how often classes come; False: trained on classes alike and left so
    alone: float = 0.0  # how much a second model counts that learns from our own posts alone; the usual one counts the rest
    lean: dict[str, float] = {}  # class → added to its calibrated score when it is answered, where a dev set shows that it pays


def fit(
    grams: Grams,
    facts: Array | None,
    labels: Sequence[str],
    weights: Array,
    recipe: Recipe,
    name: str,
    classes: tuple[str, ...],
    ours: Array | None = None,
) -> tuple[Linear, Array]:
    """The model of these texts and the rarity of its buckets. `labels`, `weights` and `ours` (whether a post is our own): one a text."""
    rarity = rarities(grams, recipe.bits)
    model = _fitted(grams, facts, labels, weights, recipe, name, classes, rarity)
    if not recipe.alone or ours is None or not ours.any():
        return model, rarity
    few = None if facts is None else facts[ours]
    worth = weights[ours] / weights[ours].mean()
    near = _fitted(grams.rows(ours), few, np.array(labels)[ours].tolist(), worth, recipe, name, classes, rarity)
    return blended(model, near, recipe.alone), rarity


def _fitted(grams: Grams, facts: Array | None, labels: Sequence[str], weights: Array, recipe: Recipe, name: str, classes: tuple[str, ...],
            rarity: Array) -> Linear:  # fmt: skip
    scale = fact_scale(recipe)
    seen = _with_facts(matrix(grams, rarity, recipe.bits), None if facts is None else facts * scale)
    truth = np.array(labels)
    columns = [_one_class(seen, truth == label, weights, recipe, 1 << recipe.bits) for label in classes]
    found = np.array([column for column, _ in columns], dtype=np.float32).T
    gram_weights, fact_weights = found[: 1 << recipe.bits], found[1 << recipe.bits :]
    if facts is not None:
        fact_weights = fact_weights * scale[:, None]
    return Linear(
        name=name, labels=classes,
        weights=np.hstack([gram_weights * rarity[:, None], (rarity**2)[:, None]]).astype(np.float32),
        facts=fact_weights, base=np.array([base for _, base in columns], dtype=np.float32),
    )  # fmt: skip


def blended(one: Linear, other: Linear, part: float) -> Linear:
    """`one` and `other`, of the same buckets and rarities, as one model whose scores are theirs averaged; `other` counts `part`."""
    means = {name: getattr(one, name) * (1 - part) + getattr(other, name) * part for name in ("weights", "facts", "base")}
    return msgspec.structs.replace(one, **{name: mean.astype(np.float32) for name, mean in means.items()})


def fact_scale(recipe: Recipe) -> Array:
    """What each counted fact is multiplied with."""
    return np.array([recipe.facts if not recipe.facts_kept or name in recipe.facts_kept else 0.0 for name in FACTS], dtype=np.float32)


def _with_facts(seen: csr_matrix, facts: Array | None) -> csr_matrix:
    return seen if facts is None else hstack([seen, csr_matrix(facts)], format="csr")


def _one_class(seen: csr_matrix, truth: Array, weights: Array, recipe: Recipe, buckets: int) -> tuple[Array, float]:
    """Weights and base of one class against the rest."""
    scale = np.ones(seen.shape[1], dtype=np.float32)
    scale[:buckets] = _telling(seen[:, :buckets], truth, weights, recipe.smoothing)
    model = LogisticRegression(C=recipe.penalty, solver="liblinear", dual=True, max_iter=60, tol=0.05, random_state=SEED)
    model.fit(seen.multiply(scale).tocsr(), truth, sample_weight=weights)
    return np.asarray(model.coef_[0] * scale), float(model.intercept_[0])


def _telling(seen: csr_matrix, truth: Array, weights: Array, smoothing: float) -> Array:
    """How much more of each n-gram's weight lies in the class than in the rest, as a logarithm (naive Bayes)."""
    within = smoothing + seen.T @ (weights * truth)
    without = smoothing + seen.T @ (weights * ~truth)
    return np.asarray(np.log((within / within.sum()) / (without / without.sum())), dtype=np.float32)


def balanced(examples: Sequence[Example], strength: float) -> Array:
    """What each example counts: its own weight, with the classes of each set brought towards alike."""
    sets = [e.among or e.origin for e in examples]
    counts = Counter((of, e.label) for of, e in zip(sets, examples, strict=True))
    sizes, kinds = Counter(sets), Counter(of for of, _ in counts)
    return np.array([e.weight * (sizes[of] / (kinds[of] * counts[of, e.label])) ** strength for of, e in zip(sets, examples, strict=True)])


def calibrated(model: Linear, scores: Array, truth: Sequence[str], weights: Array | None = None, biases: bool = True) -> Linear:
    """`model` with the scale and biases under which `truth` was likeliest, given its `scores` on texts it did not see."""
    target = np.array([model.labels.index(label) for label in truth])
    worth = np.ones(len(target)) if weights is None else weights

    def surprise(values: Array) -> float:
        z = scores * np.exp(values[0]) + values[1:] * biases
        z = z - z.max(axis=1, keepdims=True)
        told = z[np.arange(len(target)), target] - np.log(np.exp(z).sum(axis=1))
        return float(-(worth * told).sum() / worth.sum() + 1e-3 * (values[1:] ** 2).sum())

    best = minimize(surprise, np.zeros(1 + len(model.labels)), method="L-BFGS-B").x
    return msgspec.structs.replace(model, scale=float(np.exp(best[0])), bias=tuple(float(b) for b in best[1:] - best[1:].mean()))


def leaning(model: Linear, lean: Mapping[str, float]) -> Linear:
    """`model` with each class of `lean` so much likelier, as a logarithm."""
    return msgspec.structs.replace(model, bias=tuple(b + lean.get(label, 0.0) for label, b in zip(model.labels, model.bias, strict=True)))


def folds(size: int, recipe: Recipe) -> list[Array]:
    """For each fold, which of `size` examples are kept out; drawn once, the same for the same number."""
    part = np.random.default_rng(SEED).permutation(size) / max(size, 1)
    return [(part >= i * recipe.fold) & (part < (i + 1) * recipe.fold) for i in range(recipe.folds)]
