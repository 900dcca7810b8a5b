"""What every command needs at its door: settings, the deployment, the store, and one writer at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from core import settings as settings_of
from core.deployment import Deployment
from core.deployment_file import file_of, load
from core.errors import BadInput, Busy, StoreFailed
from core.post import Post
from core.settings import Settings
from enrich.knowledge import learn
from enrich.pipeline import understand
from store.base import Store
from store.embedded import EmbeddedStore

Understand = Callable[[list[Post]], list[Post]]
CACHE_MB = 64  # of the store's file kept in memory


def settings() -> Settings:
    """The settings of this process: the environment over .env."""
    return settings_of.of_this_process()


def deployment(name: str | None, using: Settings) -> Deployment:
    """The deployment called `name` (a file, or the name of one we ship), else SADA_DEPLOYMENT's, else the neutral one."""
    return load(file_of(name or using.deployment))


def now() -> datetime:
    """The clock of the shells; logic gets the time as an argument."""
    return datetime.now(UTC)


@contextmanager
def writing(using: Settings, for_deployment: Deployment, cache_mb: int = CACHE_MB) -> Iterator[Store]:
    """The store, open for writing: on one machine by this process alone. Raises Busy (exit 2) where another one writes there."""
    if using.elasticsearch:
        many = _many(using)
        try:
            yield many
        finally:
            many.close()
        return
    with _only_writer(using.data):
        store = EmbeddedStore(using.data / "posts.db", for_deployment.timezone, cache_mb=cache_mb)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def collecting(using: Settings, for_deployment: Deployment, cache_mb: int = CACHE_MB) -> Iterator[tuple[Store, Understand]]:
    """Where collectors write, and how what they bring is understood: here and at once, or, with SADA_KAFKA, later by the workers."""
    if not using.kafka:
        knowledge = learn(for_deployment)
        with writing(using, for_deployment, cache_mb) as store:
            yield store, lambda posts: understand(posts, knowledge)
        return
    from stream.publishing import open_publishing  # the engines' clients cost half a second: only where they are used

    many = open_publishing(using)
    try:
        yield many, list
    finally:
        many.close()


@contextmanager
def reading(using: Settings, for_deployment: Deployment) -> Iterator[Store]:
    """The store, open for reading; others may write meanwhile. Raises BadInput where there are no data yet."""
    path = using.data / "posts.db"
    if using.elasticsearch:
        store: Store = _many(using)
    elif not path.is_file():
        raise BadInput(
            f"{using.data}: holds no posts yet; run `sada demo --once`, `sada import FILE` or `sada run` first, or set SADA_DATA"
        )
    else:
        store = EmbeddedStore(path, for_deployment.timezone, read_only=True)
    try:
        yield store
    finally:
        store.close()


def _many(using: Settings) -> Store:
    from store.distributed import open_distributed  # the engines' clients cost half a second: only where they are used

    return open_distributed(using)


@contextmanager
def _only_writer(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "writer.lock").open("a+")
    except OSError as error:
        raise StoreFailed(
            f"{folder}: cannot be written ({error.strerror}); make it writable or name another folder in SADA_DATA"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            who = lock.read().strip() or "unknown"
            raise Busy(
                f"{folder}: process {who} is already writing there; stop it, or name another folder in SADA_DATA. Nothing was changed."
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
