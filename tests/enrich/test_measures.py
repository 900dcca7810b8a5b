"""Measures against figures worked out by hand."""

import numpy as np

from enrich.measures import calibration_error, compare, measure


def test_f1_by_hand():
    found = compare(["a", "a", "b", "b"], ["a", "b", "b", "b"])
    assert found.accuracy == 0.75
    assert found.per_class["a"].precision == 1.0 and found.per_class["a"].recall == 0.5
    assert found.per_class["b"].f1 == 0.8
    assert found.macro_f1 == round((2 / 3 + 0.8) / 2, 4)
    assert found.confusion["a"] == {"a": 1, "b": 1}


def test_macro_figures_are_over_the_classes_asked_for():
    assert compare(["a", "a", "b", "b"], ["a", "b", "b", "b"], over=["b"]).macro_f1 == 0.8


def test_an_answer_that_is_no_label_counts_against_and_is_no_class_of_the_mean():
    assert compare(["a", "a"], ["a", "untold"]).macro_f1 == round(2 / 3, 4)


def test_calibration_error_is_the_distance_of_confidence_and_truth():
    assert calibration_error(np.array([1.0, 0.0]), np.array([0.95, 0.95])) == 0.45


def test_the_surest_answers_are_counted_first():
    chances = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.55, 0.45]])
    found = measure(["a", "a", "b", "b"], chances, ("a", "b"))
    assert found.precision_at_coverage["0.5"] == 1.0
    assert found.coverage_at_precision["0.9"] == 0.5
