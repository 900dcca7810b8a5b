"""What a spreadsheet does with a cell that a stranger wrote, and how it is kept from it. Pure."""

import re

_UNSEEN = re.compile("^[ \u00a0\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "|",
    "%",
    "＝",
    "＋",
    "－",
    "＠",
)  # what may begin one; wide signs are read as narrow ones


def safe(cell: str) -> str:
    """`cell` so that no spreadsheet runs it as a formula: an apostrophe before what could begin one, invisible signs seen through."""
    return f"'{cell}" if _UNSEEN.sub("", cell).startswith(_FORMULA) else cell
