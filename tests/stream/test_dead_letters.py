"""What could not be handled: how much of it is too much, and how it comes back."""

import pytest

from stream.dead_letters import Kept, Limit, TooManyDeadLetters, replay
from stream.topics import RAW, DeadLetter, decode_page
from tests.make import NOON, post


class Publisher:
    def __init__(self):
        self.published = []

    def publish(self, topic, messages):
        self.published += [(topic, message) for message in messages]
        return len(messages)


def saw(limit, pages):
    for posts, dead in pages:
        limit.saw(posts, dead)


@pytest.mark.parametrize("pages", [[(50, 50)], [(1, 1)] * 50, [(100, 0)] * 100 + [(100, 100)] * 5, [(10, 3)] * 100])
def test_too_large_a_share_of_the_last_posts_stops(pages):
    with pytest.raises(TooManyDeadLetters, match="sada dead-letters replay"):
        saw(Limit(), pages)


def test_a_bad_hour_long_past_is_forgotten():
    limit = Limit()
    saw(limit, [(1000, 0), (200, 49), (2000, 0), (2000, 0)])
    saw(limit, [(200, 49), (2000, 0), (2000, 0)])


def test_a_share_of_one_is_never_passed():
    saw(Limit(1), [(10, 10)] * 1000)


def test_messages_that_are_no_pages_count_as_one_each():
    with pytest.raises(TooManyDeadLetters):
        saw(Limit(), [(1, 1)] * 60)


def test_a_post_comes_back_as_a_page_of_its_own_and_a_message_as_it_was():
    letters = [
        Kept(id="0-1", letter=DeadLetter(stage="index", why="bad", at=NOON, source="s1", post=post(7))),
        Kept(id="0-2", letter=DeadLetter(stage="understand", why="not a page", at=NOON, message=b"\xc1")),
        Kept(id="0-3", letter=DeadLetter(stage="understand", why="empty", at=NOON)),
    ]
    publisher = Publisher()
    assert replay(letters, publisher) == (2, 1)
    (first_topic, page), (second_topic, message) = publisher.published
    assert first_topic == second_topic == RAW and message == b"\xc1"
    assert decode_page(page).posts == (post(7),) and decode_page(page).source == "s1" and decode_page(page).pass_id == ""
