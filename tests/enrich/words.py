"""What the lists of words that judge find in a text."""

from itertools import pairwise

from core.spelling import normal
from enrich.lexicon import lexicon
from enrich.normalize import model_text, read_as


def spelt(text, language):
    """A text in the spelling of the lists."""
    return read_as(model_text(normal(text)), language)


def judged(text, language):
    """The listed words and pairs of a text with their scores; a pair counts for its words."""
    polarity = lexicon(language).polarity
    tokens = spelt(text, language).split()
    pairs = [f"{before} {token}" for before, token in pairwise(tokens)]
    return {entry: polarity[entry] for entry in (*tokens, *pairs) if entry in polarity}
