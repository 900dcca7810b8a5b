"""What the stream's benchmark says of its figures."""

import os
import subprocess
import sys

import pytest

from bench import cluster, stream
from bench.cluster import Worker, make_posts, pages
from bench.stream import GOALS, ceiling, in_turns, missed, summary, two_workers
from bench.stream_memory import growth, thinned
from stream.topics import decode_page

GOOD = {
    "cpu_ratio_to_plain_loop": 1.15,
    "vs_naive": 10,
    "bulk_share_of_limit": 0.7,
    "two_workers": 1.7,
    "freshness_p95_s": 3.0,
    "rss_growth_percent": 5.0,
}


def test_what_reaches_its_goal_is_not_missed():
    assert missed(GOOD) == []


@pytest.mark.parametrize(
    ("name", "figure"), [("cpu_ratio_to_plain_loop", 1.16), ("vs_naive", 9), ("two_workers", 0.4), ("rss_growth_percent", 6)]
)
def test_what_misses_its_goal_is_said_with_both(name, figure):
    (line,) = missed(GOOD | {name: figure})
    assert line.startswith(f"{name}: {figure} (goal: ") and str(GOALS[name][1]) in line


def test_what_was_not_measured_is_no_success():
    assert len(missed({})) == len(GOALS)
    assert all("not measured" in line for line in missed(summary({})))


def test_the_interface_has_every_figure_of_a_goal():
    assert set(GOALS) | {"posts_per_s"} <= set(summary({}))


def test_ratios_are_of_what_was_measured():
    found = {"worker_cpu_per_100k": 22.0, "plain_cpu_per_100k": 20.0, "worker_posts_per_s": 3000, "naive_posts_per_s": 150}
    median = summary(found)
    assert (median["cpu_ratio_to_plain_loop"], median["vs_naive"], median["bulk_share_of_limit"]) == (1.1, 20.0, None)


def test_ways_are_measured_in_turns_every_second_time_in_the_other_order():
    order = []

    def way(name, figures):
        def measure():
            order.append(name)
            return {name: figures.pop(0)}

        return measure

    found = in_turns(way("plain", [1.0, 9.0, 3.0]), way("worker", [2.0, 4.0, 50.0]), times=3)
    assert order == ["plain", "worker", "worker", "plain", "plain", "worker"]
    assert (found["plain"], found["worker"]) == (3.0, 4.0)  # the median of each: one busy moment decides nothing


def test_all_runs_are_kept_beside_their_medians():
    found = in_turns(lambda: {"n": 1.0}, times=2)
    assert [{"n": 1.0}, {"n": 1.0}] in found.values()


def test_two_workers_are_told_by_the_clock_and_by_what_they_take():
    one, two = {"posts_per_s": 4000.0, "cpu_per_100k": 20.0}, {"posts_per_s": 5000.0, "cpu_per_100k": 25.0}
    assert two_workers(one, two) == {"two_workers": 1.25, "two_workers_by_cpu": 1.6}


# CPU seconds of 100,000 posts in a worker and in the servers → what two workers can gain on two cores at the most
CEILINGS = [(20.0, 20.0, 1.0), (20.0, 5.0, 1.6), (20.0, 0.0, 2.0)]


@pytest.mark.parametrize(("worker", "servers", "most"), CEILINGS)
def test_the_servers_work_bounds_what_two_workers_can_gain_beside_them(worker, servers, most):
    assert ceiling({"worker_cpu_per_100k": worker, "servers_cpu_per_100k": servers}) == {"two_workers_ceiling": most}


def test_no_bound_is_told_where_the_servers_run_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("SADA_SERVICES", str(tmp_path))
    assert cluster.servers_cpu() is None
    assert ceiling({"worker_cpu_per_100k": 20.0}) == {}


