"""The index: which remembered posts share terms with one post or with a group, and how alike that makes them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FULL = 2500.0  # posts in memory from which time matters
COMMON = 0.12  # in a full memory a term that more posts have says little of a post, and takes longest to follow
LEAST_NORM = 1.0  # length of a vector of hardly telling words: their rarity may change after it was measured


class Columns(NamedTuple):
    """Remembered posts, oldest first; all arrays are of one length but ids (one line a term of a post)."""

    hours: Floats  # since 1970
    topic: Ints  # hashed; 0: unknown
    place: Ints
    weight: Floats  # how many posts this one stands for; 0: the organisation's own, which counts for nothing
    norm: Floats  # length of its vector
    start: Ints  # its terms are ids[start[i]:start[i + 1]]
    ids: Ints


class Index(NamedTuple):
    """Which posts have a term: settled ones in one block a term, the newest in chains until `settle` takes them in."""

    posts_with: Floats  # by term
    begin: Ints  # the block of term t is rows[begin[t]:begin[t + 1]]
    rows: Ints
    head: Ints  # newest link of the term's chain, -1: none
    later: Ints  # link → the next older link
    row: Ints  # link → the post
    used: Ints  # [0]: links in use


@njit(cache=True)
def rarity(posts: float, known: float) -> float:
    """Weight of a term that `posts` of `known` posts have; one seen once may be a slip of the pen and counts less, a common one nothing."""
    if known > FULL and posts > COMMON * known:
        return 0.0
    return 0.6 * math.log((known + 1.0) / 2.0) if posts <= 1 else math.log((known + 1.0) / (posts + 1.0))


@njit(cache=True)
def settle(columns: Columns, first: int, stop: int, index: Index, measure: bool) -> None:
    """Take the posts first..stop into blocks; with `measure` set their lengths by today's rarity of their terms."""
    index.head[:] = -1
    index.used[0] = 0
    begin, ids = index.begin, columns.ids[columns.start[first] : columns.start[stop]]
    begin[:] = 0
    for term in ids:
        begin[term] += 1
    for term in range(1, len(begin)):
        begin[term] += begin[term - 1]
    squares = _squares(float(stop - first))
    for i in range(stop - 1, first - 1, -1):
        total = 0.0
        for x in range(columns.start[i], columns.start[i + 1]):
            term = columns.ids[x]
            total += squares[int(index.posts_with[term])]
            begin[term] -= 1
            index.rows[begin[term]] = i
        if measure:
            columns.norm[i] = max(LEAST_NORM, math.sqrt(total))


@njit(cache=True)
def _squares(known: float) -> Floats:
    """The square of `rarity` by number of posts: far fewer numbers than terms, and logarithms are dear."""
    return np.array([rarity(posts, known) ** 2 for posts in range(int(known) + 2)])


@njit(cache=True)
def chain(columns: Columns, index: Index, i: int) -> None:
    """Enter the newest post into the index."""
    for x in range(columns.start[i], columns.start[i + 1]):
        term, link = columns.ids[x], index.used[0]
        index.posts_with[term] += 1
        index.row[link], index.later[link] = i, index.head[term]
        index.head[term] = link
        index.used[0] += 1


@njit(cache=True)
def spread(first: int, term: int, weight: float, index: Index, out: Floats) -> None:
    """Add `weight` to out[j] of every post j >= first that has the term."""
    for y in range(index.begin[term + 1] - 1, index.begin[term] - 1, -1):
        if index.rows[y] < first:
            break
        out[index.rows[y]] += weight
    link = index.head[term]
    while link >= 0:
        out[index.row[link]] += weight
        link = index.later[link]


@njit(cache=True)
def likeness(columns: Columns, first: int, i: int, index: Index, out: Floats) -> None:
    """out[j]: cosine of post j and post i, first <= j < i, by shared terms; sets the length of i."""
    out[first:i] = 0.0
    total, known = 0.0, float(i - first)
    for x in range(columns.start[i], columns.start[i + 1]):
        term = columns.ids[x]
        weight = rarity(index.posts_with[term], known) ** 2
        if weight > 0.0:
            total += weight
            spread(first, term, weight, index, out)
    length = columns.norm[i] = max(LEAST_NORM, math.sqrt(total))
    for j in range(first, i):
        out[j] = min(1.0, out[j] / (length * columns.norm[j]))


@njit(cache=True)
def group_likeness(columns: Columns, first: int, i: int, group: Ints, index: Index, out: Floats) -> None:
    """out[j]: mean cosine of post j with the posts of `group` (likeness(i) was called before), itself left out."""
    out[first:i] = 0.0
    known, size = float(i - first), float(len(group))
    for s in group:
        for x in range(columns.start[s], columns.start[s + 1]):
            weight = rarity(index.posts_with[columns.ids[x]], known) ** 2 / columns.norm[s]
            if weight > 0.0:
                spread(first, columns.ids[x], weight, index, out)
    for j in range(first, i):
        out[j] = min(1.0, out[j] / (size * columns.norm[j]))
    for s in group:
        if s < i:
            out[s] = max(0.0, (out[s] * size - 1.0) / (size - 1.0))
