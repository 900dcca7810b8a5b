"""N-grams: a batch gives what each text gives alone, and nothing crosses from one text to the next."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from enrich.grams import cut, cut_words, named

TEXTS = st.lists(st.text(alphabet="اببتسж ёabc0😀", max_size=30).map(lambda t: " ".join(t.split())), min_size=1, max_size=6)


def of(grams, i):
    return sorted(grams.hashes[grams.starts[i] : grams.starts[i + 1]].tolist())


@given(TEXTS)
def test_a_batch_gives_each_text_what_it_gives_alone(texts):
    together = cut(texts)
    assert [of(together, i) for i in range(len(texts))] == [of(cut([t]), 0) for t in texts]


def test_characters_words_and_pairs_are_all_there():
    assert set(named("ab cd").values()) == {" a", "ab", "b ", " ab", "ab ", " ab ", " c", "cd", "d ", " cd", "cd ", " cd ", "ab cd"}
    assert set(named("ab cd")) == set(cut(["ab cd"]).hashes.tolist())


def test_a_word_has_the_same_hashes_wherever_it_stands():
    assert set(of(cut(["hole"]), 0)) <= set(of(cut(["a deep hole here"]), 0))


def test_an_empty_text_has_none_and_harms_no_neighbour():
    grams = cut(["", "road", ""])
    assert of(grams, 0) == of(grams, 2) == []
    assert of(grams, 1) == of(cut(["road"]), 0)


def test_chosen_rows_keep_their_order():
    grams = cut(["one", "two", "three"]).rows(np.array([True, False, True]))
    assert len(grams) == 2
    assert of(grams, 1) == of(cut(["three"]), 0)


def test_pairs_of_words_do_not_cross_texts():
    assert len(cut_words(["a b", "c d e", "f"]).hashes) == 3
