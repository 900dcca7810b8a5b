"""Themes that come to stand in the same posts become one, and one whose newest posts speak of something else becomes two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from core.theme import State, Theme
from enrich.themes_counts import Digest
from enrich.themes_life import ACTIVE, LISTED, Living, cosine, described, digests_of, id_of, moment, names_of, spokesmen, take_in
from enrich.themes_memory import NOBODY, Memory

TOGETHER = 0.25  # of a company, so much must be of each of two themes …
OF_ONE_MIND = 0.2  # … whose words point so far the same way, for them to be one
DAY = 24.0
COMPARED = 60  # newest posts of a theme among which another may hide
APART = 0.04  # a post whose words point less than that the way of the theme's other posts speaks of something else …
CLOSE = 0.2  # … and with those that it was split off with so far the same way
FEWEST = 5  # posts and voices of what is split off, and posts of what remains


def twin(known: Living, company: Sequence[int], living: Sequence[Living], memory: Memory, now: float) -> Living | None:
    """Another theme that speaks of the same as `known` does: the same company is of both, and their words agree."""
    shares = Counter(memory.theme[list(company)].tolist())
    needed = max(1.0, TOGETHER * len(company))
    if shares[known.number] < needed:
        return None
    near = [t for t in living if t is not known and shares[t.number] >= needed and now - t.last <= ACTIVE]
    vector = memory.vector(spokesmen(memory, known.number)) if near else {}
    return next((t for t in near if cosine(vector, memory.vector(spokesmen(memory, t.number))) >= OF_ONE_MIND), None)


def join(one: Living, other: Living, memory: Memory) -> tuple[Living, Theme]:
    """The older of the two with all posts of both, and the younger's theme, which points to it."""
    older, younger = sorted((one, other), key=lambda living: living.number)
    memory.theme[memory.theme == younger.number] = older.number
    older.voices |= younger.voices
    for name in ("intents", "topics", "places", "languages"):
        setattr(older, name, dict(Counter(getattr(older, name)) + Counter(getattr(younger, name))))
    older.last, older.peak = max(older.last, younger.last), max(older.peak, younger.peak)
    mine, theirs = older.theme, younger.theme
    older.theme = msgspec.structs.replace(
        described(older),
        evidence=(*mine.evidence, *theirs.evidence)[-LISTED:],
        posts=mine.posts + theirs.posts,
        negative=mine.negative + theirs.negative,
        first_seen=min(mine.first_seen, theirs.first_seen),
        updated_at=max(mine.updated_at, theirs.updated_at),
    )
    return older, msgspec.structs.replace(theirs, merged_into=mine.id, state=State.OVER, updated_at=older.theme.updated_at)


def other_matter(living: Living, memory: Memory, now: float) -> list[int]:
    """Rows among the theme's newest that speak of one other thing than the rest; empty if they do not."""
    rows = [row for row in spokesmen(memory, living.number)[-COMPARED:] if memory.columns.hours[row] > now - DAY]
    if len(rows) < 2 * FEWEST:
        return []
    rest, late = memory.vector(rows[:FEWEST]), rows[FEWEST:]
    strange = [row for row in late if cosine(memory.vector([row]), rest) < APART]
    if len(strange) < FEWEST:
        return []
    found = [row for row in strange if cosine(memory.vector([row]), memory.vector([other for other in strange if other != row])) >= CLOSE]
    voices = {int(memory.voice[row]) for row in found} - {0}
    enough = len(found) >= FEWEST and (len(voices) >= FEWEST or not voices)
    return found if enough and cosine(memory.vector(found), memory.vector([r for r in rows if r not in found])) < 2 * APART else []


def split(living: Living, rows: list[int], number: int, memory: Memory, now: float) -> Living | None:
    """A theme of its own made of these posts, which points back to the one they were taken for; that one gives them up."""
    digests = digests_of(memory, rows)
    if not digests:
        return None
    memory.theme[rows] = NOBODY
    living.theme = _without(living.theme, digests)
    names, at = names_of(digests, memory), moment(now)
    theme = Theme(
        id=id_of(digests[-1]), name=names[0] if names else digests[-1].post.topic, terms=tuple(names), probability=living.theme.probability,
        first_seen=moment(float(memory.columns.hours[rows[0]])), raised_at=at, updated_at=at, split_from=living.theme.id,
    )  # fmt: skip
    new = Living(number=number, theme=theme, last=float(memory.columns.hours[rows[-1]]))
    take_in(new, rows, memory)
    return new


def _without(theme: Theme, digests: Sequence[Digest]) -> Theme:
    gone = {digest.post.id for digest in digests}
    return msgspec.structs.replace(
        theme,
        evidence=tuple(one for one in theme.evidence if one not in gone),
        posts=max(0, theme.posts - len(gone)),
        negative=max(0, theme.negative - sum(d.post.sentiment == "negative" for d in digests)),
    )
