"""How posts become documents exactly once, whatever comes twice, late or out of order. Pure: it yields what to ask and is sent the answers.

Two drivers share it: the dashboard's and commands' client, which waits, and the worker's, which awaits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from datetime import datetime

import msgspec

from core.post import Post
from store.base import Saved
from store.elastic_bodies import Body, document, index_of, post_of
from store.merge import is_same, merged

FULL_OR_BUSY = {429, 503}
BLOCKED = "cluster_block_exception"  # the disk is nearly full: the engine takes no writes until there is room


class Bulk(msgspec.Struct, frozen=True):
    """Ask _bulk; the answer is its `items`."""

    lines: tuple[Body, ...]


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


class Outcome(msgspec.Struct, frozen=True):
    """What became of the posts."""

    saved: Saved
    refused: tuple[Refused, ...] = ()


Request = Bulk | Get | Seek | Wait
Answer = list[Body]
Known = dict[str, tuple[Post, Body]]  # id → the post as it stands, and where with which sequence number


class _Todo(msgspec.Struct):
    create: list[Post]
    replace: list[tuple[Post, Body]]


def saving(posts: Sequence[Post], deleted: Iterable[tuple[str, datetime]] = (), prefix: str = "sada") -> Generator[Request, Answer, Outcome]:
    """Yield requests until every post is durable or refused; StopIteration carries the Outcome."""
    tally: Counter[str] = Counter()
    refused: list[Refused] = []
    folded = _folded(posts, tally)
    todo = _Todo(create=list(folded.values()), replace=[])
    todo.replace += yield from _tombstones(dict(deleted))
    turn = 0
    while todo.create or todo.replace:
        items = yield Bulk(tuple(_lines(todo, prefix)))
        conflicts, again = _sorted_out(todo, items, tally, refused)
        turn = turn + 1 if again.create or again.replace else 0
        if turn:
            yield Wait(turn)
        known = (yield from _known(conflicts, prefix)) if conflicts else {}
        again.replace += _changed(conflicts, known, tally)
        again.create += [p for p in conflicts if p.id not in known]
        todo = again
    return Outcome(saved=Saved(stored=tally["stored"], updated=tally["updated"], duplicates=tally["duplicates"]), refused=tuple(refused))


def _folded(posts: Sequence[Post], tally: Counter[str]) -> dict[str, Post]:
    """One post an id: what came twice in the batch is merged before it is sent."""
    folded: dict[str, Post] = {}
    for post in posts:
        old = folded.get(post.id)
        folded[post.id] = merged(old, post)
        if old is not None:
            tally["duplicates" if is_same(old, folded[post.id]) else "updated"] += 1
    return folded


def _lines(todo: _Todo, prefix: str) -> Iterable[Body]:
    for post in todo.create:
        yield {"create": {"_index": index_of(post, prefix), "_id": post.id}}
        yield document(post)
    for post, where in todo.replace:
        yield {"index": where}
        yield document(post)


def _sorted_out(todo: _Todo, items: Answer, tally: Counter[str], refused: list[Refused]) -> tuple[list[Post], _Todo]:
    """Posts that met an earlier self, and what must be sent again as it is."""
    conflicts: list[Post] = []
    again = _Todo(create=[], replace=[])
    wheres: list[Body | None] = [None] * len(todo.create) + [where for _, where in todo.replace]
    sent = todo.create + [post for post, _ in todo.replace]
    for post, where, item in zip(sent, wheres, items, strict=True):
        (answer,) = item.values()
        status, error = answer["status"], answer.get("error", {})
        if status in (200, 201):
            tally["stored" if where is None else "updated"] += 1
        elif status == 409:
            conflicts.append(post)
        elif status in FULL_OR_BUSY or error.get("type") == BLOCKED:
            again.create.append(post) if where is None else again.replace.append((post, where))
        else:
            refused.append(Refused(post, f"{error.get('type', status)}"))
    return conflicts, again


def _known(posts: list[Post], prefix: str) -> Generator[Request, Answer, Known]:
    docs = yield Get(tuple({"_index": index_of(post, prefix), "_id": post.id} for post in posts))
    return _by_id([doc for doc in docs if doc.get("found")])


def _tombstones(deleted: dict[str, datetime]) -> Generator[Request, Answer, list[tuple[Post, Body]]]:
    if not deleted:
        return []
    known = _by_id((yield Seek(tuple(deleted), fresh=True)))
    gone = [(id, post, where) for id, (post, where) in known.items() if post.deleted_at is None]
    return [(merged(post, msgspec.structs.replace(post, deleted_at=deleted[id])), where) for id, post, where in gone]


def _by_id(docs: Answer) -> Known:
    return {d["_id"]: (post_of(d["_source"]), {"_index": d["_index"], "_id": d["_id"], "if_seq_no": d["_seq_no"], "if_primary_term": d["_primary_term"]})
            for d in docs}  # fmt: skip


def _changed(posts: list[Post], known: Known, tally: Counter[str]) -> list[tuple[Post, Body]]:
    """What must replace its earlier self; what says nothing new is a duplicate."""
    replace = []
    for post in posts:
        if post.id not in known:
            continue
        old, where = known[post.id]
        new = merged(old, post)
        if is_same(old, new):
            tally["duplicates"] += 1
        else:
            replace.append((new, where))
    return replace


def bulk_body(lines: Sequence[Body]) -> bytes:
    """The lines of a _bulk request as the engine takes them."""
    encode = msgspec.json.Encoder().encode
    return b"\n".join(encode(line) for line in lines) + b"\n"



TOO_MUCH = {400, 413}  # the engine refuses a request as a whole: one line of it cannot be, or it is too long


def halves(request: Bulk) -> tuple[Bulk, Bulk] | None:
    """The request in two, to find the line for which it was refused; None if it holds one document only."""
    documents = len(request.lines) // 2
    if documents < 2:
        return None
    middle = documents // 2 * 2
    return Bulk(request.lines[:middle]), Bulk(request.lines[middle:])


def refusal(request: Bulk, status: int, why: str) -> Answer:
    """The answer that says of a request's only document that the engine will never take it."""
    (verb,) = request.lines[0]
    return [{verb: {"status": 400 if status in TOO_MUCH else status, "error": {"type": why}}}]
