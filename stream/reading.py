"""A file of people's own history, row by row: CSV, TSV, XLSX or JSONL, in whichever encoding they have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from core.errors import BadInput
from stream import reading_csv, reading_json, reading_xlsx
from stream.rows import Numbered

KINDS: dict[str, Callable[[Path], Iterator[Numbered]]] = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), reading_csv.rows),
    ".xlsx": reading_xlsx.rows,
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), reading_json.rows),
}
BEGINNINGS = {  # of files that are something else whatever they are called: what they are, and what then
    b"\x1f\x8b": "is packed with gzip; unpack it first (gunzip)",
    b"\xd0\xcf\x11\xe0": "is an old or a locked Excel file; save it as .xlsx without a password",
    b"%PDF": "is a PDF; ask for the table it was made from",
    b"<": "is a web page or XML, as a browser saves where one must sign in first; fetch the table itself",
}


def rows(path: Path) -> Iterator[Numbered]:
    """Yield (line number, row) for each row of the file, or (line number, reason) for one that cannot be read.

    Raises BadInput if the file as a whole is not what its name says.
    """
    start = _beginning(path)
    reader = KINDS.get(path.suffix.lower())
    for mark, says in BEGINNINGS.items():
        if start.startswith(mark):
            raise BadInput(f"{path}: is not a kind of file we read: it {says}")
    if reader is None:
        raise BadInput(f"{path}: {path.suffix or 'no ending'} is not a kind of file we read; give .csv, .tsv, .xlsx or .jsonl")
    if not start:
        raise BadInput(f"{path}: is empty; there is nothing to import")
    if (start[:2] == b"PK") != (path.suffix.lower() == ".xlsx"):
        raise BadInput(
            f"{path}: is not what its name says ({'an Excel or zip file' if start[:2] == b'PK' else 'not an Excel file'}); rename or convert it"
        )
    return reader(path)


def _beginning(path: Path) -> bytes:
    """The first bytes of a file. Raises BadInput for what is none, since a file is read more than once."""
    if path.is_dir():
        raise BadInput(f"{path}: is a folder; name one file in it")
    if path.exists() and not path.is_file():
        raise BadInput(f"{path}: is a pipe or a device; save what comes out of it as a file first")
    if not path.exists():
        raise BadInput(f"{path}: there is no such file")
    try:
        with path.open("rb") as file:
            return file.read(8)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror}); make it readable for this user") from error


def count_lines(path: Path) -> int | None:
    """About how many rows there are, for a progress bar; None where it would cost too much to know."""
    if path.suffix.lower() == ".xlsx":
        return None
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
