"""One pass over one source: ask, understand, store, and only then move the cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec

from collectors.base import Answer, Source
from core.errors import PlatformProblem
from core.post import Post
from store.base import Batch, Pass, Store

Understand = Callable[[list[Post]], list[Post]]
Clock = Callable[[], datetime]

STATE_AFTER = {"retry": "failed", "wait": "waiting", "stop": "stopped", "credential": "credential", "skip": "partial"}


def run_pass(store: Store, source: Source, answers: Iterable[Answer], understand: Understand, clock: Clock) -> Pass:
    """Store what `answers` yields, page by page, with a ledger line that is true at every moment.

    The cursor moves in the last transaction only, after every page was durable. A PlatformProblem ends the pass with its sentence in
    the ledger and the cursor where it was: the next pass asks again and what came twice is kept once.
    """
    line = begin(store, source, clock())
    watermark = None
    try:
        for answer in answers:
            watermark = answer.cursor or watermark
            line = _keep(store, line, answer, understand, clock())
    except PlatformProblem as problem:
        return _end(store, line, clock(), None, state=STATE_AFTER[problem.then], error=problem.says, next_at=problem.until)
    return _end(store, line, clock(), watermark)


def begin(store: Store, source: Source, now: datetime) -> Pass:
    """A ledger line for a pass that has just begun, durable before anything is asked."""
    line = Pass(
        id=f"{source.id}@{now.isoformat()}", source=source.id, platform=source.platform, started=now,
        cursor_before=store.cursor(source.id), state="running",
    )  # fmt: skip
    store.save(Batch(passes=(line,)))
    return line


def _keep(store: Store, line: Pass, answer: Answer, understand: Understand, now: datetime) -> Pass:
    counted = msgspec.structs.replace(
        line, pages=line.pages + 1, returned=line.returned + answer.returned, refused=line.refused + len(answer.refused),
        spend=line.spend + answer.spend, gaps=line.gaps + ((answer.gap,) if answer.gap else ()),
    )  # fmt: skip
    saved = store.save(Batch(
        posts=tuple(understand(list(answer.posts))), accounts=answer.accounts, account_samples=answer.account_samples,
        samples=answer.samples, deleted=tuple((id, now) for id in answer.deleted), passes=(counted,),
    ))  # fmt: skip
    return msgspec.structs.replace(counted, stored=counted.stored + saved.stored, duplicates=counted.duplicates + saved.duplicates)


def _end(store: Store, line: Pass, now: datetime, watermark: str | None, state: str = "", error: str | None = None,
         next_at: datetime | None = None) -> Pass:  # fmt: skip
    done = msgspec.structs.replace(
        line, finished=now, cursor_after=watermark or line.cursor_before, error=error, next_at=next_at,
        state=state or ("partial" if line.gaps else "ok"),
    )  # fmt: skip
    store.save(Batch(passes=(done,), cursors=((line.source, watermark),) if watermark else ()))
    return done
