"""The models' spelling."""

import pytest

from core.spelling import normal
from enrich.normalize import HANDLE, LINK, letters_only, model_text


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
