"""The cells that posts fall into as seen from one view: which window, how alike, whether topic and place agree."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from enrich.themes_index import Columns, Floats, Ints

WINDOWS = np.array([0.25, 1.0, 2.0, 6.0, 18.0, 48.0, 96.0])  # hours; of a busy stream only the first; older is history

Flags = npt.NDArray[np.bool_]


class View(NamedTuple):
    """From where posts are looked at: one post, or a group with its usual topic and place."""

    alike: Floats  # likeness of each row
    level_of: Ints
    scale: float  # likeness × scale is the place in level_of
    topic: int
    place: int
    touched: Ints  # room for the rows that share anything


class Table(NamedTuple):
    """Likelihood ratios of the cells for one anchor: by words, by words and place, by topic and place."""

    words: Floats  # (11, 3)
    both: Floats  # (11, 3, 3)
    local: Floats  # (3, 3)


class Cells(NamedTuple):
    """Of each row its window, the place in WINDOWS, and its cell, the place in the flat (11, 3, 3) of likeness, topic, place."""

    window: Ints
    cell: Ints

    def levels(self, chosen: Flags) -> Ints:
        """How alike the chosen rows are, 0 to 10."""
        return self.cell[chosen] // 9


def new_table() -> Table:
    """An empty table, to be filled by `scan`."""
    return Table(np.ones((11, 3)), np.ones((11, 3, 3)), np.ones((3, 3)))


@njit(cache=True)
def cell_of(columns: Columns, j: int, view: View) -> int:
    """The cell of post j in this view; no branches, for it is asked of very many."""
    alike, topic, place = view.alike[j], columns.topic[j], columns.place[j]
    step = min(len(view.level_of), int(alike * view.scale) + int(alike > 0.0))
    level = int(step > 0) * view.level_of[max(0, step - 1)]
    a = 2 - int(topic != 0) * int(view.topic != 0) * (1 + int(topic == view.topic))
    q = 2 - int(place != 0) * int(view.place != 0) * (1 + int(place == view.place))
    found: int = level * 9 + a * 3 + q
    return found


@njit(cache=True, fastmath={"reassoc", "nsz"})  # weights are whole numbers: added in any order they give the same
def agree(columns: Columns, begin: int, end: int, view: View, out: Floats) -> None:
    """Add the posts begin..end to out (9), by whether topic and place agree; eight at a time, as it is asked of every post."""
    all, same, silent, here, nowhere = 0.0, 0.0, 0.0, 0.0, 0.0
    same_here, same_nowhere, silent_here, silent_nowhere = 0.0, 0.0, 0.0, 0.0
    no_topic, no_place = view.topic == 0, view.place == 0
    topics, places, weights = columns.topic[begin:end], columns.place[begin:end], columns.weight[begin:end]
    for j in range(len(weights)):
        weight = weights[j]
        is_here, is_nowhere = (places[j] == view.place) & (not no_place), (places[j] == 0) | no_place
        alike = weight if (topics[j] == view.topic) & (not no_topic) else 0.0
        untold = weight if (topics[j] == 0) | no_topic else 0.0
        all, same, silent = all + weight, same + alike, silent + untold
        here, nowhere = here + (weight if is_here else 0.0), nowhere + (weight if is_nowhere else 0.0)
        same_here, same_nowhere = same_here + (alike if is_here else 0.0), same_nowhere + (alike if is_nowhere else 0.0)
        silent_here, silent_nowhere = silent_here + (untold if is_here else 0.0), silent_nowhere + (untold if is_nowhere else 0.0)
    other_here, other_nowhere = here - same_here - silent_here, nowhere - same_nowhere - silent_nowhere
    for a, (one, two, whole) in enumerate(
        ((same_here, same_nowhere, same), (other_here, other_nowhere, all - same - silent), (silent_here, silent_nowhere, silent))
    ):
        out[a * 3] += one
        out[a * 3 + 1] += whole - one - two
        out[a * 3 + 2] += two


@njit(cache=True)
def count(columns: Columns, begin: int, end: int, touched: Ints, view: View, out: Floats) -> None:
    """Count the posts begin..end in out (11, 3, 3), all 0, by their cell in this view; `touched`: those of them that share anything."""
    flat = out.reshape(99)
    agree(columns, begin, end, view, flat)
    for j in touched:
        flat[cell_of(columns, j, view)] += columns.weight[j]
    for cell in range(9, 99):
        flat[cell % 9] -= flat[cell]


@njit(cache=True)
def tally(columns: Columns, first: int, i: int, view: View, usual: Floats, recent: Floats) -> None:
    """Fill recent (window, 11, 3, 3) with the posts of its windows, the first of WINDOWS, and usual (11, 3, 3) with those before, by cell."""
    usual[:] = 0.0
    recent[:] = 0.0
    stop = 0
    for j in range(first, i):
        view.touched[stop] = j
        stop += int(view.alike[j] > 0.0)
    end = i
    for w in range(recent.shape[0]):
        begin = first + np.searchsorted(columns.hours[first:end], columns.hours[i] - WINDOWS[w])
        start = np.searchsorted(view.touched[:stop], begin)
        count(columns, begin, end, view.touched[start:stop], view, recent[w])
        end, stop = begin, start
    count(columns, first, end, view.touched[:stop], view, usual)


@njit(cache=True)
def cells_of(columns: Columns, i: int, rows: Ints, view: View, window: Ints, cell: Ints) -> None:
    """Fill window and cell for each of `rows`; windows end at post i."""
    for n, j in enumerate(rows):
        ago, w = max(0.0, columns.hours[i] - columns.hours[j]), 0
        while w < len(WINDOWS) and WINDOWS[w] < ago:
            w += 1
        window[n], cell[n] = w, cell_of(columns, j, view)


@njit(cache=True)
def count_kept(cells: Cells, keep: Flags, recent: Floats) -> None:
    """Fill recent (window, 11, 3, 3) with how many kept posts are in each cell."""
    recent[:] = 0.0
    flat = recent.reshape(recent.shape[0], 99)
    for n in range(len(keep)):
        if keep[n]:
            flat[cells.window[n], cells.cell[n]] += 1.0


def ratios(table: Table, kind: int) -> Floats:
    """Likelihood ratio of each of the 99 cells under one kind of theme."""
    found: Floats = (np.repeat(table.words.ravel(), 3), table.both.ravel(), np.tile(table.local.ravel(), 11))[kind]
    return found


@njit(cache=True)
def ratio_of(table: Table, kind: int, level: int, a: int, q: int) -> float:
    """The likelihood ratio of one cell under one kind of theme."""
    if kind == 0:
        found: float = table.words[level, a]
    elif kind == 1:
        found = table.both[level, a, q]
    else:
        found = table.local[a, q]
    return found
