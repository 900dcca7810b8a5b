"""Shares under a shifted mix, on a made world where the truth is known."""

import numpy as np

from enrich.share import reader, share

DRAW = np.random.default_rng(5)


def world(mix, size, draw):
    """Chances of a middling model, and the truth: three classes, scores around one corner each."""
    truth = draw.choice(3, size, p=mix)
    scores = draw.normal(size=(size, 3)) + 1.6 * np.eye(3)[truth]
    chances = np.exp(1.6 * scores)
    return chances / chances.sum(axis=1, keepdims=True), truth


def test_a_labelled_sample_of_another_mix_brings_the_share_near_and_the_interval_holds():
    off, counted, held = [], [], []
    for seed in range(12):
        draw = np.random.default_rng(seed)
        by = reader(*world([0.3, 0.5, 0.2], 150, draw), seed=seed)
        chances, truth = world([0.75, 0.1, 0.15], 200, draw)
        true = (truth == 0).mean()
        found = share(chances, 0, by)
        off.append(abs(found.share - true))
        counted.append(abs((chances.argmax(axis=1) == 0).mean() - true))
        held.append(found.low <= true <= found.high)
    assert np.mean(off) < 0.05
    assert np.mean(off) < np.mean(counted)
    assert np.mean(held) >= 0.75


def test_without_labels_the_interval_is_wider():
    draw = np.random.default_rng(1)
    chances, _ = world([0.4, 0.4, 0.2], 200, draw)
    told = share(chances, 0, reader(*world([0.3, 0.5, 0.2], 150, draw)))
    untold = share(chances, 0, reader(np.empty((0, 3)), np.empty(0, dtype=int)))
    assert untold.high - untold.low > told.high - told.low


def test_the_same_question_gets_the_same_answer():
    draw = np.random.default_rng(2)
    chances, truth = world([0.4, 0.4, 0.2], 100, draw)
    assert share(chances, 0, reader(chances, truth)) == share(chances, 0, reader(chances, truth))


def test_a_share_lies_within_its_interval_and_between_nought_and_one():
    draw = np.random.default_rng(3)
    chances, truth = world([1.0, 0.0, 0.0], 60, draw)
    found = share(chances, 0, reader(chances, truth))
    assert 0 <= found.low <= found.share <= found.high <= 1
