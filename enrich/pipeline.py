"""A post is understood: an ordered tuple of enrichers, each given the whole batch."""

from collections.abc import Callable, Sequence

from core.post import Post
from enrich.batch import Batch, finished
from enrich.copies import add_copies
from enrich.knowledge import Knowledge
from enrich.language import add_language
from enrich.modelled import add_dialect, add_intent, add_sentiment
from enrich.places import add_places
from enrich.privacy import find_private
from enrich.reading import add_normal, part_by_language
from enrich.spam import mark_spam
from enrich.told import take_told
from enrich.topics import add_topics

Enricher = Callable[[Batch, Knowledge], Batch]

ENRICHERS: tuple[Enricher, ...] = (
    add_normal,  # everything below reads the normal spelling
    add_language,  # chooses the models
    part_by_language,  # n-grams and counted facts once, for all four models below
    add_dialect,
    add_sentiment,
    add_intent,
    add_topics,
    add_places,
    take_told,  # a clerk's word stands before what the text suggests
    add_copies,
    find_private,  # in the published text: spans must fit it
    mark_spam,  # reads copies and numbers to call
)


def understand(posts: Sequence[Post], knowledge: Knowledge) -> list[Post]:
    """`posts` with what can be told of each, in order. Deleted posts pass through: they have no text left."""
    alive = [post for post in posts if post.deleted_at is None]
    batch = Batch(posts=tuple(alive))
    for enrich in ENRICHERS:
        batch = enrich(batch, knowledge)
    understood = {id(old): new for old, new in zip(alive, finished(batch), strict=True)}
    return [understood.get(id(post), post) for post in posts]
