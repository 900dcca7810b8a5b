"""What an agent takes from Kafka and holds until it is done.

Acknowledged by hand, in order, and only then: Faust's own `take` acknowledges what it gave out also when the loop is left or broken
off, and then pages would be committed that no store has.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import faust
from faust.types import EventT

MOST_BYTES = 5_000_000  # of pages held at once


class Hand:
    """How many agents hold something; a graceful stop and a change of partitions wait until nobody does."""

    def __init__(self) -> None:
        self._holders = 0
        self._empty = asyncio.Event()
        self._empty.set()

    @contextmanager
    def holding(self) -> Iterator[None]:
        """While pages are being handled."""
        self._holders += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._holders -= 1
            if not self._holders:
                self._empty.set()

    async def emptied(self, seconds: float) -> bool:
        """Wait until nothing is held, at most so long; whether it came to that."""
        try:
            await asyncio.wait_for(self._empty.wait(), seconds)
        except TimeoutError:
            return False
        return True


async def together(stream: faust.StreamT[bytes], most: int, within: float) -> AsyncIterator[list[EventT[bytes]]]:
    """Messages as they lie there, up to `most` at once; if fewer lie there, after waiting once for more. None is acknowledged."""
    mine = stream.noack()
    held: list[EventT[bytes]] = []
    size, waited = 0, False
    async for event in mine.events():
        held.append(event)
        size += len(event.value)
        full = len(held) >= most or size >= MOST_BYTES
        if not full and not waited and mine.channel.empty():
            await asyncio.sleep(within)
            waited = True
        if not full and not mine.channel.empty():
            continue
        yield held
        held, size, waited = [], 0, False
