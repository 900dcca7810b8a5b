"""That each way of sharing out the understanding really does all of it, and what is said of it."""

import pytest

from bench import pool
from bench.cluster import make_posts, pages
from stream.topics import decode_page


def test_messages_are_bundled_as_the_worker_understands_them():
    messages = pages(make_posts(1200))
    bundles = pool.bundles(messages)
    assert [len(bundle) for bundle in bundles] == [5, 5, 2]
    assert [message for bundle in bundles for message in bundle] == messages


def test_a_bundle_comes_back_understood_page_by_page():
    pool._learn()
    (bundle,) = pool.bundles(pages(make_posts(150)))
    done, seconds = pool._understood(bundle)
    assert seconds > 0
    read = [decode_page(message) for message in done]
    assert [len(page.posts) for page in read] == [100, 50]
    assert all(post.language is not None for page in read for post in page.posts)


@pytest.mark.parametrize("figure", ["posts_per_s", "cpu_per_100k"])
def test_every_way_is_told_in_both_figures(figure):
    told = pool._turn({"here": lambda: 2.0, "there": lambda: 4.0})
    assert told[f"there_{figure}"] > 0
    assert told["there_cpu_per_100k"] == 2 * told["here_cpu_per_100k"]
