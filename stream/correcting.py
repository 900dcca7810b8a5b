"""What people corrected is written into the store of posts, so that counts, searches and cases follow it."""

from __future__ import annotations

from itertools import groupby

from cases import corrections
from cases.corrections import Correction
from cases.store import CaseStore
from store.base import Batch, Store


def take_in_corrections(store: Store, cases: CaseStore) -> int:
    """Lay every new correction over its post; returns the number of the last one. Cut off and done again, it changes nothing twice."""
    place = cases.place(corrections.FOLLOWER)
    while said := corrections.after(cases, place):
        _lay(store, said)
        place = said[-1].number
        corrections.place(cases, place)
    return place


def _lay(store: Store, said: list[Correction]) -> None:
    by_post = {id: list(mine) for id, mine in groupby(sorted(said, key=lambda c: (c.post, c.number)), key=lambda c: c.post)}
    store.save(Batch(posts=tuple(corrections.corrected(post, by_post[post.id]) for post in store.get(list(by_post)))))
