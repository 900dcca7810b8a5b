"""A deleted post's words where somebody else repeated them: in an answer, in a reason, in a note. Pure."""

from __future__ import annotations

import re

import msgspec

from core.case import Step
from core.spelling import normal

HIDDEN = "•••"
AGREE = 5  # words in the same order: fewer are what anybody would write of the same matter
CITIZEN = "citizen"  # who reopened a case, once nobody may know who that was
_WORD = re.compile(r"\w+")


def without_quotes(text: str, said: str) -> str:
    """`text` with everything hidden that repeats `said` for some words on end; what is shorter than that is hidden where it stands whole."""
    theirs = [normal(word) for word in _WORD.findall(said)]
    run = min(AGREE, len(theirs))
    if not run:
        return text
    known = {tuple(theirs[n : n + run]) for n in range(len(theirs) - run + 1)}
    words = list(_WORD.finditer(text))
    ours = [normal(word[0]) for word in words]
    quoted = {n + k for n in range(len(ours) - run + 1) if tuple(ours[n : n + run]) in known for k in range(run)}
    for first, last in reversed(_runs(sorted(quoted))):
        text = text[: words[first].start()] + HIDDEN + text[words[last].end() :]
    return text


def forgotten(steps: tuple[Step, ...], said: str, citizen: str | None) -> tuple[Step, ...]:
    """The lines of a history without what the citizen said and who that was; each line stays."""
    return tuple(
        msgspec.structs.replace(step, why=without_quotes(step.why, said), who=CITIZEN if citizen and step.who == citizen else step.who)
        for step in steps
    )


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    """The first and last of numbers that follow each other."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
