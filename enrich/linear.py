"""A linear model over hashed n-grams and a few counted facts: weights, scores, calibrated probabilities.

The same arithmetic trains (enrich/training.py) and answers, so that what was measured is what runs:
a text's n-grams, repeats included, are weighted by rarity, divided by their length as a vector, and multiplied by the weights.
"""

from pathlib import Path

import msgspec
import numpy as np
from scipy.sparse import csr_matrix

from enrich.batch import Part
from enrich.grams import Array, Grams

RARITY_STEP = 16.0  # rarities are stored as bytes: sixteenths


class Linear(msgspec.Struct, frozen=True, kw_only=True):
    """One trained model. Probabilities are softmax(score * scale + bias), fitted on texts that did not train the weights."""

    name: str  # as claims name it, "sentiment-ar@1"
    labels: tuple[str, ...]
    weights: Array  # buckets × (labels + 1): the last column is the squared rarity
    facts: Array  # counted facts × labels
    base: Array  # labels: the score of an empty text
    scale: float = 1.0
    bias: tuple[float, ...] = ()
    unsure_below: float = 0.0  # under this confidence the answer is "unsure"

    @property
    def shift(self) -> int:
        """How many low bits of a hash the model does not look at."""
        return 33 - len(self.weights).bit_length()

    def scores(self, grams: Grams, facts: Array | None = None) -> Array:
        """One line a text, one score a label, before calibration."""
        sums = gathered(grams, self.weights, self.shift)
        length = np.sqrt(np.maximum(sums[:, -1:], 1e-9))
        found = sums[:, :-1] / length + self.base
        return (
            found if facts is None or not len(self.facts) else found + facts[:, : len(self.facts)] @ self.facts
        )  # facts added since it was trained come last

    def chances_of(self, part: Part) -> Array:
        """Calibrated probabilities of a part's texts."""
        return self.chances(self.scores(part.grams, part.facts))

    def chances(self, scores: Array) -> Array:
        """Calibrated probabilities: one line a text, one for each label, each line sums to 1."""
        z = scores * np.float32(self.scale) + np.asarray(self.bias or 0.0, dtype=np.float32)
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return np.asarray(e / e.sum(axis=1, keepdims=True), dtype=np.float32)


def gathered(grams: Grams, weights: Array, shift: int) -> Array:
    """For each text the sum of its n-grams' lines of `weights`."""
    index = (grams.hashes >> np.uint32(shift)).astype(np.int32)
    ones = np.ones(len(index), dtype=np.float32)
    rows = csr_matrix((ones, index, grams.starts), shape=(len(grams), len(weights)))
    return np.asarray(rows @ weights, dtype=np.float32)


def matrix(grams: Grams, rarity: Array, bits: int) -> csr_matrix:
    """Texts × buckets, as the model sees them: rarity-weighted and of length 1 (by occurrences, not by distinct n-grams)."""
    index = (grams.hashes >> np.uint32(32 - bits)).astype(np.int32)
    values = rarity[index]
    counts = np.diff(grams.starts)
    rows = np.repeat(np.arange(len(grams)), counts)
    length = np.sqrt(np.bincount(rows, values.astype(np.float64) ** 2, minlength=len(grams)))
    values = (values / np.maximum(length, 1e-4)[rows]).astype(np.float32)
    found = csr_matrix((values, index, grams.starts), shape=(len(grams), 1 << bits))
    found.sum_duplicates()
    return found


def rarities(grams: Grams, bits: int) -> Array:
    """Inverse document frequency of each bucket, rounded as it will be stored."""
    index: Array = grams.hashes >> np.uint32(32 - bits)
    rows = np.repeat(np.arange(len(grams), dtype=np.int64), np.diff(grams.starts))
    pairs = np.unique(rows << 32 | index.astype(np.int64)) & 0xFFFFFFFF
    texts = np.bincount(pairs, minlength=1 << bits)
    rarity = np.log((1 + len(grams)) / (1 + texts)) + 1
    return np.asarray(np.round(rarity * RARITY_STEP) / RARITY_STEP, dtype=np.float32)


def save(model: Linear, rarity: Array, path: Path) -> None:
    """Write `model` with its weights as bytes, a scale a label; only buckets that weigh something."""
    raw = model.weights[:, :-1] / rarity[:, None]
    steps = np.maximum(np.abs(raw).max(axis=0), 1e-9) / 127
    small = np.round(raw / steps).astype(np.int8)
    head = msgspec.json.encode(
        {"name": model.name, "labels": model.labels, "scale": model.scale, "bias": model.bias, "unsure_below": model.unsure_below}
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path, small=small, steps=steps.astype(np.float32), rarity=(rarity * RARITY_STEP).astype(np.uint8),
        facts=model.facts, base=model.base, head=np.frombuffer(head, dtype=np.uint8),
    )  # fmt: skip


def load(path: Path) -> Linear:
    """The model in `path` (numpy's own format, no pickle)."""
    with np.load(path, allow_pickle=False) as read:
        head = msgspec.json.decode(read["head"].tobytes(), type=_Head)
        rarity = read["rarity"].astype(np.float32) / np.float32(RARITY_STEP)
        weights = np.empty((len(rarity), len(head.labels) + 1), dtype=np.float32)
        np.multiply(read["small"], read["steps"], out=weights[:, :-1])  # step by step: a product beside it would be the process's peak
        weights[:, :-1] *= rarity[:, None]
        np.square(rarity, out=weights[:, -1])
        return Linear(weights=weights, facts=read["facts"], base=read["base"], **msgspec.structs.asdict(head))


class _Head(msgspec.Struct, frozen=True):
    name: str
    labels: tuple[str, ...]
    scale: float
    bias: tuple[float, ...]
    unsure_below: float
