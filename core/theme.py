"""A theme: something people began to speak of more than usual."""

from enum import StrEnum

import msgspec

from core.post import Moment


class State(StrEnum):
    """Where a theme stands in its life."""

    RISING = "rising"
    HEIGHT = "height"
    FADING = "fading"
    OVER = "over"


class Theme(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One emerging theme under a stable id, with the posts that show it."""

    id: str
    name: str  # its most telling phrase, in the posts' own language
    first_seen: Moment
    raised_at: Moment
    updated_at: Moment
    state: State = State.RISING
    language: str | None = None
    topic: str | None = None
    place: str | None = None
    is_complaint: bool = False
    probability: float | None = None  # calibrated: how often themes scored so were real
    posts: int = 0
    authors: int = 0
    negative: int = 0  # of `posts`, how many are negative
    rate_now: float = 0.0  # posts an hour in the window that raised it
    rate_usual: float = 0.0  # posts an hour expected there
    terms: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()  # post ids, all that were found
    merged_into: str | None = None  # the older theme that has its posts now
    split_from: str | None = None  # the theme that its posts were first taken for
