"""Known phrases among many."""

from enrich.phrases import Found, Phrases


def test_nothing_known_finds_nothing():
    assert list(Phrases([]).find("any text")) == []


def test_a_phrase_is_found_with_its_span():
    assert list(Phrases([("street lamp", "en", 7)]).find("the street lamps are out")) == [Found(7, 4, 16)]


def test_a_piece_of_a_word_is_not_the_word():
    assert list(Phrases([("lamp", "en", 1)]).find("lampoon clamp")) == []


def test_short_words_take_no_endings():
    known = Phrases([("дом", "ru", 1)])
    assert [hit.value for hit in known.find("дом")] == [1]
    assert list(known.find("домой")) == []


def test_a_vowel_that_flees_is_still_the_word():
    assert [hit.value for hit in Phrases([("рынок", "ru", 3)]).find("на рынке грязно")] == [3]


def test_one_spelling_may_stand_for_two():
    assert sorted(hit.value for hit in Phrases([("garden", "en", 1), ("garden", "en", 2)]).find("the garden")) == [1, 2]
