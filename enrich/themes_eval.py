"""`sada eval themes`: run the detector over a stream file as if live, and say how right and how early it was."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from core.errors import AskedWrongly
from enrich.themes import Detector, Observation, ThemeSettings
from enrich.themes_score import Alert, Row, Score, score

csv.field_size_limit(1 << 24)


class BadStream(AskedWrongly):
    """The stream file cannot be evaluated."""


class Raised(msgspec.Struct, frozen=True):
    """One alert as it is written to a file: when, which theme, and the rows (from 0) that showed it then."""

    raised_at: str
    theme: str
    name: str
    evidence: tuple[int, ...]


Detect = Callable[[Sequence[Observation], str | None], list[Raised]]


def evaluate(
    path: Path, alerts_out: Path | None = None, own_account: str | None = None, with_baselines: bool = False, detect: Detect | None = None
) -> dict[str, Any]:
    """The figures of themes_score for the stream at `path`, with `baselines` if asked; None for all of them without labels.

    Raises BadStream for a file that is missing, lacks a column or is not in time order.
    """
    table = _read(path)
    posts = observations(table, path)
    raised = (detect or replay)(posts, own_account)
    if alerts_out:
        alerts_out.write_bytes(b"".join(msgspec.json.encode(alert) + b"\n" for alert in raised))
    figures: dict[str, Any] = msgspec.to_builtins(_score(table, posts, raised))
    if with_baselines:
        figures["baselines"] = {
            name: msgspec.to_builtins(_score(table, posts, baseline(posts, own_account))) for name, baseline in _baselines().items()
        }
    return figures


def _baselines() -> dict[str, Detect]:
    """What others do, kept with the benches: needed for this comparison only, so enrich does not import it."""
    found: dict[str, Detect] = import_module("bench.baselines").BASELINES
    return found


def replay(posts: Sequence[Observation], own_account: str | None = None, settings: ThemeSettings | None = None) -> list[Raised]:
    """Show the posts to a new detector one by one; every theme once, with its evidence as it was when raised."""
    settings = settings or ThemeSettings()
    detector = Detector(msgspec.structs.replace(settings, own=(own_account,)) if own_account else settings)
    known: set[str] = set()
    raised = []
    for post in posts:
        for theme in detector.observe([post], post.at):
            if theme.id not in known:
                known.add(theme.id)
                rows = tuple(sorted(map(int, theme.evidence)))
                raised.append(Raised(theme.raised_at.isoformat(), theme.id, theme.name, rows))
    return raised


def observations(table: Sequence[dict[str, str]], path: Path) -> list[Observation]:
    """The rows as posts: text, created_at and, if there, author, place and topic; no other column is looked at."""
    posts = [
        Observation(
            id=f"{number:09d}",
            at=_moment(row["created_at"], number, path),
            text=row["text"],
            author=row.get("author") or "",
            place=row.get("place") or "",
            topic=row.get("topic") or "",
        )
        for number, row in enumerate(table)
    ]
    late = next((n for n, (a, b) in enumerate(pairwise(posts), 3) if b.at < a.at), None)
    if late:
        raise BadStream(f"{path}: line {late} is older than the one before it; sort the file by created_at")
    return posts


def _read(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            table = list(reader)
            columns = reader.fieldnames or []
    except (OSError, UnicodeDecodeError) as error:
        raise BadStream(f"{path}: cannot be read ({error}); name a tab-separated UTF-8 file with a header") from error
    if missing := {"text", "created_at"} - set(columns):
        raise BadStream(f"{path}: has no column {' and no column '.join(sorted(missing))}; its header must name text and created_at")
    return table


def _moment(told: str, number: int, path: Path) -> datetime:
    try:
        at = datetime.fromisoformat(told.strip())
    except ValueError as error:
        raise BadStream(f"{path}: line {number + 2}: created_at {told!r} is not an ISO time such as 2024-03-04T09:30:00Z") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def read_labelled(path: Path) -> tuple[list[Observation], list[Row]]:
    """The posts of a stream and, for judging only, what they are labelled. Raises BadStream, also for a stream without labels."""
    table = _read(path)
    if not table or "event" not in table[0]:
        raise BadStream(f"{path}: has no column event; only a labelled stream can be learnt from")
    posts = observations(table, path)
    return posts, _labelled(table, posts)


def _labelled(table: Sequence[dict[str, str]], posts: Sequence[Observation]) -> list[Row]:
    events = ("" if row["event"] in (None, "background") else row["event"] for row in table)
    return [
        Row(post.text, post.at.timestamp(), event, row.get("confounder") or "")
        for post, event, row in zip(posts, events, table, strict=True)
    ]


def _score(table: Sequence[dict[str, str]], posts: Sequence[Observation], raised: Iterable[Raised]) -> Score:
    alerts = [Alert(datetime.fromisoformat(one.raised_at).timestamp(), one.theme, one.evidence) for one in raised]
    if not table or "event" not in table[0]:
        return Score(alerts=len(alerts))
    return score(_labelled(table, posts), alerts)
