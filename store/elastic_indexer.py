"""The worker's way of saving: the same steps as elastic.py's, awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import elasticsearch
from elasticsearch import AsyncElasticsearch

from core.post import Post
from core.settings import Settings
from store.distributed import credentials
from store.elastic import RETRIED, answer_of, call
from store.elastic_patience import Failure, patiently, wait_seconds
from store.elastic_saving import Answer, Outcome, Request, Seek, Wait, saving


def open_indexer(settings: Settings, retried: Callable[[], None]) -> Indexer:
    """An indexer on the engine that SADA_ELASTICSEARCH names; `retried` is called at every request that is tried again."""
    client = AsyncElasticsearch(str(settings.elasticsearch), request_timeout=60, max_retries=0, **credentials(settings))
    return Indexer(client, settings.index_prefix, retried)


class Indexer:
    """Makes pages durable in Elasticsearch, several at once, waiting when the engine is full."""

    def __init__(self, client: AsyncElasticsearch, prefix: str = "sada", retried: Callable[[], None] = lambda: None) -> None:
        self._client, self._prefix, self._retried = client, prefix, retried
        self._alias = "posts" if prefix == "sada" else f"{prefix}-posts"

    async def save(self, posts: Sequence[Post], deleted: Sequence[tuple[str, datetime]] = ()) -> Outcome:
        """Durable when this returns; refused posts are in the outcome. Raises StoreFailed when patience is at its end."""
        steps = patiently(saving(posts, deleted, self._prefix))
        try:
            request = next(steps)
            while True:
                request = steps.send(await self._ask(request))
        except StopIteration as done:
            outcome: Outcome = done.value
            return outcome

    async def _ask(self, request: Request) -> Answer | Failure:
        if isinstance(request, Wait):
            self._retried()
            await asyncio.sleep(wait_seconds(request.turn))
            return []
        try:
            if isinstance(request, Seek) and request.fresh:
                await self._client.indices.refresh(index=self._alias, ignore_unavailable=True)
            method, path, rest = call(request, self._alias)
            answered = await self._client.perform_request(method, path, **rest)
        except RETRIED:
            return Failure()
        except elasticsearch.ApiError as error:
            return Failure(error.status_code, error.error)
        return answer_of(request, answered.body)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()
