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
    ("1000 of ٢٠٠٠٠ on +7 555 0001111", "1000 of 20000 on +7 555 0001111"),  # a number is no elongation
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


def test_quranic_marks_superscript_alef_and_direction_marks_are_dropped_and_their_neighbours_are_not():
    dropped = [
        *range(0x064B, 0x0660),
        0x0670,
        0x0640,
        *range(0x06D6, 0x06EE),
        0x200B,
        0x200D,
        0x200E,
        0x200F,
        0x061C,
        0xFEFF,
        0x00AD,
        0xFE0F,
    ]
    assert [hex(n) for n in dropped if normal(f"ب{chr(n)}ب") != "بب"] == []
    assert normal("ب\u06d5ب") == "بهب"  # a letter just before the marks
    assert normal("\u0660\u06ee\u06ef") == "0\u06ee\u06ef"


def test_every_digit_of_both_rows_is_western():
    assert normal("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹") == "0123456789 0123456789"


# as it is shown → as it is searched: forms of one letter, and signs made of two
COMPOSED = [("е\u0301лка", "е\u0301лка"), ("и\u0306", "й"), ("ｗａｔｅｒ", "water"), ("ﻼ", "لا"), ("e\u0301", "é")]


@pytest.mark.parametrize(("written", "searched"), COMPOSED)
def test_letters_made_of_two_signs_are_one(written, searched):
    assert normal(written) == normal(searched)


def test_a_handle_and_a_hashtag_of_the_same_word_are_two_things():
    assert search_text("@city_desk #city_desk").split() == ["___city_desk", "city", "desk", "__city_desk", "city", "desk"]
    assert search_terms("@City_Desk") == [(("___city_desk",), False)]


# what is typed → what is searched
ASKED = [
    ("", []),
    ("   ", []),
    ("“ ” - !", []),
    ("lamp*", [(("lamp",), True)]),
    ('"lamp*"', [(("lamp",), False)]),  # in quotation marks a star is a star
    ("don't", [(("don", "t"), False)]),
    ('"dark', [(("dark",), False)]),
    ('dark "hill lane" 3', [(("dark",), False), (("hill", "lane"), False), (("3",), False)]),
    ("#حفر_الباطن*", [(("__حفر_الباطن",), True)]),
    ("٣ أيام", [(("3",), False), (("ايام",), False)]),
    ("desk@city.example", [(("desk", "___city", "city", "example"), False)]),  # as such an address is indexed
    ('"in #hill_lane now"', [(("in", "__hill_lane", "hill", "lane", "now"), False)]),
]


@pytest.mark.parametrize(("typed", "terms"), ASKED)
def test_what_a_person_types_is_asked_for(typed, terms):
    assert search_terms(typed) == terms


@pytest.mark.parametrize("text", ["street lamp", "улица", "Қала", "3 4"])
def test_where_there_is_no_arabic_no_article_is_looked_for(text):
    assert search_text(text).split() == normal(text).split()


# words with a joined article → the bare word at the end
ARTICLES = [("والشارع", "شارع"), ("بالشارع", "شارع"), ("للشارع", "شارع"), ("كالشارع", "شارع"), ("فالشارع", "شارع"), ("الشارع", "شارع"), ("وبالشارع", "شارع"), ("الى", None), ("ولد", None)]  # fmt: skip


@pytest.mark.parametrize(("word", "bare"), ARTICLES)
def test_an_article_joined_to_a_word_does_not_hide_it(word, bare):
    assert search_text(word).split() == [normal(word), *([bare] if bare else [])]


@given(st.text() | st.text(alphabet="ab_#@. 1"))
def test_every_word_of_a_text_is_found_by_typing_it(text):
    indexed = f" {search_text(text)} "
    for words, _ in search_terms(normal(text).replace('"', " ").replace("*", " ")):
        assert f" {' '.join(words)} " in indexed
