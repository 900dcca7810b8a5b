"""How what a pass brought becomes messages."""

import pytest

from collectors.base import Answer, Source
from core.errors import BadSettings
from core.page import MOST_BYTES, MOST_POSTS
from core.post import EngagementSample
from core.settings import Settings
from store.base import Batch, Pass, Saved
from stream.collecting import run_pass
from stream.publishing import TOGETHER, PublishingStore, open_publishing, pages, samples
from stream.topics import RAW, decode_page
from tests import make

LINE = Pass(id="x.mentions.city@1", source="x.mentions.city", platform="x", started=make.NOON, pages=4)


def test_a_batch_is_one_page_named_by_its_line_of_the_ledger():
    (page,) = pages(Batch(posts=(make.post(1), make.post(2)), passes=(LINE,)))
    assert (page.source, page.pass_id, page.number, len(page.posts)) == ("x.mentions.city", "x.mentions.city@1", 4, 2)
    assert page.fetched_at == make.post(1).observed_at


def test_a_batch_without_a_line_is_named_by_its_posts():
    (page,) = pages(Batch(posts=(make.post(1, source="form.site"),)))
    assert (page.source, page.pass_id, page.number) == ("form.site", "", 1)


def test_a_large_batch_is_several_pages_and_nothing_is_left_out():
    posts = tuple(make.post(n) for n in range(2 * MOST_POSTS + 5))
    parts = list(pages(Batch(posts=posts, passes=(LINE,))))
    assert [part.number for part in parts] == [4, 5, 6]
    assert tuple(post for part in parts for post in part.posts) == posts


class Keeps(PublishingStore):
    """Keeps what would be published, and the ledger's lines; no broker."""

    def __init__(self):
        self.published, self.lines = [], []
        self._publisher = self

    def publish(self, topic, messages):
        self.published += [(topic, message) for message in messages]

    def keep(self, batch):
        self.lines += batch.passes


LARGE = make.post(7, text="ء" * MOST_BYTES)


def test_a_post_larger_than_a_message_is_refused_and_counted_and_holds_up_nothing(caplog):
    store = Keeps()
    assert store.save(Batch(posts=(make.post(1), LARGE, make.post(2)), passes=(LINE,))) == Saved(refused=1)
    ((topic, message),) = store.published
    assert (topic, [post.id for post in decode_page(message).posts], store.lines) == (RAW, ["x:1", "x:2"], [LINE])
    assert "1 posts are larger" in caplog.text and "ءء" not in caplog.text


def test_a_refused_post_stands_in_the_ledger_and_the_cursor_moves_past_it():
    store = Keeps()
    store.passes = lambda source=None, limit=100: []
    store.cursor = lambda source: None
    store.get = lambda ids: []
    source = Source(id="rss.feed.news", platform="rss", what="feed")
    line = run_pass(store, source, [Answer(posts=(LARGE, make.post(1)), returned=2, cursor="9")], list, lambda: make.NOON)
    assert (line.state, line.refused, line.cursor_after) == ("ok", 1, "9")


def test_very_many_samples_become_several_messages_with_each_of_them_once():
    seen = tuple(EngagementSample(post_id=f"x:{n}", at=make.NOON, likes=n) for n in range(2 * TOGETHER + 1))
    gone = tuple((f"x:{n}", make.NOON) for n in range(3))
    told = list(samples(Batch(samples=seen, deleted=gone, passes=(LINE,))))
    assert [len(one.samples) for one in told] == [TOGETHER, TOGETHER, 1]
    assert tuple(sample for one in told for sample in one.samples) == seen
    assert [one.deleted for one in told] == [gone, (), ()]
    assert list(samples(Batch(posts=(make.post(1),)))) == []


# what is set, and what the sentence names
MISSING = [
    ({}, "SADA_KAFKA"),
    ({"kafka": "127.0.0.1:1"}, "SADA_ELASTICSEARCH"),
    ({"kafka": "127.0.0.1:1", "elasticsearch": "http://127.0.0.1:1"}, "SADA_POSTGRES"),
]


@pytest.mark.parametrize(("told", "names"), MISSING)
def test_an_engine_without_an_address_is_named(told, names):
    with pytest.raises(BadSettings, match=names):
        open_publishing(Settings(**told))
