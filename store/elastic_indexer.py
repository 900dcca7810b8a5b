"""The worker's way of saving: the same steps as elastic.py's, awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import elasticsearch
from elasticsearch import AsyncElasticsearch

from core.errors import StoreFailed
from core.post import Post
from core.settings import Settings
from store.base import Saved
from store.distributed import credentials
from store.elastic import answer_of, call, wait_seconds
from store.elastic_saving import TOO_MUCH, Answer, Bulk, Outcome, Request, Seek, Wait, halves, refusal, saving


def open_indexer(settings: Settings, retried: Callable[[], None]) -> Indexer:
    """An indexer on the engine that SADA_ELASTICSEARCH names; `retried` is called at every request that is tried again."""
    client = AsyncElasticsearch(str(settings.elasticsearch), request_timeout=60, **credentials(settings))  # type: ignore[arg-type]
    return Indexer(client, settings.index_prefix, retried)


class Indexer:
    """Makes pages durable in Elasticsearch, several at once, waiting when the engine is full."""

    def __init__(self, client: AsyncElasticsearch, prefix: str = "sada", retried: Callable[[], None] = lambda: None) -> None:
        self._client, self._prefix, self._retried = client, prefix, retried
        self._alias = "posts" if prefix == "sada" else f"{prefix}-posts"

    async def save(self, posts: Sequence[Post], deleted: Sequence[tuple[str, datetime]] = ()) -> Outcome:
        """Durable when this returns; refused posts are in the outcome. Raises StoreFailed when patience is at its end."""
        steps = saving(posts, deleted, self._prefix)
        request = next(steps, None)
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
            self._retried()
            await asyncio.sleep(wait_seconds(turn))

    async def _ask(self, request: Request) -> Answer:
        if isinstance(request, Wait):
            self._retried()
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
