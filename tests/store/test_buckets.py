"""Local time buckets: each moment in exactly one, and each where people of that place would put it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.buckets import floor, gather, week_hours
from store.query import CountPosts, Filter

ZONES = ("UTC", "Asia/Riyadh", "Asia/Tehran", "Asia/Almaty", "Asia/Kathmandu", "Europe/Berlin", "America/St_Johns")


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def starts(bucket, zone, *moments):
    question = CountPosts(bucket=bucket, timezone=zone)
    return {line.start.isoformat()[:16]: line.posts for line in gather(question, [(m, (), 1, 0) for m in moments])}


# bucket, zone, the moment → when its bucket began, in UTC
BEGINNINGS = [
    ("quarter", "Asia/Riyadh", "2026-03-01T12:44", "2026-03-01T12:30"),
    ("hour", "Asia/Riyadh", "2026-03-01T12:44", "2026-03-01T12:00"),
    ("hour", "Asia/Tehran", "2026-03-01T12:44", "2026-03-01T12:30"),  # half past: Tehran's hours begin there
    ("quarter", "Asia/Kathmandu", "2026-03-01T12:44", "2026-03-01T12:30"),
    ("day", "Asia/Riyadh", "2026-03-01T22:00", "2026-03-01T21:00"),  # already tomorrow there
    ("day", "UTC", "2026-03-01T22:00", "2026-03-01T00:00"),
    ("week", "Asia/Riyadh", "2026-03-01T12:00", "2026-02-22T21:00"),  # Monday of that week, by ISO 8601
    ("month", "Asia/Riyadh", "2026-02-28T22:00", "2026-02-28T21:00"),
    ("month", "UTC", "2024-02-29T22:00", "2024-02-01T00:00"),
]


@pytest.mark.parametrize(("bucket", "zone", "moment", "began"), BEGINNINGS)
def test_a_bucket_begins_where_people_there_would_say(bucket, zone, moment, began):
    assert starts(bucket, zone, utc(moment)) == {began: 1}


def test_a_day_of_twenty_three_hours_is_one_day():
    hours = [utc("2026-03-28T23:00") + timedelta(hours=n) for n in range(24)]  # Berlin springs forward on the 29th
    assert starts("day", "Europe/Berlin", *hours) == {"2026-03-28T23:00": 23, "2026-03-29T22:00": 1}


def test_the_hour_that_comes_twice_is_two_hours():
    first, second = utc("2026-10-25T00:30"), utc("2026-10-25T01:30")  # both half past two in Berlin
    assert len(starts("hour", "Europe/Berlin", first, second)) == 2


@given(
    st.lists(st.integers(1_577_836_800, 1_893_456_000), max_size=40),
    st.sampled_from(ZONES),
    st.sampled_from(["quarter", "hour", "day", "week", "month"]),
)
def test_every_moment_is_counted_once_and_after_its_bucket_began(moments, zone, bucket):
    aware = [datetime.fromtimestamp(m, UTC) for m in moments]
    counted = gather(CountPosts(bucket=bucket, timezone=zone), [(m, (), 1, 2) for m in aware])
    assert sum(line.posts for line in counted) == len(aware)
    assert sum(line.interactions for line in counted) == 2 * len(aware)
    beginnings = {floor(m.astimezone(ZoneInfo(zone)), bucket).astimezone(UTC) for m in aware}
    assert {line.start for line in counted} == beginnings
    assert all(any(start <= m for m in aware) for start in beginnings)


def test_a_whole_local_day_begins_at_its_midnight():
    (line,) = gather(CountPosts(bucket="day", timezone="Asia/Riyadh"), [(date(2026, 3, 1), (), 4, 0)])
    assert line.start == utc("2026-02-28T21:00")


def test_a_post_of_two_topics_counts_under_both():
    lines = gather(CountPosts(by=("topic",)), [(None, ("|roads|water|",), 3, 6), (None, ("|roads|",), 1, 1)])
    assert [(line.keys, line.posts, line.interactions) for line in lines] == [(("roads",), 4, 7), (("water",), 3, 6)]


def test_of_several_topics_only_those_asked_for_are_told():
    question = CountPosts(filter=Filter(topics=("roads",)), by=("topic",))
    assert [line.keys for line in gather(question, [(None, ("|roads|water|",), 3, 0)])] == [("roads",)]


def test_topics_and_places_multiply():
    lines = gather(CountPosts(by=("topic", "place")), [(None, ("|roads|water|", "|north|"), 1, 0)])
    assert [line.keys for line in lines] == [("roads", "north"), ("water", "north")]


def test_what_has_no_topic_is_told_as_none():
    assert gather(CountPosts(by=("topic",)), [(None, ("",), 2, 0)])[0].keys == ("",)


def test_hours_of_the_week_are_local():
    (line,) = week_hours("Asia/Riyadh", [(utc("2026-03-01T22:10"), 1, 5, 100, 1), (utc("2026-03-01T22:50"), 2, 3, 50, 1)])
    assert (line.weekday, line.hour) == (0, 1)  # Monday, one in the morning
    assert (line.posts, line.interactions, line.views, line.seen) == (3, 8, 150, 2)
