"""Posts as a CSV file for a spreadsheet. Pure: records in, bytes out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from core.post import METRICS, Claim, Post
from core.spreadsheet import safe

BOM = "\ufeff"  # without it Excel reads UTF-8 as the machine's old code page
MOST_ROWS = 50_000
COLUMNS = (
    "id",
    "platform",
    "kind",
    "account",
    "created_at",
    "author",
    "text",
    "language",
    "sentiment",
    "intent",
    "topics",
    "places",
    *METRICS,
    "url",
)


def as_csv(posts: Iterable[Post], text_of) -> Iterator[bytes]:  # type: ignore[no-untyped-def]
    """The file in pieces, one row each; `text_of(post)` says the text to write. Field names are those of core/."""
    yield (BOM + _line(COLUMNS)).encode()
    for post in posts:
        yield _line([safe(cell) for cell in _row(post, text_of(post))]).encode()


def _row(post: Post, text: str) -> list[str]:
    author = (post.author.handle or post.author.name or "") if post.author else ""
    said = [post.id, post.platform, post.kind.value, post.account or "", post.created_at.isoformat(), author, text]
    said += [
        _label(post.language),
        _label(post.sentiment),
        _label(post.intent),
        *(";".join(c.label for c in many) for many in (post.topics, post.places)),
    ]
    return [*said, *("" if (n := getattr(post, name)) is None else str(n) for name in METRICS), post.url or ""]


def _label(claim: Claim | None) -> str:
    return claim.label if claim else ""


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
