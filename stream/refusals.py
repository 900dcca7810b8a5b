"""The lines of a file that could not be taken in, and why, as a CSV for whoever mends them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.errors import StoreFailed

HEADER = ("line", "reason")
Refused = tuple[int, str]


class Refusals:
    """A CSV of (line, reason), there only if something was refused. Raises StoreFailed where it cannot be written."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def go_on_from(self, line: int) -> None:
        """Keep what was refused up to `line`, the last that is durable; nothing of an earlier, finished import."""
        with _telling(self._path):
            kept = [(told, why) for told, why in self._told() if told <= line] if line else []
            self._path.unlink(missing_ok=True)
            self.add(kept)

    def add(self, refused: Sequence[Refused]) -> None:
        """Write these at the end."""
        if not refused:
            return
        with _telling(self._path), self._path.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            if not file.tell():
                file.write("\ufeff")  # so that a spreadsheet knows the encoding
                writer.writerow(HEADER)
            writer.writerows(refused)

    def _told(self) -> Iterator[Refused]:
        """What the file tells; a line that was cut off when somebody killed us is left out."""
        if not self._path.exists():
            return
        with self._path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                if (row["line"] or "").isdecimal() and row["reason"]:
                    yield int(row["line"]), row["reason"]


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreFailed(
            f"{path}: refused lines cannot be told there ({error.strerror}); mend that and import again, what was stored stays"
        ) from error