def test_the_servers_processor_time_is_that_of_all_processes_of_their_groups(tmp_path, monkeypatch):
    monkeypatch.setenv("SADA_SERVICES", str(tmp_path))
    busy = "sum(range(10_000_000)); print('done', flush=True); input()"
    servers = [
        subprocess.Popen([sys.executable, "-c", busy], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        for _ in range(2)
    ]
    try:
        for server, name in zip(servers, ("kafka", "elasticsearch"), strict=True):
            assert server.stdout.readline() == b"done\n"
            (tmp_path / f"{name}.pid").write_text(str(server.pid))
        assert 0 < cluster.servers_cpu() < 60
    finally:
        for server in servers:
            server.communicate(b"\n")
    assert cluster.servers_cpu() == 0  # ended


def test_a_workers_processor_time_and_memory_are_read_while_it_runs():
    worker = object.__new__(Worker)
    waiting = "print('there', flush=True); input()"
    worker.process = subprocess.Popen([sys.executable, "-c", waiting], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert worker.process.stdout.readline() == b"there\n"
        assert worker.cpu() >= 0
        assert 1 < worker.rss_mb() < 500
    finally:
        worker.process.communicate(b"\n")


# sizes of a worker, megabytes → its growth in percent
GROWTHS = [
    ([400.0] * 20, 0.0),
    ([100.0, 200.0, *[400.0] * 18], 0.0),  # in the first tenth it loads what it needs
    ([400.0] * 18 + [440.0, 440.0], 10.0),
    ([400.0, *[400.0] * 17, 380.0, 380.0], -5.0),
    ([400.0] * 10 + [900.0] + [400.0] * 9, 0.0),  # one large moment is no growth
    ([400.0], 0.0),
]


@pytest.mark.parametrize(("sizes", "percent"), GROWTHS)
def test_growth_is_of_the_end_over_what_had_settled(sizes, percent):
    assert growth(sizes) == percent


@pytest.mark.parametrize("count", [1, 2, 19, 20, 21, 200])
def test_the_curve_is_thinned_to_its_ends(count):
    sizes = [float(n) for n in range(count)]
    thin = thinned(sizes)
    assert len(thin) <= 21
    assert (thin[0], thin[-1]) == (0, count - 1)
    assert thin == sorted(thin)


def test_the_curve_has_two_workers_beside_one_on_the_same_partitions_in_both_orders():
    turns = [point for point in stream.CURVE if point[0] == 2]
    assert turns == [(2, 1), (2, 2), (2, 2), (2, 1)]
    assert max(count for _, count in stream.CURVE) <= 2
    assert {1, 2, 4} == {partitions for partitions, _ in stream.CURVE}


def test_posts_are_the_same_whenever_they_are_made_and_come_in_pages():
    assert make_posts(250, 1000) == make_posts(250, 1000)
    read = [decode_page(page) for page in pages(make_posts(250))]
    assert [len(page.posts) for page in read] == [100, 100, 50]
    assert len({post.id for page in read for post in page.posts}) == 250
    assert len(pages(make_posts(25), 10)) == 3


def test_waiting_gives_up(monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 0.0)
    with pytest.raises(TimeoutError):
        cluster.wait(lambda: False, 0)


def test_addresses_of_ones_own_stand_before_those_of_make_services(monkeypatch):
    from bench.measure import use_services

    monkeypatch.setattr(os, "environ", {"SADA_KAFKA": "broker:9092"})
    use_services()
    assert os.environ["SADA_KAFKA"] == "broker:9092"
    assert os.environ["SADA_ELASTICSEARCH"].startswith("http://127.0.0.1:")


def test_a_measurement_broken_off_goes_on_with_the_part_it_was_at(tmp_path):
    kept, measured, steps = tmp_path / "data" / "kept.json", [], []

    def part(name, figures, broken=False):
        def measure():
            measured.append(name)
            if broken:
                raise KeyboardInterrupt
            return figures

        return measure

    first = {"one": part("one", {"a": 1.0}), "two": part("two", {}, broken=True)}
    with pytest.raises(KeyboardInterrupt):
        stream.in_parts(first, kept, steps.append)
    found = stream.in_parts({"one": part("one", {}), "two": part("two", {"b": 2.0})}, kept, steps.append)
    assert measured == ["one", "two", "two"]
    assert (found["a"], found["b"], set(found["load_average"])) == (1.0, 2.0, {"one", "two"})
    assert steps == [1, 1, 2]
