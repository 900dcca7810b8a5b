"""All data of one machine, copied whole while others read and write."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from core.errors import BadInput, StoreFailed

FILES = ("posts.db", "cases.db", "inbox.db")
KEY = "secret.key"  # without it the departments' links that are out would lead nowhere after a restore
COUNTED = {"posts.db": "posts", "cases.db": "cases"}


def copy(source: Path, target: Path) -> tuple[int, int]:
    """Copy every database of `source` into the empty folder `target`; returns how many posts and cases there are.

    Raises BadInput if there is nothing to copy or `target` already holds data, StoreFailed if it cannot be written.
    """
    there = [name for name in FILES if (source / name).is_file()]
    if not there:
        raise BadInput(f"{source}: holds no data of Sada; is SADA_DATA right?")
    taken = [name for name in FILES if (target / name).exists()]
    if taken:
        raise BadInput(f"{target}: already holds {taken[0]}; give an empty folder, nothing was overwritten")
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name in there:
            _copy_file(source / name, target / name)
        if (source / KEY).is_file():
            shutil.copy2(source / KEY, target / KEY)
    except (OSError, sqlite3.Error) as error:
        raise StoreFailed(f"{target}: the copy failed ({error}); remove what is there and try again") from error
    return tuple(_count(target / name) for name in COUNTED)  # type: ignore[return-value]


def _copy_file(source: Path, target: Path) -> None:
    unfinished = target.with_suffix(".part")
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(unfinished)) as new:
        old.backup(new)
    unfinished.rename(target)


def _count(path: Path) -> int:
    if not path.is_file():
        return 0
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute(f"SELECT COUNT(*) FROM {COUNTED[path.name]}").fetchone()[0])
