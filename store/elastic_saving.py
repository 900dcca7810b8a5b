"""How posts become documents exactly once, whatever comes twice, late or out of order. Pure: it yields what to ask and is sent the answers.

Two drivers share it: the dashboard's and commands' client, which waits, and the worker's, which awaits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from core.page import in_parts
from core.post import Post
from store.base import Saved
from store.elastic_bodies import Body, index_of, post_of, source
from store.merge import emptied, is_same, merged

FULL_OR_BUSY = {429, 503}
TOO_MUCH = {400, 413}  # the engine refuses a request as a whole: one line of it cannot be, or it is too long
BLOCKED = "cluster_block_exception"  # the disk is nearly full: the engine takes no writes until there is room
SOUGHT = 1000  # ids looked for in one request: the engine finds ten thousand documents at once and no more
LARGEST_BULK = 5_000_000  # bytes of one request; larger ones gain nothing and weigh on the engine's memory

_json = msgspec.json.Encoder().encode


class Bulk(msgspec.Struct, frozen=True):
    """Ask _bulk; the answer is its `items`, of which status and error are read. A line is one document's action and source."""

    lines: tuple[bytes, ...]


class Get(msgspec.Struct, frozen=True):
    """Ask _mget; the answer is its `docs`."""

    docs: tuple[Body, ...]


class Seek(msgspec.Struct, frozen=True):
    """Find documents by id in every month; the answer is the hits, with sequence numbers. `fresh`: also what was just saved."""

    ids: tuple[str, ...]
    fresh: bool = False


class Wait(msgspec.Struct, frozen=True):
    """Wait before the next request: the engine is full or busy. `turn` counts how often in a row."""

    turn: int


class Refused(msgspec.Struct, frozen=True):
    """A post the engine will never take, and why."""

    post: Post
    why: str


Became = Literal["stored", "updated", "duplicates"]


class Outcome(msgspec.Struct, frozen=True):
    """What became of the posts, in sum and by id; a refused one is in `refused` alone."""

    saved: Saved
    refused: tuple[Refused, ...] = ()
    became: Mapping[str, Became] = {}


Request = Bulk | Get | Seek | Wait
Answer = list[Body]
Known = dict[str, tuple[Post, Body]]  # id → the post as it stands, and where with which sequence number


class _Todo(msgspec.Struct):
    create: list[Post]
    replace: list[tuple[Post, Body]]


class _Found(msgspec.Struct):
    """What is known of the posts so far."""

    became: dict[str, Became]
    refused: list[Refused]


def saving(
    posts: Sequence[Post], deleted: Iterable[tuple[str, datetime]] = (), prefix: str = "sada"
) -> Generator[Request, Answer, Outcome]:
    """Yield requests until every post is durable or refused; StopIteration carries the Outcome."""
    gone = dict(deleted)
    folded, again = _folded(posts)
    found = _Found({}, [])
    todo = _Todo(create=[emptied(post, gone[id]) if id in gone else post for id, post in folded.items()], replace=[])
    todo.replace += yield from _tombstones(gone)
    turn = 0
    while todo.create or todo.replace:
        items = yield from _bulk(todo, prefix)
        conflicts, left = _sorted_out(todo, items, found)
        turn = turn + 1 if left.create or left.replace else 0
        if turn:
            yield Wait(turn)
        known = (yield from _known(conflicts, prefix)) if conflicts else {}
        left.replace += _changed(conflicts, known, found.became)
        left.create += [p for p in conflicts if p.id not in known]
        todo = left
    tally = Counter(found.became.values()) + again
    return Outcome(
        saved=Saved(stored=tally["stored"], updated=tally["updated"], duplicates=tally["duplicates"], refused=len(found.refused)),
        refused=tuple(found.refused),
        became=found.became,
    )


def _folded(posts: Sequence[Post]) -> tuple[dict[str, Post], Counter[str]]:
    """One post an id: what came twice in the batch is merged before it is sent, and counted."""
    folded: dict[str, Post] = {}
    again: Counter[str] = Counter()
    for post in posts:
        old = folded.get(post.id)
        folded[post.id] = merged(old, post)
        if old is not None:
            again["duplicates" if is_same(old, folded[post.id]) else "updated"] += 1
    return folded, again


