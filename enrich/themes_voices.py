"""Who really speaks: one author who repeats himself and a text that goes from hand to hand are one voice."""

from collections import Counter
from collections.abc import Sequence

from enrich.themes_counts import Digest

HALF = 0.5  # two texts sharing more of the shorter one's words may be one text retold …
THICK = 0.45  # … and are, if so much of their company is alike that way: neighbours' complaints share words in pairs, not all round
SAME = 0.8  # sharing so much they are one text in any company
ONE_TEXT = 0.57  # share of their words that texts of a theme never have in common all round (docs/themes.md)
SHORT = 4  # words below which only equality counts


def echoes(anchor: Digest, others: Sequence[Digest]) -> list[bool]:
    """For each of `others`: is it by the author, or nearly the text, of the anchor or of one before it?"""
    voices, heard = {anchor.voice} - {0}, [anchor]
    gone = []
    for digest in others:
        again = digest.voice in voices or any(_share(digest, one) >= SAME for one in heard)
        gone.append(again)
        if not again:
            voices |= {digest.voice} - {0}
            heard.append(digest)
    return gone


def retold(company: Sequence[Digest]) -> list[bool]:
    """Which of the company are hands that a text passed through: all but the first of a thick knot of half copies."""
    alike = [0] * len(company)
    for i, mine in enumerate(company):
        for j in range(i):
            if _share(mine, company[j]) > HALF:
                alike[i] += 1
                alike[j] += 1
    knot = [n >= max(2, THICK * (len(company) - 1)) for n in alike]
    return [inside and True in knot[:i] for i, inside in enumerate(knot)]


def _share(one: Digest, other: Digest) -> float:
    """Share of the shorter text's words that the other has too; of very short texts 1 if they are equal."""
    if one.post.copy_group and one.post.copy_group == other.post.copy_group:
        return 1.0
    fewer = min(len(one.words), len(other.words))
    if fewer < SHORT:
        return float(one.words == other.words)
    shared = len(one.words & other.words)
    return shared / fewer if fewer > SHORT or shared == fewer else min(shared / fewer, SAME - 0.01)


def is_one_text(company: Sequence[Digest]) -> bool:
    """Do a few words, each in most of these texts, make up most of every text? People who tell of one thing share its words, not all others."""
    if len(company) < 4:
        return False
    said = Counter(word for digest in company for word in digest.words)
    core = {word for word, n in said.items() if n > len(company) / 2}
    covered = sum(len(digest.words & core) / max(1, len(digest.words)) for digest in company) / len(company)
    return len(core) >= 4 and covered >= ONE_TEXT
