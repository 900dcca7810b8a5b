"""What could not be handled: how much of it is too much, and how it comes back."""

from datetime import timedelta

import pytest

from core.errors import AskedWrongly
from stream import kafka
from stream.dead_letters import Kept, Limit, TooManyDeadLetters, find, kept, replay
from stream.topics import RAW, SAMPLES, DeadLetter, decode_page, decode_samples, encode
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


def endured(limit, pages):
    """How many pages were seen before it was too much."""
    for number, page in enumerate(pages):
        try:
            limit.saw(*page)
        except TooManyDeadLetters:
            return number
    return len(pages)


@pytest.mark.parametrize("pages", [[(50, 50)], [(1, 1)] * 50, [(100, 0)] * 100 + [(100, 100)] * 5, [(10, 3)] * 100])
def test_too_large_a_share_of_the_last_posts_stops(pages):
    with pytest.raises(TooManyDeadLetters, match="sada dead-letters replay"):
        saw(Limit(), pages)


def test_a_bad_hour_long_past_is_forgotten():
    calm, bad = [(2000, 0), (2000, 0)], [(200, 49)]
    assert endured(Limit(), [(1000, 0), *bad, *calm, *bad, *calm]) == 7
    assert endured(Limit(), [*bad, *bad]) == 1


# limit, what was seen → how many pages it bears
LIMITS = [
    (Limit(1), [(10, 10)] * 1000, 1000),  # a share of one is never passed
    (Limit(at_least=5), [(1, 1)] * 9, 4),
    (Limit(0.5, at_least=1), [(2, 1), (2, 1), (2, 2)], 2),  # a half is borne, more is not
    (Limit(0.5, among=10, at_least=1), [(10, 0), (10, 5), (10, 6)], 2),
    (Limit(0.5, among=10, at_least=1), [(10, 0), (4, 4)], 2),  # the ten before still count
    (Limit(), [(100, 49)], 1),  # fewer than fifty are too few to judge by
    (Limit(), [(100, 50)], 0),
    (Limit(), [(250, 50)], 1),  # a fifth is borne
]


@pytest.mark.parametrize(("limit", "pages", "borne"), LIMITS)
def test_so_much_is_borne(limit, pages, borne):
    assert endured(limit, pages) == borne


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


def letter(number, **what):
    return Kept(id=f"0-{number}", letter=DeadLetter(stage="index", why="bad", at=NOON, source="s1", **what))


def test_what_its_author_deleted_since_does_not_come_back():
    publisher = Publisher()
    assert replay([letter(1, post=post(1)), letter(2, post=post(2))], publisher, {"x:1": NOON, "x:9": NOON}) == (1, 1)
    ((topic, message),) = publisher.published
    assert (topic, [one.id for one in decode_page(message).posts]) == (RAW, ["x:2"])


def test_behind_a_message_nobody_could_read_every_deletion_is_told_again():
    publisher, gone = Publisher(), {f"x:{n}": NOON + timedelta(minutes=n) for n in range(1200)}
    assert replay([letter(1, message=b"a page of a newer version")], publisher, gone) == (1, 0)
    assert [topic for topic, _ in publisher.published] == [RAW, SAMPLES, SAMPLES, SAMPLES]
    assert dict(one for _, message in publisher.published[1:] for one in decode_samples(message).deleted) == gone


def test_where_nothing_was_deleted_nothing_more_is_told():
    publisher = Publisher()
    assert replay([letter(1, message=b"x")], publisher, {}) == (1, 0)
    assert [topic for topic, _ in publisher.published] == [RAW]


def test_behind_a_letter_that_holds_nothing_no_deletion_is_told():
    publisher = Publisher()
    assert replay([letter(1), letter(2, post=post(2))], publisher, {"x:2": NOON}) == (0, 2)
    assert publisher.published == []


def test_an_empty_message_is_one_that_nobody_could_read():
    publisher = Publisher()
    assert replay([letter(1, message=b"")], publisher, {"x:2": NOON}) == (1, 0)
    assert [topic for topic, _ in publisher.published] == [RAW, SAMPLES]


def test_letters_go_back_in_their_order_and_deletions_behind_them_all():
    publisher = Publisher()
    letters = [letter(1, message=b"first"), letter(2, post=post(2)), letter(3, message=b"third")]
    assert replay(iter(letters), publisher, {"x:9": NOON}) == (3, 0)
    (_, first), (_, second), (_, third), (last, told) = publisher.published
    assert (first, third, last) == (b"first", b"third", SAMPLES) and decode_page(second).posts == (post(2),)
    assert decode_samples(told).deleted == (("x:9", NOON),)


@pytest.fixture
def buried_twice(monkeypatch):
    """What the broker holds after a letter was replayed and came back: the second burial lies in a partition that is read first."""
    again, first, other = (
        encode(DeadLetter(stage="enrich", why="too long", at=NOON + timedelta(hours=hour), post=post(number)))
        for hour, number in ((2, 1), (0, 1), (1, 2))
    )
    monkeypatch.setattr(kafka, "read_all", lambda address, topic, since=0: iter([(0, 7, again), (0, 8, other), (1, 0, first)]))


def test_a_letter_is_found_under_its_id_though_it_was_buried_again_since(buried_twice):
    assert find("", "", "1-0").letter.post == find("", "", "0-7").letter.post == post(1)


def test_what_was_buried_again_is_listed_once_under_the_id_it_had_at_first(buried_twice):
    assert [one.id for one in kept("", "")] == ["1-0", "0-8"]


@pytest.mark.parametrize("id", ["1-1", "2-0", "", "x"])
def test_an_id_under_which_no_letter_lies_is_told(buried_twice, id):
    with pytest.raises(AskedWrongly, match="sada dead-letters list"):
        find("", "", id)
