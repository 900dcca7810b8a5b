"""What the commands of many machines take from options and settings."""

import pytest

from core.settings import read
from stream.cluster_commands import of_topics

# settings, options → partitions and hours of retention
TOPICS = [
    ({}, (None, None), (4, 168)),
    ({"SADA_PARTITIONS": "16", "SADA_RETENTION_HOURS": "48"}, (None, None), (16, 48)),
    ({"SADA_PARTITIONS": "16"}, (2, 24), (2, 24)),  # what is typed comes first
]


@pytest.mark.parametrize(("told", "asked", "made"), TOPICS)
def test_how_new_topics_are_made(told, asked, made):
    assert of_topics(read(told), *asked) == made
