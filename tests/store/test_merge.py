"""Which of two observations of a post stands, whatever the order they come in."""

from datetime import timedelta
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from core.post import Post, tombstone
from store.merge import is_same, merged
from tests.make import NOON, post

observations = st.builds(
    lambda minutes, text, likes, views: post(1, text=text, likes=likes, views=views, observed_at=NOON + timedelta(minutes=minutes)),
    st.integers(0, 5), st.sampled_from(["dark", "still dark", "light"]), st.one_of(st.none(), st.integers(0, 2)), st.one_of(st.none(), st.integers(0, 2)),
)  # fmt: skip


def kept(seen: list[Post]) -> Post:
    return reduce(merged, seen, None)


@given(observations, observations)
def test_two_observations_give_the_same_in_either_order(one, other):
    first, second = kept([one, other]), kept([other, one])
    assert is_same(first, second) or (first.text, first.versions) == (second.text, second.versions)


@given(st.lists(observations, min_size=1, max_size=5))
def test_seeing_everything_again_changes_nothing(seen):
    once = kept(seen)
    assert merged(once, once) == once


@given(st.lists(observations, min_size=1, max_size=5))
def test_the_newest_text_stands_and_no_earlier_one_is_lost(seen):
    last = kept(seen)
    newest = max(o.observed_at for o in seen)
    assert last.text in {o.text for o in seen if o.observed_at == newest}
    assert {last.text, *(v.text for v in last.versions)} == {o.text for o in seen}


def test_a_number_not_told_later_is_taken_from_before():
    assert merged(post(1, likes=3), post(1, views=9, observed_at=NOON + timedelta(days=1))).likes == 3


def test_zero_is_a_number():
    assert merged(post(1, likes=3), post(1, likes=0, observed_at=NOON + timedelta(days=1))).likes == 0


def test_nothing_brings_back_what_was_deleted():
    gone = tombstone(post(1, likes=3), NOON + timedelta(hours=1))
    assert merged(gone, post(1, observed_at=NOON + timedelta(days=3))) == gone
    assert (gone.text, gone.author, gone.likes) == ("", None, 3)


def test_words_made_ready_for_search_are_no_news():
    known, again = post(1), post(1, normal="the lamp in lane 1 is dark")
    assert is_same(known, again)
    assert is_same(merged(known, again), known)
    later = post(1, likes=3, normal="the lamp in lane 1 is dark")
    assert merged(known, later).likes == merged(later, known).likes
