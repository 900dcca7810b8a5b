"""Posts as rows of the SQLite file, and the daily counts that a change of rows changes. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from zoneinfo import ZoneInfo

import msgspec

from core.post import Post, interactions
from store.embedded_sql import CUBES, micros, moment

_pack = msgspec.msgpack.Encoder().encode

Row = tuple[object, ...]
COLUMNS = ("id", "created", "deleted", "platform", "account", "kind", "language", "sentiment", "intent", "topics", "places",
           "source", "author", "interactions", "views", "record")  # fmt: skip
INSERT = f"INSERT INTO posts(number, {', '.join(COLUMNS)}) VALUES ({', '.join('?' * (len(COLUMNS) + 1))})"
UPDATE = f"UPDATE posts SET {', '.join(f'{c} = ?' for c in COLUMNS)} WHERE number = ?"


CREATED, DELETED, INTERACTIONS = (COLUMNS.index(name) for name in ("created", "deleted", "interactions"))
_PICKED = {name: itemgetter(*map(COLUMNS.index, dims)) for name, dims in CUBES.items()}
Cubes = dict[str, defaultdict[Row, list[int]]]  # cube → day and dimensions → posts, interactions


def row(post: Post) -> Row:
    """What the table keeps of a post, in the order of COLUMNS."""
    return (
        post.id, micros(post.created_at), int(post.deleted_at is not None), post.platform, post.account or "", post.kind.value,
        post.language.label if post.language else "", post.sentiment.label if post.sentiment else "", post.intent.label if post.intent else "",
        _bars([c.label for c in post.topics]), _bars([c.label for c in post.places]), post.source,
        post.author.id if post.author else None, interactions(post), post.views, _pack(msgspec.structs.replace(post, normal=None)),
    )  # fmt: skip


def _bars(labels: list[str]) -> str:
    return f"|{'|'.join(labels)}|" if labels else ""


def no_cubes() -> Cubes:
    """Counts of which nothing is counted yet."""
    return {name: defaultdict(lambda: [0, 0]) for name in CUBES}


def count(cubes: Cubes, line: Row, sign: int, day_of: Callable[[int], int]) -> None:
    """Count a row once more, or (`sign` -1) once less; `day_of` says on which local day."""
    if line[DELETED]:
        return
    day, told = day_of(line[CREATED]), line[INTERACTIONS] or 0  # type: ignore[arg-type]
    for name, chosen in _PICKED.items():
        sums = cubes[name][(day, *chosen(line))]
        sums[0] += sign
        sums[1] += sign * told  # type: ignore[operator]


def day_cutter(timezone: str) -> Callable[[int], int]:
    """A function from microseconds to the ordinal of the local day, remembering each quarter of an hour."""
    zone = ZoneInfo(timezone)

    @lru_cache(maxsize=200_000)
    def day(quarter: int) -> int:
        return moment(quarter * 900_000_000).astimezone(zone).date().toordinal()

    return lambda micro: day(micro // 900_000_000)
