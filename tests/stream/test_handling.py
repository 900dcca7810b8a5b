"""What a worker does with a page, and when it gives up: without Kafka and without Faust."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.page import Page
from stream.dead_letters import Limit, TooManyDeadLetters
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


# The limit


def test_single_dead_letters_do_not_stop_a_worker():
    limit = Limit(share=0.2, among=2000, at_least=50)
    for _ in range(100):
        limit.saw(posts=100, dead=10)


def test_too_many_stop_it_and_the_sentence_says_what_then():
    limit = Limit(share=0.2, among=2000, at_least=50)
    limit.saw(posts=100, dead=20)
    with pytest.raises(TooManyDeadLetters, match=r"60 of the last 200 posts .* `sada dead-letters list`"):
        limit.saw(posts=100, dead=40)


def test_a_few_posts_are_too_few_to_judge():
    Limit(at_least=50).saw(posts=10, dead=10)


def test_a_long_healthy_past_does_not_hide_that_everything_breaks_now():
    limit = Limit(share=0.2, among=1000, at_least=50)
    for _ in range(100):
        limit.saw(posts=500, dead=0)
    limit.saw(posts=500, dead=100)
    with pytest.raises(TooManyDeadLetters):
        limit.saw(posts=500, dead=120)


@given(st.lists(st.tuples(st.integers(1, 500), st.floats(0, 0.19)), max_size=60))
def test_below_the_share_no_run_of_pages_stops_a_worker(pages):
    limit = Limit(share=0.2, among=2000, at_least=50)
    for posts, share in pages:
        limit.saw(posts, int(posts * share))
