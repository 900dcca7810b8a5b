"""A long pass is held page by page, never whole."""

import tracemalloc
from collections.abc import Iterator

from bench.collecting import page
from collectors import x
from collectors.base import Answer, Source, context
from store.embedded import EmbeddedStore
from stream import collecting
from tests.collectors.scenarios import NOON

SOURCE = Source(id="x.mentions.TOWN", platform="x", what="mentions", account="x:TOWN", native_id="1001")
MOST_MB = 2  # a page of 100 takes a third of one; all 4,000 held together take four and more


def answers(posts: int) -> Iterator[Answer]:
    for at in range(0, posts, 100):
        yield x.translate(page(["a leak of water " * 12], at, posts), context(SOURCE, NOON))


def test_the_posts_of_a_long_pass_are_never_in_memory_together(tmp_path):
    store = EmbeddedStore(tmp_path / "posts.db", "Asia/Riyadh")
    tracemalloc.start()
    line = collecting.run_pass(store, SOURCE, answers(4_000), lambda posts: posts, lambda: NOON)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    store.close()
    assert (line.stored, line.state) == (4_000, "ok") and peak < MOST_MB * 1_000_000
