"""Places of the gazetteer: inflected, with joined prefixes, ambiguity kept."""

import pytest

from core.spelling import normal
from enrich.normalize import model_text
from enrich.places import places_in


def found(text, knowledge):
    return [claim.label for claim in places_in(model_text(normal(text)), knowledge.gazetteer)]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("الحفر في الرمال كثيرة", ["sands"]),
        ("وبالرمال مشكلة", ["sands"]),  # joined and, in
        ("نطالب بالنظافة للرمال", ["sands"]),  # to + the, written together
        ("رمال كثيرة على الطريق", []),  # sand, not the Sands
        ("بحي النور ما في ماء", ["nur"]),
        ("яма на улице Победы", ["victory"]),  # locative
        ("по УЛИЦЕ ПОБЕДЫ нет света", ["victory"]),
        ("в Сарыжоте нет воды", ["yellow-ridge"]),
        ("Сарыжотадағы жол", ["yellow-ridge"]),  # Kazakh, that which is in
        ("в Заречном темно", ["lower"]),
        ("в Заречном поселке темно", ["lower-village"]),  # the longer name wins
        ("победы нашей команды", []),
        ("والرمال ايضا", ["sands"]),  # and the
        ("كالرمال", ["sands"]),  # like the
        ("فالرمال بلا ماء", ["sands"]),  # so the
        ("حيّ النُّور بلا كهرباء", ["nur"]),  # with marks
        ("حى النور", ["nur"]),  # the other ya
        ("حي النورس", []),  # a longer word is another place
        ("с улицы Победы до реки", ["victory"]),  # genitive
        ("улицу Победы перекрыли", ["victory"]),  # accusative
        ("улицею Победы", ["victory"]),  # instrumental
        ("ул. Победы", []),  # an abbreviation is not among its spellings
        ("из Заречья пишу", ["lower"]),  # its other spelling, genitive
        ("ЗАРЕЧНЫЙ!!!", ["lower"]),
        ("#Заречный", ["lower"]),
        ("Сарыжотада", ["yellow-ridge"]),  # locative
        ("Сарыжотадан", ["yellow-ridge"]),  # ablative
        ("Сарыжотаға", ["yellow-ridge"]),  # dative
        ("Сарыжотага барам", ["yellow-ridge"]),  # in plain letters
        ("Сарыжотаның жолы", ["yellow-ridge"]),  # genitive
        ("", []),
    ],
)
def test_places_are_found_in_any_form(city, text, places):
    assert found(text, city) == places


def test_a_name_of_two_places_is_kept_for_both(city):
    claims = places_in(model_text(normal("در باغستان آب نیست")), city.gazetteer)
    assert {c.label for c in claims} == {"garden-east", "garden-west"}
    assert all(c.confidence < 0.5 and c.by == "gazetteer@1" for c in claims)


def test_places_named_twice_or_together_are_each_told_once(city):
    assert found("улица Победы, опять улица Победы и Заречный", city) == ["lower", "victory"]


@pytest.mark.parametrize("text", ["\u200f\u200f", "الرمال" * 2000, " " * 500, "🏙️" * 300])
def test_odd_texts_are_read_through(city, text):
    assert found(text, city) in ([], ["sands"])


def test_a_told_place_of_one_name_is_surer_than_of_a_shared_one(city):
    sure = places_in(model_text(normal("الرمال")), city.gazetteer)[0].confidence
    shared = places_in(model_text(normal("باغستان")), city.gazetteer)[0].confidence
    assert sure == pytest.approx(2 * shared, abs=0.01)