def _bulk(todo: _Todo, prefix: str) -> Generator[Request, Answer, Answer]:
    items: Answer = []
    for request in bulks(_lines(todo, prefix)):
        items += yield request
    return items


def _lines(todo: _Todo, prefix: str) -> Iterator[bytes]:
    for post in todo.create:
        yield created(post, index_of(post, prefix))
    for post, where in todo.replace:
        yield indexed(where, source(post))


def created(post: Post, index: str) -> bytes:
    """The line that adds a post to an index unless its id is there."""
    return b'{"create":{"_index":"%b","_id":%b}}\n%b\n' % (index.encode(), _json(post.id), source(post))


def indexed(where: Body, document: bytes) -> bytes:
    """The line that puts a document, as JSON, in the place of the one that stands there."""
    return b'{"index":%b}\n%b\n' % (_json(where), document)


def bulks(lines: Iterable[bytes]) -> Iterator[Bulk]:
    """Lines in as few requests as LARGEST_BULK allows."""
    together: list[bytes] = []
    size = 0
    for line in lines:
        if together and size + len(line) > LARGEST_BULK:
            yield Bulk(tuple(together))
            together, size = [], 0
        together.append(line)
        size += len(line)
    if together:
        yield Bulk(tuple(together))


def _sorted_out(todo: _Todo, items: Answer, found: _Found) -> tuple[list[Post], _Todo]:
    """Posts that met an earlier self, and what must be sent again as it is."""
    conflicts: list[Post] = []
    left = _Todo(create=[], replace=[])
    wheres: list[Body | None] = [None] * len(todo.create) + [where for _, where in todo.replace]
    sent = todo.create + [post for post, _ in todo.replace]
    for post, where, item in zip(sent, wheres, items, strict=True):
        (answer,) = item.values()
        status = answer["status"]
        if status in (200, 201):
            found.became[post.id] = "stored" if where is None else "updated"
            continue
        why = answer.get("error", {}).get("type", str(status))
        if status == 409:
            conflicts.append(post)
        elif status in FULL_OR_BUSY or why == BLOCKED:
            left.create.append(post) if where is None else left.replace.append((post, where))
        else:
            found.refused.append(Refused(post, why))
    return conflicts, left


def _known(posts: list[Post], prefix: str) -> Generator[Request, Answer, Known]:
    docs = yield Get(tuple({"_index": index_of(post, prefix), "_id": post.id} for post in posts))
    return _by_id([doc for doc in docs if doc.get("found")])


def _tombstones(deleted: dict[str, datetime]) -> Generator[Request, Answer, list[tuple[Post, Body]]]:
    known: Known = {}
    for number, some in enumerate(in_parts(tuple(deleted), SOUGHT)):
        known |= _by_id((yield Seek(some, fresh=number == 0)))
    gone = [(post, emptied(post, deleted[id]), where) for id, (post, where) in known.items()]
    return [(tombstone, where) for post, tombstone, where in gone if not is_same(post, tombstone)]


def _by_id(docs: Answer) -> Known:
    return {d["_id"]: (post_of(d["_source"]), {"_index": d["_index"], "_id": d["_id"], "if_seq_no": d["_seq_no"], "if_primary_term": d["_primary_term"]})
            for d in docs}  # fmt: skip


def _changed(posts: list[Post], known: Known, became: dict[str, Became]) -> list[tuple[Post, Body]]:
    """What must replace its earlier self; what says nothing new is a duplicate."""
    replace = []
    for post in posts:
        if post.id not in known:
            continue
        old, where = known[post.id]
        new = merged(old, post)
        if is_same(old, new):
            became[post.id] = "duplicates"
        else:
            replace.append((new, where))
    return replace


def halves(request: Bulk) -> tuple[Bulk, Bulk] | None:
    """The request in two, to find the document for which it was refused; None if it holds one only."""
    middle = len(request.lines) // 2
    return (Bulk(request.lines[:middle]), Bulk(request.lines[middle:])) if middle else None


def refusal(status: int | None, why: str) -> Answer:
    """The answer that says of a request's only document that the engine will never take it."""
    return [{"create": {"status": 400 if status in TOO_MUCH else status, "error": {"type": why}}}]
