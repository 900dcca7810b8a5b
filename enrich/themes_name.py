"""A theme's name: the phrase that its posts say and others do not, as most of them write it."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import groupby, pairwise
from math import log
from pathlib import Path

from core.spelling import normal
from enrich.themes_words import SPACE, stem, term_number

SMALL_WORDS = Path(__file__).parent / "languages" / "small_words.toml"
_ENTITY = re.compile(r"&#?\w{1,8};")  # what pages leave behind, such as &amp;
_SIGNS = "\u0300-\u036f\u064b-\u065f\u0670\u06d6-\u06dc"  # accents and vowel signs stand within a word
_JOINER = "\u200c"  # within Persian words, between their parts
_WORD = re.compile(rf"#?[^\W\d_][\w{_SIGNS}{_JOINER}]*")
Usual = Callable[[int], float]  # hashed term → share of all remembered posts that have it


def phrases(texts: Sequence[str], usual: Usual, most: int = 5) -> list[str]:
    """Up to `most` telling words and pairs of neighbouring words of `texts`, the most telling first, in their own spelling.

    Words that only join others are left out, unless there is nothing else.
    """
    return _named(texts, usual, small_words())[:most] or _named(texts, usual, frozenset())[:most]


@lru_cache(1)
def small_words() -> frozenset[str]:
    """Words that say nothing by themselves, of all languages, in normal spelling."""
    told = tomllib.loads(SMALL_WORDS.read_text(encoding="utf-8"))
    return frozenset(normal(word) for words in told.values() for word in words.split())


def _named(texts: Sequence[str], usual: Usual, small: frozenset[str]) -> list[str]:
    said: Counter[str] = Counter()
    spelt: dict[str, Counter[str]] = {}
    for text in texts:
        for key, spelling in dict(_candidates(text, small)).items():
            said[key] += 1
            spelt.setdefault(key, Counter())[spelling] += 1
    names = {key: counted.most_common(1)[0][0] for key, counted in spelt.items()}
    ranked = sorted(said, key=lambda key: (-_telling(key, names[key], said[key] / len(texts), usual), key))
    chosen: list[str] = []
    for key in ranked:
        if said[key] >= min(2, len(texts)) and not any(set(key.split()) & set(other.split()) for other in chosen):
            chosen.append(key)
    return [names[key] for key in (chosen or ranked)]


def _candidates(text: str, small: frozenset[str]) -> list[tuple[str, str]]:
    """(key, spelling) of words and pairs; the key joins the forms of a word. What is no word parts its neighbours."""
    pieces = _ENTITY.sub(" ", text).split()
    return [found for is_no_word, some in groupby(pieces, _is_no_word) if not is_no_word for found in _told(" ".join(some), small)]


def _is_no_word(piece: str) -> bool:
    """An address, a handle, mail, a repost's RT: they name people and machines, not the matter; and a name goes out in messages."""
    return "@" in piece or "://" in piece or ("." in piece and "/" in piece) or piece.startswith("www.") or piece in ("RT", "rt")


def _told(part: str, small: frozenset[str]) -> list[tuple[str, str]]:
    raw = [word.strip(_JOINER) for word in _WORD.findall(part)]
    words = [("" if normal(word) in small else key, word) for word in raw if len(word) >= 3 and (key := _key(word))]
    pairs = [(f"{a} {b}", f"{x} {y}") for (a, x), (b, y) in pairwise(words) if a and b and a != b]
    return [(key, word) for key, word in words if key] + pairs


def _key(word: str) -> str:
    """What the forms of a word share, as a term of the memory: of a hashtag all its parts together, of a joined word its longest part."""
    if word.startswith("#"):
        return normal(word).replace("_", "").replace(" ", "")
    return stem(max(normal(word).split(), key=len, default=""))


def _telling(key: str, name: str, share: float, usual: Usual) -> float:
    """How much more often than usual, times how often at all; a pair, or a hashtag of several words, is worth more than a word."""
    expected = usual(term_number(key)) + 1 / SPACE
    return share * log(share / expected) * (1.3 if " " in key or "_" in name else 1.0)
