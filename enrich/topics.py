"""Topics of the deployment's tree: the trained base topics it is like, and its own seed words; several or none."""

import msgspec
import numpy as np

from core.post import Claim
from enrich.batch import Batch, Model
from enrich.gazetteer import Tree
from enrich.grams import Array
from enrich.knowledge import Knowledge
from enrich.modelled import by_language

SEEDS = "topic-seeds@1"
SEED_CONFIDENCE = 0.8  # a deployment's own seed word is its own staff's word for the topic
SECOND = 0.25  # a further topic must reach this
MOST = 3


def add_topics(batch: Batch, knowledge: Knowledge) -> Batch:
    """Each post's topics, surest first; none where nothing speaks for any."""
    trained = by_language(batch, knowledge.topics, _base_chances)
    found = tuple(_topics(text, chances, knowledge.tree) for text, chances in zip(batch.texts, trained, strict=True))
    return msgspec.structs.replace(batch, topics=found)


def _base_chances(model: Model, chances: Array) -> list[list[Claim]]:
    """For each line the base topics worth naming, unless "none" is likelier than all."""
    none = model.labels.index("none")
    first = chances.argmax(axis=1)
    worth = chances >= SECOND
    worth[np.arange(len(first)), first] = True
    worth[first == none] = False
    worth[:, none] = False
    found: list[list[Claim]] = [[] for _ in range(len(chances))]
    for line, label in zip(*(side.tolist() for side in np.nonzero(worth)), strict=True):
        found[line].append(Claim(label=model.labels[label], confidence=round(float(chances[line, label]), 3), by=model.name))
    return found


def _topics(text: str, base: list[Claim] | None, tree: Tree) -> tuple[Claim, ...]:
    """The deployment's topics for one text: from base topics and from its own seed words, each once at its surest."""
    surest: dict[int, Claim] = {}
    for claim in base or ():
        for number in tree.like[claim.label]:
            surest[number] = max(surest.get(number, claim), claim, key=lambda c: c.confidence or 0)
    for hit in tree.seeds.find(text):
        if (surest[hit.value].confidence or 0) < SEED_CONFIDENCE if hit.value in surest else True:
            surest[hit.value] = Claim(label="", confidence=SEED_CONFIDENCE, by=SEEDS)
    if not surest:
        return ()
    named = [msgspec.structs.replace(claim, label=tree.ids[number]) for number, claim in surest.items()]
    return tuple(sorted(named, key=lambda c: (-(c.confidence or 0), c.label))[:MOST])
