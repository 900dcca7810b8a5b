"""What a form, a clerk or a history file said of topic and place: taken at its word, before what the text suggests."""

from __future__ import annotations

import msgspec

from core.post import Claim
from core.spelling import normal
from enrich.batch import Batch
from enrich.knowledge import Knowledge

BY = "told"


def take_told(batch: Batch, knowledge: Knowledge) -> Batch:
    """Put a told topic and place first, each with confidence 1 and the claimant `told`; an unknown name changes nothing."""
    return msgspec.structs.replace(
        batch,
        topics=tuple(_first(p.topic_told, found, knowledge.told_topics) for p, found in zip(batch.posts, batch.topics, strict=True)),
        places=tuple(_first(p.place_told, found, knowledge.told_places) for p, found in zip(batch.posts, batch.places, strict=True)),
    )


def _first(told: str | None, found: tuple[Claim, ...], known: dict[str, str]) -> tuple[Claim, ...]:
    id = known.get(normal(told)) if told else None
    return (Claim(label=id, confidence=1.0, by=BY), *(claim for claim in found if claim.label != id)) if id else found
