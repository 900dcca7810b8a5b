"""Rows of a table somebody keeps: where its header is, what its columns are called, and what makes cells a row. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from core.errors import BadInput

LONGEST_LINE = 16 << 20  # letters; what goes on longer comes in pieces, so that no file of one line fills the memory
ABOVE = 20  # lines that may stand above the header
Row = dict[str, str]
Numbered = tuple[int, Row | str]  # line number from 1, and the row or why it is not one


def is_above_header(cells: Sequence[str]) -> bool:
    """Whether this is an empty line, or one that holds nothing but a title over the table."""
    told = [cell.strip().lower() for cell in cells if cell.strip()]
    return len(told) <= (len(cells) > 1) and told != ["text"]


def names(cells: Sequence[str], where: object) -> list[str]:
    """The columns' names; the second of one name is called "name (2)", the third "name (3)". Raises BadInput where these are no names of columns."""
    told = [cell.strip().strip("\ufeff").strip() for cell in cells]
    before: Counter[str] = Counter()
    found = []
    for name in told:
        before[name] += 1
        found.append(f"{name} ({before[name]})" if name and before[name] > 1 else name)
    if len(found) < 2 and [name.lower() for name in found] != ["text"]:
        raise BadInput(
            f"{where}: its first line names no columns (comma, semicolon, tab or | between them); add a header line such as text,created_at"
        )
    return found


def row(header: Sequence[str], cells: Sequence[str]) -> Row | str:
    """The cells by their column, or why they are no row; empty ones beyond the header are nothing."""
    if any(cells[len(header) :]):
        return f"has {len(cells)} fields where the header names {len(header)}"
    whole = "".join(cells)
    if "\ufffd" in whole or "\0" in whole:
        return "has zero bytes" if "\0" in whole else "has bytes that are not in the file's encoding"
    return dict(zip(header, cells, strict=False))
