"""What a rule finds in the facts. Pure: the same facts give the same alerts, under the same ids."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from cases.alerts import Alert, alert_id
from core.deployment import AlertRule
from core.post import Moment
from core.theme import State, Theme

FALL = 10.0  # percentage points of the share of negatives, where the rule says none
DROP = 1.0  # per cent of the followers
LEAST_DROP = 0.01  # per cent: a rule that asks for none still asks for a fall
FEWEST = 30  # posts without which a share says nothing
Z95 = 1.96
FRESH = timedelta(days=1)  # a theme nobody has written of for so long is history
NEVER = datetime(1970, 1, 2, tzinfo=UTC)  # stands for the day on which a source was last heard, where it never was
ALIVE = (State.RISING, State.HEIGHT)


class Mood(msgspec.Struct, frozen=True, kw_only=True):
    """Negative posts of those with a sentiment, in a stretch of time and in the usual stretches before."""

    negative: int
    known: int
    usual_negative: int
    usual_known: int
    since: Moment
    until: Moment


class Audience(msgspec.Struct, frozen=True, kw_only=True):
    """The most followers an account had in a stretch of time, and what it has now."""

    account: str
    most: int
    most_at: Moment
    followers: int
    at: Moment


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """A source with when it was last read to the end, since when it is known to be asked, and whether its ledger shows a red light."""

    source: str
    heard: Moment | None
    asked: Moment | None = None
    is_red: bool


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """Open cases of a department whose clock runs out within the hour that begins at `hour`."""

    department: str | None
    hour: Moment
    cases: int


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to look at for one rule. What the rule does not ask for may be left out."""

    timezone: str = "UTC"
    themes: tuple[Theme, ...] = ()
    mood: Mood | None = None
    audiences: tuple[Audience, ...] = ()
    silences: tuple[Silence, ...] = ()
    near: tuple[Near, ...] = ()


def due(rule: AlertRule, facts: Facts, now: datetime) -> list[Alert]:
    """The alerts that `rule` raises on these facts. Their ids come from rule, matter and day, so raising them again changes nothing."""
    return list(_FINDERS[rule.when](rule, facts, now)) if rule.is_on else []


def _themes(rule: AlertRule, facts: Facts, now: datetime) -> Iterator[Alert]:
    for theme in facts.themes:
        if _concerns(rule, theme) and now - theme.updated_at <= FRESH:
            yield _alert(
                rule, facts, theme.id, theme.raised_at, now, name=theme.name, topic=theme.topic, place=theme.place, count=theme.posts,
                authors=theme.authors, now=theme.rate_now, usual=theme.rate_usual, probability=theme.probability, since=theme.first_seen,
            )  # fmt: skip


def _concerns(rule: AlertRule, theme: Theme) -> bool:
    return (
        theme.state in ALIVE
        and theme.merged_into is None
        and (theme.is_complaint or not rule.complaints_only)
        and rule.topic in (None, theme.topic)
        and rule.place in (None, theme.place)
        and theme.posts >= (rule.at_least or 0)
        and (rule.probability is None or (theme.probability or 0.0) >= rule.probability)
    )


def _moods(rule: AlertRule, facts: Facts, now: datetime) -> Iterator[Alert]:
    """More negative by so many points, and by more than chance explains: the lower end of the interval lies above what is usual."""
    mood = facts.mood
    if mood is None or mood.known < FEWEST or mood.usual_known < FEWEST:
        return
    here, usual = mood.negative / mood.known, mood.usual_negative / mood.usual_known
    if 100 * (here - usual) >= _or(rule.at_least, FALL) and _low(mood.negative, mood.known) > usual:
        matter = "/".join(part or "*" for part in (rule.topic, rule.place))
        yield _alert(rule, facts, matter, now, now, topic=rule.topic, place=rule.place, count=mood.known, now=here, usual=usual,
                     since=mood.since, until=mood.until)  # fmt: skip


def _low(part: int, of: int) -> float:
    """The lower end of the 95 % interval of a share (Wilson 1927)."""
    p, z = part / of, Z95 * Z95 / of
    return (p + z / 2 - Z95 * math.sqrt(p * (1 - p) / of + z / (4 * of))) / (1 + z)


def _audiences(rule: AlertRule, facts: Facts, now: datetime) -> Iterator[Alert]:
    """One alert for one fall, whose day is that of the last highest count; and another whenever it has become twice as deep."""
    for one in facts.audiences:
        fall, least = 100 * (one.most - one.followers) / max(1, one.most), _or(rule.at_least, DROP)
        if fall >= max(least, LEAST_DROP):
            told = {"now": float(one.followers), "usual": float(one.most), "since": one.most_at, "until": one.at}
            found = _alert(rule, facts, one.account, one.most_at, now, **told)
            depth = int(math.log2(fall / max(least, LEAST_DROP)))
            yield found if not depth else msgspec.structs.replace(found, id=f"{found.id}-{depth}")


def _silences(rule: AlertRule, facts: Facts, now: datetime) -> Iterator[Alert]:
    """One alert for one silence: its day is the one on which the source was last heard; before it ever was, there is one alert."""
    for one in facts.silences:
        since = one.heard or one.asked or now
        if one.is_red if rule.hours is None else now - since >= timedelta(hours=rule.hours):
            yield _alert(rule, facts, one.source, one.heard or NEVER, now, since=one.heard)


def _near(rule: AlertRule, facts: Facts, now: datetime) -> Iterator[Alert]:
    for one in facts.near:
        if one.cases >= max(1, rule.at_least or 1):
            matter = f"{one.department or '*'}@{one.hour.isoformat()}"
            yield _alert(rule, facts, matter, one.hour, now, topic=rule.topic, place=rule.place, department=one.department,
                         count=one.cases, since=one.hour, until=one.hour + timedelta(hours=1))  # fmt: skip


def _alert(rule: AlertRule, facts: Facts, matter: str, at: datetime, raised_at: datetime, **told: object) -> Alert:
    day = at.astimezone(ZoneInfo(facts.timezone)).date()
    return Alert(id=alert_id(rule.id, matter, day), rule=rule.id, when=rule.when, matter=matter, raised_at=raised_at, **told)  # type: ignore[arg-type]


def _or(told: float | None, usual: float) -> float:
    return usual if told is None else told


_FINDERS: dict[str, Callable[[AlertRule, Facts, datetime], Iterator[Alert]]] = {
    "theme": _themes, "sentiment_fall": _moods, "follower_drop": _audiences, "source_silent": _silences, "target_near": _near,
}  # fmt: skip
