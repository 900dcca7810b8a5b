"""What a number of posts a day needs: the arithmetic, on figures made for the test."""

import msgspec
import pytest

from bench import sizing
from core.errors import StoreFailed

STREAM = {"runs": [{"index_bytes_per_post": 500, "page_bytes_per_post": 600, "limit_docs_per_s": 10_000}], "median": {"posts_per_s": 1000}}
IMPORTED = {"median": {"posts_per_s": 4000}}
BIG = {"median": {"counted_posts_per_s": 3_000_000}}


def size(posts_per_day):
    return sizing.size(posts_per_day, STREAM, IMPORTED, BIG)


def test_few_posts_need_one_machine_and_no_engine():
    few = size(10_000)
    assert (few.set_up, few.workers, few.index_nodes, few.kafka_gb, few.days_counted_in_1_s) == ("one machine", 0, 0, 0, None)


@pytest.mark.parametrize("posts_per_day", [1_000_000, 10_000_000, 100_000_000])
def test_what_is_planned_carries_the_peak_and_holds_the_year(posts_per_day):
    planned = size(posts_per_day)
    assert planned.set_up == "many machines"
    assert planned.workers * 1000 * sizing.HEADROOM >= planned.peak_per_s
    assert planned.index_nodes * 10_000 * sizing.HEADROOM >= planned.peak_per_s
    assert planned.disk_gb >= posts_per_day * 365 * sizing.COPIES * 500 / 1e9
    assert planned.index_nodes * sizing.NODE_GB >= planned.disk_gb
    assert planned.partitions >= planned.workers
    assert planned.index_nodes >= 2  # a replica lies on another node


def test_more_posts_never_need_less():
    lines = [msgspec.structs.asdict(size(n)) for n in (10_000, 1_000_000, 10_000_000, 100_000_000)]
    for name in ("workers", "partitions", "index_nodes", "shards_per_month", "disk_gb", "kafka_gb", "memory_gb"):
        assert [line[name] for line in lines] == sorted(line[name] for line in lines), name


def test_days_counted_shrink_as_posts_outgrow_the_nodes():
    few, many = size(1_000_000), size(100_000_000)
    assert few.days_counted_in_1_s == 3 * few.index_nodes
    assert many.days_counted_in_1_s < few.days_counted_in_1_s


def test_reads_beyond_what_is_sold_by_use_are_told_as_such():
    assert size(10_000).x_reads_dollars_per_month == 450
    assert size(10_000_000).x_reads_dollars_per_month is None


def test_a_shard_is_no_larger_than_advised():
    planned = size(100_000_000)
    assert planned.disk_gb / sizing.COPIES / 12 / planned.shards_per_month <= sizing.SHARD_GB


def test_the_table_has_a_row_for_each_and_a_word_where_there_is_no_figure():
    rows = sizing.table([size(10_000), size(100_000_000)]).splitlines()
    assert len(rows) == 4
    assert len({row.count("|") for row in rows}) == 1
    assert "all: counts are kept" in rows[2]
    assert "by contract" in rows[3]


def test_a_result_that_was_never_kept_is_asked_for():
    with pytest.raises(StoreFailed, match="sada bench nothing --json"):
        sizing.measured("nothing")
