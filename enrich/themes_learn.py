"""python -m enrich.themes_learn OUT.json STREAM.tsv …: learn by which marks a theme is told from chance, from labelled streams.

Each stream is shown to the detector as it is, with a column or two hidden, and as bare texts, so that the weights do without. Findings are noted and
of the right ones some are raised. A stream's own account may follow its name after @ (stream.tsv@city_office).
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import msgspec
import numpy as np
import numpy.typing as npt
from rich.progress import track
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from enrich.themes import Detector, Observation, ThemeSettings
from enrich.themes_eval import read_labelled
from enrich.themes_judge import Finding
from enrich.themes_marks import Marks
from enrich.themes_score import Alert, Judged, Truth, judge
from enrich.themes_verdict import Verdict

TREES = 200
DEPTH = 4  # questions in a row
PACE = 0.04
FEWEST = 15  # findings at an end of a tree
EVEN = 0.9  # 1: a theme counts as one however many findings it gave, 0: every finding counts
SAME = 0.3  # findings sharing so much of their posts are of one theme
APART = 72.0  # hours
FOLDS = 4
RAISED = 4  # one in so many right findings is raised
ASKED = 12  # marks looked at for each question
SHOWN = 0.5  # findings from which a theme may be raised, for the calibration
ALL = ("topic", "place", "author")
HIDDEN: tuple[tuple[str, ...], ...] = (("place",), ("author",), ("topic", "place"), ("topic",))

NOTHING_LEARNT = Verdict(marks=Marks._fields, streams=(), start=0.0, asks=(), limits=(), gives=(), calibrated=(0.0, 1.0))

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Noted(msgspec.Struct, frozen=True):
    """One finding: its stream and theme, its marks, and whether raising it would have been right; None: neither right nor wrong."""

    stream: str
    theme: str
    marks: tuple[float, ...]
    right: bool | None


class _Noting(Detector):
    """Notes every finding, and raises some of the right ones, so that what follows them is seen as in service."""

    def __init__(self, settings: ThemeSettings, truth: Truth) -> None:
        super().__init__(settings, NOTHING_LEARNT)
        self.truth, self.noted = truth, list[tuple[Judged, Finding]]()

    def likely(self, finding: Finding) -> float:
        evidence = sorted(int(d.post.id) for i in finding.rows if (d := self.memory.digests[i]) is not None)
        judged = judge(self.truth, Alert(float(self.truth.times[evidence[-1]]), "", tuple(evidence)))
        self.noted.append((judged, finding))
        return float(judged.verdict in ("correct", "ignored") and crc32(bytes(str(evidence[-1]), "ascii")) % RAISED == 0)


def note(name: str, posts: Sequence[Observation], truth: Truth, own: str = "") -> list[Noted]:
    """The findings of one stream in order; ids of `posts` are their rows."""
    detector = _Noting(ThemeSettings(own=(own,) if own else ()), truth)
    for post in posts:
        detector.observe([post], post.at)
    themes = list[tuple[float, set[int]]]()
    return [_noted(name, judged, finding, themes) for judged, finding in detector.noted]


def _noted(name: str, judged: Judged, finding: Finding, themes: list[tuple[float, set[int]]]) -> Noted:
    right = None if judged.verdict in ("late", "ignored") else judged.verdict == "correct"
    evidence = set(judged.alert.evidence)
    theme = f"event {judged.episode}" if right else f"chance {_theme(themes, evidence, judged.alert.at / 3600)}"
    return Noted(name, theme, tuple(finding.marks), right)


def _theme(themes: list[tuple[float, set[int]]], evidence: set[int], hours: float) -> int:
    """The number of the theme that most of the evidence is of, a new one if none; adds the evidence to it."""
    shares = [len(evidence & known) / len(evidence) if hours - last < APART else 0.0 for last, known in themes]
    number = int(np.argmax(shares)) if shares and max(shares) >= SAME else len(themes)
    themes[number : number + 1] = [(hours, evidence | (themes[number][1] if number < len(themes) else set()))]
    return number


def hide(posts: Sequence[Observation], columns: Sequence[str]) -> list[Observation]:
    """The same posts without these columns."""
    return [msgspec.structs.replace(post, **dict.fromkeys(columns, "")) for post in posts]


def learn(noted: Sequence[Noted]) -> Verdict:
    """The weights. Streams of one name stay together where weights are tried on what they have not seen."""
    noted = [one for one in noted if one.right is not None]
    marks, right = np.array([one.marks for one in noted]), np.array([one.right for one in noted], bool)
    size = Counter((one.stream, one.theme) for one in noted)
    weight = np.array([size[one.stream, one.theme] ** -EVEN for one in noted])
    names = sorted({one.stream for one in noted})
    fold = np.array([names.index(one.stream) % FOLDS for one in noted])
    unseen = np.zeros(len(noted))
    for k in range(FOLDS):
        unseen[fold == k] = _trees(marks[fold != k], right[fold != k], weight[fold != k]).predict_proba(marks[fold == k])[:, 1]
    return _verdict(_trees(marks, right, weight), tuple(names), _calibrated(noted, unseen, right))


def _trees(marks: Floats, right: Flags, weight: Floats) -> GradientBoostingClassifier:
    trees = GradientBoostingClassifier(
        n_estimators=TREES, max_depth=DEPTH, subsample=0.5, learning_rate=PACE, min_samples_leaf=FEWEST, max_features=ASKED, random_state=0
    )
    return trees.fit(marks, right, sample_weight=weight)


def _calibrated(noted: Sequence[Noted], unseen: Floats, right: Flags) -> tuple[float, float]:
    """Logistic fit of right or not on the log odds of the first finding of each theme that might be raised."""
    first: dict[tuple[str, str], int] = {}
    for i, one in enumerate(noted):
        if unseen[i] >= SHOWN:
            first.setdefault((one.stream, one.theme), i)
    rows = sorted(first.values())
    sure = np.clip(unseen[rows], 1e-6, 1 - 1e-6)
    fit = LogisticRegression().fit(np.log(sure / (1 - sure))[:, None], right[rows])
    return float(fit.intercept_[0]), float(fit.coef_[0, 0])


def _verdict(trees: GradientBoostingClassifier, streams: tuple[str, ...], calibrated: tuple[float, float]) -> Verdict:
    prior = float(trees.init_.class_prior_[1])
    flat = [_flat(tree[0].tree_, PACE) for tree in trees.estimators_]
    return Verdict(
        marks=Marks._fields, streams=streams, start=float(np.log(prior / (1 - prior))), calibrated=calibrated,
        asks=tuple(one[0] for one in flat), limits=tuple(one[1] for one in flat), gives=tuple(one[2] for one in flat),
    )  # fmt: skip


class _Grown(msgspec.Struct, frozen=True):
    """What scikit-learn tells of a tree, by node; -1: no node below."""

    children_left: list[int]
    children_right: list[int]
    feature: list[int]
    threshold: list[float]
    value: list[float]


def _flat(tree: object, pace: float) -> tuple[tuple[int, ...], tuple[float, ...], tuple[float, ...]]:
    """The questions and ends of a tree of at most DEPTH levels; a branch that ends early asks anything and gives the same."""
    names = ("children_left", "children_right", "feature", "threshold", "value")
    grown = _Grown(*(np.ravel(getattr(tree, name)).tolist() for name in names))
    asks, limits, level = list[int](), list[float](), [0]
    for _ in range(DEPTH):
        asks += [max(0, grown.feature[node]) for node in level]
        limits += [grown.threshold[node] for node in level]
        level = [child for node in level for child in _below(grown, node)]
    return tuple(asks), tuple(limits), tuple(pace * grown.value[node] for node in level)


def _below(grown: _Grown, node: int) -> tuple[int, int]:
    left, right = grown.children_left[node], grown.children_right[node]
    return (left, right) if left >= 0 else (node, node)


def main(out: Path, streams: Sequence[str]) -> None:
    """Learn from the streams and write the weights."""
    noted: list[Noted] = []
    for number, told in enumerate(track(streams, "noting findings")):
        path, _, own = told.partition("@")
        posts, rows = read_labelled(Path(path))
        truth = Truth(rows)
        for columns in ((), HIDDEN[number % len(HIDDEN)], ALL):
            noted += note(path, hide(posts, columns), truth, own)
    verdict = msgspec.structs.replace(learn(noted), streams=tuple(f"{Path(s).parent.name}" for s in streams))
    out.write_bytes(msgspec.json.encode(rounded(verdict)))


def rounded(verdict: Verdict) -> Verdict:
    """The same to seven digits: small enough to keep with the code."""

    def near(rows: Sequence[Sequence[float]]) -> list[list[float]]:
        return [[float(f"{x:.7g}") for x in row] for row in rows]

    changed = {"limits": near(verdict.limits), "gives": near(verdict.gives), "start": round(verdict.start, 5)}
    return msgspec.convert(msgspec.to_builtins(verdict) | changed, Verdict)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
