"""`sada eval share`: labels of the file's own mix, resamples of every mix, errors and intervals against the truth."""

import pytest

from core.errors import BadInput
from enrich import share, share_eval
from enrich.evaluate import Labelled
from enrich.sets import own
from enrich.share_eval import evaluated_shares


@pytest.fixture(scope="module")
def file():
    """Some of our own English posts: shipped weights know them, so what is read off them is sure to be near."""
    posts = own("en", "sentiment")[::8]
    return Labelled(tuple(p.text for p in posts), tuple(p.label for p in posts))


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(share_eval, "SAMPLES", 1)
    monkeypatch.setattr(share_eval, "EACH", 6)
    monkeypatch.setattr(share, "DRAWS", 8)


def test_shares_of_posts_that_the_model_reads_well_are_near_and_better_than_counting_a_shifted_sample(file, knowledge):
    found = evaluated_shares(file, knowledge, 100, "en")
    assert (found.resamples, found.labels) == (6, 100)
    assert found.mae < 0.1 and found.mae_ppi is not None and found.mae < found.mae_ppi
    assert 0 <= found.coverage <= 1 and 0 < found.interval_width < 1


def test_no_sample_mends_more_than_if_all_posts_were_labelled(file, knowledge):
    sample, nothing = evaluated_shares(file, knowledge, 100, "en"), evaluated_shares(file, knowledge, 0, "en")
    assert sample.mae_all_labelled < 0.05
    assert nothing.mae_all_labelled < nothing.mae


def test_the_same_seed_draws_the_same_posts(file, knowledge):
    once, again = (evaluated_shares(file, knowledge, 60, "en", seed=4) for _ in range(2))
    assert once == again != evaluated_shares(file, knowledge, 60, "en", seed=5)


def test_without_labels_the_interval_is_wide_and_nothing_can_be_corrected(file, knowledge):
    told, untold = evaluated_shares(file, knowledge, 100, "en"), evaluated_shares(file, knowledge, 0, "en")
    assert untold.interval_width > told.interval_width and untold.interval_width_answers > told.interval_width_answers
    assert untold.mae_ppi is None and untold.coverage_ppi is None


def test_posts_of_other_labels_count_for_nothing(file, knowledge):
    more = Labelled((*file.texts, "who can say"), (*file.labels, "mixed"))
    assert evaluated_shares(more, knowledge, 60, "en") == evaluated_shares(file, knowledge, 60, "en")


def test_a_file_too_small_to_be_drawn_from_is_refused_with_what_is_needed(file, knowledge):
    few = Labelled(file.texts[:210], file.labels[:210])
    with pytest.raises(BadInput, match=r"210 posts .* 150 for the sample and at least 200"):
        evaluated_shares(few, knowledge, 150, "en")
