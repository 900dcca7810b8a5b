"""Cases on their way to those who read copies: analysts' index, and the topic `cases` for other systems. Done twice it changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from cases import copying
from cases.store import CaseStore
from core.case import Case
from store.elastic import ElasticStore
from store.elastic_cases import copy_cases
from stream.kafka import LARGEST, Publisher
from stream.topics import CASES, encode

log = logging.getLogger("sada.copies")
ENVELOPE = 1000  # bytes of a message beside its value: headers and key


def copy(store: ElasticStore, prefix: str, publisher: Publisher, cases: CaseStore) -> int:
    """Copy and publish what has changed since the last time; returns how many changes were dealt with.

    A message is a whole case as it stood, under its id as the key; it comes at least once, and its version says which of two is newer.
    Raises StoreFailed where one of the engines cannot be had, and then the changes still wait.
    """
    dealt = 0
    while True:
        numbers, found = copying.waiting(cases)
        if not numbers:
            return dealt
        copy_cases(store, prefix, found)
        publisher.publish_keyed(CASES, messages(found))
        copying.copied(cases, numbers)
        dealt += len(numbers)


def messages(cases: Sequence[Case]) -> Iterator[tuple[bytes, bytes]]:
    """Each case under its key; one that no message can hold is told and left out, so that the others still go."""
    for case in cases:
        message = encode(case)
        if len(message) < LARGEST - ENVELOPE:
            yield case.id.encode(), message
        else:
            log.error("case %s: with %d steps it is too large for a message; the index and the database have it", case.id, len(case.steps))
