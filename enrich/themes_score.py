"""How right and how early alerts on emerging themes were: precision, recall and lead, hard to game.

An event's posts without a pause of a week are an episode; one of eight posts or more counts. An alert is correct if it lists three
posts or more, at least half of them (beyond what chance gives) and three different texts of the episode, a quarter of what the
episode posted in the last day, and comes before nine tenths of it are out. The first correct alert of an episode is a hit, later ones
and mere fragments are duplicates, everything else is wrong; alerts on episodes that do not count are ignored.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import msgspec
import numpy as np

DAY = 86400.0
LEAST = 3  # evidence posts and different texts of a correct alert
COUNTED = 8  # posts of an episode that counts
COVERAGE = 0.25
PAUSE = 7 * DAY
TOO_LATE = 0.9


class Row(msgspec.Struct, frozen=True):
    """One post of a labelled stream: text, seconds since 1970, event ("" for none), confounder ("" for none)."""

    text: str
    at: float
    event: str = ""
    confounder: str = ""


class Alert(msgspec.Struct, frozen=True):
    """One alert: seconds since 1970, theme id, rows it lists."""

    at: float
    theme: str
    evidence: tuple[int, ...]


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """Every figure; intervals are 95 %. None where there is nothing to measure."""

    alerts: int
    hits: int | None = None
    wrong: int | None = None
    duplicates: int | None = None
    ignored: int | None = None
    events: int | None = None
    precision: float | None = None
    precision_interval: tuple[float, float] | None = None
    precision_strict: float | None = None
    recall: float | None = None
    recall_interval: tuple[float, float] | None = None
    timely_recall: float | None = None
    timely_recall_interval: tuple[float, float] | None = None
    early_recall: float | None = None
    f1_strict: float | None = None
    lead_share_median: float | None = None
    lead_share_interval: tuple[float | None, float | None] | None = None
    lead_minutes_median: float | None = None
    lead_minutes_interval: tuple[float | None, float | None] | None = None
    duplicates_per_event: float | None = None
    theme_stability: float | None = None
    fragments: int | None = None
    late: int | None = None
    theme_clashes: int | None = None
    purity: float | None = None
    coverage: float | None = None
    wrong_per_day: float | None = None
    background_alerts_per_day: float | None = None
    confounders: dict[str, int] | None = None
    event_share_of_posts: float | None = None
    missed: tuple[str, ...] | None = None


class Judged(msgspec.Struct, frozen=True):
    """One alert against the truth: its episode, the verdict, purity and coverage."""

    alert: Alert
    episode: int | None
    verdict: str  # hit, duplicate, fragment, late, wrong, ignored
    purity: float
    coverage: float


class Truth:
    """The episodes of a stream, ready to judge alerts by."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.times = np.array([row.at for row in rows])
        self.episode, self.members = _episodes(rows)
        self.counted = [k for k, posts in enumerate(self.members) if len(posts) >= COUNTED]

    def times_of(self, k: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """When the posts of episode k were made, in order."""
        found: np.ndarray[tuple[int], np.dtype[np.float64]] = self.times[self.members[k]]
        return found


def _episodes(rows: Sequence[Row]) -> tuple[list[int], list[list[int]]]:
    last: dict[str, tuple[int, float]] = {}
    episode, members = [-1] * len(rows), list[list[int]]()
    for i, row in enumerate(rows):
        if not row.event:
            continue
        k, at = last.get(row.event, (-1, -math.inf))
        if row.at - at > PAUSE:
            k = len(members)
            members.append([])
        last[row.event] = (k, row.at)
        members[k].append(i)
        episode[i] = k
    return episode, members


def score(rows: Sequence[Row], alerts: Sequence[Alert]) -> Score:
    """All figures of `alerts` (any order) against the labelled `rows` (in time order)."""
    truth = Truth(rows)
    judged = judge_all(truth, sorted(alerts, key=lambda alert: alert.at))
    return _figures(truth, judged)


def judge_all(truth: Truth, alerts: Sequence[Alert]) -> list[Judged]:
    """Each alert with its verdict, in order of time."""
    hits: set[int] = set()
    judged = []
    for alert in alerts:
        one = judge(truth, alert)
        k = one.episode
        if k is not None and k in hits and one.verdict in ("correct", "late"):
            one = msgspec.structs.replace(one, verdict="duplicate")
        elif k is not None and one.verdict == "correct":
            one = msgspec.structs.replace(one, verdict="hit")
            hits.add(k)
        judged.append(one)
    return judged


def judge(truth: Truth, alert: Alert) -> Judged:
    evidence = sorted(set(alert.evidence))
    votes = Counter(k for i in evidence if (k := truth.episode[i]) >= 0)
    if len(evidence) < LEAST or not votes:
        return Judged(alert, None, "wrong", 0.0, 0.0)
    k, mine = votes.most_common(1)[0]
    begin = int(np.searchsorted(truth.times, alert.at - DAY, "left"))
    end = int(np.searchsorted(truth.times, alert.at, "right"))
    today = {i for i in range(begin, end) if truth.episode[i] == k}
    base, purity = len(today) / max(1, end - begin), mine / len(evidence)
    listed = len(today & set(evidence))
    coverage = listed / max(1, len(today))
    better = (purity - base) / (1 - base) if base < 1 else 0.0
    texts = {re.sub(r"\W+", " ", truth.rows[i].text.lower()) for i in evidence if truth.episode[i] == k}
    verdict = _verdict(truth, k, alert.at, coverage, is_theme=better >= 0.5 and len(texts) >= LEAST and listed > 0)
    return Judged(alert, k, verdict, purity, coverage)


def _verdict(truth: Truth, k: int, at: float, coverage: float, *, is_theme: bool) -> str:
    if not is_theme:
        return "wrong"
    members = truth.members[k]
    if len(members) < COUNTED:
        return "ignored"
    if at > truth.rows[members[math.ceil(TOO_LATE * len(members)) - 1]].at:
        return "late"
    return "fragment" if coverage < COVERAGE else "correct"


def _figures(truth: Truth, judged: Sequence[Judged]) -> Score:
    verdicts = Counter(one.verdict for one in judged)
    hits = {one.episode: one for one in judged if one.verdict == "hit" and one.episode is not None}
    right, wrong = verdicts["hit"], verdicts["wrong"] + verdicts["late"]
    repeats, counted = verdicts["duplicate"] + verdicts["fragment"], len(truth.counted)
    shares = [_share(truth, hits[k]) if k in hits else 1.0 for k in truth.counted]
    minutes = [_minutes(truth, one) for one in hits.values()]
    timely, early = (sum(share < limit for share in shares) for limit in (0.5, 0.25))
    strict, part = right / max(1, right + wrong + repeats), timely / max(1, counted)
    days = max(1, len({int(at // DAY) for at in truth.times}))
    confounders = _confounders(truth, judged)
    return Score(
        alerts=len(judged), hits=right, wrong=wrong, duplicates=repeats, ignored=verdicts["ignored"], events=counted,
        precision=round(right / max(1, right + wrong), 3), precision_interval=wilson(right, right + wrong),
        precision_strict=round(strict, 3),
        recall=round(right / max(1, counted), 3), recall_interval=wilson(right, counted),
        timely_recall=round(part, 3), timely_recall_interval=wilson(timely, counted), early_recall=round(early / max(1, counted), 3),
        f1_strict=round(2 * strict * part / (strict + part), 3) if strict + part else 0.0,
        lead_share_median=_median(shares), lead_share_interval=median_interval(shares),
        lead_minutes_median=_median(minutes), lead_minutes_interval=median_interval(minutes),
        duplicates_per_event=round(repeats / max(1, right), 3),
        theme_stability=_stability(judged, hits), fragments=verdicts["fragment"], late=verdicts["late"],
        theme_clashes=_clashes(truth, hits),
        purity=_median([one.purity for one in hits.values()]), coverage=_median([one.coverage for one in hits.values()]),
        wrong_per_day=round(wrong / days, 3), background_alerts_per_day=round(sum(confounders.values()) / days, 3),
        confounders=confounders, event_share_of_posts=round(sum(k >= 0 for k in truth.episode) / max(1, len(truth.episode)), 3),
        missed=tuple(truth.rows[truth.members[k][0]].event for k in truth.counted if k not in hits),
    )  # fmt: skip


def _share(truth: Truth, hit: Judged) -> float:
    """Of the episode's posts, the share that was out at the hit."""
    times = truth.times_of(hit.episode or 0)
    return float(np.searchsorted(times, hit.alert.at, "right")) / len(times)


def _minutes(truth: Truth, hit: Judged) -> float:
    """Minutes from the onset, the post after which strays no longer matter, to the hit."""
    times = truth.times_of(hit.episode or 0)
    onset = times[min(len(times), max(3, math.ceil(0.02 * len(times)))) - 1]
    return float(hit.alert.at - onset) / 60


def _stability(judged: Sequence[Judged], hits: dict[int, Judged]) -> float | None:
    again = [one for one in judged if one.verdict == "duplicate" and one.episode is not None]
    same = sum(one.alert.theme == hits[one.episode].alert.theme for one in again if one.episode is not None)
    return round(same / len(again), 3) if again else None


def _clashes(truth: Truth, hits: dict[int, Judged]) -> int:
    events: dict[str, set[str]] = {}
    for k, hit in hits.items():
        events.setdefault(hit.alert.theme, set()).add(truth.rows[truth.members[k][0]].event)
    return sum(len(named) > 1 for named in events.values())


def _confounders(truth: Truth, judged: Sequence[Judged]) -> dict[str, int]:
    """Wrong alerts of which more than half is background, by what confused them most; "none": plain background."""
    found: Counter[str] = Counter()
    for one in judged:
        evidence = sorted(set(one.alert.evidence))
        background = [i for i in evidence if truth.episode[i] < 0]
        if one.verdict in ("wrong", "late") and (2 * len(background) > len(evidence) or not evidence):
            named = Counter(truth.rows[i].confounder or "none" for i in background)
            found[named.most_common(1)[0][0] if named else "none"] += 1
    return dict(found)


def _median(values: Sequence[float]) -> float | None:
    return round(float(np.median(values)), 3) if values else None


def wilson(k: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if not n:
        return (0.0, 1.0)
    centre, half = k / n + z * z / (2 * n), z * math.sqrt(k / n * (1 - k / n) / n + z * z / (4 * n * n))
    low, high = ((centre + sign * half) / (1 + z * z / n) for sign in (-1, 1))
    return round(low, 3), round(high, 3)


def median_interval(values: Sequence[float], draws: int = 2000) -> tuple[float | None, float | None]:
    """Percentile bootstrap of the median, the same on every run."""
    if not values:
        return (None, None)
    sample = np.random.default_rng(0).choice(values, (draws, len(values)))
    low, high = np.percentile(np.median(sample, axis=1), [2.5, 97.5])
    return round(float(low), 3), round(float(high), 3)
