"""A deployment's topic tree and places in the form in which they are looked up."""

import msgspec

from core.deployment import BASE_TOPICS, Place, Topic
from enrich.phrases import Phrases


class Tree(msgspec.Struct, frozen=True):
    """A deployment's topics as they are looked up."""

    ids: tuple[str, ...]
    like: dict[str, tuple[int, ...]]  # base topic → numbers of the topics that are like it
    seeds: Phrases  # value: number of the topic


class Gazetteer(msgspec.Struct, frozen=True):
    """A deployment's places as they are looked up."""

    ids: tuple[str, ...]
    spellings: Phrases  # value: number of the place


def tree(topics: tuple[Topic, ...]) -> Tree:
    """The tree of `topics`, every seed word in its language."""
    like = {base: tuple(i for i, topic in enumerate(topics) if base in topic.like) for base in BASE_TOPICS}
    seeds = ((seed, language, i) for i, topic in enumerate(topics) for language, words in topic.seeds.items() for seed in words)
    return Tree(tuple(topic.id for topic in topics), like, Phrases(seeds))


def gazetteer(places: tuple[Place, ...]) -> Gazetteer:
    """The gazetteer of `places`: every name and spelling, in its language."""
    spellings = ((spelling, language, i) for i, place in enumerate(places) for language, spelling in sorted(_spellings(place)))
    return Gazetteer(tuple(place.id for place in places), Phrases(spellings))


def _spellings(place: Place) -> set[tuple[str, str]]:
    named = set(place.name.items())
    return named | {(language, spelling) for language, words in place.spellings.items() for spelling in words}
