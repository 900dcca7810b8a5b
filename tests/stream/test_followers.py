"""No post stops what follows the posts: the one at which it breaks is passed over, the others are dealt with once each."""

import pytest

from core.errors import StoreFailed
from store.base import Batch
from store.memory import MemoryStore
from stream import followers
from tests.make import post


class Desk:
    """Takes posts as a transaction does: all of a step or nothing; breaks at some."""

    def __init__(self, breaks_at=(), raises=ZeroDivisionError):
        self.breaks_at, self.raises, self.took, self.place = set(breaks_at), raises, [], 0

    def step(self, posts, place):
        if any(p.id in self.breaks_at for p in posts):
            raise self.raises("at this one")
        self.took += [p.id for p in posts]
        self.place = place


@pytest.fixture
def store():
    filled = MemoryStore()
    filled.save(Batch(posts=tuple(post(n) for n in range(1, 31))))
    return filled


@pytest.mark.parametrize("bad", [(), (1,), (30,), (7, 8, 23), tuple(range(1, 31))])
def test_every_post_but_those_it_breaks_at_is_handed_on_once_and_in_order(store, bad):
    desk = Desk({f"x:{n}" for n in bad})
    assert followers.follow(store, 0, desk.step) == 30 == desk.place
    assert desk.took == [f"x:{n}" for n in range(1, 31) if n not in bad]


def test_what_is_passed_over_is_told_by_number_and_not_by_its_words(store, caplog):
    followers.follow(store, 0, Desk({"x:9"}).step)
    (told,) = caplog.messages
    assert "change 9" in told and "ZeroDivisionError" in told and "lamp" not in told


def test_a_store_that_is_away_loses_nothing(store):
    desk = Desk({"x:9"}, StoreFailed)
    with pytest.raises(StoreFailed):
        followers.follow(store, 0, desk.step)
    assert (desk.took, desk.place) == ([], 0)
