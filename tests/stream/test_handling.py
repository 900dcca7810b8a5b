"""What a worker does with a page: without Kafka and without Faust."""

import pytest

from core.page import MOST_BYTES, Page
from stream import handling
from stream.handling import read_page, read_pages, understood
from stream.kafka import LARGEST
from stream.topics import DeadLetter, decode_dead_letter, decode_page, encode, prefixed
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
    (good,), dead = understood([page(1, 2, 3)], breaks_on("x:2"), make.NOON)
    assert [post.id for post in good.posts] == ["x:1", "x:3"]
    assert [(letter.post.id, letter.source, letter.stage) for letter in dead] == [("x:2", "x.mentions.city", "understand")]


def test_why_a_post_could_not_be_understood_never_quotes_anything():
    _, (letter,) = understood([page(1)], breaks_on("x:1"), make.NOON)
    assert letter.why == "could not be understood: KeyError"


def test_an_understood_page_has_no_dead_letters():
    assert understood([page(1)], lambda posts: posts, make.NOON) == ([page(1)], [])


def test_a_dead_letter_survives_the_wire():
    letter = DeadLetter(stage="index", why="refused", at=make.NOON, source="x", post=make.post(1))
    assert decode_dead_letter(encode(letter)) == letter


@pytest.mark.parametrize(("prefix", "name"), [("", "raw-posts"), ("gaza", "gaza.raw-posts")])
def test_a_topics_name_in_a_shared_cluster(prefix, name):
    assert prefixed("raw-posts", prefix) == name


def posts_of(pages):
    return [[post.id for post in one.posts] for one in pages]


def test_pages_understood_together_get_their_own_posts_back():
    asked = []

    def understand(posts):
        asked.append(len(posts))
        return posts

    pages = [page(1, 2), page(), page(3), page(4, 5, 6)]
    good, dead = understood(pages, understand, make.NOON)
    assert (good, dead, asked) == (pages, [], [6])


def test_one_bad_post_among_many_pages_is_the_only_one_lost():
    pages = [page(1, 2), page(3, 4), page(5)]
    good, dead = understood(pages, breaks_on("x:3"), make.NOON)
    assert posts_of(good) == [["x:1", "x:2"], ["x:4"], ["x:5"]]
    assert [letter.post.id for letter in dead] == ["x:3"]


def test_pages_without_a_bad_post_are_not_taken_apart():
    asked = []

    def understand(posts):
        asked.append([post.id for post in posts])
        return breaks_on("x:3")(posts)

    understood([page(1, 2), page(3, 4), page(5, 6)], understand, make.NOON)
    assert asked == [["x:1", "x:2", "x:3", "x:4", "x:5", "x:6"], ["x:1", "x:2"], ["x:3", "x:4"], ["x:3"], ["x:4"], ["x:5", "x:6"]]


# posts of each page → how many pages are handled together
BATCHES = [
    ([100] * 12, [5, 5, 2]),
    ([500, 500], [1, 1]),
    ([499, 1, 1], [2, 1]),
    ([499, 500], [2]),  # at most one page more than is wanted
    ([10] * 32, [32]),  # a quiet source's pages are not handled by tens
    ([0, 0], [2]),
    ([], []),
]


@pytest.mark.parametrize(("sizes", "together"), BATCHES)
def test_so_many_pages_are_handled_together(sizes, together):
    pages = [page(*([1] * size)) for size in sizes]
    batches = list(handling.batches(pages))
    assert [len(batch) for batch in batches] == together
    assert [one for batch in batches for one in batch] == pages


# what a stranger or a broken program may put on a topic of pages
HOSTILE = {
    "nothing": b"",
    "text": b"<html>502 Bad Gateway</html>",
    "another record": encode({"id": "x:1", "text": "a post is no page"}),
    "half a page": encode(page(1))[:-7],
    "more behind it": encode(page(1)) + b"\x00",
    "a number where posts are": encode({"source": "s", "pass_id": "", "number": 1, "fetched_at": make.NOON, "posts": 7}),
    "a time without a zone": encode({"source": "s", "pass_id": "", "number": 1, "fetched_at": "2026-01-01T00:00:00", "posts": []}),
    "a nest": b"\x91" * 100_000,
    "a promise of four thousand million": b"\xdd\xff\xff\xff\xff",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_put_aside_and_their_neighbours_read(name):
    pages, dead = read_pages([encode(page(1)), HOSTILE[name], encode(page(2))], "index", make.NOON)
    assert posts_of(pages) == [["x:1"], ["x:2"]]
    assert [letter.message for letter in dead] == [HOSTILE[name]]
    assert b"Gateway" not in dead[0].why.encode()  # a reason never quotes


def grown(*sizes):
    """A page of posts with words made ready, so long each; in bytes twice that and a little."""
    posts = tuple(make.post(n, text="a" * size, normal="a" * size) for n, size in enumerate(sizes))
    return Page(source="rss.feed.news", pass_id="p", number=4, fetched_at=make.NOON, posts=posts)


def test_a_page_that_understanding_made_too_large_is_sent_as_several_with_every_post_once():
    messages, dead = handling.sendable([page(1, 2), grown(*[300_000] * 4)], make.NOON)
    sent = [decode_page(message) for message in messages]
    assert dead == [] and sent[0] == page(1, 2)
    assert all(len(message) < LARGEST for message in messages)
    assert [post for part in sent[1:] for post in part.posts] == list(grown(*[300_000] * 4).posts)
    assert {(part.source, part.pass_id) for part in sent[1:]} == {("rss.feed.news", "p")}


def test_a_post_that_fills_a_message_alone_goes_without_its_words_and_one_larger_still_is_put_aside_without_its_text():
    messages, dead = handling.sendable([grown(10, 600_000, MOST_BYTES + 1)], make.NOON)
    sent = [post for message in messages for post in decode_page(message).posts]
    assert [(post.id, len(post.text), post.normal is None) for post in sent] == [("x:0", 10, False), ("x:1", 600_000, True)]
    assert [(letter.why, letter.post, letter.message, letter.source) for letter in dead] == [
        ("larger than a message may be: x:2", None, None, "rss.feed.news")
    ]
    assert len(encode(dead[0])) < 1000


def counting(posts):
    """A hundred bytes for each letter."""
    return b"".join(post.id.encode() + b"." * 100 * len(post.text) + b" " for post in posts)


# letters of each post → the posts of each message
COUNTED = [
    ([5, 5], [["x:0", "x:1"]]),
    ([4000, 4000, 4000, 4000], [["x:0", "x:1"], ["x:2", "x:3"]]),
    ([5, 10_000, 5], [["x:0"], ["x:2"]]),
    ([10_000], []),
    ([], [[]]),
]


@pytest.mark.parametrize(("letters", "told"), COUNTED)
def test_what_themes_are_told_fits_its_messages_and_a_text_longer_than_one_tells_of_none(letters, told):
    posts = [make.post(n, text="a" * count) for n, count in enumerate(letters)]
    messages = handling.counts(posts, counting)
    assert [[one.decode().rstrip(".") for one in message.split()] for message in messages] == told
    assert all(len(message) <= MOST_BYTES for message in messages)
