"""What follows the posts once they are durable: each follower keeps its own place in the store's changes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from core.errors import SadaError
from core.post import Post
from store.base import Store

log = logging.getLogger("sada.followers")
MOST = 2000  # changes read at once
Change = tuple[int, Post]
Step = Callable[[Sequence[Post], int], None]
"""Takes posts and the number of their last change; keeps that number in the same transaction as what it did with them."""


def follow(store: Store, after: int, step: Step) -> int:
    """Hand every change after number `after` to `step`, in order, and return the last number."""
    while changes := store.changes(after, MOST):
        hand_on(changes, step)
        after = changes[-1][0]
    return after


def hand_on(changes: Sequence[Change], step: Step) -> None:
    """Hand `changes` to `step`; where it breaks, half of them, until the one post it breaks at is passed over: no post may stop all after it.

    Raises what is said of a store that is away.
    """
    try:
        step([post for _, post in changes], changes[-1][0])
    except SadaError:
        raise
    except Exception as error:  # the loop's edge: a bug of ours at one post
        if len(changes) > 1:
            half = len(changes) // 2
            hand_on(changes[:half], step)
            hand_on(changes[half:], step)
            return
        number, post = changes[0]
        log.error("%s: what follows the posts broke at change %d (%s); it is passed over", post.platform, number, type(error).__name__)
        step((), number)
