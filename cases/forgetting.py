"""A deleted post's words where somebody else repeated them: in an answer, in a reason, in a note. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

import msgspec

from core.case import Step
from core.spelling import normal

HIDDEN = "•••"
AGREE = 5  # words in the same order: fewer are what anybody would write of the same matter
CITIZEN = "citizen"  # who reopened a case, once nobody may know who that was
_LONG = 8  # bytes of a mark
_WORD = re.compile(r"\w+")


Marks = frozenset[bytes]
"""What is known of a text without the text: each run of its words, hashed, by which a repetition is found again."""


def marks(*texts: str) -> Marks:
    """The marks of texts: of every run of AGREE words, or of a whole one that is shorter."""
    return frozenset(mark for text in texts for _, mark in _marked([normal(word) for word in _WORD.findall(text)]))


def telling(known: Marks) -> Marks:
    """Those marks by which words can be known as this author's wherever they stand: runs of AGREE, not a whole text that is shorter."""
    return frozenset(mark for mark in known if mark[0] == AGREE)


def packed(known: Marks) -> bytes:
    """Marks as a table keeps them."""
    return b"".join(sorted(known))


def unpacked(kept: bytes | None) -> Marks:
    """Marks as a table kept them; none where it has none."""
    return frozenset(kept[n : n + _LONG] for n in range(0, len(kept), _LONG)) if kept else frozenset()


def without_quotes(text: str, known: Marks) -> str:
    """`text` with everything hidden that repeats the marked words for some words on end; what is shorter than that is hidden where it stands whole."""
    words, runs = list(_WORD.finditer(text)), {mark[0] for mark in known}
    if len(words) < min(runs, default=1):  # as most lines of a history are
        return text
    ours = [normal(word[0]) for word in words]
    quoted = {n + k for run in runs for n, mark in _marked(ours, run) if mark in known for k in range(run)}
    for first, last in reversed(_runs(sorted(quoted))):
        text = text[: words[first].start()] + HIDDEN + text[words[last].end() :]
    return text


def forgotten(steps: tuple[Step, ...], known: Marks, citizen: str | None = None) -> tuple[Step, ...]:
    """The lines of a history without what the marks are of and who said it; each line stays."""
    return tuple(
        msgspec.structs.replace(step, why=without_quotes(step.why, known), who=CITIZEN if citizen and step.who == citizen else step.who)
        for step in steps
    )


def _marked(words: Sequence[str], run: int | None = None) -> Iterator[tuple[int, bytes]]:
    """Where each run of words begins, and its mark: how many words, then their hash."""
    run = min(AGREE, len(words)) if run is None else run
    for n in range(len(words) - run + 1 if run else 0):
        yield n, bytes([run]) + hashlib.blake2b("\x1f".join(words[n : n + run]).encode(), digest_size=_LONG - 1).digest()


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    """The first and last of numbers that follow each other."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
