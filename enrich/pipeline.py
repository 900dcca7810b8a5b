"""A post is understood: an ordered tuple of enrichers, each given the whole batch."""

from collections.abc import Callable, Sequence

from core.post import Post
from enrich.batch import Batch, finished
from enrich.knowledge import Knowledge
from enrich.spelt import add_normal

Enricher = Callable[[Batch, Knowledge], Batch]

ENRICHERS: tuple[Enricher, ...] = (
    add_normal,  # everything below reads the normal spelling
)


def understand(posts: Sequence[Post], knowledge: Knowledge) -> list[Post]:
    """`posts` with what can be told of each, in order. Deleted posts pass through: they have no text left."""
    batch = Batch(posts=tuple(posts))
    for enrich in ENRICHERS:
        batch = enrich(batch, knowledge)
    return finished(batch)
