"""How what a pass brought becomes messages."""

import pytest

from core.errors import BadSettings
from core.page import MOST_POSTS
from core.settings import Settings
from store.base import Batch, Pass
from stream.publishing import open_publishing, pages
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
