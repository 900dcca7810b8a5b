"""What a look at one account, feed or server found: trouble with it is a finding about it and leaves the others alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from collectors.base import Finding
from core.errors import PlatformProblem

NEEDS_A_PERSON = ("credential", "stop")


def looked_at(what: str, platform: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """What `look` finds, then its trouble if it meets one."""
    try:
        yield from look()
    except PlatformProblem as problem:
        yield troubled(what, platform, problem)


def troubled(what: str, platform: str, problem: PlatformProblem) -> Finding:
    """A problem as a line of `sada check`: failed where a person must act, a warning where it may pass."""
    state = "failed" if problem.then in NEEDS_A_PERSON else "warning"
    return Finding(what=what, state=state, says=problem.says, then=f"docs/credentials.md#{platform}")
