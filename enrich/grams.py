"""A whole batch of texts cut into hashed n-grams at once: characters within a word, words, pairs of words.

All texts lie in one array of code points; each n-gram's hash grows from the one a character shorter, so that the cost
is a few array operations a batch and not a Python loop a text.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

CHARACTERS = (2, 3, 4, 5)  # lengths of character n-grams, the space around a word counted
_SPACE = 32
_STEP = np.uint32(0x9E3779B1)  # odd, from the golden ratio: spreads neighbouring code points
_WORD_STEP = np.uint64(0x9E3779B97F4A7C15)
_SALTS = {n: np.uint32(0x85EBCA6B * n & 0xFFFFFFFF) for n in (2, 3, 4, 5, 8, 9)}

Array = NDArray[Any]


class Grams(msgspec.Struct, frozen=True):
    """Hashed n-grams of some texts: text i has `hashes[starts[i]:starts[i + 1]]`, repeats included."""

    hashes: Array  # uint32
    starts: Array  # int64, one more than there are texts

    def __len__(self) -> int:
        return len(self.starts) - 1

    def rows(self, chosen: Array) -> "Grams":
        """Only the texts for which `chosen` (one flag a text) is true, in order."""
        counts = np.diff(self.starts)
        kept = counts[chosen]
        return Grams(self.hashes[np.repeat(chosen, counts)], np.concatenate(([0], np.cumsum(kept))))


def cut(texts: Sequence[str], characters: Sequence[int] = CHARACTERS, words: bool = True) -> Grams:
    """The n-grams of `texts`, which must have single spaces between words (see normalize.model_text)."""
    points, starts = _laid_out(texts)
    table, valid = _table(points, characters, words)
    counts = np.cumsum(valid.sum(axis=1))
    ends = np.concatenate(([0], counts))[starts]
    return Grams(table[valid], ends)


def _laid_out(texts: Sequence[str]) -> tuple[Array, Array]:
    """All texts as code points, a space before and after each; and where each starts, with the end of all."""
    joined = " " + "  ".join(texts) + " "
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = np.fromiter((len(t) + 2 for t in texts), dtype=np.int64, count=len(texts))
    starts = np.concatenate(([0], np.cumsum(lengths)))
    return points[: starts[-1]], starts


def _table(points: Array, characters: Sequence[int], words: bool) -> tuple[Array, Array]:
    """A line a position: the hashes of the n-grams that start there, and which of them are real."""
    width = len(characters) + 2 * words
    table = np.zeros((len(points), width), dtype=np.uint32)
    valid = np.zeros((len(points), width), dtype=np.bool_)
    _fill_characters(points, characters, table, valid)
    if words:
        _fill_words(points, table[:, -2:], valid[:, -2:])
    return table, valid


def _fill_characters(points: Array, characters: Sequence[int], table: Array, valid: Array) -> None:
    """N-grams that hold no space but at their first or last place, and something beside spaces."""
    size = len(points)
    space = points == _SPACE
    grown = points * _STEP
    inner = np.ones(size, dtype=np.bool_)  # no space strictly inside so far
    for n in range(2, max(characters, default=1) + 1):
        room = size - n + 1
        if room <= 0:
            return
        grown = (grown[:room] ^ (grown[:room] >> np.uint32(15))) * _STEP + points[n - 1 :]
        inner = inner[:room] & (~space[n - 2 : n - 2 + room] if n > 2 else ~(space[:room] & space[1:]))
        if n in characters:
            column = characters.index(n)
            table[:room, column] = _mixed(grown, n)
            valid[:room, column] = inner


def _fill_words(points: Array, table: Array, valid: Array) -> None:
    """Words and pairs of neighbouring words, each at its first character."""
    space = points == _SPACE
    first = np.flatnonzero(space[:-1] & ~space[1:]) + 1
    last = np.flatnonzero(~space[:-1] & space[1:]) + 1  # one past
    if not len(first):
        return
    word = _word_hashes(points, first, last)
    table[first, 0] = _mixed(word, 8)
    valid[first, 0] = True
    paired = np.flatnonzero(first[1:] == last[:-1] + 1)  # one space between: the same text
    table[first[paired], 1] = _mixed(word[paired] * _STEP ^ word[paired + 1], 9)
    valid[first[paired], 1] = True


def _word_hashes(points: Array, first: Array, last: Array) -> Array:
    """A hash a word that does not depend on where it stands: differences of a running polynomial, shifted back."""
    powers, inverses = _powers(len(points) + 1)
    running = np.concatenate((np.zeros(1, np.uint64), np.cumsum(points * powers[: len(points)], dtype=np.uint64)))
    value = (running[last] - running[first]) * inverses[first]
    return np.asarray(value ^ (value >> np.uint64(29)) ^ (value >> np.uint64(47)), dtype=np.uint32)


_POWERS: list[Array] = []


def _powers(size: int) -> tuple[Array, Array]:
    """Powers of the step and of its inverse modulo 2**64, at least `size` of each."""
    if not _POWERS or len(_POWERS[0]) < size:
        room = max(1 << 17, 1 << int(size).bit_length())
        inverse = np.uint64(pow(int(_WORD_STEP), -1, 1 << 64))
        _POWERS[:] = [_running_power(_WORD_STEP, room), _running_power(inverse, room)]
    return _POWERS[0], _POWERS[1]


def _running_power(base: np.uint64, size: int) -> Array:
    factors = np.full(size, base, dtype=np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)


def _mixed(value: Array, kind: int) -> Array:
    """Every bit of `value` brought to the high bits, apart by kind: a model takes its index from the top."""
    value = (value ^ (value >> np.uint32(16)) ^ _SALTS[kind]) * np.uint32(0x85EBCA6B)
    value = (value ^ (value >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return np.asarray(value ^ (value >> np.uint32(16)))


def cut_words(texts: Sequence[str]) -> Grams:
    """Only the pairs of neighbouring words of `texts`."""
    points, starts = _laid_out(texts)
    table = np.zeros((len(points), 2), dtype=np.uint32)
    valid = np.zeros((len(points), 2), dtype=np.bool_)
    _fill_words(points, table, valid)
    ends = np.concatenate(([0], np.cumsum(valid[:, 1])))[starts]
    return Grams(table[:, 1][valid[:, 1]], ends)


def named(text: str, characters: Sequence[int] = CHARACTERS) -> dict[int, str]:
    """Each hash of `text`'s n-grams → how the n-gram reads, for people who ask why."""
    table, valid = _table(_laid_out([text])[0], characters, True)
    padded = f" {text} "
    found: dict[int, str] = {}
    for at, column in zip(*(side.tolist() for side in np.nonzero(valid)), strict=True):
        found.setdefault(int(table[at, column]), _reads(padded, at, column, characters))
    return found


def _reads(padded: str, at: int, column: int, characters: Sequence[int]) -> str:
    """The n-gram of one cell of the table: a piece of a word, a word, or two."""
    if column < len(characters):
        return padded[at : at + characters[column]]
    return " ".join(padded[at:].split()[: column - len(characters) + 1])
