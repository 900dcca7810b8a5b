"""Shares from answers: near the truth after labels, wide before them, and never surer than the posts are many."""

import numpy as np
import pytest

from core.shares import ANSWERS, CLASSES, ELSEWHERE, Share, answers_read, share

ANSWERING = np.array([[0.7, 0.1, 0.1], [0.2, 0.8, 0.2], [0.05, 0.05, 0.6], [0.05, 0.05, 0.1]])  # a model's answers by class
NOBODY = np.zeros((len(ANSWERS), len(CLASSES)))


def answered(mix, size, draw):
    """Posts by answer and class, in a world where the model answers as above."""
    truth = draw.multinomial(size, mix)
    return np.stack([draw.multinomial(n, ANSWERING[:, c]) for c, n in enumerate(truth)], axis=1)


def test_after_150_labels_of_another_mix_the_share_is_near_and_its_interval_holds():
    off, counted, held = [], [], []
    for seed in range(20):
        draw = np.random.default_rng(seed)
        reading = answers_read(answered([0.3, 0.5, 0.2], 150, draw), seed=seed)
        posts = answered(draw.dirichlet(np.ones(3)), 400, draw)
        true, found = posts[:, 0].sum() / 400, share(reading, posts.sum(axis=1).astype(float), 0, seed=seed)
        off.append(abs(found.share - true))
        counted.append(abs(posts[0].sum() / posts[:3].sum() - true))
        held.append(found.low <= true <= found.high)
    assert np.mean(off) < min(0.05, np.mean(counted))
    assert np.mean(held) >= 0.85


def test_labels_narrow_the_interval_and_none_leave_it_wide():
    counts = np.array([300.0, 500, 150, 50])
    told = answered([0.3, 0.5, 0.2], 300, np.random.default_rng(1))
    widths = [found.high - found.low for found in (share(answers_read(seen), counts, 0) for seen in (NOBODY, told / 6, told))]
    assert widths[0] > 0.3
    assert widths == sorted(widths, reverse=True)


def test_posts_that_people_know_count_as_known():
    counts = np.array([5.0, 5, 5, 5])
    plain = share(answers_read(NOBODY), counts, 0)
    known = share(answers_read(NOBODY), counts, 0, known=np.array([20.0, 0, 0]))
    assert known.share > plain.share + 0.2


def test_a_million_posts_are_not_believed_more_than_a_thousand():
    few, many = (share(answers_read(NOBODY), n * np.array([0.3, 0.5, 0.15, 0.05]), 0) for n in (1_000.0, 1_000_000.0))
    assert abs(few.share - many.share) < 0.02
    assert many.high - many.low > 0.8 * (few.high - few.low)


def test_the_shares_of_all_classes_come_to_about_one():
    counts = np.array([40.0, 70, 20, 8])
    assert sum(share(answers_read(ELSEWHERE), counts, of).share for of in range(3)) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("counts", [[0, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 9]])
def test_few_or_no_posts_are_a_wide_answer_and_no_error(counts):
    found = share(answers_read(NOBODY), np.array(counts, dtype=float), 0)
    assert isinstance(found, Share)
    assert 0 <= found.low <= found.share <= found.high <= 1


def test_the_same_question_gets_the_same_answer():
    counts = np.array([3.0, 4, 5, 6])
    assert share(answers_read(NOBODY), counts, 0) == share(answers_read(NOBODY), counts, 0)
