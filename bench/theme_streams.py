"""python -m bench.theme_streams OUT.json GROUP=STREAM.tsv[@own account] …: ours and the usual ways on labelled streams, pooled by group.

Shares are over all events and alerts of a group; lead share and false alerts a day are means of its streams' figures, as in docs/themes.md.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import msgspec
from rich.progress import track

from core.errors import AskedWrongly
from enrich.themes_eval import evaluate
from enrich.themes_score import Score

OURS = "ours"
Pooled = dict[str, float]


def run(streams: Sequence[str]) -> dict[str, dict[str, Pooled]]:
    """Group → way → figures."""
    groups: dict[str, dict[str, list[Score]]] = {}
    for told in track(streams, "streams"):
        group, path, own = named(told)
        figures = evaluate(path, own_account=own, with_baselines=True)
        ways = {OURS: figures} | figures.pop("baselines")
        for way, found in ways.items():
            groups.setdefault(group, {}).setdefault(way, []).append(msgspec.convert(found, Score))
    return {group: {way: pooled(scores) for way, scores in ways.items()} for group, ways in groups.items()}


def named(told: str) -> tuple[str, Path, str | None]:
    """Group, file and own account of GROUP=FILE@ACCOUNT. Raises AskedWrongly if there is no group or no file."""
    group, equals, rest = told.partition("=")
    path, _, own = rest.partition("@")
    if not equals or not Path(path).is_file():
        raise AskedWrongly(f"{told}: name a group and a stream that is there, as in city=stream.tsv@city_office")
    return group, Path(path), own or None


def pooled(scores: Sequence[Score]) -> Pooled:
    """One line of the table in docs/themes.md."""
    hits, wrong, repeats, events = (sum(getattr(one, name) or 0 for one in scores) for name in ("hits", "wrong", "duplicates", "events"))
    timely = sum(round((one.timely_recall or 0.0) * (one.events or 0)) for one in scores)
    figures = {
        "precision": hits / max(1, hits + wrong),
        "precision_strict": hits / max(1, hits + wrong + repeats),
        "recall": hits / max(1, events),
        "timely_recall": timely / max(1, events),
        "lead_share": fmean(1.0 if one.lead_share_median is None else one.lead_share_median for one in scores),
        "false_a_day": fmean(one.background_alerts_per_day or 0.0 for one in scores),
        "duplicates_per_event": repeats / max(1, hits),
        "ids_of_two_events": float(sum(one.theme_clashes or 0 for one in scores)),
        "events": float(events),
        "streams": float(len(scores)),
    }
    return {name: round(figure, 3) for name, figure in figures.items()}


def line(figures: Pooled) -> str:
    """One cell of the table in docs/themes.md: precision / strict / recall / timely / lead share / false a day."""
    shown = ("precision", "precision_strict", "recall", "timely_recall", "lead_share", "false_a_day")
    return " / ".join(
        f"{figures[name]:.2f}".removesuffix(".00").removeprefix("0" if 0 < round(figures[name], 2) < 1 else "") for name in shown
    )


def main(out: Path, streams: Sequence[str]) -> None:
    """Measure, write, and print the tables of docs/themes.md: a row a group, a cell a way. What OUT.json holds of other groups stays."""
    kept = msgspec.json.decode(out.read_bytes())["groups"] if out.is_file() else {}
    found = run(streams)
    out.write_bytes(msgspec.json.format(msgspec.json.encode({"bench": "theme streams", "groups": kept | found}), indent=1) + b"\n")
    for group, ways in found.items():
        print(f"| {group} | {' | '.join(line(figures) for figures in ways.values())} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
