"""The agents of a worker: one a topic, concurrency 1, acknowledged in order and only after the next stage confirmed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

import faust
import msgspec

from core.errors import SadaError
from core.page import Page
from core.post import Post
from store.base import Batch
from store.elastic import ElasticStore
from store.elastic_indexer import Indexer
from store.ledger import SqlLedger
from stream import handling, metrics
from stream.dead_letters import Limit
from stream.handling import Understand
from stream.topics import COUNTS, DEAD, POSTS, RAW, SAMPLES, DeadLetter, decode_samples, encode

log = logging.getLogger("sada.agents")
TOGETHER = 8  # pages handled at once: while one waits for the store the next is prepared
WITHIN = 0.05  # seconds to wait for more of them
JOIN_EVERY = 5.0  # seconds of counts joined into one window
MOST_COUNTS = 2000  # pages in a window at most
T = TypeVar("T")
ONE_PARTITION = b"themes"  # one key, so one partition and one order

class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What the agents of one worker work with."""

    understand: Understand
    indexer: Indexer
    store: ElasticStore  # for accounts and samples, which are few
    ledger: SqlLedger | None
    clock: Callable[[], datetime]
    limit: Limit
    halt: Callable[[SadaError], None]  # stop the worker, keeping the reason
    after: Callable[[Sequence[Post]], None] | None = None  # what follows durable posts: cases
    counts: Callable[[Sequence[Post]], bytes] | None = None  # this worker's share in finding themes
    themes: Callable[[list[tuple[int, bytes]]], None] | None = None  # the join of numbered counts


def add_agents(app: faust.App, topics: dict[str, faust.TopicT], parts: Parts, stages: Sequence[str] = ("understand", "index", "samples")) -> None:
    """Give the application its agents for the chosen stages."""
    if "understand" in stages:
        app.agent(topics[RAW], concurrency=1, name="understand")(_agent(parts, lambda messages: _understand(messages, topics, parts)))
    if "index" in stages:
        app.agent(topics[POSTS], concurrency=1, name="index")(_agent(parts, lambda messages: _index(messages, topics, parts)))
    if "samples" in stages:
        app.agent(topics[SAMPLES], concurrency=1, name="samples")(_agent(parts, lambda messages: _samples(messages, topics, parts)))
    if "themes" in stages:
        app.agent(topics[COUNTS], concurrency=1, name="themes")(_theme_agent(parts))


def _agent(parts: Parts, handle: Callable[[list[bytes]], Awaitable[None]]):  # type: ignore[no-untyped-def]
    """Takes messages in order; Faust acknowledges them when the loop comes round, so not before `handle` has returned."""

    async def agent(stream: faust.StreamT[bytes]) -> None:
        async for messages in stream.take(TOGETHER, within=WITHIN):
            if not await _handled(list(messages), handle, parts):
                await asyncio.Event().wait()  # nothing more is taken or acknowledged until the worker has stopped

    return agent


def _theme_agent(parts: Parts):  # type: ignore[no-untyped-def]
    """Joins what all workers counted, every few seconds; the messages' numbers say after a restart which of them it knew."""

    async def agent(stream: faust.StreamT[bytes]) -> None:
        async for events in stream.take_events(MOST_COUNTS, within=JOIN_EVERY):
            numbered = [(event.message.offset, event.value) for event in events]
            if not await _handled(numbered, lambda counted: asyncio.to_thread(parts.themes, counted), parts):
                await asyncio.Event().wait()

    return agent


async def _handled(messages: list[T], handle: Callable[[list[T]], Awaitable[None]], parts: Parts) -> bool:
    try:
        await handle(messages)
    except SadaError as error:
        parts.halt(error)
        return False
    except Exception as error:  # the loop's edge: an unknown failure must not be acknowledged away
        log.exception("a batch of %d messages broke", len(messages))
        parts.halt(SadaError(f"the worker broke ({type(error).__name__}); nothing was acknowledged, start it again to go on"))
        return False
    return True


async def _understand(messages: list[bytes], topics: dict[str, faust.TopicT], parts: Parts) -> None:
    with metrics.BATCH_SECONDS.labels("understand").time():
        sent = []
        for message in messages:
            page = handling.read_page(message, "understand", parts.clock())
            if isinstance(page, DeadLetter):
                await _bury([page], topics, parts, 1)
                continue
            known, dead = handling.understood(page, parts.understand, parts.clock())
            if known.posts:
                sent.append(await topics[POSTS].send(value=encode(known)))
            await _bury(dead, topics, parts, len(page.posts))
            _counted("understand", known)
            await asyncio.sleep(0)  # let heartbeats and sending go on
        await asyncio.gather(*sent)  # each resolves when the broker has confirmed


async def _index(messages: list[bytes], topics: dict[str, faust.TopicT], parts: Parts) -> None:
    with metrics.BATCH_SECONDS.labels("index").time():
        await asyncio.gather(*(_index_page(message, topics, parts) for message in messages))


async def _index_page(message: bytes, topics: dict[str, faust.TopicT], parts: Parts) -> None:
    page = handling.read_page(message, "index", parts.clock())
    if isinstance(page, DeadLetter):
        await _bury([page], topics, parts, 1)
        return
    with metrics.BULK_SECONDS.time():
        outcome = await parts.indexer.save(page.posts)
    await _bury(handling.refused(outcome, page.source, parts.clock()), topics, parts, len(page.posts))
    if parts.after is not None:
        await asyncio.to_thread(parts.after, page.posts)
    if parts.counts is not None:
        await (await topics[COUNTS].send(key=ONE_PARTITION, value=parts.counts(page.posts)))
    if parts.ledger is not None and page.pass_id:
        await asyncio.to_thread(parts.ledger.count, page.pass_id, outcome.saved.stored, outcome.saved.duplicates)
    _counted("index", page)
    metrics.DATA_AGE.set((parts.clock() - max(post.created_at for post in page.posts)).total_seconds())


async def _samples(messages: list[bytes], topics: dict[str, faust.TopicT], parts: Parts) -> None:
    for message in messages:
        try:
            told = decode_samples(message)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            await _bury([DeadLetter(stage="samples", why=f"not samples: {type(error).__name__}", at=parts.clock(), message=message)], topics, parts, 1)
            continue
        batch = Batch(accounts=told.accounts, account_samples=told.account_samples, samples=told.samples, deleted=told.deleted)
        await asyncio.to_thread(parts.store.save, batch)
        if told.deleted and parts.after is not None:
            await asyncio.to_thread(parts.after, parts.store.get([id for id, _ in told.deleted]))


async def _bury(letters: list[DeadLetter], topics: dict[str, faust.TopicT], parts: Parts, of: int) -> None:
    """Keep what could not be handled, confirmed by the broker, and see whether it is too much."""
    for letter in letters:
        metrics.DEAD_LETTERS.labels(letter.stage).inc()
        await (await topics[DEAD].send(value=encode(letter)))
    parts.limit.saw(of, len(letters))


def _counted(stage: str, page: Page) -> None:
    metrics.PAGES.labels(stage).inc()
    metrics.POSTS.labels(stage).inc(len(page.posts))
