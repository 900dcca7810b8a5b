"""What the Faust applications are told, when they are ready, and what a stop and a change of partitions wait for. Without Kafka."""

import asyncio
from types import SimpleNamespace

import pytest
from faust.types import TP

from core.page import MOST_BYTES
from stream import app as application
from stream.agents_hand import Hand
from stream.kafka import LARGEST, producer_settings
from stream.topics import TOPICS


@pytest.fixture
def app():
    return application.build("127.0.0.1:9", "gaza", "sada")


def test_an_application_is_a_consumer_group_under_its_prefix(app):
    assert app.conf.id == "gaza-sada"
    assert application.build("127.0.0.1:9", "", "sada-follow").conf.id == "sada-follow"


# setting → what the promises rest on
PROMISES = [
    ("consumer_auto_offset_reset", "earliest"),  # a new group begins with what lies there
    ("producer_acks", -1),  # confirmed by every replica
    ("topic_allow_declare", False),  # topics are made by `sada setup`, with its partitions and retention
    ("stream_wait_empty", False),  # a stop waits for what is held, not for all that was read ahead
    ("broker_max_poll_interval", 600.0),  # waiting for a full engine is no reason to lose the partitions
]


@pytest.mark.parametrize(("name", "told"), PROMISES)
def test_the_settings_on_which_the_promises_rest(app, name, told):
    assert getattr(app.conf, name) == told


def test_the_largest_page_fits_into_what_both_producers_send_at_once(app):
    settings = producer_settings("127.0.0.1:9")
    assert MOST_BYTES < settings["message.max.bytes"] == LARGEST
    assert app.conf.producer_max_request_size > MOST_BYTES
    assert app.conf.consumer_max_fetch_size > MOST_BYTES


def test_collectors_publish_once_confirmed_by_all_compressed_and_spread():
    settings = producer_settings("127.0.0.1:9")
    assert (settings["enable.idempotence"], settings["acks"]) == (True, "all")
    assert (settings["compression.type"], settings["partitioner"]) == ("zstd", "random")


def test_every_topic_is_read_as_raw_bytes_under_the_prefix(app):
    topics = application.topics(app, "gaza")
    assert set(topics) == set(TOPICS)
    assert {topic.get_topic_name() for topic in topics.values()} == {f"gaza.{name}" for name in TOPICS}
    assert {topic.value_type for topic in topics.values()} == {bytes}


def sent(signal, *told):
    asyncio.run(signal.send(*told))


def test_an_application_is_ready_while_it_has_its_share(app):
    ready = application.readiness(app)
    assert not ready()  # started or not: nothing was given to it yet
    sent(app.on_partitions_assigned, {TP("gaza.raw-posts", 0)})
    assert ready()
    sent(app.on_partitions_revoked, {TP("gaza.raw-posts", 0)})
    assert not ready()
    sent(app.on_partitions_assigned, set())  # more workers than partitions: it stands by
    assert ready()


def test_an_application_about_to_end_is_not_ready(app):
    ready = application.readiness(app)
    sent(app.on_partitions_assigned, set())
    app._stopped.set()
    assert not ready()


class Signal:
    def __init__(self):
        self.called = []

    def connect(self, called, weak):
        assert not weak  # else nobody would hold it
        self.called.append(called)


class FakeApp:
    """The signals and the consumer that `finish` uses; notes what was committed and whether anything was still held."""

    def __init__(self, hand, assigned=("raw-posts-0",)):
        self.on_partitions_revoked, self.on_before_shutdown = Signal(), Signal()
        self.consumer, self.committed = self, []
        self._hand, self._assigned = hand, assigned

    def assignment(self):
        return self._assigned

    async def commit(self):
        self.committed.append(self._hand._holders)


@pytest.mark.parametrize("signal", ["on_partitions_revoked", "on_before_shutdown"])
def test_what_is_held_is_finished_and_committed_before_the_partitions_go(signal):
    hand = Hand()
    app = FakeApp(hand)
    application.finish(app, hand)

    async def run():
        async def work():
            with hand.holding():
                await asyncio.sleep(0.01)

        working = asyncio.create_task(work())
        await asyncio.sleep(0)
        for called in getattr(app, signal).called:
            await called({})
        await working

    asyncio.run(run())
    assert app.committed == [0]  # once, when nothing was held any more


def test_a_worker_without_partitions_has_nothing_to_commit():
    hand = Hand()
    app = FakeApp(hand, assigned=())
    application.finish(app, hand)
    asyncio.run(app.on_before_shutdown.called[0]())
    assert app.committed == []


def test_lag_counts_what_is_not_acknowledged_of_the_partitions_held_here():
    def at(topic, number):
        return TP(topic=topic, partition=number)

    monitor = SimpleNamespace(
        tp_end_offsets={at("posts", 0): 10, at("posts", 1): 7, at("posts", 2): 100, at("raw-posts", 0): 50},
        tp_committed_offsets={at("posts", 0): 4, at("posts", 2): 90},
    )
    consumer = SimpleNamespace(assignment=lambda: {at("posts", 0), at("posts", 1), at("raw-posts", 0)})
    app = SimpleNamespace(monitor=monitor, consumer=consumer)
    assert application.lag(app, "posts") == 6 + 7
    assert application.lag(app, "samples") == 0
