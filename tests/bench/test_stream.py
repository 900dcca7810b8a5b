"""What the stream's benchmark says of its figures."""

import pytest

from bench.stream import GOALS, make_posts, missed, pages, summary
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


def test_ratios_are_of_what_was_measured():
    found = {"worker_cpu_per_100k": 22.0, "plain_cpu_per_100k": 20.0, "worker_posts_per_s": 3000, "naive_posts_per_s": 150}
    median = summary(found)
    assert (median["cpu_ratio_to_plain_loop"], median["vs_naive"], median["bulk_share_of_limit"]) == (1.1, 20.0, None)


def test_posts_are_the_same_whenever_they_are_made_and_come_in_pages():
    assert make_posts(250, 1000) == make_posts(250, 1000)
    read = [decode_page(page) for page in pages(make_posts(250))]
    assert [len(page.posts) for page in read] == [100, 100, 50]
    assert len({post.id for page in read for post in page.posts}) == 250
