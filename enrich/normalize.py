"""The spelling the models read: the normal spelling with links, handles, digits and signs made alike.

Search keeps `core.spelling.normal` as it is; what only helps a model to generalise is done here and nowhere else.
"""

import re
import unicodedata
from functools import lru_cache

from core.spelling import plain_kazakh

_LINK = re.compile(r"(?:https?://?|www\.)\S*|\bhttps?\b|\bt\.co\S*")
_HANDLE = re.compile(r"@[\w.]+")
_LETTERS = re.compile(r"[^\W\d_]+")

LINK = "\ue001"  # private-use letters: one sign that no text holds
HANDLE = "\ue002"


class _Alike(dict[int, str]):
    """What each code point becomes; filled as characters are met, so that one `translate` does all of it."""

    def __missing__(self, point: int) -> str:
        self[point] = found = _alike(chr(point))
        return found


def _alike(char: str) -> str:
    """A digit as 0, a letter as itself, a mark as nothing, space and underscore as space, any other sign set apart."""
    kind = unicodedata.category(char)
    if kind == "Nd":
        return "0"
    if char in "_\n\t\r" or (kind[0] in "ZC" and char not in (LINK, HANDLE)):
        return " "
    if kind[0] in "LN" or char in (LINK, HANDLE):
        return char
    return "" if kind[0] == "M" else f" {char} "


_ALIKE = _Alike()


def model_text(spelt: str) -> str:
    """`spelt` (see core.spelling.normal) as the models read it: links, handles and digits masked, signs set apart, single spaces."""
    if "http" in spelt or "www." in spelt or "t.co" in spelt:
        spelt = _LINK.sub(LINK, spelt)
    if "@" in spelt:
        spelt = _HANDLE.sub(HANDLE, spelt)
    return " ".join(spelt.translate(_ALIKE).split())


def read_as(text: str, language: str) -> str:
    """`text` (model spelling) as the models of `language` read it: Kazakh in whatever letters it was typed in one alphabet, others as they are."""
    return plain_kazakh(_LATIN.sub(_in_cyrillic, text)) if language == "kk" else text


_LATIN = re.compile("[a-zäöüūşğñıáúóńýģ']*[a-zäöüūşğñıáúóńýģ]+")
_PAIRS = re.compile("sh|ch|zh|gh|ng|ya|yu|kh|ts")
_ALPHABET = (
    "sh=ш ch=ч zh=ж gh=г ng=н ya=я yu=ю kh=х ts=ц a=а b=б v=в g=г d=д e=е z=з i=и j=ж k=к l=л m=м n=н o=о p=п r=р s=с t=т u=у f=ф "
    "h=х y=ы q=к w=у x=кс c=к á=а ä=а ó=о ö=о ú=у ü=у ū=у ý=у ı=ы ş=ш ğ=г ģ=г ñ=н ń=н '="
)
_CYRILLIC = dict(pair.split("=") for pair in _ALPHABET.split())
"""Latin letters of Kazakh, official and as people type them → plain Cyrillic ones, as plain_kazakh leaves them."""
_ONE = str.maketrans({latin: letter for latin, letter in _CYRILLIC.items() if len(latin) == 1})


@lru_cache(maxsize=1 << 14)
def _latin_word(word: str) -> str:
    return _PAIRS.sub(lambda pair: _CYRILLIC[pair[0]], word).translate(_ONE)


def _in_cyrillic(word: re.Match[str]) -> str:
    return _latin_word(word[0])


def letters_only(spelt: str) -> str:
    """`spelt` without anything but letters, links and handles gone: two texts equal so are the same text for training and tests."""
    bare = _HANDLE.sub(" ", _LINK.sub(" ", spelt))
    words = _LETTERS.findall(bare)
    return "".join(w for w in words if w not in ("rt", "user", "http", "url"))
