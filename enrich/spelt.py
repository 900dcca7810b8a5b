"""The first enricher: each text in the spelling of search and in the spelling of the models."""

import msgspec

from core.spelling import normal
from enrich.batch import Batch
from enrich.grams import cut
from enrich.knowledge import Knowledge
from enrich.normalize import model_text


def add_normal(batch: Batch, knowledge: Knowledge) -> Batch:
    """Each post's text in the spelling of search and in the spelling of the models, and its n-grams."""
    spelt = tuple(normal(post.text) for post in batch.posts)
    texts = tuple(map(model_text, spelt))
    return msgspec.structs.replace(batch, normal=spelt, texts=texts, grams=cut(texts))
