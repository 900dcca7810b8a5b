"""A theme's name: the phrase that its posts say and others do not, as most of them write it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import log

from core.spelling import normal
from enrich.themes_words import SPACE, stem, term_number

_WORD = re.compile(r"#?[^\W\d_][\w]*")
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
    """(key, spelling) of words and pairs; the key joins the forms of a word."""
    raw = [word for word in _WORD.findall(text) if len(word) >= 3]
    keys = [word if word.startswith("#") else stem(word) for word in map(normal, raw)]
    pairs = [(f"{a} {b}", f"{x} {y}") for (a, x), (b, y) in pairwise(zip(keys, raw, strict=True)) if a != b]
    return [(key, word) for key, word in zip(keys, raw, strict=True) if key] + pairs


def _telling(key: str, said: int, texts: int, usual: Usual) -> float:
    """How much more often than usual, times how often at all; a pair is worth more than its words."""
    share, expected = said / texts, usual(term_number(key)) + 1 / SPACE
    return share * log(share / expected) * (1.3 if " " in key else 1.0)
