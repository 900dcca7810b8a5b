"""What follows the posts once they are durable: each follower keeps its own place in the store's changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.post import Post
from store.base import Store

MOST = 2000  # changes read at once
Step = Callable[[Sequence[Post], int], None]
"""Takes posts and the number of their last change; keeps that number in the same transaction as what it did with them."""


def follow(store: Store, after: int, step: Step) -> int:
    """Hand every change after number `after` to `step`, in order, and return the last number."""
    while changes := store.changes(after, MOST):
        after = changes[-1][0]
        step([post for _, post in changes], after)
    return after
