"""Taking values out of a platform's JSON, where any of them may be missing or of another kind than promised."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from collectors.base import Refusal

Json = Mapping[str, Any]
T = TypeVar("T")
EMPTY: Json = {}


def table(value: object) -> Json:
    """`value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, Mapping) else EMPTY


def rows(value: object) -> list[Json]:
    """The JSON objects in `value`: those of a list, or it alone."""
    return [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, Mapping)]


def text(value: object) -> str | None:
    """`value` if it is a text, exactly as it came."""
    return value if isinstance(value, str) else None


def identity(value: object) -> str | None:
    """An id as text; platforms send them as texts and as whole numbers."""
    if isinstance(value, str) and value.strip():
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def number(value: object) -> int | None:
    """A count: whole numbers, also as texts; None for anything else. 0 stays 0."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return int(value) if isinstance(value, str) and value.strip().isdecimal() else None


def first(values: Iterable[T | None]) -> T | None:
    """The first that was told."""
    return next((v for v in values if v is not None), None)


def each(parts: Iterable[Json], make: Callable[[Json], T | None], what: str) -> tuple[list[T], list[Refusal]]:
    """`make` of every part; one that cannot be made is refused with its number and leaves the rest alone."""
    made: list[T] = []
    refused: list[Refusal] = []
    for at, part in enumerate(parts, 1):
        try:
            one = make(part)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            refused.append(Refusal(why=f"{what} {at}: {error if type(error) is Unusable else type(error).__name__}"))
        else:
            made += [one] if one is not None else []
    return made, refused


class Unusable(ValueError):
    """Raised by a translation for a part it cannot use; says why, without the part's text."""
