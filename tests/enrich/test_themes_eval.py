"""`sada eval themes`: what it reads, what it refuses, what it writes, and the baselines beside it."""

import json
from pathlib import Path

import pytest

from bench.baselines import BASELINES
from enrich.themes_eval import BadStream, evaluate
from tests.enrich.test_themes import burst, mixed, usual


def stream(folder: Path, *columns: str, swap: bool = False) -> Path:
    """A fortnight with one planted burst, as a file with these columns."""
    planted = {p.id for p in burst()}
    posts = mixed(usual(), burst())
    lines = ["\t".join(columns)]
    for p in reversed(posts) if swap else posts:
        told = {"text": p.text, "created_at": p.at.isoformat(), "author": p.author, "place": p.place, "topic": p.topic}
        told |= {"event": "bridge" if p.id in planted else "", "confounder": ""}
        lines.append("\t".join(told[name] for name in columns))
    path = folder / f"{'_'.join(columns)}.tsv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


ALL = ("text", "created_at", "author", "place", "topic", "event", "confounder")


def test_the_burst_is_a_hit_and_alerts_are_written(tmp_path: Path):
    out = tmp_path / "alerts.jsonl"
    figures = evaluate(stream(tmp_path, *ALL), out)
    assert (figures["hits"], figures["wrong"], figures["events"]) == (1, 0, 1)
    alert = json.loads(out.read_text().splitlines()[0])
    assert set(alert) == {"raised_at", "theme", "name", "evidence"}
    assert alert["evidence"] == sorted(alert["evidence"]) and all(isinstance(row, int) for row in alert["evidence"])


def test_labels_are_not_looked_at(tmp_path: Path):
    seen, unseen = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    evaluate(stream(tmp_path, *ALL), seen)
    figures = evaluate(stream(tmp_path, *ALL[:5]), unseen)
    assert seen.read_text() == unseen.read_text()
    assert figures["precision"] is None and figures["alerts"] == 1


def test_text_and_time_alone_are_enough(tmp_path: Path):
    assert evaluate(stream(tmp_path, "text", "created_at", "event"))["hits"] == 1


def test_an_alert_stays_the_same_when_later_posts_are_withheld(tmp_path: Path):
    path, whole, part = stream(tmp_path, *ALL), tmp_path / "whole.jsonl", tmp_path / "part.jsonl"
    evaluate(path, whole)
    raised = json.loads(whole.read_text().splitlines()[0])
    lines = path.read_text().splitlines()
    cut = tmp_path / "cut.tsv"
    cut.write_text("\n".join(lines[: max(raised["evidence"]) + 2]) + "\n")
    evaluate(cut, part)
    assert part.read_text() == whole.read_text().splitlines()[0] + "\n"


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_is_measured_by_the_same_rule(tmp_path: Path, name: str):
    figures = evaluate(stream(tmp_path, *ALL), with_baselines=True)["baselines"][name]
    assert figures["events"] == 1 and figures["alerts"] == figures["hits"] + figures["wrong"] + figures["duplicates"] + figures["ignored"]


@pytest.mark.parametrize(
    "content, said",
    [
        ("text\nhello\n", "created_at"),
        ("text\tcreated_at\nhello\tyesterday\n", "line 2"),
        ("text\tcreated_at\na\t2025-01-02T00:00:00Z\nb\t2025-01-01T00:00:00Z\n", "older than the one before"),
    ],
)
def test_a_bad_file_is_refused_with_what_is_wrong(tmp_path: Path, content: str, said: str):
    path = tmp_path / "bad.tsv"
    path.write_text(content)
    with pytest.raises(BadStream, match=said):
        evaluate(path)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(BadStream, match=r"nowhere\.tsv"):
        evaluate(tmp_path / "nowhere.tsv")
