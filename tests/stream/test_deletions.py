"""A deletion that overtakes its post is made good: by the store and by the cases, whatever comes late."""

from datetime import timedelta
from functools import partial

import pytest

from cases import desk
from cases.store import open_cases
from core.account import Account
from core.deployment_file import SHIPPED, load
from core.errors import StoreFailed
from core.settings import Settings
from store.base import Batch
from store.memory import MemoryStore
from stream import kafka
from stream.deletions import AGES, MOST, Deletions, delete, told_since
from stream.topics import Samples, encode
from tests.make import NOON, claim, post

ONE, TWO = ("x:1", NOON), ("x:2", NOON)
MINUTE = timedelta(minutes=1)


class Hours:
    """A clock that is moved by hand, and what was carried out when."""

    def __init__(self):
        self.at, self.done, self.is_away, self.topic = NOON, [], False, []
        self.start()

    def start(self):
        """A worker begins, with nothing in its memory."""
        self.deletions = Deletions(self.carry_out, lambda: self.at, self.told)

    def told(self, since):
        if self.is_away:
            raise StoreFailed("away")
        return ((at, one) for at, one in self.topic if at >= since)

    def carry_out(self, deleted):
        if self.is_away:
            raise StoreFailed("away")
        self.done.append((self.at - NOON, list(deleted)))

    def pass_by(self, until, every=timedelta(seconds=10)):
        """Let time pass, with a look as often as a worker looks."""
        while self.at < NOON + until:
            self.at += every
            self.deletions.again()

    def times(self):
        return [at for at, _ in self.done]


def test_a_deletion_is_carried_out_at_once_and_at_each_age_and_then_no_more():
    hours = Hours()
    hours.deletions.hear([ONE])
    hours.pass_by(timedelta(days=3), every=30 * timedelta(seconds=1))
    assert hours.times() == [timedelta(0), *AGES]
    assert all(deleted == [ONE] for _, deleted in hours.done)


def test_several_heard_together_are_carried_out_together():
    hours = Hours()
    hours.deletions.hear([ONE, TWO])
    hours.pass_by(MINUTE)
    assert [sorted(deleted) for _, deleted in hours.done] == [[ONE, TWO], [ONE, TWO]]


def test_many_at_once_are_carried_out_in_parts():
    hours = Hours()
    hours.deletions.hear([(f"x:{n}", NOON) for n in range(MOST + 1)])
    hours.pass_by(MINUTE)
    assert [len(deleted) for _, deleted in hours.done] == [MOST + 1, MOST, 1]


def test_what_cannot_be_carried_out_at_first_is_not_remembered_since_it_is_told_again():
    hours = Hours()
    hours.is_away = True
    with pytest.raises(StoreFailed):
        hours.deletions.hear([ONE])
    hours.is_away = False
    hours.pass_by(timedelta(hours=1))
    assert hours.done == []


def test_what_is_due_while_the_engine_is_away_stays_due():
    hours = Hours()
    hours.deletions.hear([ONE, TWO])
    hours.at, hours.is_away = NOON + MINUTE, True
    for _ in "123":
        with pytest.raises(StoreFailed):
            hours.deletions.again()
    hours.is_away = False
    hours.deletions.again()
    hours.deletions.again()
    assert [(at, sorted(deleted)) for at, deleted in hours.done] == [(timedelta(0), [ONE, TWO]), (MINUTE, [ONE, TWO])]


def test_after_a_long_sleep_each_is_carried_out_once_and_goes_on_with_the_next_age():
    hours = Hours()
    hours.deletions.hear([ONE])
    hours.at = NOON + timedelta(hours=5)
    hours.deletions.again()
    hours.deletions.again()
    hours.pass_by(timedelta(hours=25), every=MINUTE)
    assert hours.times() == [timedelta(0), timedelta(hours=5), timedelta(hours=6), timedelta(hours=24)]


class Engine(MemoryStore):
    """An engine as agents know it."""

    def save_posts(self, batch: Batch):
        return self.save(batch)


def test_a_post_that_comes_after_its_deletion_is_gone_within_a_minute_from_the_store_and_from_its_case(tmp_path):
    store, cases, neutral = Engine(), open_cases(Settings(data=tmp_path)), load(SHIPPED / "default.toml")
    late = post(
        1, text="no water in Alder since morning", intent=claim("complaint", 0.99), topics=(claim("water"),), sentiment=claim("negative")
    )
    hours = Hours()

    def after(posts):
        desk.receive(posts, neutral, cases, hours.at, 0)

    deletions = Deletions(partial(delete, store, after), lambda: hours.at, hours.told)
    deletions.hear([("x:1", NOON + MINUTE)])  # the post itself is still on its way
    store.save(Batch(posts=(late,)))
    after([late])
    assert (store.get(["x:1"])[0].text, [case.summary for case in cases.all()]) == (late.text, [late.text])
    hours.at += MINUTE
    deletions.again()
    assert (store.get(["x:1"])[0].text, store.get(["x:1"])[0].author) == ("", None)
    assert [(case.summary, case.citizen) for case in cases.all()] == [("", None)]
    cases.close()


def test_a_worker_that_takes_over_asks_what_was_told_within_the_day_and_goes_on_with_it():
    hours = Hours()
    hours.topic = [(NOON - timedelta(hours=25), TWO), (NOON - timedelta(hours=3), ONE)]
    hours.deletions.recall()
    hours.pass_by(timedelta(hours=30), every=MINUTE)
    assert [(at, deleted) for at, deleted in hours.done] == [(MINUTE, [ONE]), (timedelta(hours=3), [ONE]), (timedelta(hours=21), [ONE])]


def test_what_is_remembered_is_not_taken_twice_from_the_topic():
    hours = Hours()
    hours.deletions.hear([ONE])
    hours.topic = [(NOON, ONE), (NOON, TWO)]
    hours.deletions.recall()
    hours.pass_by(timedelta(seconds=20))
    assert [deleted for _, deleted in hours.done] == [[ONE], [TWO]]


def test_a_topic_that_cannot_be_read_is_asked_again_at_the_next_turn():
    hours = Hours()
    hours.topic = [(NOON, ONE)]
    hours.deletions.recall()
    hours.is_away = True
    for _ in "12":
        with pytest.raises(StoreFailed):
            hours.deletions.again()
    hours.is_away = False
    hours.deletions.again()
    assert [deleted for _, deleted in hours.done] == [[ONE]]


def test_one_that_took_over_nothing_asks_nothing():
    hours = Hours()
    hours.topic = [(NOON, ONE)]
    hours.pass_by(timedelta(hours=1), every=MINUTE)
    assert hours.done == []


def test_the_topic_tells_of_deletions_and_of_nothing_else(monkeypatch):
    messages = [
        encode(Samples(source="s", deleted=(ONE,))),
        b"\xc1",
        encode(Samples(source="s", accounts=(Account(id="x:a", platform="x"),))),
        encode(Samples(source="s", deleted=(ONE, TWO))),
    ]
    monkeypatch.setattr(kafka, "read_since", lambda address, topic, since: ((NOON, message) for message in messages))
    assert list(told_since("", "", NOON)) == [(NOON, ONE), (NOON, ONE), (NOON, TWO)]
