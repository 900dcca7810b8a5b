"""Publishing to Kafka and asking it, by librdkafka: used by collectors and commands; the worker itself is Faust (app.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, TopicMetadata

from core.errors import StoreFailed
from stream.topics import TOPICS, prefixed

CONFIRMED_WITHIN = 120.0  # seconds in which the broker must confirm what was published
ANSWERS_WITHIN = 15.0  # seconds for a question
LARGEST = 1_048_000  # bytes of a message: a page is under 900 KB


def producer_settings(address: str) -> dict[str, str | int | bool]:
    """What librdkafka is told: nothing twice, confirmed by all replicas, small on the wire, spread evenly."""
    return {
        "bootstrap.servers": address, "enable.idempotence": True, "acks": "all", "compression.type": "zstd", "linger.ms": 5,
        "message.max.bytes": LARGEST, "delivery.timeout.ms": int(CONFIRMED_WITHIN * 1000), "partitioner": "random",
    }  # fmt: skip


class Publisher:
    """An idempotent producer: what `publish` returned from is on the broker once, whatever was retried."""

    def __init__(self, address: str, prefix: str = "") -> None:
        self._prefix = prefix
        self._producer = Producer({
            "bootstrap.servers": address, "enable.idempotence": True, "acks": "all", "compression.type": "zstd", "linger.ms": 5,
            "message.max.bytes": LARGEST, "delivery.timeout.ms": int(CONFIRMED_WITHIN * 1000), "partitioner": "consistent_random",
            "sticky.partitioning.linger.ms": 0,
        })  # fmt: skip

    def publish(self, topic: str, messages: Iterable[bytes]) -> int:
        """Publish all, spread evenly, and return when the broker has confirmed all. Raises StoreFailed naming what is not known to have arrived."""
        return self.publish_keyed(topic, ((None, message) for message in messages))

    def publish_keyed(self, topic: str, messages: Iterable[tuple[bytes | None, bytes]]) -> int:
        """The same with (key, message): those of one key lie in one partition, in their order."""
        failures: list[KafkaError] = []
        count = 0
        for count, (key, message) in enumerate(messages, 1):
            self._produce(prefixed(topic, self._prefix), key, message, failures)
        left = self._producer.flush(CONFIRMED_WITHIN)
        if left or failures:
            why = failures[0].str() if failures else "no answer"
            raise StoreFailed(
                f"Kafka did not confirm {left or len(failures)} of {count} messages to {topic} ({why}); nothing is taken as done, they come again"
            )
        return count

    def _produce(self, topic: str, key: bytes | None, message: bytes, failures: list[KafkaError]) -> None:
        def confirmed(error: KafkaError | None, _: Message) -> None:
            if error is not None:
                failures.append(error)

        while True:
            try:
                self._producer.produce(topic, value=message, key=key, on_delivery=confirmed)
                self._producer.poll(0)
                return
            except BufferError:  # the local queue is full: let the broker take some first
                self._producer.poll(0.5)


def create_topics(address: str, partitions: int, retention_hours: int, prefix: str = "", replicas: int = 1) -> list[str]:
    """Create the topics that are missing and return their names. Raises StoreFailed if Kafka does not answer."""
    admin = AdminClient({"bootstrap.servers": address})
    known = _known_topics(admin).keys()
    config = {"retention.ms": str(retention_hours * 3_600_000), "max.message.bytes": str(LARGEST + 100_000), "compression.type": "producer"}
    missing = [name for topic in TOPICS if (name := prefixed(topic, prefix)) not in known]
    made = admin.create_topics([NewTopic(name, partitions, replicas, config=config) for name in missing]) if missing else {}
    for name, done in made.items():
        try:
            done.result(30)
        except KafkaException as error:
            raise StoreFailed(f"Kafka did not create {name} ({error.args[0].str()})") from error
    return missing


def _known_topics(client: AdminClient | Consumer, topic: str | None = None) -> Mapping[str, TopicMetadata]:
    try:
        asked: dict[str, Any] = {"timeout": ANSWERS_WITHIN} | ({"topic": topic} if topic else {})
        known: Mapping[str, TopicMetadata] = client.list_topics(**asked).topics
        return known
    except KafkaException as error:
        raise StoreFailed(f"Kafka cannot be reached ({error.args[0].str()}); start it or mend SADA_KAFKA") from error


def read_all(address: str, topic: str, since: int = 0) -> Iterator[tuple[int, int, bytes]]:
    """Every message now in a topic: (partition, offset, bytes), partition by partition. Leaves no trace on the broker. Raises StoreFailed."""
    with _reader(address, topic) as consumer:
        for partition in _partitions(consumer, topic):
            yield from ((partition.partition, told.offset(), told.value()) for told in _read_partition(consumer, partition, since))


def read_since(address: str, topic: str, since: datetime) -> Iterator[tuple[datetime, bytes]]:
    """Every message now in a topic that was published at `since` or later: (when, bytes). Leaves no trace on the broker. Raises StoreFailed."""
    with _reader(address, topic) as consumer:
        begin = [TopicPartition(topic, one.partition, int(since.timestamp() * 1000)) for one in _partitions(consumer, topic)]
        for partition in consumer.offsets_for_times(begin, timeout=ANSWERS_WITHIN):
            if partition.offset >= 0:  # else nothing is that new
                for told in _read_partition(consumer, partition, partition.offset):
                    yield datetime.fromtimestamp(told.timestamp()[1] / 1000, UTC), told.value()


@contextmanager
def _reader(address: str, topic: str) -> Iterator[Consumer]:
    consumer = Consumer(
        {"bootstrap.servers": address, "group.id": "sada-reader", "enable.auto.commit": False, "auto.offset.reset": "earliest"}
    )
    try:
        yield consumer
    except KafkaException as error:
        raise StoreFailed(f"Kafka stopped answering while {topic} was read ({error.args[0].str()})") from error
    finally:
        consumer.close()


def _partitions(consumer: Consumer, topic: str) -> Sequence[TopicPartition]:
    known = _known_topics(consumer, topic)[topic]
    if known.error is not None:
        raise StoreFailed(f"Kafka has no topic {topic}; run `sada setup` first")
    return [TopicPartition(topic, number) for number in sorted(known.partitions)]


def _read_partition(consumer: Consumer, partition: TopicPartition, since: int) -> Iterator[Message]:
    first, end = consumer.get_watermark_offsets(partition, timeout=ANSWERS_WITHIN)
    at = max(first, since)
    consumer.assign([TopicPartition(partition.topic, partition.partition, at)])
    while at < end:
        message = consumer.poll(ANSWERS_WITHIN)
        if message is None or message.error():
            raise StoreFailed(f"Kafka stopped answering while {partition.topic} was read")
        at = message.offset() + 1
        yield message


def lag(address: str, group: str, topic: str) -> int:
    """Messages of `topic` that consumer group `group` has not yet finished. Raises StoreFailed while Kafka cannot say."""
    consumer = Consumer({"bootstrap.servers": address, "group.id": group, "enable.auto.commit": False})
    try:
        partitions = _partitions(consumer, topic)
        done = consumer.committed(list(partitions), timeout=ANSWERS_WITHIN)
        ends = [consumer.get_watermark_offsets(p, timeout=ANSWERS_WITHIN) for p in partitions]
        return sum(end - (d.offset if d.offset >= 0 else first) for d, (first, end) in zip(done, ends, strict=True))
    except KafkaException as error:
        raise StoreFailed(
            f"Kafka does not say how far {group} has come ({error.args[0].str()}); if it has just started, ask again"
        ) from error
    finally:
        consumer.close()
