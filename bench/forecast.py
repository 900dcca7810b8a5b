"""python -m bench.forecast STREAM.tsv …: how well a theme's next hours are foretold, beside carrying its last hours on (docs/decisions/0211).

From every fourth hour of each labelled event the twelve hours to come are foretold from those before. An error is that of one hour, in
posts; the errors of an event are averaged first and those of all events then, so that a large one counts no more than a small one.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

from dashboard.forecasting import FEWEST, HALVES, HOURS, INSIDE, RECENT, level, quantile

EVERY = 4  # hours between two forecasts
CARRIED = 3  # hours whose mean is carried on: the usual way
DECAYS = (3.0, 6.0, 9.0, 12.0, 24.0)
SPREADS = (0.0001, 0.25, 0.5, 1.0)  # the first is chance alone
Ahead = Callable[[Sequence[int]], list[float]]
Case = tuple[list[int], list[int]]  # the hours before, the hours to come


def run(paths: Sequence[Path]) -> dict[str, object]:
    """Mean error by half-life and of the usual way, and how many of ten hours each spread's band holds."""
    events = [cases for path in paths for cases in map(list, map(cases_of, hours_of(path))) if cases]
    ways = {f"halves in {hours:g} h": decaying(hours) for hours in DECAYS} | {f"mean of {CARRIED} h": carried}
    return {
        "events": len(events),
        "forecasts": sum(map(len, events)),
        "error": {name: round(fmean(fmean(map(error_of(way), cases)) for cases in events), 3) for name, way in ways.items()},
        "inside": {f"{spread:g}": round(fmean(fmean(map(inside_of(spread), cases)) for cases in events), 3) for spread in SPREADS},
    }


def hours_of(path: Path) -> Iterator[list[int]]:
    """Posts in each hour of each labelled event, from its first post to its last."""
    told: dict[str, Counter[int]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row.get("event"):
                at = datetime.fromisoformat(row["created_at"]).astimezone(UTC)
                told.setdefault(row["event"], Counter())[int(at.timestamp()) // 3600] += 1
    for hours in told.values():
        yield [hours[hour] for hour in range(min(hours), max(hours) + 1)]


def cases_of(per_hour: Sequence[int]) -> Iterator[Case]:
    """Each hour from which something would have been foretold."""
    for now in range(EVERY, len(per_hour) - HOURS + 1, EVERY):
        if sum(per_hour[max(0, now - RECENT) : now]) >= FEWEST:
            yield list(per_hour[:now]), list(per_hour[now : now + HOURS])


def decaying(halves: float) -> Ahead:
    """Our way, with another half-life; the usual rate of an event is nothing."""
    return lambda before: [level(before) * 0.5 ** (ahead / halves) for ahead in range(1, HOURS + 1)]


def carried(before: Sequence[int]) -> list[float]:
    """The usual way: it goes on as in the last hours."""
    return [fmean(before[-CARRIED:])] * HOURS


def error_of(way: Ahead) -> Callable[[Case], float]:
    """The mean distance between what was foretold and what came."""
    return lambda case: fmean(abs(told - came) for told, came in zip(way(case[0]), case[1], strict=True))


def inside_of(spread: float) -> Callable[[Case], float]:
    """The share of hours that lie in our band, were the spread this one."""
    low, high = (1 - INSIDE) / 2, (1 + INSIDE) / 2

    def inside(case: Case) -> float:
        told = decaying(HALVES)(case[0])
        return fmean(quantile(mean, low, spread) <= came <= quantile(mean, high, spread) for mean, came in zip(told, case[1], strict=True))

    return inside


if __name__ == "__main__":
    print(json.dumps(run([Path(told) for told in sys.argv[1:]]), indent=1))
