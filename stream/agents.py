"""The agents of a worker: one a topic, concurrency 1, acknowledged in order and only after the next stage confirmed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import faust
import msgspec
from faust.types import EventT

from core.errors import SadaError, StoreFailed
from core.page import Page
from core.post import Post
from store.base import Batch
from store.elastic import ElasticStore
from store.elastic_indexer import Indexer
from store.elastic_patience import PATIENCE, wait_seconds
from store.ledger import SqlLedger
from stream import handling, metrics
from stream.agents_hand import Hand, together
from stream.dead_letters import Limit
from stream.deletions import Deletions
from stream.following import forget_posts
from stream.handling import Understand
from stream.topics import COUNTS, DEAD, POSTS, RAW, SAMPLES, DeadLetter, decode_samples, encode

log = logging.getLogger("sada.agents")
PAGES = 8  # of those that are handled one by one
PAGES_TOGETHER = 32  # of those that are understood and indexed together, some hundred posts at a time
WITHIN = 0.05  # seconds to wait for more pages
COUNTS_WITHIN = 5.0  # seconds of counts joined into one window
COUNTS_TOGETHER = 2000  # messages in a window at most
ONE_PARTITION = b"themes"  # one key, so one partition and one order

T = TypeVar("T")
Topics = dict[str, faust.TopicT]
Handle = Callable[[list[EventT[bytes]]], Awaitable[None]]


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What the agents of one worker work with."""

    understand: Understand
    indexer: Indexer
    store: ElasticStore  # for accounts and samples, which are few
    ledger: SqlLedger | None
    clock: Callable[[], datetime]
    limits: Mapping[str, Limit]  # of each stage
    halt: Callable[[SadaError], None]  # stop the worker, keeping the reason
    after: Callable[[Sequence[Post]], None]  # what follows posts: cases
    deletions: Deletions
    counts: Callable[[Sequence[Post]], bytes]  # this worker's share in finding themes
    themes: Callable[[list[tuple[int, bytes]]], None] | None = None  # the join of numbered counts


def add_agents(app: faust.App, topics: Topics, parts: Parts, stages: Sequence[str], hand: Hand) -> None:
    """Give the application its agents for the chosen stages."""

    def add(stage: str, topic: str, handle: Callable[[list[bytes]], Awaitable[None]], most: int = PAGES) -> None:
        if stage in stages:
            app.agent(topics[topic], concurrency=1, name=stage)(_agent(parts, hand, _values(handle), most, WITHIN))

    add("understand", RAW, lambda messages: _understand(messages, topics, parts), PAGES_TOGETHER)
    add("index", POSTS, lambda messages: _index(messages, topics, parts), PAGES_TOGETHER)
    add("samples", SAMPLES, lambda messages: _samples(messages, topics, parts))
    add("follow", POSTS, lambda messages: _follow(messages, topics, parts))
    if "themes" in stages:
        joined = _agent(parts, hand, lambda events: _themes(events, parts), COUNTS_TOGETHER, COUNTS_WITHIN)
        app.agent(topics[COUNTS], concurrency=1, name="themes")(joined)


def _values(handle: Callable[[list[bytes]], Awaitable[None]]) -> Handle:
    return lambda events: handle([event.value for event in events])


def _agent(parts: Parts, hand: Hand, handle: Handle, most: int, within: float):  # type: ignore[no-untyped-def]
    """Takes messages in order and acknowledges them when `handle` has returned; after a failure nothing more is taken."""

    async def agent(stream: faust.StreamT[bytes]) -> None:
        async for events in together(stream, most, within):
            with hand.holding():
                handled = await _handled(events, handle, parts)
                for event in events if handled else ():
                    event.ack()
            if not handled:
                await asyncio.Event().wait()  # until the worker has stopped

    return agent


async def _handled(events: list[EventT[bytes]], handle: Handle, parts: Parts) -> bool:
    try:
        await handle(events)
    except SadaError as error:
        parts.halt(error)
        return False
    except Exception as error:  # the loop's edge: an unknown failure must not be acknowledged away
        log.exception("a batch of %d messages broke", len(events))
        parts.halt(SadaError(f"the worker broke ({type(error).__name__}); nothing was acknowledged, start it again to go on"))
        return False
    return True


