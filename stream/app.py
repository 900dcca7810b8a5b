"""The Faust application: what it is told about Kafka, and nothing else."""

from __future__ import annotations

from contextlib import suppress

import faust

from stream.topics import TOPICS, prefixed


def build(address: str, prefix: str = "", group: str = "sada", partitions: int = 4) -> faust.App:
    """An application on the broker at `address`.

    Acknowledged in order by one agent a topic (concurrency 1): Faust commits past an unacknowledged message if acknowledgements come
    out of order. After a kill the partitions come back when the session has timed out (10 s).
    """
    return faust.App(
        f"{prefix}-{group}" if prefix else group, broker=f"aiokafka://{address}", store="memory://", value_serializer="raw", autodiscover=False,
        topic_disable_leader=True, topic_allow_declare=False, topic_partitions=partitions, web_enabled=False,
        consumer_auto_offset_reset="earliest", consumer_max_fetch_size=4_000_000, broker_commit_every=20, broker_commit_interval=1.0,
        broker_session_timeout=10.0, broker_heartbeat_interval=3.0, broker_max_poll_interval=600.0,
        producer_acks=-1, producer_compression_type="lz4", producer_max_request_size=1_048_000, producer_linger=0.005,
        stream_wait_empty=True, worker_redirect_stdouts=False,
    )  # fmt: skip


def topics(app: faust.App, prefix: str = "") -> dict[str, faust.TopicT]:
    """The topics of the stream as raw bytes."""
    return {name: app.topic(prefixed(name, prefix), value_type=bytes, value_serializer="raw", key_serializer="raw") for name in TOPICS}


def run(app: faust.App, log_level: str) -> None:
    """Run a worker until it is stopped. Faust would end the whole process here; we return, so that the reason can still be said."""
    with suppress(SystemExit):
        faust.Worker(app, loglevel=log_level, quiet=True, redirect_stdouts=False).execute_from_commandline()
