"""What becomes of a post that was seen before: by another source, with other numbers, or edited under a new id."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collectors.base import Answer
from core.post import EngagementSample, Kind, Media, tombstone
from stream.seen_again import as_known, new_samples, with_versions
from tests.make import NOON, post

PHOTO = (Media(kind="photo", url="https://p.example/1"),)


def test_a_post_keeps_the_source_and_account_by_which_it_came_first():
    known = post(1, source="x.mentions.CITY", account="x:CITY")
    seen = as_known(post(1, source="x.search.1", account=None, likes=9), known)
    assert (seen.source, seen.account, seen.likes) == ("x.mentions.CITY", "x:CITY", 9)


def test_what_nobody_knew_yet_and_what_was_deleted_stays_as_it_is_seen():
    seen = post(1, source="x.search.1")
    assert as_known(seen, None) is seen and as_known(seen, tombstone(post(1), NOON)) is seen


@pytest.mark.parametrize(("before", "now", "kept"), [
    (Kind.MENTION, Kind.REPLY, Kind.REPLY), (Kind.REPLY, Kind.MENTION, Kind.REPLY), (Kind.COMMENT, Kind.REPLY, Kind.COMMENT),
    (Kind.OWN, Kind.MENTION, Kind.OWN), (Kind.MENTION, Kind.OWN, Kind.OWN), (Kind.DIRECT, Kind.MENTION, Kind.DIRECT), (Kind.MENTION, Kind.MENTION, Kind.MENTION),
])  # fmt: skip
def test_of_two_kinds_the_more_telling_one_stays(before, now, kept):
    assert as_known(post(1, kind=now), post(1, kind=before)).kind == kept


def test_what_only_some_questions_are_answered_is_not_forgotten():
    known = post(1, media=PHOTO, place_told="Mill Street", topic_told="Lamps")
    bare = as_known(post(1), known)
    assert (bare.media, bare.place_told, bare.topic_told) == (PHOTO, "Mill Street", "Lamps")
    told = as_known(post(1, place_told="Lane 7"), known)
    assert told.place_told == "Lane 7"


@pytest.mark.parametrize(("numbers", "is_new"), [
    ({"likes": 5}, False), ({"likes": 6}, True), ({"likes": 5, "replies": 1}, True), ({}, False), ({"likes": 0}, True), ({"likes": 5, "views": None}, False),
])  # fmt: skip
def test_a_sample_is_kept_only_where_it_tells_another_number(numbers, is_new):
    sample = EngagementSample(post_id="x:1", at=NOON, **numbers)
    assert bool(new_samples([sample], {"x:1": post(1, likes=5)})) == is_new


def test_a_sample_of_a_post_nobody_knows_is_kept():
    sample = EngagementSample(post_id="x:2", at=NOON, likes=0)
    assert new_samples([sample], {"x:1": post(1)}) == (sample,)


def edited(**more):
    return Answer(posts=(post(2, text="no water since noon"),), replaced=(("x:1", "x:2"),), **more)


def test_the_text_of_an_earlier_id_becomes_a_version_and_that_id_goes():
    posts, gone = with_versions(edited(), {"x:1": post(1, text="no water")})
    assert [(p.id, [v.text for v in p.versions]) for p in posts] == [("x:2", ["no water"])] and gone == ("x:1",)


def test_an_earlier_id_that_we_never_had_leaves_no_tombstone():
    posts, gone = with_versions(edited(), {})
    assert [(p.id, p.versions) for p in posts] == [("x:2", ())] and gone == ()


def test_both_versions_in_one_answer_become_one_post():
    answer = Answer(posts=(post(1, text="no water"), post(2, text="no water since noon")), replaced=(("x:1", "x:2"),))
    posts, gone = with_versions(answer, {})
    assert [(p.id, [v.text for v in p.versions]) for p in posts] == [("x:2", ["no water"])] and gone == ()


def test_a_second_edit_keeps_every_earlier_text_in_order_and_the_same_one_once():
    first, second = post(1, text="a", observed_at=NOON), post(2, text="b", observed_at=NOON + timedelta(minutes=1))
    answer = Answer(
        posts=(post(3, text="c", observed_at=NOON + timedelta(minutes=2)),), replaced=(("x:2", "x:3"), ("x:1", "x:3"), ("x:1", "x:3"))
    )
    ((kept,), gone) = with_versions(answer, {"x:1": first, "x:2": second})
    assert [v.text for v in kept.versions] == ["a", "b"] and set(gone) == {"x:1", "x:2"}


def test_an_edit_whose_later_post_is_not_told_changes_nothing():
    answer = Answer(posts=(post(1, text="no water"),), replaced=(("x:1", "x:9"),))
    posts, gone = with_versions(answer, {"x:1": post(1, text="no water")})
    assert [p.id for p in posts] == ["x:1"] and gone == ()
