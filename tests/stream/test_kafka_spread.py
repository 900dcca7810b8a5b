"""Where messages lie on the broker: pages evenly over the partitions, what has a key behind one another in one of them."""

import uuid
from collections import Counter

import pytest
from confluent_kafka.admin import AdminClient

from core.errors import StoreFailed
from stream import kafka
from stream.kafka import Publisher
from stream.topics import CASES, RAW, TOPICS, prefixed
from tests.conftest import address

PARTITIONS = 4


@pytest.fixture
def broker():
    """The broker's address and a prefix nobody else has, with its topics."""
    where, prefix = address("SADA_KAFKA"), f"test{uuid.uuid4().hex[:10]}"
    kafka.create_topics(where, PARTITIONS, 1, prefix)
    yield where, prefix
    AdminClient({"bootstrap.servers": where}).delete_topics([prefixed(name, prefix) for name in TOPICS])


@pytest.mark.services
def test_pages_are_spread_over_all_partitions(broker):
    Publisher(*broker).publish(RAW, [b"a page"] * 400)
    lie = Counter(partition for partition, _, _ in kafka.read_all(broker[0], prefixed(RAW, broker[1])))
    assert sum(lie.values()) == 400
    assert len(lie) == PARTITIONS and min(lie.values()) > 50  # 100 each on the average; fewer than 50 comes once in a hundred million runs


@pytest.mark.services
def test_messages_of_one_key_keep_their_order_in_one_partition(broker):
    sent = [(b"c-%d" % (n % 8), b"%d" % n) for n in range(200)]
    Publisher(*broker).publish_keyed(CASES, sent)
    read = [(partition, message) for partition, _, message in kafka.read_all(broker[0], prefixed(CASES, broker[1]))]
    for key in {key for key, _ in sent}:
        mine = [message for other, message in sent if other == key]
        found = [(partition, message) for partition, message in read if message in mine]
        assert [message for _, message in found] == mine
        assert len({partition for partition, _ in found}) == 1


def test_a_broker_that_is_not_there_is_said_so_and_nothing_is_taken_as_done(monkeypatch):
    monkeypatch.setattr(kafka, "CONFIRMED_WITHIN", 0.5)
    with pytest.raises(StoreFailed, match=r"1 of 1 messages to raw-posts .*nothing is taken as done"):
        Publisher("127.0.0.1:9").publish(RAW, [b"a page"])


def test_asking_a_broker_that_is_not_there_is_one_sentence(monkeypatch):
    monkeypatch.setattr(kafka, "ANSWERS_WITHIN", 0.5)
    for ask in (
        lambda: list(kafka.read_all("127.0.0.1:9", RAW)),
        lambda: kafka.create_topics("127.0.0.1:9", 1, 1),
        lambda: kafka.lag("127.0.0.1:9", "g", RAW),
    ):
        with pytest.raises(StoreFailed, match=r"Kafka cannot be reached .*mend SADA_KAFKA"):
            ask()
