"""Which column of a history file holds which field of a post: by its name, or as somebody says with --map. Pure."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Collection, Iterable, Mapping

from core.errors import BadInput
from core.post import METRICS

FIELDS = ("id", "text", "created_at", "observed_at", "edited_at", "platform", "kind", "account", "author", "author_id", "author_name",
          "followers", "platform_language", "url", "parent_id", "conversation_id", "media", *METRICS, "place_told", "topic_told")  # fmt: skip
SAME = {"place": "place_told", "topic": "topic_told", "category": "topic_told", "language": "platform_language", "lang": "platform_language",
        "date": "created_at", "time": "created_at", "message": "text", "author_followers": "followers", "author_handle": "author"}  # fmt: skip
IGNORED = {"event", "confounder", "label", "split", "source", "variety", "origin", "variant", "normal", "dialect", "sentiment", "intent",
           "topics", "places", "copy_of", "spam", "private", "versions", "told_earlier", "deleted_at", ""}  # fmt: skip
IGNORE = "-"
LONGEST_NAME = 200  # letters of a column's name; what is longer is a text
LONGEST = 40  # letters of a column's name that are told where it may be a citizen's text


def fields_of(header: Iterable[str], asked: dict[str, str]) -> dict[str, str]:
    """Which column holds which field. `asked` maps field to column, or column to field, or column to "-" (ignored).

    Raises BadInput for a column nobody knows and did not ask to ignore, and where no column holds the text.
    """
    header = list(header)
    if (longest := max(map(len, header), default=0)) > LONGEST_NAME:
        raise BadInput(f"the name of a column has {longest} letters, so it is a text; add a header line of short names")
    wanted = dict(_column_and_field(pair, header) for pair in asked.items())
    fields = {column: _field(column, wanted) for column in header}
    if unknown := [column for column, field in fields.items() if field is None]:
        raise BadInput(_unknown(unknown, is_all=len(unknown) == len([c for c in header if c])))
    found = _each_once({column: field for column, field in fields.items() if field and field != IGNORE}, wanted)
    if "text" not in found:
        raise BadInput(f"no column holds the text; say which: --map text=COLUMN (the file has: {', '.join(header)})")
    return found


def _each_once(fields: dict[str, str], wanted: Collection[str]) -> dict[str, str]:
    """Field → column. Of several columns for one field the one that was asked for counts. Raises BadInput where none was."""
    found: dict[str, str] = {}
    for column, field in sorted(fields.items(), key=lambda pair: pair[0] not in wanted):
        if field in found and found[field] not in wanted:
            both = f"{found[field]!r} and {column!r}"
            raise BadInput(f"columns {both} both hold {field}; say which: --map {_typed(field, column)}")
        found.setdefault(field, column)
    return found


def _column_and_field(pair: tuple[str, str], header: list[str]) -> tuple[str, str]:
    """Of what was asked by `--map`, one side is a column and the other a field of ours. Raises BadInput."""
    column, field = pair[::-1] if pair[1] in header else pair
    if column not in header:
        absent = pair[1] if pair[0] in FIELDS else pair[0]
        raise BadInput(f"--map names the column {absent!r}, which the file does not have; it has: {', '.join(header)}")
    if field not in (*FIELDS, *SAME, IGNORE):
        near = difflib.get_close_matches(field, [*FIELDS, *SAME], n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(FIELDS)}"
        raise BadInput(f"--map {'='.join(pair)}: {field!r} is no field of ours; {hint}")
    return column, field


def _field(column: str, wanted: Mapping[str, str]) -> str | None:
    """The field that a column holds, IGNORE, or None where nobody knows."""
    told = wanted.get(column) or column.strip().lower()
    field = SAME.get(told, told)
    if field == IGNORE or (column not in wanted and field in IGNORED):
        return IGNORE
    return field if field in FIELDS else None


def _unknown(columns: list[str], is_all: bool) -> str:
    """One sentence about all columns that nobody knows, with what to type."""
    if is_all and len(columns) > 1:
        first = f"{columns[0][:LONGEST]!r}"
        return f"none of the {len(columns)} columns, the first of which is called {first}, is one we know; say which holds what (--map {_typed('text', columns[0])}), or add a header line where there is none"
    hints = [f"did you mean {near[0]!r}? Then --map {_typed(near[0], c)}; " for c in columns
             if (near := difflib.get_close_matches(c.strip().lower(), [*FIELDS, *SAME], n=1))]  # fmt: skip
    named = f"column {columns[0]!r} is" if len(columns) == 1 else f"columns {', '.join(map(repr, columns))} are"
    leave = " ".join(f"--map {_typed(c, IGNORE)}" for c in columns)
    return f"{named} not {'one' if len(columns) == 1 else 'ones'} we know; {''.join(hints)}leave {'it' if len(columns) == 1 else 'them'} out with {leave}"


def _typed(field: str, column: str) -> str:
    """The pair as one types it in a shell."""
    return shlex.quote(f"{field}={column}")
