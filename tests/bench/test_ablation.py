"""The ablation: each variation is trained by itself and measured on files that taught it nothing."""

from bench.ablation import VARIATIONS, Variation, run
from enrich.sets import SHIPPED

TINY = {"bits": "10", "folds": "1"}


def test_a_variation_is_trained_and_measured_on_our_test(tmp_path):
    found = run(("kk",), [Variation(name="small", licences=("own",), changes=TINY)], tmp_path)
    assert list(found["median"]) == ["small"]
    assert 0.4 < found["median"]["small"]["tests/sets/kk.tsv"] <= 1


def test_the_first_variation_is_what_is_shipped_and_each_other_differs_from_it():
    first, *others = VARIATIONS
    assert (first.licences, first.changes) == (SHIPPED, {})
    assert all(set(v.licences) != set(SHIPPED) or v.changes for v in others)
    assert len({v.name for v in VARIATIONS}) == len(VARIATIONS)
