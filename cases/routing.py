"""Which department a matter belongs to: topic × place, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from core.deployment import Deployment, Place, Route, Topic

LEARNED_FROM = 3  # so many returned by the table's department, and kept by another, before the table gives way


class Routed(msgspec.Struct, frozen=True, kw_only=True):
    """A department and the line that named it, or none and what is missing."""

    department: str | None
    because: str


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How often a department kept cases of one topic and place to the end, and how often it sent them back as not its own."""

    kept: int = 0
    returned: int = 0


Matter = tuple[str | None, str | None]  # topic, place
Lessons = Mapping[Matter, Mapping[str, Tally]]


def route(topic: str | None, place: str | None, deployment: Deployment, lessons: Lessons | None = None) -> Routed:
    """Where a case of this topic at this place belongs: the table's most specific line, unless its department keeps sending such
    cases back and another one keeps them."""
    told = by_table(topic, place, deployment)
    tallies = (lessons or {}).get((topic, place), {})
    usual, best = tallies.get(told.department or "", Tally()), max(tallies, key=lambda d: tallies[d].kept, default=None)
    if best is None or best == told.department or tallies[best].kept < LEARNED_FROM:
        return told
    if told.department and (usual.returned < LEARNED_FROM or usual.returned <= usual.kept):
        return told
    was = f"{told.department} returned {usual.returned}" if told.department else "no line in the table"
    return Routed(
        department=best,
        because=f"learned: {tallies[best].kept} cases of topic {topic or 'unknown'}, place {place or 'any'} were kept there; {was}",
    )


def by_table(topic: str | None, place: str | None, deployment: Deployment) -> Routed:
    """What the deployment's table says."""
    fitting = [line for line in deployment.routing if _fits(line, topic, place, deployment)]
    if not fitting:
        return Routed(department=None, because=f"no line for topic {topic or 'unknown'}; a person refers it")
    best = max(fitting, key=_specific)
    return Routed(department=best.department, because=_because(best))


def _fits(line: Route, topic: str | None, place: str | None, deployment: Deployment) -> bool:
    return line.topic in (None, *_upwards(topic, deployment.topics)) and line.place in (None, *_upwards(place, deployment.places))


def _upwards(id: str | None, rows: Iterable[Topic | Place]) -> list[str]:
    """An id and those above it in its tree."""
    parents = {row.id: row.parent for row in rows}
    found: list[str] = []
    while id and id not in found:
        found.append(id)
        id = parents.get(id)
    return found


def _specific(line: Route) -> tuple[bool, bool]:
    return line.topic is not None and line.place is not None, line.topic is not None


def _because(line: Route) -> str:
    return f"table: topic {line.topic or 'any'}, place {line.place or 'any'} → {line.department}"
