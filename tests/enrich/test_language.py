"""Which language a text is in."""

import pytest

from enrich.language import languages_of, letters, lookalike


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("الشارع مظلم من أسبوع ومحد رد علينا", "ar"),
        ("خیابان ما یک هفته است که تاریک است", "fa"),
        ("خيابان ما خيلي كثيف شده لطفا رسيدگي كنيد", "fa"),  # typed on an Arabic keyboard
        ("На нашей улице неделю не горит свет", "ru"),
        ("Біздің көшеде бір апта жарық жоқ", "kk"),
        ("Биздин кошеде бир апта жарык жок", "kk"),  # without the Kazakh letters
        ("Our street has been dark for a week", "en"),
        ("Sokağımız bir haftadır karanlık, lütfen ilgilenin", "tr"),
        ("ہماری گلی میں ایک ہفتے سے اندھیرا ہے", "ur"),
        ("ﮨﻤﺎﺭﯼ ﮔﻠﯽ ﻣﯿﮟ ﺍﯾﮏ ﮨﻔﺘﮯ ﺳﮯ ﺍﻧﺪﮬﯿﺮﺍ ﮨﮯ", "ur"),  # the same in letters as they join
        ("bhai hamare mohalle mein pani nahi aa raha hai", "hi"),
        ("yakhi el mayye ma2to3a 3anna men mbere7", "ar"),
        ("На нашій вулиці вже тиждень немає світла", "uk"),
        ("Notre rue est dans le noir depuis une semaine", "fr"),
    ],
)
def test_short_texts_are_told_apart(knowledge, text, language):
    claim = languages_of([text], knowledge.language)[0]
    assert claim is not None
    assert claim.label == language
    assert claim.by
    assert 0 < claim.confidence <= 1


@pytest.mark.parametrize("text", ["", "😂😂", "+1", "12345 !!", "https://example.org"])
def test_without_letters_nothing_is_claimed(knowledge, text):
    assert languages_of([text], knowledge.language) == [None]


def test_letters_are_kept_as_typed():
    assert letters("RT @city: Yol BOZUK! https://example.org 12 كتابٌ") == "yol bozuk كتاب"


def test_one_foreign_word_among_many_changes_nothing():
    assert lookalike("the bazaar near the old bridge sells çay every day of the week") is None
