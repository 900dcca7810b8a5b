"""A place that cannot be read, an earlier version's or a damaged one, is begun anew and said; nothing is lost, nothing comes twice."""

from __future__ import annotations

import pytest

from collectors.base import Answer, Source
from core.errors import PlatformProblem
from store.base import Batch
from store.memory import MemoryStore
from store.query import Filter
from stream import repoll
from stream.collecting import poll
from tests.collectors.replay import replay
from tests.collectors.scenarios import NOON, SCENARIOS
from tests.make import post

BAD = ("garbage", "{}", "[]", '{"a": 1}', "null", "2026-99-99", "9" * 400, "2026-01-01T00:00:00", "1e999", "\x00")
TRIED = [
    pytest.param(s, id=s.platform) for s in SCENARIOS.values() if s.platform != "x"
]  # X's places are numbers of posts, which X itself judges


@pytest.mark.parametrize("cursor", BAD)
@pytest.mark.parametrize("scenario", TRIED)
def test_no_place_breaks_a_source_for_good(scenario, cursor):
    store, collector = MemoryStore(), scenario.collector()
    with replay(dict(scenario.routes)) as server:
        client = collector.client(scenario.settings(server.url))
        for source in scenario.sources():
            store.save(Batch(cursors=((source.id, cursor),)))
            for _ in "12":
                line = poll(store, collector, client, source, list, lambda: NOON)
            assert line.state in ("ok", "partial"), (source.id, line.error)


SOURCE = Source(id="x.mentions.city", platform="x", what="mentions")


class Strict:
    """A collector that takes only numbers for its place, and tells from which one it was asked."""

    PLATFORM = "x"

    def __init__(self, trouble: Exception | None = None):
        self.asked, self.trouble = [], trouble

    def ask(self, client, source, cursor, now):
        self.asked.append(cursor)
        number = int(cursor or 0)
        if self.trouble:
            raise self.trouble
        yield Answer(posts=(post(number + 1),), returned=1, cursor=str(number + 1))


def polled(collector, cursor):
    store = MemoryStore()
    store.save(Batch(cursors=((SOURCE.id, cursor),) if cursor else ()))
    return store, poll(store, collector, None, SOURCE, list, lambda: NOON)


def test_a_place_that_can_be_read_is_taken_up():
    collector = Strict()
    store, line = polled(collector, "7")
    assert (collector.asked, line.gaps, line.cursor_after, [p.id for p in store.posts(Filter())]) == (["7"], (), "8", ["x:8"])


def test_one_that_cannot_is_begun_anew_with_a_gap_and_a_word_in_the_log(caplog):
    collector = Strict()
    store, line = polled(collector, "seven")
    assert (collector.asked, line.state, line.cursor_before, line.cursor_after) == (["seven", None], "partial", "seven", "1")
    assert [gap.cause for gap in line.gaps] == ["our place in it could not be read; it was begun anew"]
    assert [record.getMessage() for record in caplog.records] == [f"{SOURCE.id}: its place could not be read (ValueError); it begins anew"]
    assert poll(store, collector, None, SOURCE, list, lambda: NOON).gaps == ()


def test_the_gap_begins_with_the_last_whole_pass():
    collector = Strict()
    store, _ = polled(collector, "7")
    store.save(Batch(cursors=((SOURCE.id, "damaged"),)))
    later = NOON.replace(hour=18)
    line = poll(store, collector, None, SOURCE, list, lambda: later)
    assert [(gap.since, gap.until) for gap in line.gaps] == [(NOON, later)]


def test_a_mistake_of_ours_without_a_place_is_still_a_mistake():
    collector = Strict(ValueError("a mistake"))
    with pytest.raises(ValueError, match="a mistake"):
        polled(collector, None)
    assert collector.asked == [None]


def test_a_mistake_that_has_nothing_to_do_with_the_place_comes_out_after_one_more_try():
    collector = Strict(TypeError("a mistake"))
    with pytest.raises(TypeError, match="a mistake"):
        polled(collector, "7")
    assert collector.asked == ["7", None]


def test_what_a_platform_refuses_is_no_reason_to_begin_anew():
    collector = Strict(PlatformProblem("rate limit", "x: asks us to wait", "wait"))
    _, line = polled(collector, "7")
    assert (collector.asked, line.state, line.cursor_after) == (["7"], "waiting", "7")


def test_a_mistake_in_the_middle_of_a_pass_does_not_begin_it_anew():
    class Late(Strict):
        def ask(self, client, source, cursor, now):
            yield from super().ask(client, source, cursor, now)
            raise ValueError("in the middle")

    collector = Late()
    with pytest.raises(ValueError, match="in the middle"):
        polled(collector, "7")
    assert collector.asked == ["7"]


@pytest.mark.parametrize("cursor", [*BAD, ""])
def test_second_looks_whose_place_cannot_be_read_begin_a_quarter_of_an_hour_ago(cursor):
    assert repoll.read(cursor, NOON) == repoll.Place(at=NOON - repoll.QUARTER)
