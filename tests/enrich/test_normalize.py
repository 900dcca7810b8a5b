"""The models' spelling."""

import pytest

from core.spelling import normal
from enrich.normalize import HANDLE, LINK, letters_only, model_text, read_as


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Lamp 12 is OUT!!", "lamp 00 is out ! !"),  # digits alike, signs apart
        ("see https://example.org/a?b=1 now", f"see {LINK} now"),
        ("@city_desk when?", f"{HANDLE} when ?"),
        ("#broken_road", "# broken road"),  # a tag in its words
        ("حُفرةٌ ٣", "حفره 0"),  # vowel signs gone, digits of every script alike
        ("good😀😀", "good 😀 😀"),  # emoji are words
        ("", ""),
    ],
)
def test_texts_read_alike(text, read):
    assert model_text(normal(text)) == read


@pytest.mark.parametrize(
    "other", ["rt @someone: The lamp is out, again!", "the LAMP is out again https://example.org", "the lamp... is out 2 again"]
)
def test_texts_equal_in_their_letters_are_one_text(other):
    assert letters_only(normal(other)) == letters_only(normal("The lamp is out again"))


@pytest.mark.parametrize(
    "typed",
    [
        "Қоқысты қашан шығарасыздар",
        "Кокысты кашан шыгарасыздар",  # on a Russian keyboard
        "Qoqysty qashan shygarasyzdar",  # as people type it in Latin letters
        "Qoqysty qaşan şyğarasyzdar",  # in the official ones
    ],
)
def test_kazakh_is_read_alike_however_it_is_typed(typed):
    assert read_as(model_text(normal(typed)), "kk") == "кокысты кашан шыгарасыздар"


@pytest.mark.parametrize("language", ["ar", "fa", "ru", "en"])
def test_other_languages_are_read_as_they_are(language):
    assert read_as("lamp қала өте", language) == "lamp қала өте"


@pytest.mark.parametrize("text", ["", "'", "'' '", f"{LINK} {HANDLE} 000", "a" * 5000, "ß œ æ þ"])
def test_any_text_can_be_read_as_kazakh_and_reading_twice_changes_nothing(text):
    once = read_as(text, "kk")
    assert read_as(once, "kk") == once and len(once.split()) <= len(text.split())
