"""The words of a language that carry a judgement or tell a topic, and the counted facts that models read beside n-grams."""

from collections.abc import Sequence
from functools import cache

import msgspec
import numpy as np

from core.deployment import BASE_TOPICS
from core.spelling import normal
from enrich.affixes import LANGUAGE_FACTS, affixes
from enrich.grams import Array
from enrich.normalize import HANDLE, LINK, model_text, read_as
from enrich.phrases import Phrases
from enrich.sets import rows

JUDGED = ("very bad", "bad", "good", "very good")  # polarity -2, -1, 1, 2
SIGNS = ("?", "!", "#", "0", "؟", LINK, HANDLE)
CUES = ("asks", "wishes", "thanks", "announces", "trades", "greets", "lacks")  # what a word or pair of words is said for
FACTS = (
    *JUDGED, *(f"not {name}" for name in JUDGED), "leans", "is judged", "question", "exclamation", "hashtag", "number",
    "link", "handle", "up to 3 words", "up to 8 words", "over 30 words", "asks at the end", *BASE_TOPICS, *(f"{topic}, broadly" for topic in BASE_TOPICS),
    *(f"cue: {cue}" for cue in CUES),
)  # fmt: skip
"""What each column of the counted facts tells."""

_TOPIC = FACTS.index(BASE_TOPICS[0])
_CUE = FACTS.index(f"cue: {CUES[0]}")
_PLACE = {-2: 0, -1: 1, 1: 2, 2: 3}


class Lexicon(msgspec.Struct, frozen=True):
    """One language's words: judgement and cues by word or pair of words, what negates, and the phrases that tell a base topic."""

    language: str
    polarity: dict[str, int]
    negations: frozenset[str]
    topics: Phrases
    cues: dict[str, tuple[int, ...]]
    cue_endings: tuple[tuple[str, int], ...]  # of words, where a language wishes or asks by its endings


@cache
def lexicon(language: str) -> Lexicon:
    """The word lists of `language`, compiled once a process; empty where there is no list."""
    folder = LANGUAGE_FACTS / language
    polarity: dict[str, int] = {}
    if (path := folder / "polarity.tsv").exists():
        for row in rows(path):
            polarity.setdefault(_spelt(row["word"], language), int(row["score"]))
    seeds = [*_topic_words(language, "topic_words", 0), *_topic_words(language, "topic_stems", len(BASE_TOPICS))]
    return Lexicon(
        language, polarity, frozenset(_spelt(word, language) for word in affixes(language).negations), Phrases(seeds), *_cue_words(language)
    )


def _spelt(word: str, language: str) -> str:
    """A listed word in the spelling of the texts that are read."""
    return read_as(model_text(normal(word)), language)


def _cue_words(language: str) -> tuple[dict[str, tuple[int, ...]], tuple[tuple[str, int], ...]]:
    """Of cues.tsv each word or pair of words with its cues, and each ending (written "-ending") with its cue."""
    path = LANGUAGE_FACTS / language / "cues.tsv"
    found: dict[str, tuple[int, ...]] = {}
    endings = []
    for row in rows(path) if path.exists() else ():
        word, cue = row["word"], CUES.index(row["cue"])
        if word.startswith("-"):
            endings.append((_spelt(word[1:], language), cue))
        else:
            key = _spelt(word, language)
            found[key] = (*found.get(key, ()), cue)
    return found, tuple(endings)


def _topic_words(language: str, name: str, first: int) -> list[tuple[str, str, int]]:
    """Phrases of one list: topic_words tell a topic by themselves, topic_stems only lean towards it. Values count from `first`."""
    path = LANGUAGE_FACTS / language / f"{name}.tsv"
    listed = rows(path) if path.exists() else ()
    return [(row["word"], language, first + BASE_TOPICS.index(row["topic"])) for row in listed if row["topic"] in BASE_TOPICS]


def counted(texts: Sequence[str], words: Lexicon) -> Array:
    """One line a text (in model spelling), one column a fact of FACTS: float32, about 0 to 2 each."""
    found = np.zeros((len(texts), len(FACTS)), dtype=np.float32)
    for line, text in zip(found, texts, strict=True):
        tokens = text.split()
        _judge(line, tokens, words)
        _shape(line, tokens)
        _cues(line, tokens, words)
        for topic in words.topics.find(text):
            line[_TOPIC + topic.value] += 1
    np.log1p(np.maximum(found, 0), out=found, where=np.arange(len(FACTS)) != _LEANS)
    return found


_LEANS = FACTS.index("leans")
_IS_JUDGED = FACTS.index("is judged")
_SHAPE = FACTS.index("question")


def _judge(line: Array, tokens: Sequence[str], words: Lexicon) -> None:
    """Count words and phrases of up to three words of each polarity; a single word apart where the one before negates."""
    total = 0
    before = earlier = ""
    negated = False
    for token in tokens:
        pair = f"{before} {token}"
        phrase = words.polarity.get(f"{earlier} {pair}") or words.polarity.get(pair)  # holds its own negation, if any: "не работает"
        score = phrase or words.polarity.get(token)
        if score:
            turned = negated and not phrase
            line[_PLACE[score] + (4 if turned else 0)] += 1
            total += -score if turned else score
            line[_IS_JUDGED] = 1
        negated = token in words.negations
        earlier, before = before, token
    line[_LEANS] = total / (1 + abs(total))


def _cues(line: Array, tokens: Sequence[str], words: Lexicon) -> None:
    """Count what is said to ask, to wish, to thank, to announce."""
    before = ""
    for token in tokens:
        for cue in words.cues.get(token, ()) + words.cues.get(f"{before} {token}", ()):
            line[_CUE + cue] += 1
        for ending, cue in words.cue_endings:
            if token.endswith(ending):
                line[_CUE + cue] += 1
        before = token


def _shape(line: Array, tokens: Sequence[str]) -> None:
    """Questions, exclamations, tags, numbers, links and the length."""
    size = len(tokens)
    asks = tokens.count("?") + tokens.count("؟")
    line[_SHAPE : _SHAPE + 10] = (
        asks, tokens.count("!"), tokens.count("#"), any(t[0] == "0" for t in tokens), LINK in tokens, HANDLE in tokens,
        size <= 3, size <= 8, size > 30, bool(asks) and tokens[-1] in "?؟",
    )  # fmt: skip
