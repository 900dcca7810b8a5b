"""Analysts' copy of the cases. The transactional database holds the truth; a newer copy is never replaced by an older one."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import msgspec

from core.case import Case
from core.errors import StoreFailed
from store.elastic import ElasticStore
from store.elastic_bodies import Body, whole
from store.elastic_patience import Failure
from store.elastic_saving import BLOCKED, FULL_OR_BUSY, bulks, indexed

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
        answers = [item["index"] for item in answer]
        if any(_is_busy(one) for one in answers):
            raise StoreFailed("Elasticsearch is busy or takes no writes; the cases are tried again")
        for one in answers:
            if one["status"] >= 300 and one["status"] != OLDER:
                log.error("case %s: Elasticsearch refuses the copy (%d); the database still has it", one.get("_id"), one["status"])
        taken += sum(one["status"] < 300 for one in answers)
    return taken


def _is_busy(answer: Body) -> bool:
    return answer["status"] in FULL_OR_BUSY or answer.get("error", {}).get("type") == BLOCKED


def _where(case: Case, prefix: str) -> dict[str, object]:
    return {"_index": f"{prefix}-cases", "_id": case.id, "version": case.version, "version_type": "external_gte"}
