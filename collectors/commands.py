"""sada translate: what a platform's answer becomes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from collectors import translating
from collectors.base import Collector, Context
from collectors.every import COLLECTORS
from collectors.storable import mended
from core import settings as settings_of
from core.errors import AskedWrongly, BadInput
from core.post import Post

app = typer.Typer()
TOLD = Post.__struct_fields__[: Post.__struct_fields__.index("normal")]  # what follows is ours, not the platform's


@app.command(epilog="Example: sada translate x answers/mentions.json --account x:CITY --native-id 1001")
def translate(
    platform: str,
    file: Path,
    account: Annotated[str | None, typer.Option(help="The official account it concerns, as the deployment names it.")] = None,
    native_id: Annotated[str | None, typer.Option("--native-id", help="That account's id on the platform.")] = None,
    what: Annotated[str, typer.Option(help="Which question was asked: mentions, own, search …")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="JSON is all this command prints; accepted for uniformity.")] = True,
) -> None:
    """What a recorded answer, webhook or error becomes, as JSON; a folder: one line for each file below it."""
    collector = known(platform)
    if not file.exists():
        raise BadInput(f"{file}: is not there; name a recorded answer or a folder of them")
    handle = account.partition(":")[2] if account else None
    context = Context(now=_now(), source=f"{platform}.translate", account=account, native_id=native_id, handle=handle, what=what)
    for line in lines(collector, file, context):
        sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")


def known(platform: str) -> Collector:
    """The collector of a platform. Raises AskedWrongly naming those there are."""
    for collector in COLLECTORS:
        if platform.lower() == collector.PLATFORM:
            return collector
    raise AskedWrongly(f"translate {platform}: is not a platform we collect from; name one of {', '.join(c.PLATFORM for c in COLLECTORS)}")


def lines(collector: Collector, where: Path, context: Context) -> Iterator[dict[str, Any]]:
    """One line for a file, one for each file below a folder with its name added."""
    if where.is_dir():
        for path in translating.files(where):
            yield {"file": mended(str(path.relative_to(where))), **_line_of_many(collector, path, context)}
    else:
        yield _line(collector, where, context)


def _line_of_many(collector: Collector, path: Path, context: Context) -> dict[str, Any]:
    """As `_line`; a file among many that cannot be read costs no other its line."""
    try:
        return _line(collector, path, context)
    except BadInput as unread:
        built: dict[str, Any] = msgspec.to_builtins(translating.Translated(refused=(translating.Part(why=mended(str(unread))),)))
        return built


def _line(collector: Collector, path: Path, context: Context) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from error
    found = translating.translated(collector, raw, context)
    built: dict[str, Any] = msgspec.to_builtins(found)
    return built | {"posts": [_whole(post) for post in found.posts]}


def _whole(post: Post) -> dict[str, Any]:
    """Every field a platform could tell, null where it did not."""
    return {name: msgspec.to_builtins(getattr(post, name)) for name in TOLD}


def _now() -> datetime:
    """The command's clock: SADA_NOW where a person wants the same answer twice, else the time."""
    told = settings_of.read(os.environ).now
    return told.astimezone(UTC) if told else datetime.now(UTC)
