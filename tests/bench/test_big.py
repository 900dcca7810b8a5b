"""The measurement over ten million posts: what it sends is what a store would write, and what it asks is what pages ask."""

import json
from datetime import datetime, timedelta

import pytest

from bench import big, pages
from core.errors import BadSettings
from dashboard import questions
from store.elastic_bodies import document, post_of
from store.query import AccountHistory


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """A pool that is made quickly."""
    monkeypatch.setattr(big, "POOL", 50)


def documents(rows, first=0):
    """(action, document) of every line sent."""
    lines = [line for _, body in big.bodies(rows, first, "big") for line in body.splitlines()]
    return [(json.loads(action)["index"], json.loads(source)) for action, source in zip(lines[::2], lines[1::2], strict=True)]


def test_what_is_sent_is_what_a_store_would_write():
    for action, sent in documents(60):
        post = post_of(sent)
        assert document(post) == sent
        assert action == {"_index": f"big-posts-{post.created_at:%Y.%m}", "_id": post.id}


def test_every_post_is_sent_once_over_two_years_oldest_first():
    sent = [source for _, source in documents(5000)]
    assert len({one["id"] for one in sent}) == 5000
    times = [datetime.fromisoformat(one["created_at"]) for one in sent]
    assert times == sorted(times)
    assert times[0] == pages.NOW - timedelta(days=big.DAYS)
    assert times[-1] < pages.NOW


def test_a_fill_goes_on_with_the_same_posts_where_it_was():
    assert documents(5000, 4000) == documents(5000)[4000:]


def test_the_posts_vary_in_everything_that_pages_ask_for():
    sent = [post_of(source) for _, source in documents(2000)]
    for told in (
        lambda p: p.platform,
        lambda p: p.account,
        lambda p: p.source,
        lambda p: p.language.label,
        lambda p: p.topics,
        lambda p: p.places,
        lambda p: p.kind,
    ):
        assert len({told(post) for post in sent}) > 1


@pytest.mark.parametrize("page", pages.PERIODS)
def test_a_question_is_found_again_by_its_name(page):
    period = pages.PERIODS[page][0]
    asked = dict(
        questions.every(getattr(questions, page)(pages.views(page)["all"], pages.deployment(), big.window(period, pages.NOW, pages.ZONE)))
    )
    for key, question in asked.items():
        assert big.at(page, f"{period}/all/{key}", pages.NOW) == question


def test_the_clock_moves_hours_and_leaves_days():
    later = pages.NOW + big.TICK
    assert big.at("now", "1h/all/volume", later).filter.since == big.at("now", "1h/all/volume", pages.NOW).filter.since + big.TICK
    assert big.at("growth", "1y/all/history", later) == big.at("growth", "1y/all/history", pages.NOW)
    assert isinstance(big.at("growth", "1y/all/history", later), AccountHistory)


def test_an_engine_must_be_named(monkeypatch):
    monkeypatch.delenv("SADA_ELASTICSEARCH", raising=False)
    with pytest.raises(BadSettings, match="make services"):
        big.connect()


def test_the_slowest_is_the_one_that_takes_longest_when_asked_again_not_at_first():
    first, again = {"a": 9.0, "b": 8.0, "c": 1.0}, {"a": 2.0, "b": 5.0, "c": 99.0}
    asked = []

    def ask(name, turn):
        asked.append((name, turn))
        return again[name] if turn else first[name]

    assert big._slowest(first, ask) == ("b", 5.0)
    assert [name for name, turn in asked if turn == 0] == ["a", "b", "c"]
    assert {name for name, turn in asked if turn} == {"a", "b"} and max(turn for _, turn in asked) == big.MANY
