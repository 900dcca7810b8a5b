"""The brief as a file of its own that a mail carries and any browser prints: no script, no address, nothing from outside. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from dashboard.briefing import Section
from dashboard.words import Words

STYLE = """body {font: 15px/1.6 "Noto Sans", Vazirmatn, Tahoma, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color: #1E2A2C}
h1 {font-size: 1.5rem; margin: 0} h2 {font-size: 1.1rem; margin: 1.4rem 0 .3rem; color: #0B6E69}
p {margin: .2rem 0; color: #4E5A5D} ul {margin: .2rem 0; padding-inline-start: 1.2rem} dl {display: flex; flex-wrap: wrap; gap: 1.6rem}
dt {color: #4E5A5D} dd {margin: 0; font-size: 1.3rem; font-weight: 600}"""


def as_html(words: Words, head: str, about: str, numbers: Sequence[tuple[str, str]], sections: Sequence[Section]) -> bytes:
    """The whole file: a title, what it tells of, a few numbers with their names, and the sections."""
    told = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in numbers)
    parts = "".join(
        f"<h2>{escape(part.title)}</h2><ul>{''.join(f'<li>{escape(line.text)}</li>' for line in part.lines)}</ul>" for part in sections
    )
    return (
        f'<!DOCTYPE html><html lang="{words.language}" dir="{words.direction}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(head)}</title><style>{STYLE}</style></head>'
        f"<body><h1>{escape(head)}</h1><p>{escape(about)}</p><dl>{told}</dl>{parts}</body></html>"
    ).encode()
