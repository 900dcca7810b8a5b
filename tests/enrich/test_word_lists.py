"""The words that judge: each is found where texts have it, and what only looks like judging is not listed."""

from collections import Counter

import pytest

from enrich.affixes import LANGUAGE_FACTS
from enrich.sets import rows
from tests.enrich.words import judged, spelt

_WHOLE = ("ar", "en", "ru")  # the long lists: every word in them was written with its forms


@pytest.mark.parametrize("language", _WHOLE)
def test_no_listed_phrase_is_longer_than_those_that_are_looked_for(language):
    sizes = {row["word"]: len(spelt(row["word"], language).split()) for row in rows(LANGUAGE_FACTS / language / "polarity.tsv")}
    assert [word for word, size in sizes.items() if size not in (1, 2, 3)] == []


@pytest.mark.parametrize("language", _WHOLE)
def test_no_word_is_listed_twice_under_two_spellings(language):
    listed = Counter(spelt(row["word"], language) for row in rows(LANGUAGE_FACTS / language / "polarity.tsv"))
    assert [word for word, times in listed.items() if times > 1] == []


@pytest.mark.parametrize("language", _WHOLE)
def test_scores_are_of_the_four_there_are(language):
    assert {row["score"] for row in rows(LANGUAGE_FACTS / language / "polarity.tsv")} == {"-2", "-1", "1", "2"}


@pytest.mark.parametrize(
    "text",
    [
        "Добрый день, по каким дням приём граждан?",
        "До проспекта Победы идёт автобус 17",
        "Техническая поддержка отвечает с 9 до 18",
        "С уважением, жильцы дома 5",
        "Её привезли на станцию скорой помощи",
        "С новым расписанием можно ознакомиться на сайте",
        "Урна стоит на пять метров левее",
    ],
)
def test_greetings_streets_and_services_judge_nothing(text):
    assert judged(text, "ru") == {}


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("мастер приехал быстро, очень довольна, вежливый и аккуратный", 1),
        ("обалденная площадка, дети счастливы, кайфово", 1),
        ("вкуснятина, и персонал приветливый", 1),
        ("приложение тупит и глючит, оператор хамоватый", -1),
        ("лохотрон, обманули с возвратом, мошенники", -1),
        ("подъезд загаженный, воняло всю зиму", -1),
        ("чиновники зажрались, врут и издеваются", -1),
        ("ну вот и погуляли ((", -1),
        ("ну вот и погуляли ))", 1),
    ],
)
def test_clear_words_lean_the_way_people_mean_them(text, sign):
    assert sign * sum(judged(text, "ru").values()) > 0


@pytest.mark.parametrize("form", ["вежливый", "вежливая", "вежливого", "ВЕЖЛИВО", "зажравшиеся", "зажрались"])
def test_a_word_is_listed_with_its_forms(form):
    assert len(judged(form, "ru")) == 1
