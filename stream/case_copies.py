"""Cases on their way to analysts' copy, a batch after another; done twice it changes nothing."""

from __future__ import annotations

from cases import copying
from cases.store import CaseStore
from store.elastic import ElasticStore
from store.elastic_cases import copy_cases


def copy(store: ElasticStore, prefix: str, cases: CaseStore) -> int:
    """Copy what has changed since the last time; returns how many changes were dealt with. Raises StoreFailed, and then they still wait."""
    dealt = 0
    while True:
        numbers, found = copying.waiting(cases)
        if not numbers:
            return dealt
        copy_cases(store, prefix, found)
        copying.copied(cases, numbers)
        dealt += len(numbers)
