"""What every benchmark says of itself, and that one of them really runs."""

import csv
import json

from bench import importing, measure


def test_the_median_of_each_figure():
    runs = [{"posts_per_s": 3.0, "ratio": 1.0}, {"posts_per_s": 1.0, "ratio": 1.2}, {"posts_per_s": 2.0, "ratio": 1.1}]
    assert measure.medians(runs) == {"posts_per_s": 2.0, "ratio": 1.1}


def test_runs_follow_one_another():
    numbers = iter(range(9))
    assert [run["n"] for run in measure.repeat(lambda: {"n": float(next(numbers))}, 3)] == [0, 1, 2]


def test_a_document_names_the_machine_and_the_versions():
    document = measure.report("import", [{"n": 1.0}], {"n": 1.0})
    assert set(document) == {"bench", "machine", "versions", "runs", "median"}
    assert set(document["machine"]) == {"cpus", "processor", "system"}
    assert set(measure.LIBRARIES) <= set(document["versions"])
    assert json.loads(json.dumps(document)) == document


def test_the_peak_is_this_process_own_and_only_grows():
    before = measure.peak_rss_mb()
    block = bytearray(64_000_000)
    block[::4096] = b"x" * len(block[::4096])  # touched, so that it is really there
    assert measure.peak_rss_mb() >= max(before, 60)


def test_processor_time_is_counted():
    with measure.cpu_seconds() as spent:
        sum(range(300_000))
        first = spent()
        sum(range(300_000))
    assert 0 < first < spent()


def test_the_rows_of_a_measurement_are_the_same_every_time(tmp_path):
    for name in ("one.csv", "two.csv"):
        importing.write_rows(tmp_path / name, 50, seed=3)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    with (tmp_path / "one.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["id"] for row in rows}) == 50
    assert len({row["text"] for row in rows}) > 40


def test_importing_is_measured_beside_its_parts():
    found = importing.run(rows=400, runs=1)
    (run,) = found["runs"]
    assert set(found["median"]) >= {"posts_per_s", "ratio_to_parts", "peak_rss_mb"}
    assert all(run[part] > 0 for part in ("parse_s", "enrich_s", "insert_s", "whole_s"))
    assert run["ratio_to_parts"] == run["whole_s"] / (run["parse_s"] + run["enrich_s"] + run["insert_s"])
