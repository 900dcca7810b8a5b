"""Strangers' text on a page: never markup, and never able to turn its surroundings round."""

from __future__ import annotations

import re

LRI, FSI, PDI = "\u2066", "\u2068", "\u2069"
_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_RUN = re.compile(r"(?<![\w@#/])(?:https?://[^\s\u2066-\u2069]+|[@#][A-Za-z0-9_][A-Za-z0-9_.]*)")
_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^=&'\"])")


def bare(text: str) -> str:
    """`text` without direction controls of its own, which could reorder what stands round it. Joiners and marks stay."""
    return text.translate(_CONTROLS)


def isolate(text: str) -> str:
    """`text` so that every handle, Latin hashtag and address in it keeps its own left-to-right order."""
    return _RUN.sub(lambda run: f"{LRI}{run[0]}{PDI}", bare(text))


def foreign(text: str) -> str:
    """A name or a phrase of unknown direction, to be put into a sentence."""
    return f"{FSI}{bare(text)}{PDI}"


def escaped(text: str) -> str:
    """`text` as Markdown that shows exactly `text`: no markup, no link, no directive, on one line."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def plotted(text: str) -> str:
    """`text` for a chart's label, in its own direction (charts are left-to-right inside). Plotly reads a little HTML."""
    return f"{FSI}{text}{PDI}".replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") if text else ""
