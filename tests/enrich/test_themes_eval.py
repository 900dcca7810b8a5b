"""`sada eval themes`: what it reads, what it refuses, what it writes, and the baselines beside it."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
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
        ("text\tcreated_at\na\t2025-01-02T00:00:00Z\nb\t2025-01-01T00:00:00Z\n", "line 3 is older than the one before"),
        ("text\tcreated_at\n\na\t2025-01-02T00:00:00Z\n\nb\tsoon\n", "line 5"),  # empty lines are no rows and still lines
        ("text\tcreated_at\nonly a text\n", "line 2 ends before"),
        ("text\tcreated_at\na line end\rwithin\t2025-01-01T00:00:00Z\n", "must hold no line end"),
        ("text\tcreated_at\na\t0001-01-01T00:00:00+14:00\n", "line 2: created_at"),  # before the first year there is
        ("text\tcreated_at\n" + "x" * (1 << 24) + "x\t2025-01-01T00:00:00Z\n", "field larger"),
        ("", "no column created_at and no column text"),
    ],
)
def test_a_bad_file_is_refused_with_what_is_wrong(tmp_path: Path, content: str, said: str):
    path = tmp_path / "bad.tsv"
    path.write_text(content)
    with pytest.raises(BadStream, match=said):
        evaluate(path)


def test_a_place_where_no_alerts_can_be_written_is_told_before_the_work(tmp_path: Path):
    path = tmp_path / "one.tsv"
    path.write_text("text\tcreated_at\na\t2025-01-01T00:00:00Z\n")
    for out in (tmp_path, tmp_path / "none" / "out.jsonl"):
        with pytest.raises(BadStream, match="alerts cannot be written there"):
            evaluate(path, out, watch=lambda many, step: pytest.fail("the posts were looked at"))


def test_a_mark_at_the_beginning_and_line_ends_of_windows_change_nothing(tmp_path: Path):
    plain, written = stream(tmp_path, *ALL), tmp_path / "windows.tsv"
    written.write_bytes(b"\xef\xbb\xbf" + plain.read_bytes().replace(b"\n", b"\r\n"))
    there, here = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    assert evaluate(plain, there) == evaluate(written, here)
    assert there.read_text() == here.read_text()


def test_no_evidence_is_later_than_its_alert_to_the_part_of_a_second(tmp_path: Path):
    """A scorer refuses the whole file for one that is."""
    path, out = tmp_path / "parts.tsv", tmp_path / "out.jsonl"
    posts = mixed(usual(), [msgspec.structs.replace(p, at=p.at + timedelta(microseconds=250_000)) for p in burst()])
    path.write_text("text\tcreated_at\n" + "".join(f"{p.text}\t{p.at.isoformat()}\n" for p in posts))
    evaluate(path, out)
    raised = [json.loads(line) for line in out.read_text().splitlines()]
    assert raised and all(posts[max(one["evidence"])].at <= datetime.fromisoformat(one["raised_at"]) for one in raised)


def test_progress_is_told_of_every_post_and_every_baseline(tmp_path: Path):
    path, seen = tmp_path / "two.tsv", list[tuple[str, int]]()
    path.write_text("text\tcreated_at\na\t2025-01-01T00:00:00Z\nb\t2025-01-01T00:00:00Z\n")
    evaluate(path, with_baselines=True, watch=lambda many, step: seen.append((step, len(many))) or many)
    assert seen == [("posts", 2), ("baselines", len(BASELINES))]


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(BadStream, match=r"nowhere\.tsv"):
        evaluate(tmp_path / "nowhere.tsv")
