"""The spelling the models read: the normal spelling with links, handles, digits and signs made alike.

Search keeps `core.spelling.normal` as it is; what only helps a model to generalise is done here and nowhere else.
"""

import re
import unicodedata

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


def letters_only(spelt: str) -> str:
    """`spelt` without anything but letters, links and handles gone: two texts equal so are the same text for training and tests."""
    bare = _HANDLE.sub(" ", _LINK.sub(" ", spelt))
    words = _LETTERS.findall(bare)
    return "".join(w for w in words if w not in ("rt", "user", "http", "url"))
