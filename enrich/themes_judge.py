"""From a suspicious post to a finding: which posts belong together, by how many voices, and is it new."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from enrich.themes_cells import WINDOWS, Cells, Flags, Table, View, cells_of, count_kept, new_table, ratios
from enrich.themes_index import Floats
from enrich.themes_marks import Marks, Seen, marks_of
from enrich.themes_memory import NOBODY, Memory
from enrich.themes_scan import GROUP_LEVEL_OF, LEVEL_OF, SIZES, evidence, gather, scan
from enrich.themes_voices import echoes, echoing, is_one_text, retold, shares

TELLING = 5.0  # a likelihood ratio from which a post's voice is looked at
LISTENED = 40  # at most so many of them, the newest
BELONGS = 0.75  # a post so likely of the theme is listed
GATE = -1.0  # evidence from which a post gathers a group: a group of few that are much alike sees more than its post did …
LEAST_ALONE = -1.0  # … and what must be left of it without repeated voices
JOINS = 0.5  # a post so likely of the theme is in the group
GROUP = 24  # most posts of a group, the newest
VARIED = 0.4  # of what is found, so much must be voices of their own
LIKELY_THEN = 0.6  # a post so likely of the theme is counted when weeks are compared
WEEK = 168.0
WEEKS = 3  # earlier weeks that are looked at
SLACK = 3.0  # hours by which a weekly habit may shift

Rows = npt.NDArray[np.int64]


class Finding(NamedTuple):
    """A theme around one post as the scan sees it."""

    rows: list[int]  # every post found, repeated voices too, oldest first; the anchor last
    voices: int
    window: int  # of WINDOWS
    expected: float  # posts usual in that window
    marks: Marks  # by which right and wrong are told apart


class Scanner:
    """The buffers of the scan, and what it last saw."""

    def __init__(self, memory: Memory, cap: float, bound: float, doubt: float, enough: float) -> None:
        self.memory, self.cap, self.bound, self.doubt, self.enough = memory, cap, bound, doubt, enough
        self.alike = np.zeros(memory.most)
        self.touched = np.zeros(memory.most + 1, np.int64)
        self.usual = np.zeros((11, 3, 3))
        self.buffer = np.zeros((len(WINDOWS), 11, 3, 3))
        self.recent = self.buffer
        self.best = np.zeros(3)
        self.table: Table = new_table()

    def look(self, i: int) -> float:
        """Evidence for a theme around row i from all recent posts, whoever wrote them."""
        m = self.memory
        self.recent = self.buffer[: m.windows]
        self.view = View(self.alike, LEVEL_OF, 20.0, int(m.columns.topic[i]), int(m.columns.place[i]), self.touched)
        return float(
            scan(
                m.columns, m.first, i, m.index, self.view, self.usual, self.recent, m.everywhere, self.table,
                self.best, self.cap, self.bound, self.doubt, self.enough,
            )
        )  # fmt: skip

    def gather(self, i: int, group: list[int]) -> None:
        """Look from a group of rows, i the newest: by their mean likeness and by the topic and place most of them have."""
        m, rows = self.memory, np.array(group, np.int64)
        self.view = View(self.alike, GROUP_LEVEL_OF, 200.0, main(m.columns.topic, rows), main(m.columns.place, rows), self.touched)
        gather(
            m.columns, m.first, i, rows, m.index, self.view, self.usual, self.recent, m.everywhere_groups, self.table, self.cap, self.doubt,
        )  # fmt: skip

    def among(self, cells: Cells, keep: Flags) -> float:
        """Evidence from the kept posts only."""
        count_kept(cells, keep, self.recent)
        return float(evidence(self.recent, self.table, SIZES, self.view.place != 0, self.bound, self.best))

    def cells(self, i: int, rows: Rows) -> Cells:
        """The cell of each row in the present view; windows end at i."""
        cells = Cells(np.empty(len(rows), np.int64), np.empty(len(rows), np.int64))
        cells_of(self.memory.columns, i, rows, self.view, *cells)
        return cells

    def belonging(self, cells: Cells) -> Floats:
        """Probability of each post to belong to the likeliest theme; 0 outside its window."""
        found = self.likely()[cells.cell]
        found[cells.window > self.best[1]] = 0.0
        return found

    def likely(self) -> Floats:
        """The same of a post in each of the 99 cells, within the window."""
        share = self.best[2]
        odds = share * ratios(self.table, int(self.best[0]))
        return np.asarray(odds / (1 - share + odds))


def main(column: Rows, rows: Rows) -> int:
    """The value that at least half of those known have, else 0."""
    values, counts = np.unique(column[rows][column[rows] != 0], return_counts=True)
    return int(values[counts.argmax()]) if len(values) and counts.max() * 2 >= counts.sum() else 0


def recent_rows(memory: Memory, i: int) -> Rows:
    """Rows of the longest window before i whose texts are kept, the organisation's own left out."""
    hours = memory.columns.hours
    begin = memory.first + int(np.searchsorted(hours[memory.first : i], hours[i] - memory.longest))
    rows = np.arange(max(begin, memory.told(i)), i)
    return rows[memory.columns.weight[rows] > 0]


