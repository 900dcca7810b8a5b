"""What a worker does with a page: understand it, make it durable, and say what could not be. No Kafka and no Faust here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import elasticsearch
import msgspec
from elasticsearch import AsyncElasticsearch

from core.errors import StoreFailed
from core.page import Page
from core.post import Post
from store.base import Batch, Saved
from store.elastic import answer_of, call, wait_seconds
from store.elastic_saving import TOO_MUCH, Answer, Bulk, Outcome, Request, Seek, Wait, halves, refusal, saving
from stream import metrics
from stream.topics import DeadLetter, decode_page

Understand = Callable[[list[Post]], list[Post]]


def read_page(message: bytes, stage: str, now: datetime) -> Page | DeadLetter:
    """A message as a page, or the dead letter of one that is none."""
    try:
        return decode_page(message)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        return DeadLetter(stage=stage, why=f"not a page: {type(error).__name__}", at=now, message=message)


def understood(page: Page, understand: Understand, now: datetime) -> tuple[Page, list[DeadLetter]]:
    """The page with what could be told of its posts. If the batch as a whole fails, each post is tried alone and a bad one put aside."""
    try:
        return msgspec.structs.replace(page, posts=tuple(understand(list(page.posts)))), []
    except Exception:  # the loop's edge: whichever enricher broke, the other posts must go on
        return _one_by_one(page, understand, now)


def _one_by_one(page: Page, understand: Understand, now: datetime) -> tuple[Page, list[DeadLetter]]:
    good: list[Post] = []
    dead: list[DeadLetter] = []
    for post in page.posts:
        try:
            good += understand([post])
        except Exception as error:  # the same edge, for one post
            dead.append(DeadLetter(stage="understand", why=f"could not be understood: {type(error).__name__}", at=now, source=page.source, post=post))
    return msgspec.structs.replace(page, posts=tuple(good)), dead


class Indexer:
    """Makes pages durable in Elasticsearch, several at once, waiting when the engine is full."""

    def __init__(self, client: AsyncElasticsearch, prefix: str = "sada") -> None:
        self._client, self._prefix = client, prefix
        self._alias = "posts" if prefix == "sada" else f"{prefix}-posts"

    async def save(self, posts: Sequence[Post], deleted: Sequence[tuple[str, datetime]] = ()) -> Outcome:
        """Durable when this returns; refused posts are in the outcome. Raises StoreFailed when patience is at its end."""
        steps = saving(posts, deleted, self._prefix)
        request = next(steps, None)
        with metrics.BULK_SECONDS.time():
            try:
                while request is not None:
                    request = steps.send(await self._ask_patiently(request))
            except StopIteration as done:
                outcome: Outcome = done.value
                return outcome
        return Outcome(saved=Saved())

    async def _ask_patiently(self, request: Request) -> Answer:
        turn = 0
        while True:
            try:
                return await self._ask(request)
            except (elasticsearch.ConnectionError, elasticsearch.ConnectionTimeout):
                pass
            except elasticsearch.ApiError as error:
                if isinstance(request, Bulk) and error.status_code in TOO_MUCH:
                    both = halves(request)
                    return refusal(request, error.status_code, error.error) if both is None else [i for half in both for i in await self._ask_patiently(half)]
                if error.status_code not in (429, 503):
                    raise StoreFailed(f"Elasticsearch answered {error.status_code} ({error.error}); the page is not acknowledged and comes again") from error
            turn += 1
            metrics.RETRIES.inc()
            await asyncio.sleep(wait_seconds(turn))

    async def _ask(self, request: Request) -> Answer:
        if isinstance(request, Wait):
            metrics.RETRIES.inc()
            await asyncio.sleep(wait_seconds(request.turn))
            return []
        if isinstance(request, Seek) and request.fresh:
            await self._client.indices.refresh(index=self._alias, ignore_unavailable=True)
        method, path, rest = call(request, self._alias)
        answered = await self._client.perform_request(method, path, **rest)
        return answer_of(request, answered.body)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()


def refused(outcome: Outcome, source: str, now: datetime) -> list[DeadLetter]:
    """Dead letters of the posts the engine will never take."""
    return [DeadLetter(stage="index", why=one.why, at=now, source=source, post=one.post) for one in outcome.refused]


def batch_of(page: Page) -> Batch:
    """A page as a batch, for a store that is asked directly."""
    return Batch(posts=page.posts)
