"""People's real history from a file: every row becomes a post once, or a line that says why not."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import msgspec

from core.deployment import Deployment
from core.errors import BadInput
from core.post import LONGEST_ID, METRICS, Author, Kind, Media, Post
from store.base import Batch, Pass, Store
from stream import columns, date_order, reading
from stream.date_order import Shown
from stream.moments import NoMoment, Order, moment
from stream.refusals import Refusals
from stream.rows import Numbered, Row

MOST = 10**15  # of a count: more than anybody has, less than a store can hold
_BETWEEN = str.maketrans({**dict.fromkeys(",٬ '’\u00a0\u202f", ""), "٫": "."})
BATCH = 2000  # rows made durable together: large enough for the store's speed, small enough to lose little work
Understand = Callable[[list[Post]], list[Post]]


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far an import came; durable with its posts, so that it goes on where it stood."""

    line: int = 0
    read: int = 0
    stored: int = 0
    updated: int = 0
    duplicates: int = 0
    refused: int = 0


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """How rows of one file become posts."""

    columns: dict[str, str]  # field → column, as stream/columns.py finds them
    source: str
    deployment: Deployment
    time_unless_told: datetime
    otherwise: dict[str, str] = {}  # field → what it is where the row does not say
    month_first: tuple[Shown, ...] = ()  # columns of dates in which the month stands before the day


def to_post(row: Row, rules: Rules) -> Post:
    """One row as a post. Raises ValueError saying what is wrong with it, never quoting its text."""
    told = rules.otherwise | {field: value.strip() for field, column in rules.columns.items() if (value := row.get(column) or "").strip()}
    if "text" not in told:
        raise ValueError("has no text")
    if any("\0" in value for value in told.values()):
        raise ValueError("has zero bytes")
    text = row[rules.columns["text"]]
    created = _moment(told, "created_at", rules) or rules.time_unless_told
    author = _author(told)
    platform = told.get("platform", "import").lower()
    return Post(
        id=_id(told, platform, author, text), platform=platform, kind=_kind(told), text=text, created_at=created,
        observed_at=_moment(told, "observed_at", rules) or created, edited_at=_moment(told, "edited_at", rules), source=rules.source,
        account=told.get("account"), author=author, platform_language=told.get("platform_language"), url=told.get("url"),
        parent_id=told.get("parent_id"), conversation_id=told.get("conversation_id"), media=_media(told),
        place_told=told.get("place_told"), topic_told=told.get("topic_told"), **{name: _number(told, name) for name in METRICS},
    )  # fmt: skip


def _moment(told: dict[str, str], field: str, rules: Rules) -> datetime | None:
    if field not in told:
        return None
    try:
        is_month_first = any(shown.field == field for shown in rules.month_first)
        return moment(told[field], rules.deployment.zone, rules.deployment.calendar, is_month_first)
    except NoMoment as error:
        raise ValueError(f"{field} is not a date we can read: {error}") from error
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{field} is not a date we can read") from error


def _kind(told: dict[str, str]) -> Kind:
    try:
        return Kind(told.get("kind", "mention").lower())
    except ValueError as error:
        raise ValueError(f"kind is none of {', '.join(Kind)}") from error


def _number(told: dict[str, str], field: str) -> int | None:
    """A count, with any digits and whatever stands between the thousands."""
    if field not in told:
        return None
    try:
        number = int(float(told[field].translate(_BETWEEN)))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{field} is not a number") from error
    if not 0 <= number <= MOST:
        raise ValueError(f"{field} is not a number from 0 to {MOST:,}")
    return number


def _author(told: dict[str, str]) -> Author | None:
    if (written := told.get("author", "")).startswith("{"):
        return msgspec.json.decode(written, type=Author)
    handle, name, id = told.get("author"), told.get("author_name"), told.get("author_id")
    if not (handle or name or id):
        return None
    platform = told.get("platform", "import").lower()
    known = id or handle or name or ""
    return Author(
        id=known if known.startswith(f"{platform}:") else f"{platform}:{known}",
        handle=handle,
        name=name,
        followers=_number(told, "followers"),
    )


def _media(told: dict[str, str]) -> tuple[Media, ...]:
    written = told.get("media", "")
    if written.startswith("["):
        return msgspec.json.decode(written, type=tuple[Media, ...])
    return tuple(Media(kind="link", url=url) for url in written.split())


def _id(told: dict[str, str], platform: str, author: Author | None, text: str) -> str:
    """The told id under its platform, else a stable one from platform, author, time and text."""
    if id := told.get("id"):
        whole = id if id.startswith(f"{platform}:") else f"{platform}:{id}"
        if len(whole.encode()) > LONGEST_ID:
            raise ValueError(f"id is longer than {LONGEST_ID} bytes")
        return whole
    known = "\x1f".join((platform, (author.id or "") if author else "", told.get("created_at", ""), text))
    return f"{platform}:{hashlib.sha256(known.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"


