"""Places of the deployment's gazetteer, in any case form and with joined prefixes; a name two places share is kept for both."""

from collections import Counter

import msgspec

from core.post import Claim
from enrich.batch import Batch
from enrich.gazetteer import Gazetteer
from enrich.knowledge import Knowledge
from enrich.phrases import Found

GAZETTEER = "gazetteer@1"
CERTAIN = 0.95


def add_places(batch: Batch, knowledge: Knowledge) -> Batch:
    """Each post's places, surest first: the post's own text, else what the platform or form told."""
    gazetteer = knowledge.gazetteer
    return msgspec.structs.replace(batch, places=tuple(places_in(text, gazetteer) for text in batch.texts))


def places_in(text: str, gazetteer: Gazetteer) -> tuple[Claim, ...]:
    """Places named in `text` (model spelling). Of overlapping names the longest counts; places that share a name share its weight."""
    hits = _longest(list(gazetteer.spellings.find(text)))
    if not hits:
        return ()
    named = {(hit.start, hit.end, hit.value) for hit in hits}
    sharing = Counter((start, end) for start, end, _ in named)
    chance: dict[int, float] = {}
    for start, end, value in named:
        chance[value] = max(chance.get(value, 0.0), CERTAIN / sharing[start, end])
    claims = [Claim(label=gazetteer.ids[value], confidence=round(c, 3), by=GAZETTEER) for value, c in chance.items()]
    return tuple(sorted(claims, key=lambda claim: (-(claim.confidence or 0), claim.label)))


def _longest(hits: list[Found]) -> list[Found]:
    """`hits` without those that lie within a longer one."""
    return [h for h in hits if not any(o.start <= h.start and h.end <= o.end and (o.end - o.start) > (h.end - h.start) for o in hits)]
