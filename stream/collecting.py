"""One pass over one source: ask, understand, store, and only then move the cursor."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

import msgspec

from collectors import table
from collectors.base import Answer, Collector, Source
from collectors.storable import storable_answer
from core.errors import PlatformProblem, StoreFailed
from core.post import Post
from store.base import Batch, Gap, Pass, Saved
from stream.seen_again import as_known, new_samples, with_versions

log = logging.getLogger("sada.collecting")
Understand = Callable[[list[Post]], list[Post]]
Clock = Callable[[], datetime]

STATE_AFTER = {"retry": "failed", "wait": "waiting", "stop": "stopped", "credential": "credential", "skip": "partial"}
MOST_EMPTY_PAGES = 50  # one after another, each promising a next one; beyond that the platform leads us nowhere
RECENT = 20  # passes among which the last whole one is looked for
UNREADABLE = (ValueError, TypeError, ArithmeticError, msgspec.MsgspecError)  # what a place that makes no sense raises when it is taken up
MONTH_OF_PASSES = 50_000  # more passes than a source can make in a month


class Keeper(Protocol):
    """What a pass needs of a store; the distributed set-up has a smaller one than Store."""

    def save(self, batch: Batch) -> Saved: ...
    def cursor(self, source: str) -> str | None: ...
    def passes(self, source: str | None = None, limit: int = 100) -> list[Pass]: ...


@runtime_checkable
class Knows(Protocol):
    """A keeper that can also say what it holds."""

    def get(self, ids: Sequence[str]) -> list[Post]: ...


def poll(store: Keeper, collector: Collector, client: Any, source: Source, understand: Understand, clock: Clock) -> Pass:
    """One pass over `source` through its collector, within what is left of its budget."""
    now = clock()
    within = msgspec.structs.replace(source, budget_left=left_of_budget(store, source, now))
    return run_pass(store, within, from_its_place(store, collector, client, within, now), understand, clock)


def from_its_place(store: Keeper, collector: Collector, client: Any, source: Source, now: datetime) -> Iterator[Answer]:
    """What the collector answers from where the source had come to; from the beginning where that place cannot be read.

    An earlier version may have written it otherwise, or a file may be damaged: without this the source would break at every pass.
    """
    cursor = store.cursor(source.id)
    try:
        answers = iter(collector.ask(client, source, cursor, now))
        first = next(answers, None)
    except UNREADABLE as error:
        if cursor is None:
            raise
        log.error("%s: its place could not be read (%s); it begins anew", source.id, type(error).__name__)
        yield Answer(
            gap=Gap(since=_last_whole(store, source) or now, until=now, cause="our place in it could not be read; it was begun anew")
        )
        yield from collector.ask(client, source, None, now)
        return
    if first is not None:
        yield first
    yield from answers


def _last_whole(store: Keeper, source: Source) -> datetime | None:
    return next((p.started for p in store.passes(source.id, RECENT) if p.came_to_its_end), None)


def left_of_budget(store: Keeper, source: Source, now: datetime) -> int | None:
    """What the source may still spend this month (UTC, as platforms bill); None: no limit."""
    if source.budget is None:
        return None
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return max(0, source.budget - sum(p.spend for p in store.passes(source.id, MONTH_OF_PASSES) if p.started >= first))


def run_pass(store: Keeper, source: Source, answers: Iterable[Answer], understand: Understand, clock: Clock) -> Pass:
    """Store what `answers` yields, page by page, with a ledger line that is true at every moment.

    The cursor moves in the last transaction only, after every page was durable. A PlatformProblem ends the pass with its sentence in
    the ledger and the cursor where it was: the next pass asks again and what came twice is kept once.
    """
    line = begin(store, source, clock())
    watermark = None
    try:
        for answer in map(storable_answer, unrepeated(answers, source, line, clock)):
            watermark = answer.cursor or watermark
            line = _keep(store, line, answer, understand, clock())
    except PlatformProblem as problem:
        return _end_with(store, source, line, problem, clock())
    except StoreFailed:
        raise  # nothing can be written down where the store does not work; the open line is closed by the next pass
    except Exception as error:  # the pass's edge: a bug of ours is written down before it is raised
        _end(store, line, clock(), None, state="failed", error=f"{source.id}: the pass broke ({type(error).__name__}); a mistake of ours")
        raise
    return _end(store, line, clock(), watermark)


def begin(store: Keeper, source: Source, now: datetime) -> Pass:
    """A ledger line for a pass that has just begun, durable before anything is asked; one left open by a killed process is closed."""
    before = store.passes(source.id, RECENT)
    whole = next((p.started for p in before if p.came_to_its_end), None)
    line = Pass(
        id=f"{source.id}@{now.isoformat()}", source=source.id, platform=source.platform, started=now, window=(whole, now),
        cursor_before=store.cursor(source.id), state="running",
    )  # fmt: skip
    store.save(Batch(passes=(*_closed(next(iter(before), None), now), line)))
    return line


def _closed(last: Pass | None, now: datetime) -> tuple[Pass, ...]:
    if last is None or last.state != "running" or last.started == now:
        return ()
    error = f"{last.source}: the process ended in the middle of this pass; the cursor did not move and the next pass asked again"
    return (msgspec.structs.replace(last, state="failed", finished=now, error=error, cursor_after=last.cursor_before),)


def unrepeated(answers: Iterable[Answer], source: Source, line: Pass, clock: Clock) -> Iterator[Answer]:
    """`answers` until a following page brings what an earlier one brought, or one empty page follows another without end.

    Then what came last is kept, a gap is yielded, and the repeated-page problem raised: the cursor stays where it was.
    """
    seen: set[int] = set()
    follows, empty = False, 0
    oldest: datetime | None = None
    for answer in answers:
        print_of_page = hash(tuple(post.id for post in answer.posts))
        empty = empty + 1 if follows and not answer.posts else 0
        yield answer
        oldest = min([p.created_at for p in answer.posts], default=oldest)
        if empty > MOST_EMPTY_PAGES or (follows and answer.posts and print_of_page in seen):
            since = line.window[0] or oldest or line.started
            yield Answer(gap=Gap(since=min(since, oldest or since), until=oldest or line.started, cause="the platform repeated a page"))
            raise table.problem(source.platform, clock(), code="repeated-page")
        seen.add(print_of_page)
        follows = answer.next is not None


def _keep(store: Keeper, line: Pass, answer: Answer, understand: Understand, now: datetime) -> Pass:
    counted = msgspec.structs.replace(
        line, pages=line.pages + (1 if answer.returned or answer.posts or not answer.gap else 0), returned=line.returned + answer.returned,
        refused=line.refused + sum(r.lost for r in answer.refused), spend=line.spend + answer.spend,
        gaps=line.gaps + ((answer.gap,) if answer.gap else ()),
    )  # fmt: skip
    known = _known(store, answer)
    seen = msgspec.structs.replace(answer, posts=tuple(as_known(p, known.get(p.id)) for p in answer.posts))
    posts, replaced = with_versions(seen, known)
    batch = Batch(
        posts=tuple(understood(list(posts), understand)), accounts=answer.accounts, account_samples=answer.account_samples,
        samples=new_samples(answer.samples, known), deleted=tuple((id, now) for id in (*answer.deleted, *replaced)), passes=(counted,),
    )  # fmt: skip
    saved = store.save(batch)
    known_already = saved.duplicates + saved.updated
    return msgspec.structs.replace(counted, stored=counted.stored + saved.stored, duplicates=counted.duplicates + known_already,
                                   refused=counted.refused + saved.refused)  # fmt: skip


def understood(posts: list[Post], understand: Understand) -> list[Post]:
    """`posts` as understood; one on which understanding breaks is kept as it was told, without a claim, and leaves the rest alone."""
    try:
        return understand(posts)
    except Exception as error:  # the page's edge: else one text would hold its source up for ever
        if len(posts) == 1:
            log.error("%s: could not be understood (%s); it is stored without any claim about it", posts[0].id, type(error).__name__)
            return posts
        return [one for post in posts for one in understood([post], understand)]


def _known(store: Keeper, answer: Answer) -> dict[str, Post]:
    ids = [p.id for p in answer.posts] + [s.post_id for s in answer.samples] + [earlier for earlier, _ in answer.replaced]
    return {post.id: post for post in store.get(list(dict.fromkeys(ids)))} if ids and isinstance(store, Knows) else {}


def _end_with(store: Keeper, source: Source, line: Pass, problem: PlatformProblem, now: datetime) -> Pass:
    said = table.about(problem, source.id, source.account)
    log.warning("%s", said.says)
    waits = max(0.0, (problem.until - now).total_seconds()) if problem.then == "wait" and problem.until else 0.0
    done = msgspec.structs.replace(line, waited_s=waits)
    return _end(store, done, now, None, state=STATE_AFTER[problem.then], error=said.says, next_at=problem.until)


def _end(store: Keeper, line: Pass, now: datetime, watermark: str | None, state: str = "", error: str | None = None,
         next_at: datetime | None = None) -> Pass:  # fmt: skip
    done = msgspec.structs.replace(
        line, finished=now, cursor_after=watermark or line.cursor_before, error=error, next_at=next_at,
        state=state or ("partial" if line.gaps else "ok"),
    )  # fmt: skip
    store.save(Batch(passes=(done,), cursors=((line.source, watermark),) if watermark else ()))
    return done
