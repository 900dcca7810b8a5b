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
Table = Sequence[tuple[int, dict[str, str]]]
"""The rows of a file, each with the number of its line."""
Watch = Callable[[Sequence[Any], str], Iterable[Any]]
"""Hands on one by one what it is given; on the way it may show somebody how far a step of this name is."""


def unwatched(many: Sequence[Any], step: str) -> Iterable[Any]:
    """Shows nobody anything."""
    return many


def evaluate(
    path: Path, alerts_out: Path | None = None, own_account: str | None = None, with_baselines: bool = False, watch: Watch = unwatched
) -> dict[str, Any]:
    """The figures of themes_score for the stream at `path`, with `baselines` if asked; None for all of them without labels.

    Raises BadStream for a file that is missing, lacks a column or is not in time order, and where alerts cannot be written.
    """
    table = _read(path)
    posts = observations(table, path)
    if alerts_out and (alerts_out.is_dir() or not alerts_out.parent.is_dir()):
        raise BadStream(f"{alerts_out}: alerts cannot be written there; name a file in a folder that is there")
    raised = replay(posts, own_account, watch=watch)
    if alerts_out:
        alerts_out.write_bytes(b"".join(msgspec.json.encode(alert) + b"\n" for alert in raised))
    figures: dict[str, Any] = msgspec.to_builtins(_score(table, posts, raised))
    if with_baselines:
        figures["baselines"] = {
            name: msgspec.to_builtins(_score(table, posts, baseline(posts, own_account)))
            for name, baseline in watch(list(_baselines().items()), "baselines")
        }
    return figures


def _baselines() -> dict[str, Detect]:
    """What others do, kept with the benches: needed for this comparison only, so enrich does not import it."""
    found: dict[str, Detect] = import_module("bench.baselines").BASELINES
    return found


def replay(
    posts: Sequence[Observation], own_account: str | None = None, settings: ThemeSettings | None = None, watch: Watch = unwatched
) -> list[Raised]:
    """Show the posts to a new detector one by one; every theme once, when the post that raised it was made and with its evidence then."""
    settings = settings or ThemeSettings()
    detector = Detector(msgspec.structs.replace(settings, own=(own_account,)) if own_account else settings)
    known: set[str] = set()
    raised = []
    for post in watch(posts, "posts"):
        for theme in detector.observe([post], post.at):
            if theme.id not in known:
                known.add(theme.id)
                rows = tuple(sorted(map(int, theme.evidence)))
                raised.append(Raised(post.at.isoformat(), theme.id, theme.name, rows))
    return raised


def observations(table: Table, path: Path) -> list[Observation]:
    """The rows as posts: text, created_at and, if there, author, place and topic; no other column is looked at."""
    posts = [
        Observation(
            id=f"{number:09d}",
            at=_moment(row["created_at"], line, path),
            text=row["text"],
            author=row.get("author") or "",
            place=row.get("place") or "",
            topic=row.get("topic") or "",
        )
        for number, (line, row) in enumerate(table)
    ]
    late = next((n for n, (a, b) in enumerate(pairwise(posts), 1) if b.at < a.at), None)
    if late:
        raise BadStream(f"{path}: line {table[late][0]} is older than the one before it; sort the file by created_at")
    return posts


def _read(path: Path) -> Table:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            columns = reader.fieldnames or []
            if missing := {"text", "created_at"} - set(columns):
                raise BadStream(
                    f"{path}: has no column {' and no column '.join(sorted(missing))}; its header must name text and created_at"
                )
            return [(reader.line_num, _whole(row, reader.line_num, path)) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadStream(f"{path}: cannot be read ({error}); name a tab-separated UTF-8 file with a header") from error


def _whole(row: dict[str, str], line: int, path: Path) -> dict[str, str]:
    if row["text"] is None or row["created_at"] is None:
        raise BadStream(f"{path}: line {line} ends before its text and created_at; a text must hold no line end and no tab")
    return row


def _moment(told: str, line: int, path: Path) -> datetime:
    try:
        at = datetime.fromisoformat(told.strip())
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise BadStream(f"{path}: line {line}: created_at {told[:40]!r} is not an ISO time such as 2024-03-04T09:30:00Z") from error


def read_labelled(path: Path) -> tuple[list[Observation], list[Row]]:
    """The posts of a stream and, for judging only, what they are labelled. Raises BadStream, also for a stream without labels."""
    table = _read(path)
    if not table or "event" not in table[0][1]:
        raise BadStream(f"{path}: has no column event; only a labelled stream can be learnt from")
    posts = observations(table, path)
    return posts, _labelled(table, posts)


def _labelled(table: Table, posts: Sequence[Observation]) -> list[Row]:
    events = ("" if row["event"] in (None, "background") else row["event"] for _, row in table)
    return [
        Row(post.text, post.at.timestamp(), event, row.get("confounder") or "")
        for post, event, (_, row) in zip(posts, events, table, strict=True)
    ]


def _score(table: Table, posts: Sequence[Observation], raised: Iterable[Raised]) -> Score:
    alerts = [Alert(datetime.fromisoformat(one.raised_at).timestamp(), one.theme, one.evidence) for one in raised]
    if not table or "event" not in table[0][1]:
        return Score(alerts=len(alerts))
    return score(_labelled(table, posts), alerts)
