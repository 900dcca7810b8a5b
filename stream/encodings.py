"""In which encoding a text file of somebody's own was written: UTF-8, UTF-16, Windows-1256 or Windows-1251, or none that we read."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from core.errors import BadInput

SAMPLE = 1_000_000
LEGACY = {"cp1256": "اليمنوتر", "cp1251": "оеаинтсрл"}  # and the letters that are commonest in what is written with it
ENOUGH = 40  # letters by which an encoding can be judged
LEAST = 0.4  # of them are common ones: our own labelled posts have 0.51 to 0.62, in a wrong encoding 0.15 to 0.40
OTHERS = {"iso8859-6": LEGACY["cp1256"], "koi8-r": LEGACY["cp1251"]}  # what short texts may pass for
BETTER = 0.08
_ACCENTED = re.compile("(?<=[A-Za-z])[À-ÿŒœ]|[À-ÿŒœ](?=[A-Za-z])")  # Windows-1256 has these letters too, for French words
_MIXED = re.compile("(?<=[A-Za-z])[\u0400-\u06ff]|[\u0400-\u06ff](?=[A-Za-z])|[а-яё][А-ЯЁ]")  # within words of no script
_LETTER = re.compile(r"[^\W\d_]")


def encoding(path: Path) -> str:
    """The file's encoding, as Python names it. Raises BadInput where it is not text, or text in an encoding that we do not read."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in sample and (wide := _wide(sample)):
        return wide
    if _is_binary(sample):
        raise BadInput(f"{path}: holds zero bytes, so it is not text; save it as CSV in UTF-8 and try again")
    return "utf-8-sig" if _is_utf8(path) else _legacy(path, sample)


def _wide(sample: bytes) -> str | None:
    """UTF-16 without its mark: of what stands in every second byte much is zero, of the others next to nothing."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(sample) % 2 or min(even, odd) * 20 > max(even, odd) or max(even, odd) * 20 < len(sample):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_binary(sample: bytes) -> bool:
    """Whether zero bytes stand in the first line or in most; a few lines with some are refused each for itself."""
    lines = sample.split(b"\n")
    return b"\0" in lines[0] or 2 * sum(b"\0" in line for line in lines) > len(lines)


def _is_utf8(path: Path) -> bool:
    """Whether the whole file decodes, but for a few broken bytes in an otherwise plain UTF-8 text (a broken line in the middle)."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    broken = good = 0
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            text = decoder.decode(block)
            broken += text.count("\ufffd")
            good += sum(1 for c in text[:20_000] if c > "\x7f") - text[:20_000].count("\ufffd")
    return broken == 0 or good > 20 * broken


def _legacy(path: Path, sample: bytes) -> str:
    """The likelier of the two old encodings; a text that is long enough to tell must make words in it."""
    share = {name: _plausible(sample, name, common) for name, common in LEGACY.items()}
    best = max(share, key=lambda name: share[name])
    if share[best] < LEAST or max(_plausible(sample, *other) for other in OTHERS.items()) > share[best] + BETTER:
        raise BadInput(f"{path}: its letters make no words in UTF-8, Windows-1256 or Windows-1251; save it in UTF-8 and try again")
    return best


def _plausible(sample: bytes, name: str, common: str) -> float:
    """The share of common letters among those beyond ASCII, less those that stand in a Latin word; of few letters at least LEAST."""
    text = _ACCENTED.sub("", sample[:100_000].decode(name, "replace"))
    letters = [c for c in text.lower() if c > "\x7f" and (_LETTER.match(c) or c == "\ufffd" or not c.isprintable())]
    share = (sum(c in common for c in letters) - 2 * len(_MIXED.findall(text))) / max(len(letters), 1)
    return max(share, LEAST + share / 100) if len(letters) < ENOUGH else share
