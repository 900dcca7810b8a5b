"""Learning by which marks a theme is told: what is noted, how it is weighed, and that the weights are what was learnt."""

import random
from pathlib import Path

import msgspec
import numpy as np
import pytest

from enrich.themes_eval import BadStream, read_labelled
from enrich.themes_learn import Noted, hide, learn, note, rounded
from enrich.themes_marks import Marks
from enrich.themes_score import Row, Truth
from enrich.themes_verdict import probability
from tests.enrich.test_themes import burst, mixed, usual


def labelled() -> tuple[list, Truth]:  # type: ignore[type-arg]
    """A fortnight with one burst; ids are rows."""
    ours = {p.id for p in burst()}
    posts = mixed(usual(), burst())
    rows = [Row(p.text, p.at.timestamp(), "bridge" if p.id in ours else "") for p in posts]
    return [msgspec.structs.replace(p, id=f"{n:09d}") for n, p in enumerate(posts)], Truth(rows)


def test_findings_of_the_burst_are_noted_as_right_and_as_one_theme():
    noted = note("s", *labelled())
    right = [one for one in noted if one.right]
    assert len(right) >= 3 and {one.theme for one in right} == {"event 0"}
    assert all(len(one.marks) == len(Marks._fields) for one in noted)


def test_a_hidden_column_is_empty_and_the_rest_is_as_it_was():
    posts, _ = labelled()
    hidden = hide(posts, ("author", "place"))
    assert {(p.author, p.place) for p in hidden} == {("", "")}
    assert [(p.id, p.text, p.topic) for p in hidden] == [(p.id, p.text, p.topic) for p in posts]


def some(seed: int = 1, streams: int = 8, each: int = 60) -> list[Noted]:
    """Findings of which those with more than four marks of group evidence are right, nineteen in twenty."""
    dice = random.Random(seed)
    noted = []
    for n in range(streams * each):
        marks = [dice.random() for _ in Marks._fields]
        marks[2] = dice.uniform(0, 8)
        right = (marks[2] > 4) == (dice.random() < 0.95)
        noted.append(Noted(f"stream {n % streams}", f"{right} {n}", tuple(marks), right))
    return noted


def test_what_tells_right_from_wrong_is_learnt_and_the_rest_is_not():
    verdict = rounded(learn(some()))
    strong, weak = (Marks(*[0.5] * len(Marks._fields))._replace(group=group) for group in (6.0, 2.0))
    assert probability(verdict, strong) > 0.8 and probability(verdict, weak) < 0.2


def test_many_findings_of_one_theme_weigh_hardly_more_than_one():
    loud = [Noted("stream 0", "chance 0", (0.5, 0.5, 6.0, *[0.5] * (len(Marks._fields) - 3)), False)] * 400
    verdict = learn([*some(), *loud])
    assert probability(verdict, Marks(*[0.3] * len(Marks._fields))._replace(group=7.5)) > 0.6


def test_what_is_neither_right_nor_wrong_teaches_nothing():
    unjudged = [msgspec.structs.replace(one, right=None, marks=tuple(8 - m for m in one.marks)) for one in some(2)]
    assert learn([*some(), *unjudged]) == learn(some())


def test_rounded_weights_say_the_same_and_are_small():
    verdict = learn(some())
    near = rounded(verdict)
    dice = np.random.default_rng(0)
    for marks in dice.uniform(0, 6, (50, len(Marks._fields))):
        assert probability(near, Marks(*marks)) == pytest.approx(probability(verdict, Marks(*marks)), abs=1e-3)
    assert len(msgspec.json.encode(near)) < 80_000


def test_a_stream_without_labels_cannot_be_learnt_from(tmp_path: Path):
    (tmp_path / "s.tsv").write_text("text\tcreated_at\nthe lamp is out\t2025-01-01T00:00:00Z\n")
    with pytest.raises(BadStream, match="no column event"):
        read_labelled(tmp_path / "s.tsv")
