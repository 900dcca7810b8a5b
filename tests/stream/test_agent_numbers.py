"""What the agents count for those who watch a worker. Without Kafka: the agents of test_agents over its fakes."""

import pytest
from prometheus_client import REGISTRY

from core.errors import StoreFailed
from stream import metrics
from tests.make import NOON, post
from tests.stream.test_agents import Bench, Indexer, page


def told(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0


class Watched:
    """The numbers before something is done, to be taken from those after it."""

    def __init__(self, **names):
        self._names = names
        self._before = {short: self._now(short) for short in names}

    def _now(self, short):
        name, *stage = self._names[short]
        return told(name, **({"stage": stage[0]} if stage else {}))

    def grown(self):
        return {short: self._now(short) - before for short, before in self._before.items()}


@pytest.mark.parametrize("stage", ["understand", "index", "follow"])
def test_pages_and_posts_are_counted_under_their_stage_when_they_are_done(stage):
    watched = Watched(posts=("sada_posts_total", stage), pages=("sada_pages_total", stage), batches=("sada_batch_seconds_count", stage))
    Bench().run(stage, [page(post(1), post(2)), page(post(3)), b"\xc1 no page"])
    assert watched.grown() == {"posts": 3, "pages": 2, "batches": 1}


def test_each_request_to_the_engine_is_timed():
    watched = Watched(requests=("sada_bulk_seconds_count",))
    many = [page(*(post(n) for n in range(start, start + 250))) for start in range(0, 1000, 250)]
    Bench().run("index", many)
    assert watched.grown() == {"requests": 2}  # of five hundred posts each


def test_dead_letters_are_counted_under_the_stage_that_gave_up():
    watched = Watched(index=("sada_dead_letters_total", "index"), understand=("sada_dead_letters_total", "understand"))
    Bench(indexer=Indexer(refuses=["x:2", "x:3"])).run("index", [page(post(1), post(2), post(3))])
    assert watched.grown() == {"index": 2, "understand": 0}


def test_what_was_not_done_is_not_counted():
    watched = Watched(posts=("sada_posts_total", "index"), pages=("sada_pages_total", "index"))
    Bench(indexer=Indexer(breaks=StoreFailed("the engine is away"))).run("index", [page(post(1))])
    assert watched.grown() == {"posts": 0, "pages": 0}


def test_a_database_that_is_away_for_a_moment_is_counted_as_tried_again():
    away = [StoreFailed("the server closed the connection")]

    def after(posts):
        if away:
            raise away.pop()

    watched = Watched(retries=("sada_retries_total",))
    Bench(after=after).run("follow", [page(post(1))])
    assert watched.grown() == {"retries": 1}


def test_the_age_of_the_newest_post_is_told_once_it_is_durable():
    Bench(clock=lambda: NOON).run("index", [page(post(1, created_at=NOON))])
    assert metrics.NEWEST.age() == told("sada_data_age_seconds") == 0
