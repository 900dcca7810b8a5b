"""A theme's life: what belongs to it, what it is called, where it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256

import msgspec
import numpy as np

from core.theme import State, Theme
from enrich.themes_cells import WINDOWS
from enrich.themes_counts import Digest
from enrich.themes_judge import Finding, main
from enrich.themes_memory import NOBODY, Memory
from enrich.themes_name import phrases

ACTIVE = 72.0  # hours after its last post in which a theme takes in what is like it
LISTED = 2000  # most evidence a theme lists
NAMED_BY = 60  # newest of its posts that name it
SPOKEN = 300  # newest of its posts that speak for it
RECENT = 6.0  # hours by which its present rate is measured
LIKE = 0.27  # a finding whose words point so far the theme's way is the theme …
LIKE_LATER = 0.5  # … and, once nobody has spoken of it for a day, so that it is over, so far
SHARED = 0.3  # … or of whose company so much is the theme's
NEAR = 0.1  # … or both together, within a quarter of a day and on one topic
NEAR_LATER = 0.15  # … or within half a day
BARELY = 0.2  # … or that much, where no topic is known
SOON, HARDLY = 2.0, 0.05  # hours, and what is enough within them
STRAY = 0.15  # one post joins a theme that most of its company belongs to, if its words point so far its way
HALF_DAY = 12.0


class Living(msgspec.Struct, kw_only=True):
    """A theme as the detector keeps it; `number` marks its posts in memory."""

    number: int
    theme: Theme
    last: float  # hours of its newest post
    peak: float = 0.0  # highest rate so far, posts an hour
    voices: set[int] = set()
    intents: dict[str, int] = {}
    topics: dict[str, int] = {}
    places: dict[str, int] = {}
    languages: dict[str, int] = {}


def hours_of(at: datetime) -> float:
    """Hours since 1970."""
    return at.timestamp() / 3600


def moment(hours: float) -> datetime:
    """The moment of `hours` since 1970, to the second."""
    return datetime.fromtimestamp(round(hours * 3600), UTC)


def born(number: int, finding: Finding, memory: Memory, probability: float) -> Living:
    """A new theme of a finding, raised at its newest post."""
    digests = digests_of(memory, finding.rows)
    anchor, hours = digests[-1], memory.columns.hours
    names = names_of(digests, memory)
    began, at = moment(float(hours[finding.rows[0]])), moment(float(hours[finding.rows[-1]]))
    length = float(WINDOWS[finding.window])
    theme = Theme(
        id=id_of(anchor),
        name=names[0] if names else anchor.post.topic,
        first_seen=began,
        raised_at=at,
        updated_at=at,
        probability=probability,
        terms=tuple(names),
        rate_now=round(len(finding.rows) / length, 3),
        rate_usual=round(finding.expected / length, 4),
    )
    living = Living(number=number, theme=theme, last=float(hours[finding.rows[-1]]), peak=theme.rate_now)
    take_in(living, finding.rows, memory)
    return living


def id_of(anchor: Digest) -> str:
    """The id of a theme raised at this post."""
    return "theme-" + sha256(anchor.post.id.encode()).hexdigest()[:12]


def names_of(digests: Sequence[Digest], memory: Memory) -> list[str]:
    """The most telling phrases of the newest of these posts."""
    known = max(1, memory.stop - memory.first)
    return phrases([d.post.text for d in digests[-NAMED_BY:]], lambda term: memory.index.posts_with[term] / known)


def take_in(living: Living, rows: Sequence[int], memory: Memory) -> None:
    """Give these posts to the theme, those that have none yet."""
    fresh = [i for i in rows if memory.theme[i] == NOBODY]
    memory.theme[fresh] = living.number
    digests = digests_of(memory, fresh)
    for digest in digests:
        _count(living, digest)
    old = living.theme
    living.last = max([living.last, *(float(memory.columns.hours[i]) for i in fresh)])
    living.theme = msgspec.structs.replace(
        described(living),
        evidence=(*old.evidence, *(d.post.id for d in digests))[-LISTED:],
        posts=old.posts + len(digests),
        negative=old.negative + sum(d.post.sentiment == "negative" for d in digests),
        updated_at=max(old.updated_at, moment(living.last)),
    )


def described(living: Living) -> Theme:
    """Its theme with what most of its posts say of topic, place, language and intent."""
    return msgspec.structs.replace(
        living.theme,
        authors=max(len(living.voices), 1),
        is_complaint=living.intents.get("complaint", 0) * 2 > sum(living.intents.values()),
        topic=_most(living.topics),
        place=_most(living.places, 0.5),
        language=_most(living.languages),
    )


def digests_of(memory: Memory, rows: Iterable[int]) -> list[Digest]:
    """What is still remembered of these rows."""
    return [d for i in rows if (d := memory.digests[i]) is not None]


def _count(living: Living, digest: Digest) -> None:
    post = digest.post
    if digest.voice:
        living.voices.add(digest.voice)
    for counts, said in (
        (living.intents, post.intent), (living.topics, post.topic), (living.places, post.place), (living.languages, post.language),
    ):  # fmt: skip
        if said:
            counts[said] = counts.get(said, 0) + 1


def _most(counts: dict[str, int], share: float = 0.0) -> str | None:
    """The most frequent, if it has more than `share` of all."""
    if not counts:
        return None
    name, n = max(counts.items(), key=lambda pair: (pair[1], pair[0]))
    return name if n > share * sum(counts.values()) else None


def owner(finding: Finding, company: Sequence[int], living: Sequence[Living], memory: Memory, now: float) -> Living | None:
    """The known theme that the finding only continues, None: it is new."""
    vector = memory.vector(finding.rows)
    shares = Counter(memory.theme[list(company)].tolist())
    best, found = 0.0, None
    for theme in living:
        if now - theme.last > ACTIVE:
            continue
        rows = spokesmen(memory, theme.number)
        like, shared = cosine(vector, memory.vector(rows)), shares[theme.number] / max(1, len(company))
        if like + shared > best and _continues(like, shared, finding.rows, rows, memory, now - theme.last):
            best, found = like + shared, theme
    return found


def _continues(like: float, shared: float, rows: list[int], known: list[int], memory: Memory, pause: float) -> bool:
    columns, new, old = memory.columns, np.array(rows), np.array(known)
    topics, places = ((main(column, new), main(column, old)) for column in (columns.topic, columns.place))
    same_topic, same_place = topics[0] == topics[1] != 0, places[0] == places[1] != 0
    near = (HARDLY if pause < SOON else NEAR if pause < HALF_DAY / 2 else NEAR_LATER) if same_topic else BARELY
    may_be_near = (same_topic or topics == (0, 0)) and pause < HALF_DAY
    over = pause > 2 * HALF_DAY and topics != (0, 0)  # of bare texts words are all that tells, and events last for days
    is_like = like >= (LIKE_LATER if over else LIKE) or (same_topic and same_place and not over)
    return is_like or shared >= SHARED or (may_be_near and like + shared >= near)


def stray_of(i: int, company: Sequence[int], living: Sequence[Living], memory: Memory) -> Living | None:
    """The theme that most of the company of row i belongs to, if row i speaks of it too.

    What is over takes in no single post: the first posts of a new matter in like words would be lost to it. Of bare texts, whose words
    are all that tells, it does.
    """
    shares = Counter(memory.theme[list(company)].tolist())
    shares.pop(NOBODY, None)
    if sum(shares.values()) * 2 < max(1, len(company)):
        return None
    number = shares.most_common(1)[0][0]
    theme = next((t for t in living if t.number == number), None)
    if theme is None or (memory.columns.topic[i] and memory.columns.hours[i] - theme.last > 2 * HALF_DAY):
        return None
    return theme if cosine(memory.vector([i]), memory.vector(spokesmen(memory, number))) >= STRAY else None


def spokesmen(memory: Memory, number: int) -> list[int]:
    """Rows of the newest posts of a theme."""
    rows: list[int] = (memory.first + np.flatnonzero(memory.theme[memory.first : memory.stop] == number))[-SPOKEN:].tolist()
    return rows


def cosine(one: dict[int, float], other: dict[int, float]) -> float:
    """Cosine of two vectors of length 1."""
    return sum(weight * other[term] for term, weight in one.items() if term in other)


def aged(living: Living, memory: Memory, now: float) -> Theme:
    """The theme as it stands at `now`: its rate and state."""
    rows = np.asarray(spokesmen(memory, living.number), np.int64)
    rate = float(np.sum(memory.columns.hours[rows] > now - RECENT)) / RECENT if len(rows) else 0.0
    living.peak = max(living.peak, rate)
    return msgspec.structs.replace(living.theme, rate_now=round(rate, 3), state=_state(living, rate, now))


def _state(living: Living, rate: float, now: float) -> State:
    if now - living.last > ACTIVE / 3:
        return State.OVER
    if rate < living.peak / 3:
        return State.FADING
    young = now - hours_of(living.theme.raised_at) < RECENT
    return State.RISING if young or rate >= living.peak else State.HEIGHT
