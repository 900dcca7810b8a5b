"""The naive way, for comparison: one faust.Record a message, one post enriched at a time, one index request a post.

Run as a process of its own by bench/stream_parts.py: python -m bench.naive PREFIX
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress

import faust
import msgspec
from elasticsearch import AsyncElasticsearch

from core.post import Post
from enrich.knowledge import learn
from enrich.pipeline import understand
from store.elastic_bodies import document, index_of
from stream import set_up

TOPIC = "naive"


class OnePost(faust.Record, serializer="json"):
    """A post as one JSON message."""

    record: dict  # type: ignore[type-arg]


def main(prefix: str) -> None:
    """Consume until stopped."""
    knowledge = learn(set_up.deployment(None, set_up.settings()))
    client = AsyncElasticsearch(os.environ["SADA_ELASTICSEARCH"])
    app = faust.App(f"{prefix}-naive", broker=f"aiokafka://{os.environ['SADA_KAFKA']}", store="memory://", web_enabled=False, topic_disable_leader=True,
                    topic_allow_declare=False, consumer_auto_offset_reset="earliest", autodiscover=False)  # fmt: skip

    @app.agent(app.topic(f"{prefix}.{TOPIC}", value_type=OnePost))
    async def one_by_one(stream: faust.StreamT[OnePost]) -> None:
        async for message in stream:
            (post,) = understand([msgspec.convert(message.record, Post)], knowledge)
            await client.index(index=index_of(post, prefix), id=post.id, document=document(post))

    with suppress(SystemExit):
        faust.Worker(app, loglevel="ERROR", quiet=True, redirect_stdouts=False).execute_from_commandline()


def message(post: Post) -> bytes:
    """What the naive producer would send."""
    return json.dumps({"record": msgspec.to_builtins(post), "__faust": {"ns": "bench.naive.OnePost"}}).encode()


if __name__ == "__main__":
    sys.argv, prefix = sys.argv[:1], sys.argv[1]
    main(prefix)
