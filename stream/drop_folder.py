"""A folder into which a hotline or another system drops files: each becomes posts once, and moves to done/ or refused/.

A collector like the others, so that the ledger counts it; it lies here because reading the files is the import's business.
The folder of an account is <SADA_DATA>/drop/<handle>. A file columns.toml in it says which column holds what: text = "Complaint".
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from collectors import table
from collectors.base import Answer, Context, Refusal, Source
from core.deployment import Deployment
from core.errors import BadInput, PlatformProblem, StoreFailed
from core.post import Post
from core.settings import Settings
from stream import columns, importing, reading

PLATFORM = "hotline"
ENDINGS = (".csv", ".tsv", ".xlsx", ".jsonl", ".ndjson")
SETTLED = timedelta(seconds=30)  # a file that changed since may still be written to
COLUMNS = "columns.toml"
DONE, REFUSED = "done", "refused"


class Drop(msgspec.Struct, frozen=True):
    """Where the folders lie."""

    root: Path


def client(settings: Settings) -> Drop:
    """The folders; they need no credential."""
    return Drop(settings.data / "drop")


def sources(deployment: Deployment) -> list[Source]:
    """One folder for each hotline. The query carries what dates in the files need to be understood."""
    return [
        Source(
            id=f"{PLATFORM}.files.{account.handle}", platform=PLATFORM, what="files", account=account.key, handle=account.handle,
            query=f"{deployment.timezone} {deployment.calendar}", every_minutes=account.every_minutes or 5,
        )
        for account in deployment.accounts
        if account.platform == PLATFORM
    ]  # fmt: skip


def ask(client: Drop, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    """Yield the rows of every settled file. A file moves away when all its posts are durable; killed before, it is read again."""
    folder = client.root / (source.handle or "")
    for path in waiting(folder, now):
        try:
            rules = rules_of(path, folder, source)
            refused: list[tuple[int, str]] = []
            for batch in importing.batches(reading.rows(path)):
                posts, bad = importing.posts_of(batch, rules)
                refused += bad
                yield Answer(
                    posts=tuple(_as_seen(posts, rules)),
                    refused=tuple(Refusal(why=f"line {line}: {why}") for line, why in bad),
                    returned=len(batch),
                )
            _move(path, DONE, now, [f"line {line}: {why}" for line, why in refused])
        except BadInput as error:
            _move(path, REFUSED, now, [str(error).replace(str(path), path.name)])
            yield Answer(refused=(Refusal(why=f"{path.name}: the file as a whole cannot be read; why stands in {REFUSED}/"),), returned=1)


def _as_seen(posts: list[Post], rules: importing.Rules) -> Iterator[Post]:
    """Observed when the file was written: a corrected row in a later file is the later observation."""
    return (msgspec.structs.replace(post, observed_at=max(post.observed_at, rules.time_unless_told)) for post in posts)


def waiting(folder: Path, now: datetime) -> list[Path]:
    """The files nobody writes to any more, oldest first."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        found = [
            (path.stat().st_mtime, path)
            for path in folder.iterdir()
            if path.suffix.lower() in ENDINGS and not path.name.startswith((".", "~"))
        ]
    except OSError as error:
        raise StoreFailed(f"{folder}: cannot be read ({error.strerror}); make it readable and writable") from error
    return [path for at, path in sorted(found) if datetime.fromtimestamp(at, UTC) <= now - SETTLED]


def rules_of(path: Path, folder: Path, source: Source) -> importing.Rules:
    """How the rows of a file become posts. Columns nobody knows are left out: nobody stands by to be asked."""
    zone, _, calendar = (source.query or "").partition(" ")
    using = msgspec.convert({"id": "drop", "name": {}, "timezone": zone, "languages": [], "calendar": calendar}, Deployment)
    asked = _columns(folder / COLUMNS)
    known = {*columns.FIELDS, *columns.SAME, *columns.IGNORED, *asked.values()}
    leave = {column: columns.IGNORE for column in importing.header_of(path) if column not in known and column.strip().lower() not in known}
    rules = importing.rules_for(path, leave | asked, using)
    usual = {"platform": PLATFORM, "kind": "call", "account": source.account or ""}
    return msgspec.structs.replace(rules, source=source.id, otherwise=usual)


def _columns(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), dict[str, str])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise BadInput(f'{COLUMNS}: is not a list of FIELD = "Column" lines; mend it and drop the file again') from error


def _move(path: Path, where: str, now: datetime, why: list[str]) -> None:
    """Put a file away under a name that no later one of the same name takes."""
    target = path.parent / where / f"{now.astimezone(UTC):%Y%m%dT%H%M%S}-{path.name}"
    try:
        target.parent.mkdir(exist_ok=True)
        if why:
            target.with_name(f"{target.name}.why.txt").write_text("\n".join(why) + "\n", encoding="utf-8")
        path.rename(target)
    except OSError as error:
        raise StoreFailed(
            f"{path}: cannot be moved to {where}/ ({error.strerror}); its posts are stored and known when it is read again"
        ) from error


def translate(body: Any, context: Context) -> Answer:
    """Nothing: files are read by `sada import` and from the folder."""
    return Answer(refused=(Refusal(why="a hotline's files are read by `sada import`", lost=False),))


def problem(status: int, headers: Mapping[str, str], body: Any, now: datetime) -> PlatformProblem:
    """No server is asked."""
    return table.problem(PLATFORM, now, status=status)
