"""How likely a finding is a theme: small trees over its marks, learnt from planted streams by `python -m enrich.themes_learn`."""

from __future__ import annotations

from functools import lru_cache
from math import exp, log
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from core.errors import SadaError
from enrich.themes_marks import Marks

WEIGHTS = Path(__file__).parent / "models" / "themes.json"


Asks = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class BadWeights(SadaError):
    """The weights of the theme detector do not fit this version."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Boosted trees that all ask equally many questions in a row. `marks` names what they were learnt on, in order."""

    marks: tuple[str, ...]
    streams: tuple[str, ...]  # what it was learnt from
    start: float  # log odds before anything is asked
    asks: tuple[tuple[int, ...], ...]  # of each tree: the mark of its first question, of the two below it, of the four below those …
    limits: tuple[tuple[float, ...], ...]  # of each question: a mark above it goes right, others left
    gives: tuple[tuple[float, ...], ...]  # log odds of the ends of each tree, from left to right
    calibrated: tuple[float, float]  # of what was raised: log odds of being right = first + second × log odds


def probability(verdict: Verdict, marks: Marks) -> float:
    """How likely the finding is a theme that is found whole, from 0 to 1; by this it is raised."""
    asks, limits, gives = _arrays(verdict)
    told, trees, at = np.asarray(marks), np.arange(len(gives)), np.zeros(len(gives), np.int64)
    for _ in range(_questions(gives)):
        at = 2 * at + 1 + (told[asks[trees, at]] > limits[trees, at])
    return _share(verdict.start + float(gives[trees, at - asks.shape[1]].sum()) if len(gives) else verdict.start)


def _questions(gives: Floats) -> int:
    """How many questions a tree asks in a row."""
    return gives.shape[1].bit_length() - 1 if len(gives) else 0


def told(verdict: Verdict, raw: float) -> float:
    """How often raised themes with `raw` were right: what people are told."""
    sure = min(max(raw, 1e-6), 1 - 1e-6)
    return _share(verdict.calibrated[0] + verdict.calibrated[1] * log(sure / (1 - sure)))


def shipped() -> Verdict:
    """The weights that come with this version. Raises BadWeights if they were learnt on other marks."""
    return load(WEIGHTS)


@lru_cache(4)
def load(path: Path) -> Verdict:
    """The weights at `path`. Raises BadWeights if they cannot be read or were learnt on other marks."""
    try:
        verdict = msgspec.json.decode(path.read_bytes(), type=Verdict)
    except (OSError, msgspec.DecodeError) as error:
        raise BadWeights(f"{path}: cannot be read ({error}); learn them anew with python -m enrich.themes_learn") from error
    if verdict.marks != Marks._fields:
        raise BadWeights(f"{path}: was learnt on other marks than this version takes; learn it anew with python -m enrich.themes_learn")
    return verdict


def _share(odds: float) -> float:
    return 1 / (1 + exp(-min(max(odds, -30.0), 30.0)))


@lru_cache(4)
def _arrays(verdict: Verdict) -> tuple[Asks, Floats, Floats]:
    return np.array(verdict.asks, np.int64), np.array(verdict.limits), np.array(verdict.gives)