async def _understand(messages: list[bytes], topics: Topics, parts: Parts) -> None:
    with metrics.BATCH_SECONDS.labels("understand").time():
        pages, dead = handling.read_pages(messages, "understand", parts.clock())
        await _bury("understand", dead, topics, parts, len(dead))
        sent = []
        for batch in handling.batches(pages):
            known, dead = handling.understood(batch, parts.understand, parts.clock())
            messages, large = handling.sendable([page for page in known if page.posts], parts.clock())
            sent += [await topics[POSTS].send(value=message) for message in messages]
            await _bury("understand", dead + large, topics, parts, sum(len(page.posts) for page in batch))
            await asyncio.sleep(0)  # let heartbeats and sending go on
        await asyncio.gather(*sent)  # each resolves when the broker has confirmed
    _counted("understand", pages)


async def _index(messages: list[bytes], topics: Topics, parts: Parts) -> None:
    with metrics.BATCH_SECONDS.labels("index").time():
        pages, dead = handling.read_pages(messages, "index", parts.clock())
        await _bury("index", dead, topics, parts, len(dead))
        outcomes = await asyncio.gather(*(_saved(posts, parts) for posts in handling.requests(pages)))
        await _bury("index", handling.refused(outcomes, pages, parts.clock()), topics, parts, sum(len(page.posts) for page in pages))
        if parts.ledger is not None and (passes := handling.counted(pages, outcomes)):
            await _patiently(lambda ledger=parts.ledger: [ledger.count(id, *found) for id, found in passes.items()])  # type: ignore[misc]
    _counted("index", pages)
    if any(page.posts for page in pages):
        metrics.NEWEST.saw(max(post.created_at for page in pages for post in page.posts), parts.clock)


async def _saved(posts: list[Post], parts: Parts) -> handling.Outcome:
    with metrics.BULK_SECONDS.time():
        return await parts.indexer.save(posts)


async def _follow(messages: list[bytes], topics: Topics, parts: Parts) -> None:
    """Cases are opened and themes counted; what is no page, the indexing stage has put aside."""
    with metrics.BATCH_SECONDS.labels("follow").time():
        pages, _ = handling.read_pages(messages, "follow", parts.clock())
        await _bury(
            "follow",
            await _patiently(lambda: handling.followed(pages, parts.after, parts.clock())),
            topics,
            parts,
            sum(len(p.posts) for p in pages),
        )
        sent = []
        for page in pages:
            sent += [await topics[COUNTS].send(key=ONE_PARTITION, value=some) for some in handling.counts(page.posts, parts.counts)]
            await asyncio.sleep(0)
        await asyncio.gather(*sent)
    _counted("follow", pages)


async def _themes(events: list[EventT[bytes]], parts: Parts) -> None:
    """Joins what all workers counted, every few seconds; the messages' numbers say after a restart which of them it knew."""
    numbered = [(event.message.offset, event.value) for event in events]
    await _patiently(lambda: parts.themes(numbered) if parts.themes else None)


async def _samples(messages: list[bytes], topics: Topics, parts: Parts) -> None:
    for message in messages:
        try:
            told = decode_samples(message)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            await _bury(
                "samples",
                [DeadLetter(stage="samples", why=f"not samples: {type(error).__name__}", at=parts.clock(), message=message)],
                topics,
                parts,
                1,
            )
            continue
        batch = Batch(accounts=told.accounts, account_samples=told.account_samples, samples=told.samples)
        await asyncio.to_thread(parts.store.save_posts, batch)
        if told.deleted:
            await _patiently(lambda told=told: parts.deletions.hear(told.deleted))  # type: ignore[misc]
            await (await topics[COUNTS].send(key=ONE_PARTITION, value=forget_posts([id for id, _ in told.deleted])))


async def _patiently(work: Callable[[], T]) -> T:
    """Do blocking work in a thread, again and again while the database is away. Raises StoreFailed when patience is at its end."""
    for turn in range(1, PATIENCE + 1):
        try:
            return await asyncio.to_thread(work)
        except StoreFailed as failed:
            log.warning("%s", failed)
            metrics.RETRIES.inc()
            await asyncio.sleep(wait_seconds(turn))
    return await asyncio.to_thread(work)


async def _bury(stage: str, letters: list[DeadLetter], topics: Topics, parts: Parts, of: int) -> None:
    """Keep what could not be handled, confirmed by the broker, and see whether it is too much."""
    for letter in letters:
        metrics.DEAD_LETTERS.labels(stage).inc()
        await (await topics[DEAD].send(value=encode(letter)))
    parts.limits[stage].saw(of, len(letters))


def _counted(stage: str, pages: Sequence[Page]) -> None:
    metrics.PAGES.labels(stage).inc(len(pages))
    metrics.POSTS.labels(stage).inc(sum(len(page.posts) for page in pages))
