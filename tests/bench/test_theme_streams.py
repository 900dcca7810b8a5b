"""Figures of several streams are pooled as the documents say: shares over all events, leads as means."""

from pathlib import Path

import msgspec
import pytest

from bench.theme_streams import line, main, named, pooled, run
from core.errors import AskedWrongly
from enrich.themes_score import Score


def test_shares_are_taken_over_all_events_and_leads_are_averaged():
    one = Score(alerts=3, hits=3, wrong=0, duplicates=1, events=4, timely_recall=0.5, lead_share_median=0.2, background_alerts_per_day=0.0)
    other = Score(
        alerts=3, hits=1, wrong=2, duplicates=0, events=16, timely_recall=0.0625, lead_share_median=0.6, background_alerts_per_day=0.1
    )
    found = pooled([one, other])
    assert (found["precision"], found["precision_strict"], found["recall"]) == (0.667, 0.571, 0.2)
    assert (found["timely_recall"], found["lead_share"], found["false_a_day"]) == (0.15, 0.4, 0.05)
    assert (found["events"], found["streams"], found["duplicates_per_event"]) == (20, 2, 0.25)


def test_a_way_that_raised_nothing_has_no_precision_and_the_worst_lead():
    found = pooled([Score(alerts=0, hits=0, wrong=0, duplicates=0, events=5, timely_recall=0.0)])
    assert (found["precision"], found["recall"], found["lead_share"]) == (0.0, 0.0, 1.0)


@pytest.mark.parametrize("told", ["stream.tsv", "city=", "city=nowhere.tsv@office"])
def test_a_stream_that_is_not_there_is_asked_wrongly(told: str):
    with pytest.raises(AskedWrongly, match="name a group"):
        named(told)


def test_ours_and_the_three_usual_ways_are_told_of_each_group(tmp_path: Path):
    stream = tmp_path / "stream.tsv"
    rows = [f"the tram {n % 5} is late at stop {n % 7}\t2025-01-{1 + n // 12:02d}T{n % 12:02d}:00:00Z\t" for n in range(240)]
    stream.write_text("\n".join(["text\tcreated_at\tevent", *rows]) + "\n", encoding="utf-8")
    found = run([f"quiet={stream}@office", f"other={stream}"])
    assert set(found) == {"quiet", "other"}
    assert set(found["quiet"]) == {"ours", "significant_terms", "three_sigma", "kleinberg"}
    assert found["quiet"]["ours"]["recall"] == 0.0


def test_a_second_run_adds_its_groups_and_replaces_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    stream, out = tmp_path / "stream.tsv", tmp_path / "kept.json"
    stream.write_text("text\tcreated_at\tevent\nthe tram is late\t2025-01-01T00:00:00Z\t\n", encoding="utf-8")
    main(out, [f"one={stream}"])
    main(out, [f"other={stream}", f"one={stream}"])
    assert set(msgspec.json.decode(out.read_bytes())["groups"]) == {"one", "other"}
    assert "| other | 0 / 0 / 0 / 0 / 1 / 0 |" in capsys.readouterr().out


@pytest.mark.parametrize("figure, told", [(0.917, ".92"), (1.0, "1"), (0.0, "0"), (0.004, "0"), (0.3, ".30")])
def test_a_figure_is_told_to_two_places(figure: float, told: str):
    names = ("precision", "precision_strict", "recall", "timely_recall", "lead_share", "false_a_day")
    assert line(dict.fromkeys(names, figure)) == " / ".join([told] * 6)
