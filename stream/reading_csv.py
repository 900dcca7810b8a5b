"""CSV as people's programs write it: any usual delimiter, lines above the header, texts over several lines, and broken quotes.

A quotation mark that is never closed would swallow every line up to the next one. So what was read for a record that turned out
broken is given back but for its first line, which is refused alone.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import deque
from collections.abc import Iterator
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Literal

from stream.encodings import encoding
from stream.rows import ABOVE, LONGEST_LINE, Numbered, is_above_header, names, row

DELIMITERS = "\t,;|،؛"
LONGEST_FIELD = 10_000_000
MOST_LINES = 1000  # of one record: what is still open then was never meant to be one, and is not read to the end of the file for each line
_QUOTED = re.compile('"[^"]*"?')
_SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)  # how Excel is told of a delimiter
UNCLOSED = "has a quotation mark that is never closed"


class Lines:
    """The lines of a file, which can be given back; `taken` are those of the record that is being read."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._back = lines, deque[str]()
        self.taken: list[str] = []
        self.number = 0  # of the line last taken

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MOST_LINES:
            raise csv.Error("unexpected end of data")
        line = self._back.popleft() if self._back else next(self._lines)
        self.taken.append(line)
        self.number += 1
        return line

    def give_back(self, keep: int) -> None:
        """All that was taken but the first `keep` lines comes again."""
        back = self.taken[keep:]
        self._back.extendleft(reversed(back))
        self.number -= len(back)
        del self.taken[keep:]


def rows(path: Path) -> Iterator[Numbered]:
    """Yield (line number, row or reason) for each record below the header. Raises BadInput where there is no header."""
    csv.field_size_limit(LONGEST_FIELD)
    quoting = csv.QUOTE_NONE if path.suffix.lower() == ".tsv" else csv.QUOTE_MINIMAL
    with path.open("rb") as raw, TextIOWrapper(raw, encoding=encoding(path), errors="replace", newline="") as text:
        lines = Lines(iter(lambda: text.readline(LONGEST_LINE), ""))
        records = Records(lines, _delimiter(lines), quoting)
        header = names(_cells(records.next(sys.maxsize)), path)
        while True:
            first = lines.number + 1
            cells = records.next(len(header))
            if cells is None:
                return
            if cells:
                yield first, cells if isinstance(cells, str) else row(header, cells)


def _cells(read: list[str] | str | None) -> list[str]:
    return read if isinstance(read, list) else []


def _delimiter(lines: Lines) -> str:
    """The delimiter, leaving `lines` at the header: the first line that is more than a title."""
    told = None
    for line in islice(lines, ABOVE):
        if separator := _SEPARATOR.fullmatch(line):
            told = separator[1]
            continue
        bare = _QUOTED.sub("q", line)
        delimiter = told or max(DELIMITERS, key=bare.count)
        if not is_above_header(bare.split(delimiter)):
            lines.give_back(len(lines.taken) - 1)
            return delimiter
    lines.give_back(0)
    return ","


class Records:
    """The records of `lines`, one after another."""

    def __init__(self, lines: Lines, delimiter: str, quoting: Literal[0, 3]) -> None:
        self._lines, self._delimiter = lines, delimiter
        self._reader = csv.reader(lines, delimiter=delimiter, quoting=quoting, strict=True)

    def next(self, most: int) -> list[str] | str | None:
        """The next record's cells, why it cannot be read, or None after the last. Over several lines it has at most `most` cells."""
        self._lines.taken.clear()
        try:
            cells = next(self._reader, None)
        except csv.Error as error:
            return self._alone(str(error))
        if cells is not None and len(cells) > most and len(self._lines.taken) > 1:
            return self._alone("")
        return cells

    def _alone(self, why: str) -> list[str] | str:
        """What the first line of a broken record says alone; a quotation mark inside a quoted text is forgiven there."""
        self._lines.give_back(1)
        line = [self._lines.taken[0]]
        if "limit" in why and len(line[0]) > LONGEST_FIELD:
            return f"not readable as CSV ({why})"
        try:
            return next(csv.reader(line, delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            return UNCLOSED if "end of data" in str(error) else next(csv.reader(line, delimiter=self._delimiter))
