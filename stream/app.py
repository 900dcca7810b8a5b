"""The Faust applications of a worker: what they are told about Kafka, and nothing else."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import faust

from stream.agents_hand import Hand
from stream.topics import TOPICS, prefixed

App = faust.App
BUFFERED = 64  # messages read ahead of the agents; more would only be read again by another worker after a kill
DONE_WITHIN = 20.0  # seconds that what is held may take when a worker stops; after that it comes again


def build(address: str, prefix: str, group: str) -> faust.App:
    """An application on the broker at `address`.

    Acknowledged in order by one agent a topic (concurrency 1): Faust commits past an unacknowledged message if acknowledgements come
    out of order. After a kill the partitions come back when the session has timed out (10 s).
    """
    return faust.App(
        f"{prefix}-{group}" if prefix else group, broker=f"aiokafka://{address}", store="memory://", value_serializer="raw", autodiscover=False,
        datadir=str(Path(tempfile.gettempdir()) / "sada-faust"), topic_disable_leader=True, topic_allow_declare=False, web_enabled=False,
        consumer_auto_offset_reset="earliest", consumer_max_fetch_size=4_000_000, broker_commit_every=100, broker_commit_interval=1.0,
        broker_session_timeout=10.0, broker_heartbeat_interval=3.0, broker_max_poll_interval=600.0, stream_buffer_maxsize=BUFFERED,
        producer_acks=-1, producer_compression_type="zstd", producer_max_request_size=1_048_000, producer_max_batch_size=512_000, producer_linger=0.005,
        stream_wait_empty=False, worker_redirect_stdouts=False,
    )  # fmt: skip


def topics(app: faust.App, prefix: str = "") -> dict[str, faust.TopicT]:
    """The topics of the stream as raw bytes."""
    return {name: app.topic(prefixed(name, prefix), value_type=bytes, value_serializer="raw", key_serializer="raw") for name in TOPICS}


def finish(app: faust.App, hand: Hand) -> None:
    """Let what is held be done and acknowledged before partitions are given away and before the application ends."""

    async def finished(*_: object, **__: object) -> None:
        await hand.emptied(DONE_WITHIN)
        if app.consumer.assignment():
            await app.consumer.commit()

    app.on_partitions_revoked.connect(finished, weak=False)
    app.on_before_shutdown.connect(finished, weak=False)


def on_taking_over(app: faust.App, do: Callable[[], None]) -> None:
    """Do this, which must not take long, whenever the application was given its share of the partitions."""

    async def taken(*_: object, **__: object) -> None:
        do()

    app.on_partitions_assigned.connect(taken, weak=False)


def readiness(app: faust.App) -> Callable[[], bool]:
    """Whether the application has its share of the partitions (none, where there are more workers than partitions) and is not about to end."""
    shared_out = threading.Event()

    async def taken(*_: object, **__: object) -> None:
        shared_out.set()

    async def given_back(*_: object, **__: object) -> None:
        shared_out.clear()

    app.on_partitions_assigned.connect(taken, weak=False)
    app.on_partitions_revoked.connect(given_back, weak=False)
    return lambda: shared_out.is_set() and not app.should_stop


def lag(app: faust.App, topic: str) -> float:
    """Messages of a topic's partitions held here that are not yet acknowledged."""
    ends, done = app.monitor.tp_end_offsets, app.monitor.tp_committed_offsets
    return float(sum(end - done.get(at, 0) for at, end in ends.items() if at.topic == topic and at in app.consumer.assignment()))


def run(apps: Sequence[faust.App], log_level: str) -> None:
    """Run a worker until it is stopped. Faust would end the whole process here; we return, so that the reason can still be said."""
    with suppress(SystemExit):
        faust.Worker(apps[0], *apps[1:], loglevel=log_level, quiet=True, redirect_stdouts=False).execute_from_commandline()
