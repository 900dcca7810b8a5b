"""The scan: how much likelier are the posts before one post if a theme around it is emerging than if nothing is.

For each post (the anchor) every remembered post falls into a cell: how alike the words are, whether topic and place agree. What is
older than the longest window tells how often each cell is usual for this very anchor; a table of how often posts of one theme fall into
each cell was learnt once. The log mean likelihood ratio over window lengths, sizes and kinds of theme is an e-value: it asks shares of
all posts, so a rise of everything changes nothing.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from enrich.themes_cells import Table, View, ratio_of, tally
from enrich.themes_index import Columns, Floats, Index, Ints, group_likeness, likeness

LIKELY = np.array([0.3, 0.5, 1.0, 1.0, 1.0, 0.5, 0.2])  # how far each window is believed: over days the mix of topics drifts by itself
LEVEL_OF = np.array([1, 2, 3, 4, 5, 6, 7, 7, 8, 8, 9, 9, 9, 9, 10])  # level of likeness by cosine in twentieths; 0: nothing shared
GROUP_LEVEL_OF = np.repeat(np.arange(1, 11), [2, 2, 2, 3, 3, 4, 6, 8, 14, 1])  # the same for the mean cosine with a group, in 200ths
ALIKE = np.array([0.08, 0.34, 0.25, 0.135, 0.075, 0.045, 0.025, 0.025, 0.012, 0.010, 0.003])  # share of a theme's pairs in each level
GROUP_ALIKE = np.array([0.024, 0.032, 0.063, 0.085, 0.092, 0.081, 0.111, 0.121, 0.115, 0.146, 0.13])
SIZES = np.array([2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0])  # posts a theme may have in a window
AGREE = np.array([0.8, 0.65, 0.72, 0.95])  # pairs of one theme that agree on topic, of a local theme on place; of one that only shares both
GROUP_AGREE = np.array([0.88, 0.8, 0.85, 0.97])  # the same of a post and its group
KINDS = ("words", "words and place", "topic and place")
FEW = 6.0  # posts of a cell up to which multiplying is cheaper than a logarithm
NOTHING = -9.0  # what a post scores that cannot be judged


@njit(cache=True)
def weigh(usual: Floats, everywhere: Floats, alike: Floats, agree: Floats, cap: float, doubt: float, table: Table) -> None:
    """Fill `table` for an anchor whose history is `usual`; where that is thin, lean on what is usual for all anchors.

    `cap`: most that one post may count for; `doubt`: how many unseen posts of each cell to reckon with.
    """
    by_topic, by_place, known = usual.sum(axis=2).sum(axis=0), usual.sum(axis=1).sum(axis=0), usual.sum()
    same_topic = (by_topic[0] + 0.5) / (by_topic[0] + by_topic[1] + 1.5)
    same_place = (by_place[0] + 0.5) / (by_place[0] + by_place[1] + 10.0)
    all_posts = everywhere.sum()
    for a in range(3):
        all_here = everywhere[:, a, :].sum()
        for level in range(11):
            here = usual[level, a, :].sum()
            anyhow = (usual[level].sum() + everywhere[level].sum() / all_posts) / (known + 1)  # whatever the topic
            prior = (everywhere[level, a, :].sum() + anyhow) / (all_here + 1)
            ratio = alike[level] / min(1.0, (here + doubt) / (by_topic[a] + doubt / prior))
            if level <= 1:  # hardly a word shared speaks for no theme, however rare that is in a stream of few words
                ratio = min(1.0, ratio)
            if a < 2:
                ratio *= agree[0] / same_topic if a == 0 else (1 - agree[0]) / (1 - same_topic)
            table.words[level, a] = min(cap, ratio)
            table.both[level, a, 2] = min(cap, ratio)
            for q in range(2):
                share = same_place if q == 0 else 1 - same_place
                expected = (usual[level, a, q] + 5 * share) / (usual[level, a, 0] + usual[level, a, 1] + 5)
                table.both[level, a, q] = min(cap, ratio * (agree[1] if q == 0 else 1 - agree[1]) / expected)
        for q in range(3):
            ratio = 1.0 if known >= 0 else 0.0
            if a < 2:
                ratio = agree[2] / same_topic if a == 0 else (1 - agree[2]) / (1 - same_topic)
            if q < 2:
                share = same_place if q == 0 else 1 - same_place
                expected = (usual[:, a, q].sum() + 4 * share) / (usual[:, a, 0].sum() + usual[:, a, 1].sum() + 4)
                ratio *= (agree[3] if q == 0 else 1 - agree[3]) / expected
            table.local[a, q] = min(cap, ratio)


@njit(cache=True)
def _fit(cells: Floats, kind: int, share: float, bound: float) -> float:
    """Log likelihood ratio of the posts in `cells` if `share` of them are of a theme; logarithms are dear, so they are taken of products."""
    total, product = 0.0, 1.0
    for c in range(len(cells)):
        n = cells[c, 1]
        if n == 0:
            continue
        odds = 1 + min(bound, share * cells[c, 2 + kind])
        if n > FEW:
            total += n * math.log(odds)
            continue
        for _ in range(int(n)):
            product *= odds
        if not 1e-200 < product < 1e200:
            total, product = total + math.log(product), 1.0
    return total + math.log(product)


@njit(cache=True)
def evidence(recent: Floats, table: Table, sizes: Floats, has_place: bool, bound: float, best: Floats) -> float:
    """Log mean likelihood ratio over windows, sizes and kinds; `best` becomes kind, window and share of the likeliest."""
    cells = np.zeros((99, 5))
    filled = 0
    for level in range(11):
        for a in range(3):
            for q in range(3):
                if recent[:, level, a, q].sum() > 0:
                    cells[filled, 0] = level * 9 + a * 3 + q
                    cells[filled, 2] = ratio_of(table, 0, level, a, q) - 1
                    cells[filled, 3] = ratio_of(table, 1, level, a, q) - 1
                    cells[filled, 4] = ratio_of(table, 2, level, a, q) - 1
                    filled += 1
    posts, mean, tried, top = 0.0, 0.0, 0.0, -1e9
    for w in range(recent.shape[0]):
        for c in range(filled):
            at = int(cells[c, 0])
            n = recent[w, at // 9, at // 3 % 3, at % 3]
            cells[c, 1] += n
            posts += n
        if posts < 2:
            continue
        likely = LIKELY[w]
        for kind in range(3 if has_place else 1):
            for size in sizes:
                share = size / (posts + 2)
                if share > 0.8:
                    break
                total = _fit(cells[:filled], kind, share, bound)
                tried += likely
                mean += likely * math.exp(min(total, 600.0))
                if total > top:
                    top = total
                    best[0], best[1], best[2] = kind, w, share
    return math.log(mean / tried) if tried > 0 else NOTHING


@njit(cache=True)
def scan(
    columns: Columns, first: int, i: int, index: Index, view: View, usual: Floats, recent: Floats,
    everywhere: Floats, table: Table, best: Floats, cap: float, bound: float, doubt: float, enough: float,
) -> float:  # fmt: skip
    """The evidence for a theme around post i, NOTHING with less than `enough` history; fills every buffer it is given."""
    likeness(columns, first, i, index, view.alike)
    tally(columns, first, i, view, usual, recent)
    known = usual.sum()
    if known == 0:
        return NOTHING
    score = NOTHING
    if known >= enough and columns.start[i + 1] > columns.start[i]:
        weigh(usual, everywhere, ALIKE / ALIKE.sum(), AGREE, cap, doubt, table)
        score = evidence(recent, table, SIZES, view.place != 0, bound, best)
    everywhere += usual / known
    return score


@njit(cache=True)
def gather(
    columns: Columns, first: int, i: int, group: Ints, index: Index, view: View, usual: Floats, recent: Floats,
    everywhere: Floats, table: Table, cap: float, doubt: float,
) -> None:  # fmt: skip
    """Look at all posts before i from the group that i gathered: fills likeness, counts and table."""
    group_likeness(columns, first, i, group, index, view.alike)
    tally(columns, first, i, view, usual, recent)
    everywhere += usual / usual.sum()
    weigh(usual, everywhere, GROUP_ALIKE / GROUP_ALIKE.sum(), GROUP_AGREE, cap, doubt, table)
