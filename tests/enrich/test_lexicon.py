"""Words that judge, ask, wish, thank and announce, and how they are counted."""

import csv

import pytest

from core.deployment import LANGUAGES
from core.spelling import normal
from enrich.affixes import LANGUAGE_FACTS
from enrich.lexicon import CUES, FACTS, counted, lexicon
from enrich.normalize import model_text, read_as


def facts(text, language):
    line = counted([read_as(model_text(normal(text)), language)], lexicon(language))[0]
    return dict(zip(FACTS, line.tolist(), strict=True))


def cues(text, language):
    told = facts(text, language)
    return {cue for cue in CUES if told[f"cue: {cue}"] > 0}


@pytest.mark.parametrize(
    ("text", "language", "cue"),
    [
        ("who do I ring about the drain", "en", "asks"),  # without a question mark
        ("كم رسوم توصيل المنزل", "ar", "asks"),
        ("این کوچه کی آسفالت میشه", "fa", "asks"),
        ("су қашан беріледі", "kk", "asks"),
        ("подскажите куда обращаться", "ru", "asks"),
        ("a bench there would be nice", "en", "wishes"),
        ("يا ليت ترسلون رسالة قبل القطع", "ar", "wishes"),
        ("ای کاش نیمکت بگذارید", "fa", "wishes"),
        ("орындық қойсаңыздар екен", "kk", "wishes"),  # by its ending
        ("предлагаю поставить урны", "ru", "wishes"),
        ("well done to the night crew", "en", "thanks"),
        ("الله يعطيكم العافية", "ar", "thanks"),
        ("دمتون گرم", "fa", "thanks"),
        ("мың алғыс сіздерге", "kk", "thanks"),
        ("огромное спасибо бригаде", "ru", "thanks"),
        ("the road will be closed until further notice", "en", "announces"),
    ],
)
def test_what_is_said_without_a_sign_is_heard(text, language, cue):
    assert cue in cues(text, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_signs_and_numbers_are_no_cue(language):
    assert cues("!!! 12 ... 🙂", language) == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["cues", "polarity", "topic_words", "topic_stems"])
def test_a_list_says_nothing_twice_and_nothing_empty(language, name):
    with (LANGUAGE_FACTS / language / f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
        found = [tuple(row) for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)][1:]
    assert all(len(row) == 2 and row[0].strip() and row[1].strip() for row in found)
    assert len(found) == len(set(found))


def test_a_negated_word_is_counted_apart():
    plain, negated = facts("the road is broken", "en"), facts("the road is not broken", "en")
    assert plain["bad"] > 0 == plain["not bad"]
    assert negated["not bad"] > 0 == negated["bad"]
    assert plain["leans"] < 0 < negated["leans"]


@pytest.mark.parametrize(("text", "language", "tells"), [
    ("лифт не работает", "ru", "bad"),  # a listed pair holds its own negation and is not turned round
    ("این خیابون غیرقابل‌تحمل شده", "fa", "bad"),  # three words once its half-space is a space
])  # fmt: skip
def test_a_listed_phrase_with_a_negation_in_it_is_not_negated_again(text, language, tells):
    told = facts(text, language)
    assert told[tells] + told[f"very {tells}"] > 0 and told["leans"] < 0
    assert not any(told[name] for name in FACTS if name.startswith("not "))


def test_an_empty_text_tells_nothing_but_that_it_is_short():
    told = facts("", "en")
    assert {name for name, value in told.items() if value} == {"up to 3 words", "up to 8 words"}


def test_a_language_without_lists_is_read_by_its_signs_alone():
    told = facts("quo vadis?", "la")
    assert told["question"] > 0 and told["asks at the end"] > 0
    assert not cues("quo vadis?", "la")


@pytest.mark.parametrize("text", ["жолда қоқыс жоқ емес", "жолда кокыс жок емес", "jolda qoqys joq emes"])
def test_kazakh_words_are_counted_in_whatever_letters_they_come(text):
    assert facts(text, "kk") == facts("жолда қоқыс жоқ емес", "kk")
    assert facts(text, "kk")["waste"] > 0
