"""Topics of a deployment's tree."""

from enrich.pipeline import understand
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
