"""How far long work is, on the terminal's error stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


@contextmanager
def progress(what: str, of: str) -> Iterator[Callable[[int, int | None], None]]:
    """A progress bar, as a function to call with (done, total or None) of the things counted; nothing of it goes to standard output."""
    columns = (TextColumn(what), BarColumn(), TaskProgressColumn(), TextColumn(f"{{task.completed:,}} {of}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
