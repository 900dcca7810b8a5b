"""Scoring alerts: the definitions, and the same numbers as the reference scorer where it is at hand."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from enrich.themes_score import Alert, Row, score

HOUR = 3600.0
REFERENCE = Path(__file__).parents[3] / "shared" / "tools" / "score_themes.py"


def stream() -> list[Row]:
    """Ten days, a post of background every hour; a burst of twelve posts on day five, one an hour from half past."""
    background = [Row(f"something else {n}", n * HOUR) for n in range(240)]
    burst = [Row(f"the bridge shakes {n}", (120 + n) * HOUR + 1800, "bridge") for n in range(12)]
    return sorted([*background, *burst], key=lambda row: row.at)


def rows_of(rows: list[Row], event: str, first: int, last: int) -> tuple[int, ...]:
    return tuple([i for i, row in enumerate(rows) if row.event == event][first:last])


def alert(rows: list[Row], evidence: tuple[int, ...], theme: str = "t1") -> Alert:
    return Alert(rows[max(evidence)].at, theme, evidence)


def test_three_of_the_first_posts_are_a_timely_hit():
    rows = stream()
    found = score(rows, [alert(rows, rows_of(rows, "bridge", 0, 4))])
    assert (found.hits, found.wrong, found.duplicates, found.precision, found.recall) == (1, 0, 0, 1.0, 1.0)
    assert found.lead_share_median == pytest.approx(4 / 12, abs=0.001)
    assert found.timely_recall == 1.0


def test_saying_it_twice_is_a_duplicate_and_costs_strict_precision_only():
    rows = stream()
    found = score(rows, [alert(rows, rows_of(rows, "bridge", 0, 4)), alert(rows, rows_of(rows, "bridge", 0, 6))])
    assert (found.duplicates, found.precision, found.precision_strict, found.theme_stability) == (1, 1.0, 0.5, 1.0)


def test_a_tenth_of_the_theme_is_a_fragment():
    rows = stream() + [Row(f"it shakes so much {n}", 240 * HOUR + n, "quake") for n in range(40)]
    found = score(rows, [Alert(rows[-10].at, "t", rows_of(rows, "quake", 0, 4))])
    assert (found.hits, found.fragments, found.duplicates) == (0, 1, 1)


@pytest.mark.parametrize(
    "evidence, why",
    [
        ((0, 1, 2), "background"),
        ((125, 126), "two posts are no theme"),
        ((10, 11, 12, 13, 125, 127, 129), "less than half of it"),
    ],
)
def test_wrong_alerts(evidence: tuple[int, ...], why: str):
    rows = stream()
    assert score(rows, [alert(rows, evidence)]).wrong == 1, why


def test_too_late_is_wrong_and_the_event_missed():
    rows = stream()
    found = score(rows, [alert(rows, rows_of(rows, "bridge", 0, 12))])
    assert (found.late, found.wrong, found.missed) == (1, 1, ("bridge",))


def test_a_small_episode_is_neither_right_nor_wrong():
    rows = sorted([*stream(), *(Row(f"loud music {n}", 200 * HOUR + n, "noise") for n in range(5))], key=lambda row: row.at)
    found = score(rows, [alert(rows, rows_of(rows, "noise", 0, 5))])
    assert (found.ignored, found.hits, found.wrong, found.events) == (1, 0, 0, 1)


@pytest.mark.skipif(not REFERENCE.exists(), reason="../shared/tools/score_themes.py is not here to compare with")
@pytest.mark.parametrize("seed", range(5))
def test_the_numbers_are_those_of_the_reference(seed: int):
    rows, alerts = _random_stream(seed)
    spec = importlib.util.spec_from_file_location("reference", REFERENCE)
    assert spec and spec.loader
    reference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    theirs_rows = [{"text": r.text, "t": r.at, "event": r.event, "confounder": r.confounder} for r in rows]
    theirs_alerts = [{"t": a.at, "theme": a.theme, "evidence": sorted(set(a.evidence))} for a in sorted(alerts, key=lambda a: a.at)]
    theirs = reference.score(theirs_rows, theirs_alerts, SimpleNamespace(n=3, m=8, c=0.25, gap=7))
    ours = msgspec.json.decode(msgspec.json.encode(score(rows, alerts)))
    assert ours == {key: list(value) if isinstance(value, tuple) else value for key, value in theirs.items()}


def _random_stream(seed: int) -> tuple[list[Row], list[Alert]]:
    """Twenty events, some in two episodes, and alerts from good to nonsense."""
    rng = np.random.default_rng(seed)
    rows = [Row(f"b {n}", float(rng.uniform(0, 40 * 24)) * HOUR, "", str(rng.choice(["", "rise", "loud"]))) for n in range(1500)]
    for k in range(20):
        start = rng.uniform(0, 35 * 24)
        rows += [Row(f"e {k} {n}", float(start + rng.exponential(12)) * HOUR, f"event {k % 17}") for n in range(rng.integers(3, 60))]
    rows.sort(key=lambda row: row.at)
    alerts = []
    for n in range(80):
        event = f"event {rng.integers(17)}"
        members = [i for i, row in enumerate(rows) if row.event == event]
        chosen = [int(i) for i in rng.choice(members, min(len(members), rng.integers(2, 30)), replace=False)]
        noise = [int(i) for i in rng.integers(0, max(chosen) + 1, rng.integers(0, 12))]
        alerts.append(Alert(rows[max(chosen)].at + float(rng.exponential(HOUR)), f"t{n % 15}", tuple(chosen + noise)))
    return rows, alerts
