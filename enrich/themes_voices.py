"""Who really speaks: one author who repeats himself and a text that goes from hand to hand are one voice."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
from numba import njit

from enrich.themes_counts import Digest
from enrich.themes_index import Floats, Ints

Flags = npt.NDArray[np.bool_]

HALF = 0.5  # two texts sharing more of the shorter one's words may be one text retold …
THICK = 0.45  # … and are, if so much of their company is alike that way: neighbours' complaints share words in pairs, not all round
SAME = 0.8  # sharing so much they are one text in any company
ONE_TEXT = 0.57  # share of their words that texts of a theme never have in common all round (docs/themes.md)
SHORT = 4  # words below which only equality counts


def echoes(anchor: Digest, others: Sequence[Digest]) -> list[bool]:
    """For each of `others`: is it by the author, or nearly the text, of the anchor or of one before it?"""
    company = [anchor, *others]
    return echoing(company, shares(company))


def echoing(company: Sequence[Digest], shared: Floats) -> list[bool]:
    """The same of a company whose first is the anchor and of which `shares` is known."""
    voices = np.array([digest.voice for digest in company], np.int64)
    again: list[bool] = _echoing(voices, shared)[1:].tolist()
    return again


def retold(shared: Floats) -> list[bool]:
    """Which of a company are hands that a text passed through: all but the first of a thick knot of half copies."""
    alike = np.sum(shared > HALF, axis=1)
    knot = alike >= max(2, THICK * (len(shared) - 1))
    inside: list[bool] = (knot & (np.cumsum(knot) > 1)).tolist()
    return inside


def shares(company: Sequence[Digest]) -> Floats:
    """(n, n): share of the shorter text's words that the other has too, of very short texts 1 if they are equal; 0 of each with itself."""
    size = np.array([len(digest.words) for digest in company], np.int64)
    words = np.fromiter(chain.from_iterable(digest.words for digest in company), np.int64, int(size.sum()))
    groups = {digest.post.copy_group: n for n, digest in enumerate(company) if digest.post.copy_group}
    group = np.array([groups.get(digest.post.copy_group, -1) for digest in company], np.int64)
    return _shares(words, size, group)


@njit(cache=True)
def _shares(words: Ints, size: Ints, group: Ints) -> Floats:
    owner = np.repeat(np.arange(len(size)), size)
    order = np.argsort(words)
    shared = np.zeros((len(size), len(size)))
    begin = 0
    for end in range(1, len(order) + 1):
        if end < len(order) and words[order[end]] == words[order[begin]]:
            continue
        for x in range(begin, end):
            for y in range(begin, x):
                shared[owner[order[x]], owner[order[y]]] += 1.0
        begin = end
    for i in range(len(size)):
        for j in range(i):
            both = _share(shared[i, j] + shared[j, i], size[i], size[j])
            shared[i, j] = shared[j, i] = 1.0 if group[i] == group[j] >= 0 else both
    return shared


@njit(cache=True)
def _share(shared: float, one: int, other: int) -> float:
    fewer = min(one, other)
    if fewer < SHORT:
        return 1.0 if shared == one == other else 0.0
    return shared / fewer if fewer > SHORT or shared == fewer else min(shared / fewer, SAME - 0.01)


@njit(cache=True)
def _echoing(voices: Ints, shared: Floats) -> Flags:
    gone = np.zeros(len(voices), np.bool_)
    for i in range(1, len(voices)):
        for j in range(i):
            if not gone[j] and (voices[i] == voices[j] != 0 or shared[i, j] >= SAME):
                gone[i] = True
                break
    return gone


def is_one_text(company: Sequence[Digest]) -> bool:
    """Do a few words, each in most of these texts, make up most of every text? People who tell of one thing share its words, not all others."""
    if len(company) < 4:
        return False
    said = Counter(word for digest in company for word in digest.words)
    core = {word for word, n in said.items() if n > len(company) / 2}
    covered = sum(len(digest.words & core) / max(1, len(digest.words)) for digest in company) / len(company)
    return len(core) >= 4 and covered >= ONE_TEXT