def run(path: Path, store: Store, rules: Rules, understand: Understand, clock: Callable[[], datetime],
        tell: Callable[[Progress], None] = lambda progress: None, rejected: Path | None = None) -> Progress:  # fmt: skip
    """Import the whole file; killed at any moment it goes on from its last durable batch when called again.

    What was refused, and why, is written to `rejected`, else beside the file. Raises StoreFailed where that cannot be done.
    """
    before = store.cursor(rules.source)
    progress = msgspec.json.decode(before, type=Progress) if before else Progress()
    refusals = Refusals(rejected or rejected_of(path))
    refusals.go_on_from(progress.line)
    line = Pass(id=f"{rules.source}@{clock().isoformat()}", source=rules.source, platform="import", started=clock(), cursor_before=before)
    for batch in batches(row for row in reading.rows(path) if row[0] > progress.line):
        posts, refused = posts_of(batch, rules)
        understood = tuple(understand(posts))
        refusals.add(refused)
        progress = _save(store, rules.source, progress, batch, understood, len(refused))
        tell(progress)
    _finish(store, line, progress, clock())
    return progress


def rejected_of(path: Path, otherwise: Path | None = None) -> Path:
    """Where the refused lines of a file are told: beside it, or in the folder `otherwise` where nothing can be written there."""
    beside = path.with_name(f"{path.name}.rejected.csv")
    return otherwise / beside.name if otherwise and not os.access(path.parent, os.W_OK) else beside


def batches(rows: Iterator[Numbered]) -> Iterator[list[Numbered]]:
    return iter(lambda: list(islice(rows, BATCH)), [])


def posts_of(batch: Sequence[Numbered], rules: Rules) -> tuple[list[Post], list[tuple[int, str]]]:
    posts, refused = [], []
    for number, row in batch:
        try:
            if isinstance(row, str):
                raise ValueError(row)
            posts.append(to_post(row, rules))
        except (ValueError, msgspec.ValidationError, msgspec.DecodeError) as error:
            refused.append((number, _reason(error)))
    return posts, refused


def _reason(error: Exception) -> str:
    return "has an author or media that is not the record's JSON" if isinstance(error, msgspec.DecodeError) else str(error)


def _save(store: Store, source: str, before: Progress, batch: Sequence[Numbered], posts: tuple[Post, ...], refused: int) -> Progress:
    """Make the batch durable, then the line it reached: killed in between, its posts come again and are known."""
    saved = store.save(Batch(posts=posts))
    progress = Progress(
        line=batch[-1][0], read=before.read + len(batch), stored=before.stored + saved.stored, updated=before.updated + saved.updated,
        duplicates=before.duplicates + saved.duplicates, refused=before.refused + refused + saved.refused,
    )  # fmt: skip
    store.save(Batch(cursors=((source, msgspec.json.encode(progress).decode()),)))
    return progress


def _finish(store: Store, line: Pass, progress: Progress, now: datetime) -> None:
    """A finished import is forgotten as a position and kept in the ledger, so that a second one reads everything anew."""
    done = msgspec.structs.replace(
        line, finished=now, pages=1, returned=progress.read, stored=progress.stored, duplicates=progress.duplicates, refused=progress.refused,
    )  # fmt: skip
    store.save(Batch(passes=(done,), cursors=((line.source, msgspec.json.encode(Progress()).decode()),)))


def rules_for(path: Path, asked: dict[str, str], deployment: Deployment, dates: Order | None = None) -> Rules:
    """The rules for this file: its columns, the order of its dates (as its columns show, if not told), and a source named by its content's
    beginning so that a moved file is the same file."""
    header = header_of(path)
    if not header:
        raise BadInput(f"{path}: has no row that can be read below its header; there is nothing to import")
    with path.open("rb") as file:
        mark = hashlib.sha256(file.read(1 << 20)).hexdigest()[:12]
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    found = columns.fields_of(header, asked)
    return Rules(columns=found, source=f"import.{path.stem[:40]}.{mark}", deployment=deployment, time_unless_told=changed,
                 month_first=_month_first(path, found, dates))  # fmt: skip


def _month_first(path: Path, found: dict[str, str], dates: Order | None) -> tuple[Shown, ...]:
    if dates is None:
        return date_order.month_first(reading.rows(path), found)
    return tuple(Shown(field=field, line=0) for field in date_order.DATES) if dates is Order.MONTH_FIRST else ()


def header_of(path: Path) -> list[str]:
    """The columns; of a JSONL file those of its first hundred lines, of any other those of its first line that can be read."""
    seen: dict[str, None] = {}
    for _, row in islice(reading.rows(path), 100):
        if not isinstance(row, str):
            seen |= dict.fromkeys(row)
            if path.suffix.lower() not in (".jsonl", ".ndjson", ".json"):
                break
    return list(seen)
