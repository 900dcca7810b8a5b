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
        ("", []),
    ],
)
def test_places_are_found_in_any_form(city, text, places):
    assert found(text, city) == places


def test_a_name_of_two_places_is_kept_for_both(city):
    claims = places_in(model_text(normal("در باغستان آب نیست")), city.gazetteer)
    assert {c.label for c in claims} == {"garden-east", "garden-west"}
    assert all(c.confidence < 0.5 and c.by == "gazetteer@1" for c in claims)
