"""JSONL: one JSON object a line, in whichever encoding."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

import msgspec

from core.errors import BadInput
from stream.encodings import encoding
from stream.rows import LONGEST_LINE, Numbered, Row

_decode = msgspec.json.Decoder().decode


def rows(path: Path) -> Iterator[Numbered]:
    """Yield (line number, row or reason) for each line that is not blank. Raises BadInput where the first is of no JSONL file."""
    began = False
    for number, line in _lines(path):
        if not line:
            continue
        try:
            read = _decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            read = None
            if not began:
                _check_first(path, line)
        if isinstance(read, list) and not began:
            raise BadInput(f"{path}: {_LIST}")
        began = True
        yield (
            number,
            _flat(read) if isinstance(read, dict) else "is not JSON" if read is None and line != b"null" else "is not a JSON object",
        )


_LIST = "holds one JSON list; give one JSON object a line (`jq -c '.[]' FILE` makes them)"


def _check_first(path: Path, line: bytes | str) -> None:
    """A first line that cannot be read is a broken one if it looks like an object. Raises BadInput."""
    start = line if isinstance(line, str) else line.decode("utf-8", "replace")
    if start.startswith("["):
        raise BadInput(f"{path}: {_LIST}")
    if start == "{":
        raise BadInput(f"{path}: holds an object over several lines; give one JSON object a line (`jq -c . FILE` makes them)")
    if not start.startswith("{"):
        raise BadInput(f"{path}: its first line is not JSON, so this is not a JSONL file; give one JSON object a line")


def _lines(path: Path) -> Iterator[tuple[int, bytes | str]]:
    """Every line with its number: as bytes where they are UTF-8, which is quicker."""
    name = encoding(path)
    if name == "utf-8-sig":
        with path.open("rb") as file:
            yield from (
                (number, line.removeprefix(codecs.BOM_UTF8).strip())
                for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), 1)
            )
    else:
        with path.open(encoding=name, errors="replace", newline="\n") as text:
            yield from ((number, line.strip()) for number, line in enumerate(iter(lambda: text.readline(LONGEST_LINE), ""), 1))


def _flat(read: dict[str, object]) -> Row:
    """JSON values as the text a CSV would hold; objects and lists stay JSON."""
    return {k: v if isinstance(v, str) else "" if v is None else msgspec.json.encode(v).decode() for k, v in read.items()}
