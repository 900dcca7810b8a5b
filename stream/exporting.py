"""Everything of one kind as a file: JSON lines, CSV for spreadsheets, Parquet for analysts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO

import msgspec
import pyarrow
import pyarrow.parquet

from cases.query import AuditLine
from cases.store import CaseStore
from core.account import Account, AccountSample
from core.case import Case
from core.deployment import Deployment
from core.post import EngagementSample, Post
from core.spreadsheet import safe
from core.theme import Theme
from store.base import Store
from store.query import AccountHistory, Filter
from stream.learnt import Taught, taught

RECORDS: dict[str, tuple[type[msgspec.Struct], ...]] = {
    "posts": (Post,), "accounts": (Account,), "samples": (AccountSample, EngagementSample), "cases": (Case,), "themes": (Theme,),
    "corrections": (Taught,),
}  # fmt: skip
FORMATS = ("jsonl", "csv", "parquet")


def records(store: Store, what: str) -> Iterable[msgspec.Struct]:
    """The records of one kind, oldest first; cases have a store of their own, see `all_cases`."""
    if what == "posts":
        return store.posts(Filter(deleted=True))
    if what == "accounts":
        return store.accounts()
    if what == "samples":
        return _samples(store)
    return list(reversed(store.themes()))


def leaves(cases: CaseStore, what: str, who: str, now: datetime) -> None:
    """Write into the audit that records leave the house."""
    cases.note(AuditLine(at=now, who=who, what="export", about=what))


def all_posts(store: Store, cases: CaseStore, who: str, now: datetime) -> Iterable[msgspec.Struct]:
    """Every post with its author, oldest first; the audit says before that they leave the house."""
    leaves(cases, "posts", who, now)
    return records(store, "posts")


def all_cases(cases: CaseStore, who: str, now: datetime) -> Iterable[msgspec.Struct]:
    """Every case, oldest first. That personal data leave the house stands in the audit before the first line does."""
    leaves(cases, "cases", who, now)
    return cases.all()


def all_corrections(store: Store, cases: CaseStore, deployment: Deployment, who: str, now: datetime) -> Iterable[msgspec.Struct]:
    """Every corrected text with its labels, for training; the audit says that texts leave the house."""
    leaves(cases, "corrections", who, now)
    return taught(store, cases, deployment)


def _samples(store: Store) -> Iterator[msgspec.Struct]:
    yield from store.account_history(AccountHistory())
    ids = (post.id for post in store.posts(Filter(deleted=True)))
    while chunk := list(islice(ids, 1000)):
        yield from store.samples(chunk)


def columns(what: str) -> list[str]:
    """The field names of a kind's records, in their order, without those that are only for the machine."""
    return list(dict.fromkeys(f.name for kind in RECORDS[what] for f in msgspec.structs.fields(kind) if f.name != "normal"))


def write(records: Iterable[msgspec.Struct], what: str, format: str, out: IO[bytes] | Path) -> int:
    """Write the records and return how many they were."""
    if format == "parquet":
        return _parquet(records, what, out)
    if isinstance(out, Path):
        with out.open("wb") as file:
            return write(records, what, format, file)
    return _csv(records, what, out) if format == "csv" else _jsonl(records, out)


def _jsonl(records: Iterable[msgspec.Struct], out: IO[bytes]) -> int:
    encode, count = msgspec.json.Encoder().encode, 0
    for count, record in enumerate(records, 1):
        out.write(encode(record) + b"\n")
    return count


def _csv(records: Iterable[msgspec.Struct], what: str, out: IO[bytes]) -> int:
    """CSV with a byte order mark (spreadsheets need it), nested fields as JSON, and no cell that a spreadsheet would calculate."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer, names, count = csv.writer(text), columns(what), 0
    writer.writerow(names)
    for count, record in enumerate(records, 1):
        flat = _flat(record)
        writer.writerow([safe(flat.get(name, "")) for name in names])
    text.detach()
    return count


def _flat(record: msgspec.Struct) -> dict[str, str]:
    built: dict[str, object] = msgspec.to_builtins(record)
    return {k: v if isinstance(v, str) else "" if v is None else msgspec.json.encode(v).decode() for k, v in built.items()}


def _parquet(records: Iterable[msgspec.Struct], what: str, out: IO[bytes] | Path) -> int:
    schema, count = pyarrow.schema([(name, pyarrow.string()) for name in columns(what)]), 0
    rows = (_flat(record) for record in records)
    with pyarrow.parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        while chunk := list(islice(rows, 10_000)):
            writer.write_table(pyarrow.Table.from_pylist(chunk, schema=schema))
            count += len(chunk)
    return count
