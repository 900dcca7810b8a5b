"""How people really type: what is changed, and what never is."""

import random

import pytest

from collectors.demo import wording
from collectors.demo.sentences import Sentence, phrasebook
from core.spelling import normal


def said(text: str, voice: str = "citizen", intent: str = "complaint") -> Sentence:
    return Sentence(voice, intent, "roads", "negative", "any", text)


def ways(sentence: Sentence, language: str = "ru", place: str | None = None, spoken: bool = False) -> set[str]:
    return {wording.worded(sentence, phrasebook(language), place, ("tag",), random.Random(n), spoken) for n in range(300)}


def test_one_sentence_is_typed_in_very_many_ways():
    assert len(ways(said("Яма на дороге уже который день"))) > 150


def test_what_a_clerk_noted_has_no_emoji_hashtag_or_slip():
    noted = ways(said("Яма на дороге", "clerk"), spoken=True)
    assert all(text.startswith("Яма на дороге") for text in noted)
    assert not any(mark in text for text in noted for mark in "#😡🙄!")


def test_an_own_post_keeps_its_words():
    assert all(text.startswith("Мост открыт") for text in ways(said("Мост открыт", "office", "news")))


# (text, place) → what it may look like
PLACED = [
    ("Яма, {place}", "улица Лесная", "Яма, улица Лесная"),
    ("Яма", None, "Яма"),
    ("بقالة بحي {place}", "حي التل", "بقالة بحي التل"),
    ("في حي {place}", "حي التل", "في حي التل"),
]


@pytest.mark.parametrize(("text", "place", "looks"), PLACED)
def test_a_place_is_named_once(text, place, looks):
    assert wording.placed(text, place, random.Random(1)) == looks


def test_a_place_is_often_added_where_the_sentence_has_no_slot_for_it():
    told = [wording.placed("Яма", "улица Лесная", random.Random(n)) for n in range(200)]
    assert 80 < sum("улица Лесная" in text for text in told) < 160
    assert all(text.startswith("Яма") for text in told)


def test_numbers_vary_and_times_of_day_stay():
    told = {wording.numbered("вывезено 9 300 кубометров, 84 машины, с 9:00 до 17:00", random.Random(n)) for n in range(50)}
    assert len(told) > 30
    assert all("с 9:00 до 17:00" in text for text in told)


def test_numbers_stay_in_their_own_digits():
    assert all(set("۰۱۲۳۴۵۶۷۸۹") & set(wording.numbered("۳۸ کیلومتر", random.Random(n))) for n in range(20))


def test_a_slip_changes_one_word_only():
    text = "Фонари совсем не горят вечером"
    changed = wording.slip(text, random.Random(3))
    assert sum(a != b for a, b in zip(text.split(), changed.split(), strict=True)) == 1


def test_a_text_without_long_words_has_no_slip():
    assert wording.slip("да ну", random.Random(1)) == "да ну"


def test_elongation_is_undone_by_the_normal_spelling_but_for_a_doubled_letter():
    long = wording.elongated("спасибо", "ru", random.Random(2))
    assert len(long) > len("спасибо") + 1
    assert len(normal(long)) <= len("спасибо") + 1


@pytest.mark.parametrize("language", wording.SPELT)
def test_hurried_spellings_keep_a_text_readable(language):
    text = {"ar": "الإنارة مطفأة، متى؟", "fa": "نمی‌برن، کجاست؟", "ru": "Ёлка, где?", "kk": "Қоқыс, қашан?", "en": "You don't, please"}[
        language
    ]
    for hurried in wording.SPELT[language]:
        assert 0.6 * len(text) < len(hurried(text)) <= len(text)