def distinct(scanner: Scanner, i: int, rows: Rows, cells: Cells, free: Flags) -> Flags:
    """`free` without repeated voices and without posts of hardly a word that nothing but topic or place connects."""
    m = scanner.memory
    strength = np.max([ratios(scanner.table, kind) for kind in range(3 if scanner.view.place else 1)], axis=0)
    listened = np.flatnonzero((strength > TELLING)[cells.cell] & free)[::-1][:LISTENED]
    digests = [m.digests[rows[x]] for x in listened]
    anchor = m.digests[i]
    keep = free.copy()
    if anchor is not None:
        keep[listened[echoes(anchor, [d for d in digests if d is not None])]] = False
    keep &= (_lengths(m, rows) >= 3) | (cells.cell >= 9)
    return keep


def _lengths(memory: Memory, rows: Rows) -> Rows:
    start = memory.columns.start
    return start[rows + 1] - start[rows]


def weekly_share(scanner: Scanner, i: int, level: int) -> float:
    """How many posts like those of the likeliest theme came at the same hours of an earlier week, for one of today's.

    `level`: how alike they are; the same words said again may be more alike than that and count no less. What is usual at any hour counts
    on neither side, and weeks are averaged: one chance peak is no habit.
    """
    m, window = scanner.memory, float(WINDOWS[int(scanner.best[1])])
    hours, now = m.columns.hours, float(m.columns.hours[i])
    first = m.first + int(np.searchsorted(hours[m.first : i], now - WEEK * WEEKS - window - SLACK))
    rows = np.arange(first, i)
    like = hours[rows[_like_theme(scanner, i, rows, level)]]
    usual = len(like[like < now - window]) / max(window, now - window - float(hours[first])) * window if first < i else 0.0
    today = np.sum(like >= now - window) - usual
    then = [now - WEEK * n for n in range(1, WEEKS + 1) if now - WEEK * n - SLACK >= hours[m.first]]
    peaks = [max(0.0, _most_within(like, at - SLACK, at + SLACK, window) - usual) for at in then]
    return float(np.mean(peaks)) / max(3.0, float(today)) if peaks else 0.0


def _like_theme(scanner: Scanner, i: int, rows: Rows, level: int) -> Flags:
    """Which rows, whenever they came, look like the likeliest theme."""
    alike, agreement = np.divmod(np.arange(99), 9)
    return np.asarray((scanner.likely() > LIKELY_THEN)[np.minimum(alike, level) * 9 + agreement][scanner.cells(i, rows).cell])


def _most_within(hours: Floats, begin: float, end: float, window: float) -> int:
    """Most of the sorted `hours` that lie in one window which ends between `begin` and `end`."""
    ends = hours[(hours >= begin - window) & (hours <= end)]
    return int((np.arange(1, len(ends) + 1) - np.searchsorted(ends, ends - window)).max()) if len(ends) else 0


def find(scanner: Scanner, i: int, least: float, weekly: float) -> tuple[Finding | None, Rows]:
    """The finding around row i, if there is one without posts of known themes; and the rows that look alike.

    The second holds posts of known themes too: by them one sees what the anchor belongs to. `least`: posts it must have, weighted by
    how surely they belong; `weekly`: a habit is what came so much at the same hours of an earlier week.
    """
    rows = recent_rows(scanner.memory, i)
    free = scanner.memory.theme[rows] == NOBODY
    cells = scanner.cells(i, rows)
    company = rows[scanner.belonging(cells) > BELONGS]
    if scanner.among(cells, free) < GATE:
        return None, company
    keep = distinct(scanner, i, rows, cells, free)
    alone = _without_knots(scanner, i, rows, cells, keep)
    members = rows[(scanner.belonging(cells) > JOINS) & keep]
    if alone < LEAST_ALONE or len(members) < 2:
        return None, company
    cells = _gathered(scanner, i, members, rows)
    group = _without_knots(scanner, i, rows, cells, keep)
    seen = _seen(scanner, i, cells, keep, alone, group)
    belongs = scanner.belonging(cells)
    sure = (belongs > BELONGS) & free & keep
    if sure.sum() < 2 or belongs[sure].sum() + 1 < least or seen.weekly >= weekly:
        return None, rows[belongs > BELONGS]
    return _finding(scanner, i, rows, cells, free, keep, seen)


