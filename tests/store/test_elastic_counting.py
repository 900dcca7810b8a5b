"""Counts in both of their forms: the same lines, and those that a store without an engine counts."""

import random
from datetime import timedelta

import msgspec
import pytest

from core.errors import StoreFailed
from store import elastic_bodies, elastic_counting
from store.base import Batch
from store.elastic_counting import STARTS, TooManyLines, is_few, levels, listed, of_levels, of_list, parts
from store.memory import MemoryStore
from store.query import AccountHistory, CountPosts, Filter, FindPosts, WeekHours
from tests.make import NOON, claim, post, sample

DAY = Filter(since=NOON, until=NOON + timedelta(days=1))
YEAR = Filter(since=NOON, until=NOON + timedelta(days=365))

# question → whether its answer is short
SHORT = [
    (CountPosts(by=("topic", "place")), True),
    (CountPosts(filter=DAY, bucket="quarter"), True),
    (CountPosts(filter=YEAR, bucket="day"), True),
    (CountPosts(filter=YEAR, bucket="hour", by=("sentiment",)), False),
    (CountPosts(bucket="month"), False),  # nobody knows of how many years
    (CountPosts(filter=Filter(since=NOON), bucket="week"), False),
    (CountPosts(filter=Filter(since=NOON, until=NOON + STARTS * timedelta(hours=1)), bucket="hour"), True),
    (CountPosts(filter=Filter(since=NOON, until=NOON + (STARTS + 1) * timedelta(hours=1)), bucket="hour"), False),
]


@pytest.mark.parametrize(("question", "few"), SHORT)
def test_bars_without_number_are_not_asked_for_at_once(question, few):
    assert is_few(question) is few


def test_levels_lie_within_one_another_time_outermost_and_the_sum_innermost():
    body = levels(CountPosts(filter=DAY, by=("topic", "place"), bucket="day", timezone="Asia/Riyadh"))
    start = body["aggs"]["start"]
    assert start["date_histogram"]["time_zone"] == "Asia/Riyadh"
    assert start["aggs"]["topic"]["aggs"]["place"]["aggs"] == {"interactions": {"sum": {"field": "interactions"}}}
    assert body["size"] == 0


def told(key, count, **within):
    return {"key": key, "doc_count": count, "interactions": {"value": float(count)}, **within}


def level(*lines, more=0):
    return {"buckets": list(lines), "sum_other_doc_count": more}


def test_lines_of_levels_carry_the_keys_on_the_way_to_them():
    question = CountPosts(by=("topic", "place"))
    answer = {"topic": level(told("water", 3, place=level(told("", 1), told("p1", 2))), told("", 4, place=level(told("p1", 4))))}
    assert of_levels(question, answer) == [(None, ("water", ""), 1, 1), (None, ("water", "p1"), 2, 2), (None, ("", "p1"), 4, 4)]


def test_bars_are_moments_and_need_no_dimension():
    start = int(NOON.timestamp() * 1000)
    answer = {"start": {"buckets": [told(start, 5)]}}  # bars of time have no others
    assert of_levels(CountPosts(bucket="day"), answer) == [(NOON, (), 5, 5)]


@pytest.mark.parametrize("answer", [
    {"topic": level(told("water", 3, place=level()), more=1)},
    {"topic": level(told("water", 3, place=level(told("p1", 1))), told("", 3, place=level(told("p1", 1), more=2)))},
])  # fmt: skip
def test_values_left_out_at_any_level_make_no_answer(answer):
    with pytest.raises(TooManyLines, match="topic, place"):
        of_levels(CountPosts(by=("topic", "place")), answer)


def spans(since, until, zone="Asia/Riyadh"):
    """From when until when each part of a question asks."""
    asked = parts(CountPosts(filter=Filter(since=since, until=until, topics=("water",)), by=("place",), timezone=zone))
    assert all(part.by == ("place",) and part.filter.topics == ("water",) for part in asked)
    return [(part.filter.since, part.filter.until) for part in asked]


MIDNIGHT = NOON.replace(hour=21)  # in Riyadh


def test_a_long_period_is_asked_for_in_whole_local_days_and_what_hangs_over():
    later = MIDNIGHT + timedelta(days=30)
    assert spans(MIDNIGHT, later) == [(MIDNIGHT, later)]
    hour = timedelta(hours=1)
    assert spans(MIDNIGHT, later + hour) == [(MIDNIGHT, later), (later, later + hour)]
    assert spans(MIDNIGHT - hour, later + hour) == [(MIDNIGHT, later), (MIDNIGHT - hour, MIDNIGHT), (later, later + hour)]
    assert spans(None, later + hour) == [(None, later), (later, later + hour)]
    assert spans(None, None) == [(None, None)]


def test_a_short_period_is_asked_for_as_it_is():
    assert spans(MIDNIGHT - timedelta(hours=20), MIDNIGHT + timedelta(hours=30)) == [
        (MIDNIGHT - timedelta(hours=20), MIDNIGHT + timedelta(hours=30))
    ]


