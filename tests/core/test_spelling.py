"""One normal spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.spelling import normal, plain_kazakh, search_terms, search_text

# as people write it → as it is searched
NORMAL = [
    ("أإآٱ", "اااا"[:2]),  # every alef is one; four in a row shorten to two
    ("الشَّوَارِعُ", "الشوارع"),  # vowel signs
    ("شــارع", "شارع"),  # tatweel
    ("مدرسة", "مدرسه"),
    ("علی", "علي"),  # Persian ye
    ("کتاب", "كتاب"),  # Persian kaf
    ("می‌خواهم", "مي خواهم"),  # the zero-width non-joiner parts words
    ("٣ أيام ۴", "3 ايام 4"),
    ("Ёлка И ЕЛЬ", "елка и ель"),
    ("Қала әкімі", "қала әкімі"),  # Kazakh letters stay
    ("soooo  dark!!!!", "soo dark!!!!"),
    ("ﺷﺎﺭﻉ", "شارع"),  # presentation forms
    ("#حفر_الباطن @City_Desk", "#حفر_الباطن @city_desk"),
    ("", ""),
]


@pytest.mark.parametrize(("written", "searched"), NORMAL)
def test_one_spelling(written, searched):
    assert normal(written) == searched


@given(st.text())
def test_normal_spelling_of_normal_spelling_is_itself(text):
    assert normal(normal(text)) == normal(text)


def test_kazakh_without_its_letters():
    assert plain_kazakh("әкімдік көшесі жұмыс үй өңір ғимарат һ") == "акимдик кошеси жумыс уй онир гимарат х"


def test_a_hashtag_is_found_whole_and_in_parts():
    assert search_text("#حفر_الباطن").split()[:3] == ["__حفر_الباطن", "حفر", "الباطن"]


def test_only_words_are_indexed():
    assert search_text("lamp, 3.5 m; don't 😡") == "lamp 3 5 m don t"


def test_the_bare_word_is_found_behind_its_article():
    assert {"شارع", "شوارع"} <= set(search_text("بالشارع والشوارع").split())


def test_quoted_words_stand_together_and_a_star_means_beginnings():
    assert search_terms('"dark lane" lam* #Tag') == [(("dark", "lane"), False), (("lam",), True), (("__tag",), False)]