def _gathered(scanner: Scanner, i: int, members: Rows, rows: Rows) -> Cells:
    """The cells of `rows` as seen from the newest members of a group and i."""
    scanner.gather(i, [*members[-GROUP:].tolist(), i])
    return scanner.cells(i, rows)


def _is_repeated(scanner: Scanner, found: list[int], sure: int) -> bool:
    """Is what was found mostly repetition, or one text retold?"""
    digests = scanner.memory.digests
    return sure < VARIED * (len(found) - 1) or is_one_text([d for row in found if (d := digests[row]) is not None])


def _seen(scanner: Scanner, i: int, cells: Cells, keep: Flags, alone: float, group: float) -> Seen:
    belongs = scanner.belonging(cells)
    sure = (belongs > BELONGS) & keep
    if sure.sum() < 2:
        return Seen(alone, group, 0.0, 0.0, 0.0, 0.0, 0, 0)
    return Seen(
        alone=alone, group=group, sure=float(belongs[sure].mean()), voices=float(sure.sum() / np.sum(belongs > BELONGS)),
        weekly=weekly_share(scanner, i, int(np.median(cells.levels(sure)))),
        level=float(cells.levels(sure).mean()), window=int(scanner.best[1]), kind=int(scanner.best[0]),
    )  # fmt: skip


def _finding(scanner: Scanner, i: int, rows: Rows, cells: Cells, free: Flags, keep: Flags, seen: Seen) -> tuple[Finding | None, Rows]:
    """All that belongs to the theme: what a second group made of its surest members sees, and what the first saw if the second does not
    rather doubt it; None: repetition.
    """
    belongs = scanner.belonging(cells) > BELONGS
    expected = _expected(scanner, float(np.sum(cells.window <= seen.window)))
    cells = _gathered(scanner, i, rows[belongs & keep], rows)
    scanner.among(cells, keep)
    belongs = agreed(belongs, scanner.belonging(cells), keep & free)
    found = rows[belongs & free]
    if _is_repeated(scanner, [*found.tolist(), i], int(np.sum(belongs & free & keep))):
        return None, rows[belongs]
    seen = seen._replace(usual=expected, known=1 - len(found) / max(1, int(belongs.sum())))
    marks = marks_of(scanner.memory, [*found.tolist(), i], scanner.alike[found], seen)
    return Finding([*found.tolist(), i], int(np.sum(belongs & keep)) + 1, seen.window, expected, marks), rows[belongs]


def agreed(first: Flags, second: Floats, counted: Flags) -> Flags:
    """What the second group finds, and what the first did if the second holds it likely; all of both if hardly anything would be left."""
    agreed = (second > BELONGS) | (first & (second > JOINS))
    return agreed if np.sum(agreed & counted) >= 2 else first | (second > BELONGS)


def _without_knots(scanner: Scanner, i: int, rows: Rows, cells: Cells, keep: Flags) -> float:
    """The evidence once what was only passed from hand to hand is left out of `keep`; below GATE it stops looking."""
    m = scanner.memory
    anchor = m.digests[i]
    score = scanner.among(cells, keep)
    while score >= GATE and anchor is not None:
        members = np.flatnonzero((scanner.belonging(cells) > BELONGS) & keep)[::-1][:LISTENED]
        company = [anchor, *(d for x in members if (d := m.digests[rows[x]]) is not None)]
        shared = shares(company)
        again = np.array(retold(shared)[1:], bool) | np.array(echoing(company, shared), bool)
        if not again.any():
            break
        keep[members[again]] = False
        score = scanner.among(cells, keep)
    return score


def _expected(scanner: Scanner, posts: float) -> float:
    """How many of `posts` would usually fall into the cells whose posts belong to the likeliest theme."""
    usual = scanner.usual.ravel()
    inside = (usual > 0) & (scanner.likely() > BELONGS)
    return float(posts * usual[inside].sum() / max(1.0, usual.sum()))
