"""A file of people's own history, row by row: CSV, TSV, XLSX or JSONL, in whichever encoding they have."""

from __future__ import annotations

import codecs
import csv
import zipfile
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path

import msgspec

from core.errors import BadInput

Row = dict[str, str]
Numbered = tuple[int, Row | str]  # line number from 1, and the row or why it is not one
LONGEST_FIELD = 10_000_000
SAMPLE = 1_000_000


def rows(path: Path) -> Iterator[Numbered]:
    """Yield (line number, row) for each row of the file, or (line number, reason) for one that cannot be read.

    Raises BadInput if the file as a whole is not what its name says.
    """
    if not path.is_file():
        raise BadInput(f"{path}: there is no such file")
    readers = {".csv": _csv, ".tsv": _csv, ".txt": _csv, ".xlsx": _xlsx, ".jsonl": _jsonl, ".ndjson": _jsonl, ".json": _jsonl}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise BadInput(f"{path}: {path.suffix or 'no ending'} is not a kind of file we read; give .csv, .tsv, .xlsx or .jsonl")
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise BadInput(f"{path}: is empty; there is nothing to import")
    if (start[:2] == b"PK") != (path.suffix.lower() == ".xlsx"):
        raise BadInput(
            f"{path}: is not what its name says ({'an Excel or zip file' if start[:2] == b'PK' else 'not an Excel file'}); rename or convert it"
        )
    return reader(path)


def count_lines(path: Path) -> int | None:
    """About how many rows there are, for a progress bar; None where it would cost too much to know."""
    if path.suffix.lower() == ".xlsx":
        return None
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


def encoding(path: Path) -> str:
    """The file's encoding: UTF-8 (with or without mark), UTF-16 by its mark, else Windows-1256 or Windows-1251 by the letters."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in sample:
        raise BadInput(f"{path}: holds zero bytes, so it is not text; save it as CSV in UTF-8 and try again")
    if _is_utf8(path):
        return "utf-8-sig"
    return max(("cp1256", "cp1251"), key=lambda name: _plausible(sample, name))


def _is_utf8(path: Path) -> bool:
    """Whether the whole file decodes, but for a few broken bytes in an otherwise plain UTF-8 text (a broken line in the middle)."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    broken = good = 0
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            text = decoder.decode(block)
            broken += text.count("\ufffd")
            good += sum(1 for c in text[:20_000] if c > "\x7f") - text[:20_000].count("\ufffd")
    return broken == 0 or good > 20 * broken


def _plausible(sample: bytes, name: str) -> float:
    """How much a decoding looks like words: the share of its letters that lie in runs of one script, commonest letters weighing more."""
    text = sample[:100_000].decode(name, "replace").lower()
    common = "اليمنوتر" if name == "cp1256" else "оеаинтсрл"
    letters = [c for c in text if c > "\x7f"]
    return sum(c in common for c in letters) / max(len(letters), 1)


def _csv(path: Path) -> Iterator[Numbered]:
    csv.field_size_limit(LONGEST_FIELD)
    name = encoding(path)
    with path.open("rb") as raw, TextIOWrapper(raw, encoding=name, errors="replace", newline="") as text:
        head = text.readline()
        delimiter = max("\t,;|", key=head.count)
        header = [h.strip().strip("\ufeff") for h in next(csv.reader([head], delimiter=delimiter), [])]
        _check_header(path, header)
        quoting = csv.QUOTE_NONE if path.suffix.lower() == ".tsv" else csv.QUOTE_MINIMAL
        reader = csv.reader(text, delimiter=delimiter, quoting=quoting)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield reader.line_num + 1, f"not readable as CSV ({error})"
                continue
            if cells:
                yield reader.line_num + 1, _row(header, cells)


def _check_header(path: Path, header: list[str]) -> None:
    if len(header) < 2 and [h.lower() for h in header] != ["text"]:
        raise BadInput(
            f"{path}: its first line names no columns (comma, semicolon, tab or | between them); add a header line such as text,created_at"
        )


def _row(header: list[str], cells: list[str]) -> Row | str:
    if len(cells) > len(header):
        return f"has {len(cells)} fields where the header names {len(header)}"
    if any("\ufffd" in cell for cell in cells):
        return "has bytes that are not in the file's encoding"
    return dict(zip(header, cells, strict=False))


def _xlsx(path: Path) -> Iterator[Numbered]:
    import openpyxl  # 7 MB that most processes never need

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise BadInput(f"{path}: is not a readable Excel file ({error}); open and save it as .xlsx or .csv and try again") from error
    try:
        lines = book.worksheets[0].iter_rows(values_only=True)
        header = [_cell(c).strip() for c in next(lines, ())]
        _check_header(path, header)
        for number, cells in enumerate(lines, 2):
            if any(c is not None for c in cells):
                yield number, _row(header, [_cell(c) for c in cells[: len(header)]])
    finally:
        book.close()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _jsonl(path: Path) -> Iterator[Numbered]:
    decode = msgspec.json.Decoder().decode
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            line = line.removeprefix(codecs.BOM_UTF8).strip()
            if not line:
                continue
            try:
                read = decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                if number == 1:
                    raise BadInput(
                        f"{path}: its first line is not JSON, so this is not a JSONL file; give one JSON object a line"
                    ) from error
                yield number, "is not JSON"
                continue
            yield number, _flat(read) if isinstance(read, dict) else "is not a JSON object"


def _flat(read: dict[str, object]) -> Row:
    """JSON values as the text a CSV would hold; objects and lists stay JSON."""
    return {k: v if isinstance(v, str) else "" if v is None else msgspec.json.encode(v).decode() for k, v in read.items()}
