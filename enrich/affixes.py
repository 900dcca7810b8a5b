"""What may stand before and after a known word in each language: facts as data, from languages/<code>/affixes.toml."""

import tomllib
from functools import cache
from itertools import product
from pathlib import Path

import msgspec

from core.spelling import plain_kazakh

LANGUAGE_FACTS = Path(__file__).parent / "languages"


class Affixes(msgspec.Struct, frozen=True):
    """How words of a language grow: what may precede, what may follow, which last letters give way to an ending."""

    before: tuple[str, ...] = ()
    article: str = ""
    with_article: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    cut: str = ""
    chain: tuple[tuple[str, ...], ...] = ()
    fleeting: tuple[str, ...] = ()  # ends of words whose vowel goes when an ending comes
    negations: tuple[str, ...] = ()  # words that turn the next one round


@cache
def affixes(language: str) -> Affixes:
    """The language's affixes; none for a language without a file."""
    path = LANGUAGE_FACTS / language / "affixes.toml"
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Affixes) if path.exists() else Affixes()


@cache
def endings(language: str) -> frozenset[str]:
    """Every ending a word of the language may take, the empty one among them; Kazakh ones also in plain letters."""
    grown = affixes(language)
    chained = {"".join(parts) for parts in product(*[("", *links) for links in grown.chain])} if grown.chain else set()
    every = {"", *grown.after, *chained}
    return frozenset(every | {plain_kazakh(ending) for ending in every}) if language == "kk" else frozenset(every)


@cache
def beginnings(language: str, with_article: bool) -> frozenset[str]:
    """What may stand joined before a word: clitics, and where the word has lost its article, the forms with one."""
    grown = affixes(language)
    if with_article:
        return frozenset({grown.article, *grown.with_article})
    return frozenset({"", *grown.before})


def stem(word: str, language: str) -> str:
    """`word` without the one or two last letters that an ending would replace; never shorter than three letters."""
    cut = affixes(language).cut
    for letters in (2, 1):
        bare = word[:-letters]
        if len(bare) >= 3 and all(letter in cut for letter in word[-letters:]):
            return bare
    return word
