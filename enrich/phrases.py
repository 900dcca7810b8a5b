"""Finding known phrases in text, inflected and with joined prefixes, many thousands at the cost of one reading.

An Aho-Corasick automaton finds the stem of each phrase's first word; only there the words around are compared.
"""

from collections.abc import Iterable, Iterator

import ahocorasick
import msgspec

from core.spelling import normal, plain_kazakh
from enrich.affixes import affixes, beginnings, endings, stem
from enrich.normalize import model_text

_SHORT = 4  # a word with fewer letters is looked for as it is: with endings it would be found everywhere


class _Word(msgspec.Struct, frozen=True):
    """One word of a phrase: what it must begin with, and what may follow."""

    stem: str
    after: frozenset[str]

    def fits(self, word: str, at: int = 0) -> bool:
        return word.startswith(self.stem, at) and word[at + len(self.stem) :] in self.after


class _Known(msgspec.Struct, frozen=True):
    """A phrase ready to be compared."""

    value: int
    before: frozenset[str]
    words: tuple[_Word, ...]


class Found(msgspec.Struct, frozen=True):
    """A phrase found: its value, and the half-open span in the text that was read."""

    value: int
    start: int
    end: int


class Phrases:
    """Known phrases, each with a number as its value. Built once, read by any thread."""

    __slots__ = ("_automaton", "size")

    def __init__(self, phrases: Iterable[tuple[str, str, int]]) -> None:
        """`phrases`: (phrase in any spelling, language, value)."""
        heads: dict[str, set[_Known]] = {}
        for phrase, language, value in phrases:
            for known in _readings(phrase, language, value):
                heads.setdefault(known.words[0].stem, set()).add(known)
        self.size = len(heads)
        self._automaton = ahocorasick.Automaton()
        for head, known_ones in heads.items():
            self._automaton.add_word(head, (len(head), tuple(sorted(known_ones, key=lambda k: (k.value, len(k.words))))))
        if heads:
            self._automaton.make_automaton()

    def find(self, text: str) -> Iterator[Found]:
        """Every phrase in `text` (as normalize.model_text gives it), in order of its first word's end."""
        if not self.size:
            return
        for last, (length, known_ones) in self._automaton.iter(text):
            at = last - length + 1
            first = text.rfind(" ", 0, at) + 1
            for known in known_ones:
                end = _end_of(known, text, first, at)
                if end:
                    yield Found(known.value, first, end)


def _end_of(known: _Known, text: str, first: int, at: int) -> int:
    """Where `known` ends if it stands in `text` with its first stem at `at` in the word that begins at `first`; else 0."""
    if text[first:at] not in known.before:
        return 0
    begin, offset = first, at - first
    for word in known.words:
        end = text.find(" ", begin)
        end = len(text) if end < 0 else end
        if not word.fits(text[begin:end], offset):
            return 0
        begin, offset = end + 1, 0
    return begin - 1


def _readings(phrase: str, language: str, value: int) -> Iterator[_Known]:
    """`phrase` as it may be written: with and without its article, in Kazakh also in plain letters."""
    words = model_text(normal(phrase)).split()
    if not words:
        return
    yield _Known(value, beginnings(language, False), tuple(_word(w, language) for w in words))
    article = affixes(language).article
    if article and words[0].startswith(article) and len(words[0]) > len(article) + 2:
        bare = [words[0].removeprefix(article), *words[1:]]
        yield _Known(value, beginnings(language, True), tuple(_word(w, language) for w in bare))
    if language == "kk" and (plain := plain_kazakh(" ".join(words))) != " ".join(words):
        yield _Known(value, beginnings(language, False), tuple(_word(w, language) for w in plain.split()))


def _word(word: str, language: str) -> _Word:
    if len(word) < _SHORT or not word.isalpha():
        return _Word(word, frozenset({""}))
    for end in affixes(language).fleeting:
        if word.endswith(end):
            return _Word(word.removesuffix(end), frozenset({end, *(end[-1] + ending for ending in endings(language))}))
    return _Word(stem(word, language), endings(language))
