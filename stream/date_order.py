"""Whether a file writes the day or the month first: as somebody says, else as its own dates show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from stream.moments import Order, order
from stream.rows import Numbered

DATES = ("created_at", "observed_at", "edited_at")
LOOKED = 2000  # rows: by then nearly every column has shown its order, or has none


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A column in which the month stands first, and the first line that can be read in no other way."""

    field: str
    line: int


class _Seen:
    """What the dates of one column have shown so far: how often each order, and on which line it stood first."""

    def __init__(self) -> None:
        self.times: Counter[Order] = Counter()
        self.first: dict[Order, int] = {}

    def add(self, told: Order | None, line: int) -> None:
        if told:
            self.times[told] += 1
            self.first.setdefault(told, line)

    @property
    def is_open(self) -> bool:
        """Whether dates may be read in both ways and none has said in which."""
        return self.times.keys() == {Order.EITHER}

    @property
    def is_month_first(self) -> bool:
        """Whether more of them can only be month first than only day first: a slip of the hand must not turn a column round."""
        return self.times[Order.MONTH_FIRST] > self.times[Order.DAY_FIRST]


def month_first(rows: Iterable[Numbered], columns: Mapping[str, str]) -> tuple[Shown, ...]:
    """Columns of dates in which the month stands first. Looks at LOOKED rows, and further while a column is open."""
    seen = {field: _Seen() for field in DATES if field in columns}
    for count, (line, row) in enumerate(rows if seen else ()):  # without dates the file is not even opened
        if count >= LOOKED and not any(one.is_open for one in seen.values()):
            break
        if not isinstance(row, str):
            for field, one in seen.items():
                one.add(order(row.get(columns[field]) or ""), line)
    return tuple(Shown(field=field, line=one.first[Order.MONTH_FIRST]) for field, one in seen.items() if one.is_month_first)
