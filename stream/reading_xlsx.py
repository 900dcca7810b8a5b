"""Excel workbooks: every sheet that has the first one's columns, titles above the table, cells merged over several rows."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date, time
from itertools import dropwhile
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from core.errors import BadInput
from stream.rows import ABOVE, Numbered, is_above_header, names, row

LONGEST = 80  # letters of what a library says of a damaged file; some of it quotes the file
ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})  # what a formula without a result shows
MOST_UNPACKED = {"sharedStrings.xml": 512 << 20}  # bytes of the part that is held whole
LARGEST_PART = 4 << 30  # of any other; a million long rows have one
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^<>]{0,200}?ref="([A-Z]+\d+:[A-Z]+\d+)"')
Cells = list[object]
Line = tuple[int, Cells]
Merges = dict[int, list[tuple[int, int]]]  # first row → (column from 0, last row)


def rows(path: Path) -> Iterator[Numbered]:
    """Yield (row number, row or reason) below each sheet's header; the numbers go on from sheet to sheet.

    A sheet with other columns than the first one's is refused as one line. Raises BadInput for what is no workbook that can be read.
    """
    import openpyxl  # 7 MB that most processes never need

    with _readable(path), _whole(path) as archive, closing(openpyxl.load_workbook(path, read_only=True, data_only=True)) as book:
        told: list[str] = []
        end = 0
        for sheet in book.worksheets:
            lines = _below_titles(_filled(_rows(sheet), _merges(archive, sheet)))
            first = next(lines, (0, []))[1]
            told = told or first
            if first and first != told:
                end += 1
                yield end, f"the sheet {sheet.title!r} has other columns than the first and was left out; save it as a file of its own"
            elif first:
                header, began = names(first, path), end
                for number, cells in lines:
                    end = began + number
                    yield end, row(header, cells[: len(header)])
        if not told:
            names((), path)  # raises


@contextmanager
def _whole(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive, once it is known that every part is whole and none too large to be unpacked. Raises BadInput, BadZipFile."""
    with zipfile.ZipFile(path) as archive:
        if any(part.file_size > MOST_UNPACKED.get(Path(part.filename).name, LARGEST_PART) for part in archive.infolist()):
            raise BadInput(f"{path}: unpacks to more than we hold; save the sheet as CSV and try again")
        if broken := archive.testzip():
            raise zipfile.BadZipFile(f"{broken} is damaged")
        yield archive


def _rows(sheet: Any) -> Iterator[Line]:
    sheet.reset_dimensions()  # some programs write wrong ones
    yield from ((number, list(cells)) for number, cells in enumerate(sheet.iter_rows(values_only=True), 1))


def _merges(archive: zipfile.ZipFile, sheet: Any) -> Merges:
    """Cells merged over several rows: only the first of them holds what is said of all. A read-only workbook does not tell them."""
    from openpyxl.utils import range_boundaries

    found: Merges = defaultdict(list)
    with archive.open(sheet._worksheet_path) as file:  # the only way from a sheet to its part of the archive
        tail = b""
        while block := file.read(1 << 20):
            for merged in _MERGED.finditer(tail + block):
                left, top, _, bottom = range_boundaries(merged[1].decode())
                if bottom > top:
                    found[top].append((left - 1, bottom))
            tail = block[-100:] if not block.endswith(b">") else b""
    return found


def _filled(lines: Iterable[Line], merges: Merges) -> Iterator[Line]:
    """The rows that are not empty, with what a merged cell says in each row it covers."""
    covering: dict[int, tuple[int, object]] = {}  # column → last row, value
    for number, cells in lines:
        covering |= {column: (last, cells[column]) for column, last in merges.get(number, ()) if column < len(cells)}
        if all(cell is None for cell in cells):
            continue
        covering = {column: (last, value) for column, (last, value) in covering.items() if number <= last}
        for column, (_, value) in covering.items():
            cells += [None] * (column + 1 - len(cells))
            if cells[column] is None:
                cells[column] = value
        yield number, cells


def _below_titles(lines: Iterable[Line]) -> Iterator[tuple[int, list[str]]]:
    """The header and what follows it, as texts."""
    texts = ((number, [_text(cell) for cell in cells]) for number, cells in lines)
    return dropwhile(lambda line: line[0] <= ABOVE and is_above_header([*line[1], ""]), texts)


def _text(value: object) -> str:
    if value is None or (isinstance(value, str) and value in ERRORS):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date | time) else str(value)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        ParseError,
        KeyError,
        ValueError,
        OSError,
        EOFError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise BadInput(
            f"{path}: is not a readable Excel file ({str(error)[:LONGEST]}); open and save it as .xlsx or .csv and try again"
        ) from error
