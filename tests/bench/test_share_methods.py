"""Ways to a share beside each other: on a made world each comes nearer than counting, and a file of posts is measured by all of them."""

import numpy as np
import pytest

from bench.share_methods import METHODS, NEGATIVE, hellinger, mixes, run, topsoe
from core.shares import Share
from enrich import share
from enrich.sets import own


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(share, "DRAWS", 6)


def world(mix, size, seed):
    """Chances of a middling model, and the truth: three classes, scores around one corner each."""
    draw = np.random.default_rng(seed)
    truth = draw.choice(3, size, p=mix)
    chances = np.exp(1.6 * (draw.normal(size=(size, 3)) + 1.6 * np.eye(3)[truth]))
    return chances / chances.sum(axis=1, keepdims=True), truth


def share_of(told):
    return told.share if isinstance(told, Share) else told


@pytest.mark.parametrize("name", METHODS)
def test_each_method_comes_nearer_than_counting_where_the_mix_has_shifted(name):
    off, counted = [], []
    for seed in range(3):
        told = METHODS[name](*world([0.2, 0.5, 0.3], 150, seed))
        chances, truth = world([0.75, 0.1, 0.15], 200, 100 + seed)
        true = (truth == NEGATIVE).mean()
        off.append(abs(share_of(told(chances)) - true))
        counted.append(abs((chances.argmax(axis=1) == NEGATIVE).mean() - true))
    assert np.mean(off) < np.mean(counted)


@pytest.mark.parametrize("name", METHODS)
def test_a_class_without_one_label_makes_no_nonsense(name):
    chances, truth = world([0.4, 0.4, 0.2], 150, 1)
    told = METHODS[name](chances[truth != 2], truth[truth != 2])
    assert 0 <= share_of(told(chances)) <= 1


def test_the_grid_holds_every_mix_once_and_none_is_quite_nought():
    assert np.allclose(mixes().sum(axis=1), 1) and mixes().min() > 0
    assert len(np.unique(mixes(), axis=0)) == len(mixes()) == 41 * 42 // 2


@pytest.mark.parametrize("distance", [hellinger, topsoe])
def test_histograms_are_as_far_apart_as_they_differ(distance):
    same, near, far = (np.array([[line]]) for line in ([0.5, 0.4, 0.1], [0.4, 0.4, 0.2], [0.1, 0.1, 0.8]))
    assert distance(same, same)[0, 0] == pytest.approx(0, abs=1e-6)
    assert 0 < distance(same, near)[0, 0] < distance(same, far)[0, 0]


def test_a_file_is_measured_by_every_method_and_one_that_is_not_there_by_none(tmp_path):
    lines = [f"{p.text}\t{p.label}" for p in own("en", "sentiment")[::7]]
    (tmp_path / "posts.tsv").write_text("\n".join(["text\tlabel", *lines]) + "\n", encoding="utf-8")
    found = run((("posts.tsv", "en"), ("nowhere.tsv", "en")), tmp_path, samples=1, each=3)
    assert list(found["median"]) == ["posts.tsv"]
    figures = found["median"]["posts.tsv"]
    assert set(METHODS) <= set(figures) and 0 <= figures["ours: interval holds"] <= 1
    assert all(0 <= figures[name] < 50 for name in METHODS)
