"""Pages keep to their limits, whatever comes."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.page import MOST_BYTES, MOST_POSTS, Page, in_parts, split
from tests import make


def page(*posts, number=1):
    return Page(source="x.mentions.city", pass_id="p1", number=number, fetched_at=make.NOON, posts=posts)


def sizes(pages):
    return [len(one.posts) for one in pages]


def test_a_small_page_stays_as_it_is():
    small = page(make.post(1), make.post(2))
    assert list(split(small)) == [small]


def test_a_page_without_posts_is_no_page():
    assert list(split(page())) == []


def test_no_page_holds_more_than_five_hundred_posts():
    posts = [make.post(n) for n in range(2 * MOST_POSTS + 1)]
    assert sizes(split(page(*posts))) == [MOST_POSTS, MOST_POSTS, 1]


def test_long_posts_make_short_pages():
    posts = [make.post(n, text="ل" * 200_000) for n in range(5)]  # 400 kB each, as UTF-8
    parts = list(split(page(*posts)))
    assert sizes(parts) == [2, 2, 1]
    assert all(len(msgspec.msgpack.encode(part.posts)) < MOST_BYTES + 1000 for part in parts)


def test_a_post_too_long_for_any_page_still_travels_alone():
    huge = make.post(2, text="x" * (MOST_BYTES + 1))
    assert sizes(split(page(make.post(1), huge, make.post(3)))) == [1, 1, 1]


def test_pages_are_numbered_on_from_their_own_number():
    posts = [make.post(n) for n in range(MOST_POSTS + 1)]
    assert [part.number for part in split(page(*posts, number=7))] == [7, 8]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 60_000), max_size=60))
def test_splitting_loses_nothing_doubles_nothing_and_keeps_the_order(lengths):
    posts = tuple(make.post(n, text="x" * length) for n, length in enumerate(lengths))
    assert tuple(post for part in split(page(*posts)) for post in part.posts) == posts


# what there is, the most in a part → the parts
PARTS = [((), 3, []), ("a", 3, ["a"]), ("abc", 3, ["abc"]), ("abcd", 3, ["abc", "d"]), ("abcdef", 3, ["abc", "def"]), ("ab", 1, ["a", "b"])]


@pytest.mark.parametrize(("whole", "most", "expected"), PARTS)
def test_parts_hold_everything_in_order_and_none_is_empty(whole, most, expected):
    assert list(in_parts(whole, most)) == [tuple(part) for part in expected]
