"""Analysts' copy of the cases. The transactional database holds the truth; a newer copy is never replaced by an older one."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import msgspec

from core.case import Case
from core.errors import StoreFailed
from store.elastic import ElasticStore
from store.elastic_bodies import whole
from store.elastic_patience import Failure
from store.elastic_saving import FULL_OR_BUSY, bulks, indexed

log = logging.getLogger("sada.store")
OLDER = 409  # the copy is newer already


def copy_cases(store: ElasticStore, prefix: str, cases: Sequence[Case]) -> int:
    """Write cases to the index `cases`, by their version; returns how many were taken. Raises StoreFailed where the engine takes none now."""
    taken = 0
    for request in bulks(indexed(_where(case, prefix), msgspec.json.encode(whole(case))) for case in cases):
        answer = store._ask(request)
        if isinstance(answer, Failure):
            raise StoreFailed(
                f"Elasticsearch did not take {len(request.lines)} cases ({answer.why or 'not reached'}); they are tried again"
            )
        statuses = [int(item["index"]["status"]) for item in answer]
        if any(status in FULL_OR_BUSY for status in statuses):
            raise StoreFailed("Elasticsearch is busy; the cases are tried again")
        for item, status in zip(answer, statuses, strict=True):
            if status >= 300 and status != OLDER:
                log.error("case %s: Elasticsearch refuses the copy (%d); the database still has it", item["index"].get("_id"), status)
        taken += sum(status < 300 for status in statuses)
    return taken


def _where(case: Case, prefix: str) -> dict[str, object]:
    return {"_index": f"{prefix}-cases", "_id": case.id, "version": case.version, "version_type": "external_gte"}
