"""Training on a handful of invented texts: it learns, the same every time, and what is saved answers as what was fitted."""

import msgspec
import numpy as np

from core.spelling import normal
from enrich.gathering import thinned
from enrich.grams import cut
from enrich.lexicon import FACTS
from enrich.linear import load, save
from enrich.normalize import model_text
from enrich.sets import Example, clean
from enrich.training import Recipe, balanced, blended, calibrated, fit, folds, leaning

GOOD = ["lovely park", "thank you well done", "lovely clean street", "great work thank you", "well done great park"]
BAD = ["broken lamp again", "dirty street rubbish", "rubbish everywhere again", "broken and dirty", "lamp broken street dirty"]
RECIPE = Recipe(bits=12, penalty=10.0)


def examples():
    return [Example(text=t, spelt=normal(t), label=label, origin="own") for label, texts in (("good", GOOD), ("bad", BAD)) for t in texts]


def fitted(facts=None):
    seen = examples()
    grams = cut([model_text(e.spelt) for e in seen])
    return fit(grams, facts, [e.label for e in seen], balanced(seen, 1.0), RECIPE, "toy@1", ("bad", "good"))


def test_it_learns_what_it_is_shown():
    model, _ = fitted()
    chances = model.chances(model.scores(cut(["lovely work", "rubbish and broken"])))
    assert [model.labels[i] for i in chances.argmax(axis=1)] == ["good", "bad"]
    assert np.allclose(chances.sum(axis=1), 1)


def test_the_same_data_give_the_same_weights():
    assert np.array_equal(fitted()[0].weights, fitted()[0].weights)


def with_others(alone, ours):
    """Our own posts, beside others' in which the words mean the contrary; `ours`: whether the first are told to be our own."""
    texts, labels = [*GOOD, *BAD, *GOOD, *BAD], ["good"] * 5 + ["bad"] * 5 + ["bad"] * 5 + ["good"] * 5
    weights = np.array([1.0] * 10 + [3.0] * 10)
    recipe = Recipe(bits=12, penalty=10.0, alone=alone)
    return fit(cut(texts), None, labels, weights, recipe, "toy@1", ("bad", "good"), np.array([ours] * 10 + [False] * 10))[0]


def test_a_second_model_of_our_own_posts_can_outvote_what_others_mean_by_a_word():
    asked = cut(["lovely work", "rubbish and broken"])
    assert with_others(0.0, True).scores(asked).argmax(axis=1).tolist() == [0, 1]  # as the heavier others have it
    assert with_others(0.9, True).scores(asked).argmax(axis=1).tolist() == [1, 0]


def test_without_a_post_of_our_own_there_is_no_second_model():
    assert np.array_equal(with_others(0.9, False).weights, with_others(0.0, False).weights)


def test_two_models_blended_answer_with_the_mean_of_their_scores():
    (one, _), other = fitted(), with_others(0.0, True)
    other = msgspec.structs.replace(other, weights=np.hstack([other.weights[:, :-1], one.weights[:, -1:]]))  # rarities alike
    asked = cut(["lovely clean lamp", "dirty street"])
    assert np.allclose(blended(one, other, 0.25).scores(asked), 0.75 * one.scores(asked) + 0.25 * other.scores(asked), atol=1e-5)


def test_what_is_saved_answers_alike(tmp_path):
    model, rarity = fitted(np.random.default_rng(0).random((10, len(FACTS)), dtype=np.float32))
    save(model, rarity, tmp_path / "toy.npz")
    read = load(tmp_path / "toy.npz")
    facts = np.ones((1, len(FACTS)), dtype=np.float32)
    grams = cut(["lovely clean lamp"])
    assert read.labels == model.labels and read.name == "toy@1"
    assert np.allclose(read.scores(grams, facts), model.scores(grams, facts), atol=0.05)


def test_calibration_lowers_the_confidence_of_a_model_that_is_often_wrong():
    model, _ = fitted()
    scores = np.array([[3.0, -3.0]] * 10)
    told = calibrated(model, scores, ["bad"] * 6 + ["good"] * 4)
    assert abs(told.chances(scores)[0, 0] - 0.6) < 0.05


def test_classes_of_a_set_count_alike_when_balanced():
    seen = [*examples(), *[Example(text=f"bad {i}", spelt=f"bad {i}", label="bad", origin="own") for i in range(10)]]
    weights = balanced(seen, 1.0)
    of = {label: sum(w for w, e in zip(weights, seen, strict=True) if e.label == label) for label in ("good", "bad")}
    assert np.isclose(of["good"], of["bad"])


def test_no_text_of_a_test_is_trained_on():
    kept = clean(examples(), frozenset({"lovelypark"}))
    assert "lovely park" not in [e.text for e in kept]
    assert len(kept) == 9


def test_a_text_is_trained_on_once():
    assert len(clean([*examples(), *examples()], frozenset())) == 10


def test_folds_keep_each_text_out_once():
    outs = folds(50, Recipe(fold=0.2, folds=5))
    assert np.array_equal(np.sum(outs, axis=0), np.ones(50))


def test_a_large_set_loses_only_of_its_common_classes():
    many = [Example(text=str(i), spelt=str(i), label="often" if i % 40 else "seldom", origin="s") for i in range(40_000)]
    kept = thinned(many)
    assert len(kept) <= 30_000
    assert sum(e.label == "seldom" for e in kept) == 1000


def test_texts_balanced_with_another_set_share_its_classes():
    ours = examples()
    alone = Example(text="x", spelt="x", label="good", origin="theirs")
    with_ours = Example(text="x", spelt="x", label="good", origin="theirs", among="own")
    assert balanced([*ours, alone], 1.0)[-1] == 1.0  # a set of one class and one text
    assert balanced([*ours, with_ours], 1.0)[-1] == balanced([*ours, with_ours], 1.0)[0] < 1.0


def test_a_lean_moves_answers_towards_its_class_and_no_other_way():
    model, _ = fitted()
    told = calibrated(model, np.array([[1.0, -1.0], [-1.0, 1.0]] * 5), ["bad", "good"] * 5)
    leant = leaning(told, {"good": 1.0})
    scores = np.array([[0.2, 0.0]])
    assert leant.chances(scores)[0, 1] > told.chances(scores)[0, 1]
    assert np.allclose(leaning(told, {}).chances(scores), told.chances(scores))
