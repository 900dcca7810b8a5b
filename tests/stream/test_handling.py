"""What a worker does with a page: without Kafka and without Faust."""

import pytest

from core.page import Page
from stream.handling import read_page, understood
from stream.topics import DeadLetter, decode_dead_letter, encode, prefixed
from tests import make


def page(*numbers):
    return Page(source="x.mentions.city", pass_id="p", number=1, fetched_at=make.NOON, posts=tuple(make.post(n) for n in numbers))


def breaks_on(*ids):
    """An enricher that cannot bear some posts."""

    def understand(posts):
        if any(post.id in ids for post in posts):
            raise KeyError("what no message may ever quote")
        return posts

    return understand


def test_a_page_comes_through_as_it_was_sent():
    assert read_page(encode(page(1, 2)), "understand", make.NOON) == page(1, 2)


@pytest.mark.parametrize("message", [b"", b"\x00", b"{}", b"not a page", encode({"source": "x"}), encode([1, 2])])
def test_what_is_no_page_becomes_a_dead_letter_that_keeps_its_bytes(message):
    letter = read_page(message, "understand", make.NOON)
    assert isinstance(letter, DeadLetter)
    assert (letter.stage, letter.message) == ("understand", message)
    assert letter.why.startswith("not a page")


def test_one_post_that_breaks_an_enricher_does_not_stop_the_others():
    good, dead = understood(page(1, 2, 3), breaks_on("x:2"), make.NOON)
    assert [post.id for post in good.posts] == ["x:1", "x:3"]
    assert [(letter.post.id, letter.source, letter.stage) for letter in dead] == [("x:2", "x.mentions.city", "understand")]


def test_why_a_post_could_not_be_understood_never_quotes_anything():
    _, (letter,) = understood(page(1), breaks_on("x:1"), make.NOON)
    assert letter.why == "could not be understood: KeyError"


def test_an_understood_page_has_no_dead_letters():
    assert understood(page(1), lambda posts: posts, make.NOON) == (page(1), [])


def test_a_dead_letter_survives_the_wire():
    letter = DeadLetter(stage="index", why="refused", at=make.NOON, source="x", post=make.post(1))
    assert decode_dead_letter(encode(letter)) == letter


@pytest.mark.parametrize(("prefix", "name"), [("", "raw-posts"), ("gaza", "gaza.raw-posts")])
def test_a_topics_name_in_a_shared_cluster(prefix, name):
    assert prefixed("raw-posts", prefix) == name
