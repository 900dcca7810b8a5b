"""What is done when the engine does not take a request: asked again later, cut in two, or given up. Pure, like `saving`, which it goes round."""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import TypeVar

import msgspec

from core.errors import StoreFailed
from store.elastic_saving import FULL_OR_BUSY, TOO_MUCH, Answer, Bulk, Request, Wait, halves, refusal

PATIENCE = 12  # turns of waiting in a row, doubling to half a minute: about four minutes, then the process says so and ends
LONGEST_WAIT = 30.0
T = TypeVar("T")


class Failure(msgspec.Struct, frozen=True):
    """The engine refused a request as a whole; without `status` it could not be reached."""

    status: int | None = None
    why: str = ""


def patiently(steps: Generator[Request, Answer, T]) -> Generator[Request, Answer | Failure, T]:
    """The same steps for a driver that may also send a Failure.

    Raises StoreFailed when the engine cannot be had for minutes, and where asking again would not help.
    """
    try:
        request = next(steps)
        while True:
            request = steps.send((yield from asking(request)))
    except StopIteration as done:
        value: T = done.value
        return value


def asking(request: Request) -> Generator[Request, Answer | Failure, Answer]:
    """One request until it is answered; of one that is too much for the engine, its halves."""
    turn = 0
    while isinstance(found := (yield request), Failure):
        if isinstance(request, Bulk) and found.status in TOO_MUCH:
            return (yield from _in_halves(request, found))
        if found.status is not None and found.status not in FULL_OR_BUSY:
            raise StoreFailed(f"Elasticsearch answered {found.status} ({found.why}); nothing of this batch is lost, it comes again")
        turn += 1
        yield Wait(turn)
    return found


def _in_halves(request: Bulk, failure: Failure) -> Generator[Request, Answer | Failure, Answer]:
    both = halves(request)
    if both is None:
        return refusal(failure.status, failure.why)
    first = yield from asking(both[0])
    return first + (yield from asking(both[1]))


def wait_seconds(turn: int) -> float:
    """Seconds before try number `turn` + 1: doubling, capped, half of it by chance so that workers do not knock together.

    Raises StoreFailed when patience is at its end.
    """
    if turn > PATIENCE:
        raise StoreFailed(
            "Elasticsearch has been full, blocked or unreachable for minutes; nothing is lost. Free disk or start it, then start this again."
        )
    return min(LONGEST_WAIT, 0.25 * 2.0**turn) * random.uniform(0.5, 1)
