"""Which department a matter belongs to: topic × place, and why. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from core.deployment import Deployment, Route

LEARNED_FROM = 3  # referrals of one topic and place that ended elsewhere before the table gives way


class Routed(msgspec.Struct, frozen=True, kw_only=True):
    """A department and the line that named it, or none and what is missing."""

    department: str | None
    because: str


class Lesson(msgspec.Struct, frozen=True, kw_only=True):
    """What returned referrals of a topic at a place taught: who kept them in the end, and how often."""

    department: str
    kept: int
    returned: int  # how often the table's own department sent them back


Lessons = Mapping[tuple[str | None, str | None], Lesson]


def route(topic: str | None, place: str | None, deployment: Deployment, lessons: Lessons | None = None) -> Routed:
    """Where a case of this topic at this place belongs. What was learned wins over the table; its most specific line over the rest."""
    lesson = (lessons or {}).get((topic, place))
    if lesson and lesson.kept >= LEARNED_FROM and lesson.kept > lesson.returned / 2:
        return Routed(
            department=lesson.department, because=f"learned: {lesson.kept} cases of {topic} at {place or 'any place'} were kept there"
        )
    fitting = [line for line in deployment.routing if _fits(line, topic, place, deployment)]
    if not fitting:
        return Routed(department=None, because=f"no line for topic {topic or 'unknown'}; a person refers it")
    best = max(fitting, key=_specific)
    return Routed(department=best.department, because=_because(best))


def _fits(line: Route, topic: str | None, place: str | None, deployment: Deployment) -> bool:
    return line.topic in (None, *_upwards(topic, deployment.topics)) and line.place in (None, *_upwards(place, deployment.places))


def _upwards(id: str | None, rows) -> list[str]:  # type: ignore[no-untyped-def]
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
