"""Who really speaks: one author who repeats himself and a text that goes from hand to hand are one voice."""

from collections.abc import Sequence

from enrich.themes_counts import Digest

HALF = 0.5  # two texts sharing more of the shorter one's words may be one text retold …
THICK = 0.4  # … and are, if so much of the whole company looks alike that way: neighbours' complaints share words in pairs, not all round
SAME = 0.8  # sharing so much they are one text in any company
SHORT = 4  # words below which only equality counts


def repeats(anchor: Digest, others: Sequence[Digest]) -> list[bool]:
    """For each of `others`: does it only repeat the voice of the anchor or of one before it?"""
    gone = _same_author(anchor, others)
    company = [anchor, *(d for d, g in zip(others, gone, strict=True) if not g)]
    again = iter(_retold(company))
    next(again)
    return [g or next(again) for g in gone]


def _same_author(anchor: Digest, others: Sequence[Digest]) -> list[bool]:
    seen = {anchor.voice} - {0}
    gone = []
    for digest in others:
        gone.append(digest.voice in seen)
        seen |= {digest.voice} - {0}
    return gone


def _retold(company: Sequence[Digest]) -> list[bool]:
    """Which of the company repeat an earlier one: near copies, and all but one of a thick knot of half copies."""
    half, same = _likeness(company)
    thick = [len(alike) >= max(2, THICK * (len(company) - 1)) for alike in half]
    knot_is_heard, repeat = False, [False] * len(company)
    for i in range(len(company)):
        repeat[i] = (thick[i] and knot_is_heard) or any(j < i and not repeat[j] for j in same[i])
        knot_is_heard |= thick[i]
    return repeat


def _likeness(company: Sequence[Digest]) -> tuple[list[set[int]], list[set[int]]]:
    """For each text the others it shares half, and nearly all, of its words with."""
    half: list[set[int]] = [set() for _ in company]
    same: list[set[int]] = [set() for _ in company]
    for i, mine in enumerate(company):
        for j in range(i):
            h, s = _pair(mine, company[j])
            if h:
                half[i].add(j)
                half[j].add(i)
            if s:
                same[i].add(j)
                same[j].add(i)
    return half, same


def _pair(one: Digest, other: Digest) -> tuple[bool, bool]:
    if one.post.copy_group and one.post.copy_group == other.post.copy_group:
        return True, True
    fewer = min(len(one.words), len(other.words))
    if fewer < SHORT:
        return (one.words == other.words,) * 2
    shared = len(one.words & other.words)
    return shared > HALF * fewer, shared >= SAME * fewer and fewer > SHORT
