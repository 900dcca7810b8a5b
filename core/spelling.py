"""One normal spelling, so that a search finds what was meant: for the index, the models and the questions alike.

The published text is never changed; this makes the copy that is searched (docs/decisions/0002).
"""

import re
import unicodedata

_DROPPED = (
    "".join(map(chr, range(0x064B, 0x0660)))  # Arabic vowel signs and marks
    + "\u0670\u0640"  # superscript alef, tatweel
    + "".join(map(chr, range(0x06D6, 0x06EE)))  # Quranic marks
    + "\u200b\u200d\u200e\u200f\u061c\ufeff\u00ad"  # zero-width and direction marks
    + "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    + "\ufe0e\ufe0f"  # variation selectors
)
_FOLDED = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ٲ": "ا", "ٳ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ے": "ي", "ئ": "ي", "ؤ": "و",
    "ة": "ه", "ۀ": "ه", "ە": "ه", "ہ": "ه", "ھ": "ه", "ک": "ك", "ڪ": "ك", "گ": "گ", "ۃ": "ه",
    "ё": "е", "Ё": "е", "Ѐ": "е", "ѐ": "е",
    "\u200c": " ", "\u00a0": " ", "\u202f": " ", "ـ": "",
    "’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "«": '"', "»": '"',
}  # fmt: skip
_DIGITS = {ord(z) + i: str(i) for z in "٠۰" for i in range(10)}
_TABLE: dict[int, str] = {
    **{ord(c): "" for c in _DROPPED},
    **{ord(k): v for k, v in _FOLDED.items()},
    **_DIGITS,
}
_KAZAKH = str.maketrans("әғқңөұүһі", "агкноуухи")
_DECOMPOSED = re.compile("[\u0300-\u036f\ufb50-\ufdff\ufe70-\ufeff\uff01-\uff5e]")
_LONG = re.compile(r"(\w)\1{2,}")
_SPACE = re.compile(r"\s+")


def normal(text: str) -> str:
    """`text` in normal spelling: one form of each Arabic and Persian letter, no vowel signs, tatweel or joiners,
    western digits, lower case, ё as е, a letter repeated three times or more as twice (a digit never: 1000 is not 100), single spaces.

    Hashtags, handles and emoji stay whole. Kazakh letters stay; `plain_kazakh` folds them.
    """
    if _DECOMPOSED.search(text):
        text = unicodedata.normalize("NFKC", text)
    return _SPACE.sub(" ", _LONG.sub(_twice, text.translate(_TABLE).lower())).strip()


def _twice(match: re.Match[str]) -> str:
    return match[0] if match[1].isdigit() else match[1] * 2


def plain_kazakh(text: str) -> str:
    """`text` as typed on a keyboard without the Kazakh letters (ә→а, ғ→г, қ→к, ң→н, ө→о, ұ and ү→у, һ→х, і→и)."""
    return text.translate(_KAZAKH)


_TAG = re.compile(r"([#@])(\w+)")
_WORD = re.compile(r"\w+")
_JOINED = re.compile(r"^[وفبكل]?(?:ال|لل)(?=\w{3})|^[وف]?ب?ال(?=\w{3})")
_ARABIC = re.compile("[\u0621-\u06ff]")


def search_text(text: str) -> str:
    """What is indexed for search: the words of `text` in normal spelling, in order, one space between them.

    A hashtag or handle stands whole (as __tag and ___handle) and in its parts; at the end follow, for Arabic words with a
    joined article, the bare words. Only word characters and spaces, so that every engine cuts it into the same words.
    """
    return words_of(normal(text))


def words_of(spelt: str) -> str:
    """The same of a text that is in normal spelling already."""
    plain = _TAG.sub(_whole_and_parts, spelt)
    words = _WORD.findall(plain)
    if _ARABIC.search(plain):
        words += [bare for word in words if (bare := _JOINED.sub("", word)) != word]
    return " ".join(words)


def _whole_and_parts(match: re.Match[str]) -> str:
    return f" {_mark(match)}{match[2]} {match[2].replace('_', ' ')} "


def _mark(match: re.Match[str]) -> str:
    return "__" if match[1] == "#" else "___"


def digits_of(text: str) -> str:
    """The digits of a number as somebody wrote it, western and nothing else."""
    return "".join(str(unicodedata.decimal(sign)) for sign in text if sign.isdecimal())


def search_terms(asked: str) -> list[tuple[tuple[str, ...], bool]]:
    """What a person typed into a search box as terms, all of which must be found: (words standing together, is a prefix)."""
    terms = []
    for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', normal(asked)):
        if words := tuple(_WORD.findall(_as_indexed(quoted or bare))):
            terms.append((words, not quoted and bare.endswith("*")))
    return terms


def _as_indexed(typed: str) -> str:
    """A term as the index has it: a hashtag or handle alone whole; one among other words, as in an e-mail address, whole and in its parts."""
    alone = _TAG.fullmatch(typed.removesuffix("*"))
    return _mark(alone) + alone[2] if alone else _TAG.sub(_whole_and_parts, typed)
