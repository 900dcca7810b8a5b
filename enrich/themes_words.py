"""What a text speaks of, as numbers that pool the forms of a word: the terms of the theme detector."""

import re
from functools import lru_cache
from zlib import crc32

from core.spelling import normal

SPACE = 1 << 19  # terms are hashed into so many numbers: one in fifteen words shares its number, and memory stays bounded
SPREAD = 0x9E3779B1  # an odd number, so that no two first words of a pair meet
STEM = 6  # letters of a word that are kept: enough for the root, short enough to drop endings (ru, kk, en, tr)
MOST = 64  # terms of one post; longer texts say the rest elsewhere

_TOKEN = re.compile(r"#\w+|[^\W_]+")
_ARABIC_PREFIX = re.compile(r"^(?:[وف]?[بكل]?ال|[وف]?لل|و)(?=\w{3})")
_ARABIC_SUFFIX = re.compile(r"(?<=\w{3})(?:هاي|ها|ات|ان|ين|ون|يه|ه|ي)$")
_ARABIC = re.compile("[\u0621-\u06ff]")
_REPOST = re.compile(r"^rt @(\w+)", re.IGNORECASE)


def read(text: str) -> tuple[tuple[int, ...], frozenset[int]]:
    """Hashed terms of `text` (distinct stems, pairs of neighbouring stems, hashtags in one spelling) and its words, short ones too.

    By its terms a post is compared with others, by its words a retold copy is known.
    """
    told = [_numbers(token) for token in _TOKEN.findall(normal(text))]
    stems = [number for _, numbers in told for number in numbers]
    found = dict.fromkeys(stems)
    found.update(dict.fromkeys(map(_pair, stems, stems[1:])))
    return tuple(found)[:MOST], frozenset([word for word, _ in told])


def reposted(text: str) -> str | None:
    """The handle whose post `text` repeats, if it begins as a repost does."""
    match = _REPOST.match(text)
    return match[1].lower() if match else None


@lru_cache(1 << 16)
def _numbers(token: str) -> tuple[int, tuple[int, ...]]:
    """The number of a word itself, and those of its stems."""
    return term_number(token), tuple(map(term_number, _stems(token)))


def _stems(token: str) -> tuple[str, ...]:
    """Stems of one word; of a hashtag its parts and their growing joins (#a_b: a, b, ab), so that spellings meet."""
    if not token.startswith("#"):
        return (stem(token),) if len(token) >= 3 and not token.isdigit() else ()
    parts = [part for part in token[1:].split("_") if part]
    joins = ["#" + "".join(parts[: n + 1]) for n in range(len(parts))]
    return tuple(dict.fromkeys([stem(part) for part in parts if len(part) >= 3] + joins))


def stem(word: str) -> str:
    """`word` (normal spelling) without what joins it to others in Arabic and Persian, cut to its first letters."""
    if _ARABIC.match(word):
        word = _ARABIC_SUFFIX.sub("", _ARABIC_PREFIX.sub("", word))
    return word[:STEM]


def term_number(term: str) -> int:
    """The hashed number of a stem, a hashtag, or two stems with a space between them."""
    first, _, second = term.partition(" ")
    number = crc32(first.encode()) % SPACE
    return _pair(number, crc32(second.encode()) % SPACE) if second else number


def _pair(first: int, second: int) -> int:
    return (first * SPREAD + second) % SPACE
