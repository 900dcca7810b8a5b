"""What a form or a clerk told is taken at its word."""

import msgspec
import pytest

from core.deployment import Place
from enrich.knowledge import learn, neutral
from enrich.pipeline import understand
from tests.make import post

CITY = msgspec.structs.replace(neutral(), places=(
    Place(id="alder", name={"en": "Alder Hill", "ar": "تل الألدر"}, spellings={"en": ("Alderhill",)}),
    Place(id="north", name={"en": "Old Town"}), Place(id="south", name={"en": "Old Town"}),
))  # fmt: skip

# told topic, told place → first topic, first place
TOLD = [
    ("roads", "alder", "roads", "alder"),
    ("ROADS ", "Alderhill", "roads", "alder"),
    (None, "تل الالدر", "lighting", "alder"),
    ("no such topic", "Old Town", "lighting", None),  # two places are called so
    (None, None, "lighting", None),
]


@pytest.mark.parametrize(("topic", "place", "topics", "places"), TOLD)
def test_a_told_topic_and_place_stand_first(topic, place, topics, places):
    (read,) = understand([post(1, text="the street lamp is broken and dark", topic_told=topic, place_told=place)], learn(CITY))
    assert read.topics[0].label == topics
    assert (read.places[0].label if read.places else None) == places
    assert len({c.label for c in read.topics}) == len(read.topics)


def test_the_claimant_is_named():
    (read,) = understand([post(1, topic_told="roads")], learn(CITY))
    assert (read.topics[0].by, read.topics[0].confidence) == ("told", 1.0)
