"""Topics of a deployment's tree."""

import pytest

from enrich.pipeline import understand
from enrich.topics import SEED_CONFIDENCE, SEEDS
from tests.enrich.conftest import post


def labels(text, knowledge):
    return [claim.label for claim in understand([post(text)], knowledge)[0].topics]


def test_a_base_topic_goes_to_the_topic_that_is_like_it(city):
    assert labels("the street lamp is broken, no light at night on our street", city)[0] == "lamps"


def test_two_base_topics_can_be_one_of_ours(city):
    assert labels("The rubbish container has not been emptied, garbage everywhere", city)[:1] == ["cleaning"]
    assert labels("Sewage is flooding from the manhole, the drain is blocked", city)[:1] == ["cleaning"]


def test_own_seed_words_tell_a_topic_nobody_trained(city):
    assert "cable-car" in labels("the cable car stopped again today", city)
    assert "cable-car" in labels("когда откроют канатную дорогу?", city)


def test_chat_has_no_topic(city):
    assert labels("good morning everyone, have a lovely day", city) == []


def test_each_topic_is_named_once(city):
    found = labels("garbage and sewage and rubbish in the drains, the cable car too", city)
    assert len(found) == len(set(found)) <= 3


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("المجاري طافحة في حارتنا والريحة ما تنطاق", "sewage"),
        ("انقطاع الماء مستمر من أمس", "water"),
        ("کلاب ضالة تهاجم الأطفال قرب المدرسة", "pests"),  # with a Persian kaf, as some keyboards have it
        ("چاله وسط خیابان لاستیکم را ترکاند", "roads"),
        ("اتوبوس خط ۵ باز هم نیومد", "transport"),
        ("سگ‌های ولگرد جلوی مدرسه‌اند", "pests"),
        ("во дворе стая бродячих собак", "pests"),
        ("автобус опять не пришёл, ждём на остановке час", "transport"),
        ("в батареях холодно, отопления нет", "heating"),
        ("батарея мұздай, жылу жоқ", "heating"),
        ("batareia muzdai, jylu joq", "heating"),  # in Latin letters
        ("жолдағы шұңқырдан дөңгелек жарылды", "roads"),
        ("The bus never came and the stop has no timetable", "transport"),
        ("stray dogs near the school again", "pests"),
    ],
)
def test_base_topics_are_told_in_every_language_and_writing(knowledge, text, topic):
    assert topic in labels(text, knowledge)


@pytest.mark.parametrize("form", ["канатная дорога", "канатной дороги", "канатную дорогу", "канатной дорогой", "КАНАТНАЯ ДОРОГА!"])
def test_a_seed_phrase_is_found_in_any_case(city, form):
    assert "cable-car" in labels(f"наша {form} снова стоит", city)


@pytest.mark.parametrize("text", ["канатная", "дорога канатная и прочее", "a car with a cable", "scable carx"])
def test_parts_of_a_seed_phrase_tell_nothing(city, text):
    assert all(claim.by != SEEDS for claim in understand([post(text)], city)[0].topics)


def test_a_deployments_own_word_is_surer_than_a_doubtful_model(city):
    claims = {c.label: c for c in understand([post("good morning from the cable car")], city)[0].topics}
    assert claims["cable-car"].confidence == SEED_CONFIDENCE and claims["cable-car"].by == SEEDS


@pytest.mark.parametrize("text", ["", "😂", "١٢٣", "https://example.org", "@city_desk"])
def test_a_text_without_words_has_no_topic_that_a_seed_told(city, text):
    assert all(claim.by != SEEDS for claim in understand([post(text)], city)[0].topics)


def test_topics_come_surest_first(city):
    claims = understand([post("rubbish everywhere, the street lamp is out and the cable car stands")], city)[0].topics
    sure = [claim.confidence for claim in claims]
    assert len(claims) > 1 and sure == sorted(sure, reverse=True)
