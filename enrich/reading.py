"""The first and third enrichers: each text in the spellings of search and models, and the batch apart by language for the models."""

import msgspec
import numpy as np

from core.spelling import normal, words_of
from enrich.batch import Batch, Part
from enrich.grams import cut
from enrich.knowledge import Knowledge
from enrich.lexicon import counted, lexicon
from enrich.normalize import model_text, read_as


def add_normal(batch: Batch, knowledge: Knowledge) -> Batch:
    """Each post's words as search finds them, and its text in the spelling of the models."""
    spelt = tuple(normal(post.text) for post in batch.posts)
    return msgspec.structs.replace(batch, normal=tuple(map(words_of, spelt)), texts=tuple(map(model_text, spelt)))


def part_by_language(batch: Batch, knowledge: Knowledge) -> Batch:
    """The batch apart by language, with the n-grams and counted facts that each language's models read.

    A text without letters (emoji alone) is read in the deployment's first language; an empty one not at all.
    """
    first = knowledge.deployment.languages[0]
    spoken = np.array([claim.label if claim else first if text else "" for claim, text in zip(batch.language, batch.texts, strict=True)])
    parts = {}
    for language in knowledge.read_languages:
        lines = np.flatnonzero(spoken == language)
        if len(lines):
            texts = [read_as(batch.texts[line], language) for line in lines.tolist()]
            parts[language] = Part(
                lines, cut(texts), counted(texts, lexicon(language)), tuple(batch.posts[line].text for line in lines.tolist())
            )
    return msgspec.structs.replace(batch, parts=parts)
