"""sada demo: a deployment's demo stream, understood and stored the way real posts are, once or for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from cases.desk import FOLLOWER
from cases.store import CaseStore, keep_place
from collectors.demo.history import History, history
from core.deployment import Deployment
from core.errors import AskedWrongly
from core.post import Moment, Post
from store.base import Batch, Store
from stream import demo_outreach
from stream.demo_cases import cases

BATCH = 2000  # posts made durable together
STATE = "demo"  # the cursor that says which demo these data hold, and how far it is
TRUTH = "demo-truth.json"
SEED = 7
Understand = Callable[[list[Post]], list[Post]]
Progress = Callable[[int, int], None]  # (done, of)


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Which demo is in these data. `until` is the clock it was first made for: made again, it is the very same."""

    deployment: str
    seed: int
    until: Moment
    done: bool = False
    posts: int = 0
    cases: int = 0


def loaded(store: Store, case_store: CaseStore, deployment: Deployment, seed: int, now: datetime, understand: Understand, progress: Progress,
           folder: Path) -> State:  # fmt: skip
    """The demo's history, up to `now` or to the clock it was begun with; what is there already is not made again.

    Raises AskedWrongly if these data hold another demo.
    """
    state = _begun(store, deployment, seed, now)
    if state.done:
        progress(state.posts, state.posts)
        return state
    made = history(deployment, state.until, seed)
    put(store, made, understand, progress)
    case_store.put_many(cases(made.appeals, deployment, state.until, seed))
    leave_to_followers(store, case_store)
    demo_outreach.begin(store, case_store, made, deployment, state.until, seed)
    (folder / TRUTH).write_bytes(msgspec.json.format(msgspec.json.encode(made.truth), indent=1))
    done = msgspec.structs.replace(state, done=True, posts=made.truth.posts, cases=len(made.appeals))
    _keep(store, done)
    return done


def _begun(store: Store, deployment: Deployment, seed: int, now: datetime) -> State:
    """The state that stands, or a new one kept before anything else is, so that a demo cut off goes on as the same demo."""
    known = state_of(store)
    if known is None:
        known = State(deployment=deployment.id, seed=seed, until=now.replace(microsecond=0))
        _keep(store, known)
    if (known.deployment, known.seed) != (deployment.id, seed):
        raise AskedWrongly(
            f"SADA_DATA holds the demo of {known.deployment} with seed {known.seed}, not of {deployment.id} with seed {seed};"
            " ask for that one, or name another folder in SADA_DATA. Nothing was changed."
        )
    return known


def state_of(store: Store) -> State | None:
    """Which demo these data hold, if any."""
    kept = store.cursor(STATE)
    return msgspec.json.decode(kept, type=State) if kept else None


def _keep(store: Store, state: State) -> None:
    store.save(Batch(cursors=((STATE, msgspec.json.encode(state).decode()),)))


def put(store: Store, made: History, understand: Understand, progress: Progress) -> None:
    """Understand and store a history, batch by batch; the ledger's lines come last, when what they count is durable."""
    store.save(Batch(accounts=made.accounts, account_samples=made.account_samples))
    for done, posts in _batches(made.posts):
        store.save(Batch(posts=tuple(understand(posts))))
        progress(done, len(made.posts))
    for _, samples in _batches(made.samples):
        store.save(Batch(samples=tuple(samples)))
    store.save(Batch(deleted=made.deleted, passes=made.passes))


def _batches(records: tuple) -> Iterator[tuple[int, list]]:  # type: ignore[type-arg]
    for start in range(0, len(records), BATCH):
        some = list(records[start : start + BATCH])
        yield start + len(some), some


def leave_to_followers(store: Store, case_store: CaseStore) -> None:
    """The history's cases stand whole: the desk begins after it."""
    after = case_store.place(FOLLOWER)
    while changes := store.changes(after, 10_000):
        after = changes[-1][0]
    with case_store.writing() as db:
        keep_place(db, case_store.database, FOLLOWER, after)
