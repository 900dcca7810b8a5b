"""A theme's name: the phrase that its posts say and others do not, as most of them write it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby, pairwise
from math import log

from core.spelling import normal
from enrich.themes_words import SPACE, stem, term_number

_ENTITY = re.compile(r"&#?\w{1,8};")  # what pages leave behind, such as &amp;
_SIGNS = "\u0300-\u036f\u064b-\u065f\u0670\u06d6-\u06dc"  # accents and vowel signs stand within a word
_JOINER = "\u200c"  # within Persian words, between their parts
_WORD = re.compile(rf"#?[^\W\d_][\w{_SIGNS}{_JOINER}]*")
Usual = Callable[[int], float]  # hashed term → share of all remembered posts that have it


def phrases(texts: Sequence[str], usual: Usual, most: int = 5) -> list[str]:
    """Up to `most` telling words and pairs of neighbouring words of `texts`, the most telling first, in their own spelling."""
    said: Counter[str] = Counter()
    spelt: dict[str, Counter[str]] = {}
    for text in texts:
        for key, spelling in dict(_candidates(text)).items():
            said[key] += 1
            spelt.setdefault(key, Counter())[spelling] += 1
    ranked = sorted(said, key=lambda key: (-_telling(key, said[key], len(texts), usual), key))
    chosen: list[str] = []
    for key in ranked:
        if said[key] >= min(2, len(texts)) and not any(set(key.split()) & set(other.split()) for other in chosen):
            chosen.append(key)
    return [spelt[key].most_common(1)[0][0] for key in (chosen or ranked)[:most]]


def _candidates(text: str) -> list[tuple[str, str]]:
    """(key, spelling) of words and pairs; the key joins the forms of a word. What is no word parts its neighbours."""
    pieces = _ENTITY.sub(" ", text).split()
    return [found for is_no_word, some in groupby(pieces, _is_no_word) if not is_no_word for found in _told(" ".join(some))]


def _is_no_word(piece: str) -> bool:
    """An address, a handle, mail, a repost's RT: they name people and machines, not the matter; and a name goes out in messages."""
    return "@" in piece or "://" in piece or ("." in piece and "/" in piece) or piece.startswith("www.") or piece in ("RT", "rt")


def _told(part: str) -> list[tuple[str, str]]:
    raw = [word.strip(_JOINER) for word in _WORD.findall(part)]
    words = [(key, word) for word in raw if len(word) >= 3 and (key := _key(word))]
    return words + [(f"{a} {b}", f"{x} {y}") for (a, x), (b, y) in pairwise(words) if a != b]


def _key(word: str) -> str:
    """What the forms of a word share, as a term of the memory: of a hashtag all its parts together, of a joined word its longest part."""
    if word.startswith("#"):
        return normal(word).replace("_", "").replace(" ", "")
    return stem(max(normal(word).split(), key=len, default=""))


def _telling(key: str, said: int, texts: int, usual: Usual) -> float:
    """How much more often than usual, times how often at all; a pair is worth more than its words."""
    share, expected = said / texts, usual(term_number(key)) + 1 / SPACE
    return share * log(share / expected) * (1.3 if " " in key else 1.0)