def test_the_whole_days_stay_the_same_while_the_day_goes_on():
    morning, evening = (spans(MIDNIGHT, MIDNIGHT + timedelta(days=30, hours=hours)) for hours in (6, 18))
    assert morning[0] == evening[0] and morning[1] != evening[1]


def test_a_list_is_read_line_by_line_and_what_a_post_lacks_is_empty():
    line = {"key": {"start": int(NOON.timestamp() * 1000), "topic": None}, "doc_count": 2, "interactions": {"value": 7.0}}
    assert list(of_list(CountPosts(by=("topic",), bucket="day"), iter([line]))) == [(NOON, ("",), 2, 7)]
    assert "after" not in listed(CountPosts(by=("topic",)))["aggs"]["lines"]["composite"]


def some(number, draw):
    """A post with more or less of everything."""
    topics = draw.sample(("water", "roads", "light"), draw.randrange(4))
    return post(
        number, created_at=NOON + timedelta(minutes=draw.randrange(90 * 24 * 60)), likes=draw.choice((None, 0, 3)),
        platform=draw.choice(("x", "facebook")), account=draw.choice((None, "x:city")), sentiment=draw.choice((None, claim("negative"), claim("neutral"))),
        topics=tuple(claim(t) for t in topics), places=tuple(claim(p) for p in draw.sample(("p1", "p2"), draw.randrange(3))),
        deleted_at=NOON + timedelta(days=99) if draw.random() < 0.1 else None,
    )  # fmt: skip


def question(draw):
    since = NOON + timedelta(hours=draw.randrange(40 * 24))
    until = since + draw.choice((timedelta(hours=6), timedelta(days=9), timedelta(days=80)))
    which = Filter(since=since, until=until, topics=draw.choice(((), ("water",), ("", "roads"))), sentiments=draw.choice(((), ("",))))
    by = tuple(draw.sample(("platform", "account", "sentiment", "topic", "place"), draw.randrange(3)))
    bucket = draw.choice((None, "quarter", "hour", "day", "week", "month"))
    return CountPosts(filter=which, by=by, bucket=bucket, timezone=draw.choice(("UTC", "Asia/Tehran", "America/St_Johns")))


@pytest.mark.services
def test_both_forms_give_what_a_store_without_an_engine_counts(elastic, monkeypatch):
    draw = random.Random(7)
    batch = Batch(posts=tuple(some(n, draw) for n in range(400)))
    memory = MemoryStore()
    for store in (memory, elastic):
        store.save(batch)
    elastic.refresh()
    questions = [question(draw) for _ in range(60)]
    expected = [memory.count(q) for q in questions]
    assert sum(map(bool, expected)) > 40
    assert [elastic.count(q) for q in questions] == expected
    monkeypatch.setattr(elastic_counting, "VALUES", 1)  # so that what has two values of anything comes as a list
    assert [elastic.count(q) for q in questions] == expected
    monkeypatch.setattr(elastic_counting, "STARTS", 0)
    assert [elastic.count(msgspec.structs.replace(q, by=("topic", *q.by[:1]))) for q in questions if "topic" not in q.by] == [
        memory.count(msgspec.structs.replace(q, by=("topic", *q.by[:1]))) for q in questions if "topic" not in q.by
    ]


@pytest.mark.services
def test_where_a_month_cannot_be_read_a_question_is_refused_and_not_answered_by_the_others(elastic):
    elastic.save(Batch(posts=(post(1), post(2))))
    elastic.refresh()
    nowhere = {"index.routing.allocation.require._name": "a node that is not there"}
    elastic._client.indices.create(index=f"{elastic._prefix}-posts-2026.04", settings=nowhere, wait_for_active_shards="0")
    asked = ((elastic.count, CountPosts(by=("platform",))), (elastic.find, FindPosts()), (elastic.week_hours, WeekHours()))
    for ask, question in asked:
        with pytest.raises(StoreFailed, match="answered 503"):
            ask(question)


@pytest.mark.services
def test_the_last_sample_of_each_day_is_the_same_however_many_there_are(elastic, monkeypatch):
    draw = random.Random(3)
    told = tuple(
        msgspec.structs.replace(sample(day, draw.randrange(99), f"x:a{n}"), at=NOON + timedelta(days=day, minutes=draw.randrange(1440)))
        for day in range(20) for n in range(3) for _ in range(draw.randrange(4))
    )  # fmt: skip
    memory = MemoryStore()
    for store in (memory, elastic):
        store.save(Batch(account_samples=told))
    elastic.refresh()
    for question in (
        AccountHistory(daily=True),
        AccountHistory(accounts=("x:a1",), since=NOON + timedelta(days=3), until=NOON + timedelta(days=9), daily=True),
    ):
        expected = {(s.account, s.at): s.followers for s in memory.account_history(question)}
        for most in (5000, 7):  # as they are, and looked for by the engine in pages
            monkeypatch.setattr(elastic_bodies, "SAMPLES", most)
            assert {(s.account, s.at): s.followers for s in elastic.account_history(question)} == expected
