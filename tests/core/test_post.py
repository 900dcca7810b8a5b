"""The one record: what it keeps, what it forgets, what it says of itself."""

from datetime import datetime, timedelta

import msgspec
import pytest

from core.account import Account, AccountSample
from core.post import (
    Author,
    Claim,
    EngagementSample,
    Kind,
    Media,
    Post,
    Span,
    Version,
    as_dict,
    corrected_by,
    correction,
    encode,
    interactions,
    tombstone,
)
from tests import make

WHOLE = make.post(
    1, edited_at=make.NOON, url="https://example.org/1", parent_id="x:0", conversation_id="x:0", media=(Media(kind="photo", url="https://example.org/p", text="a hole"),),
    likes=0, views=10, place_told="North", topic_told="roads", versions=(Version(text="before", observed_at=make.NOON),), normal="the lamp",
    language=make.claim("en"), topics=(make.claim("lighting"),), places=(make.claim("north"),), copy_of="g1", private=(Span(0, 3, "phone"),),
)  # fmt: skip


@pytest.mark.parametrize(
    "record",
    [
        WHOLE,
        Account(id="x:city", platform="x", name="مدينة"),
        AccountSample(account="x:city", at=make.NOON, followers=0, granularity=1000),
        EngagementSample(post_id="x:1", at=make.NOON, views=3),
    ],
)
def test_a_record_survives_the_wire_unchanged(record):
    assert msgspec.json.decode(encode(record), type=type(record)) == record
    assert msgspec.convert(as_dict(record), type=type(record)) == record


def test_a_time_without_a_zone_is_refused_on_the_wire():
    naive = as_dict(make.post()) | {"created_at": "2026-03-01T12:00:00"}
    with pytest.raises(msgspec.ValidationError, match="created_at"):
        msgspec.convert(naive, type=Post)


def test_not_told_and_nobody_stay_two_things():
    wire = encode(make.post(1, likes=0, views=None))
    assert b'"likes":0' in wire
    assert b"views" not in wire


def test_a_record_cannot_be_changed():
    with pytest.raises(AttributeError):
        make.post().text = "other"


# the told numbers → their sum
SUMS = [
    ({}, None),
    ({"views": 900}, None),
    ({"likes": 0}, 0),
    ({"likes": 2, "replies": 3, "reposts": 5, "quotes": 7, "saves": 11, "views": 900}, 28),
]


@pytest.mark.parametrize(("told", "total"), SUMS)
def test_interactions_are_the_sum_of_what_was_told_and_views_are_none_of_them(told, total):
    assert interactions(make.post(1, **told)) == total


def test_a_tombstone_keeps_counts_and_nothing_anybody_wrote():
    gone = tombstone(WHOLE, make.NOON + timedelta(days=1))
    emptied = {"text": "", "media": (), "versions": (), "private": ()}
    emptied |= dict.fromkeys(("author", "url", "conversation_id", "normal", "place_told", "copy_of"))
    assert {name: getattr(gone, name) for name in emptied} == emptied
    assert (gone.id, gone.likes, gone.views, gone.created_at) == (WHOLE.id, 0, 10, WHOLE.created_at)
    assert gone.deleted_at == gone.observed_at == make.NOON + timedelta(days=1)


def test_nothing_of_the_text_is_left_in_a_tombstones_bytes():
    wire = encode(tombstone(WHOLE, make.NOON)).decode()
    assert not any(told in wire for told in ("lamp", "resident", "a hole", "before", "example.org", "North"))


def test_a_deletion_seen_late_does_not_turn_the_observation_back():
    assert tombstone(WHOLE, make.NOON - timedelta(days=9)).observed_at == WHOLE.observed_at


@pytest.mark.parametrize(
    ("claims", "number"),
    [
        (None, 0),
        ((), 0),
        (make.claim("roads"), 0),
        (Claim(label="roads", by=corrected_by(12)), 12),
        ((Claim(label="roads", by=corrected_by(3)), make.claim("water")), 3),
        (Claim(label="roads", by="person@x"), 0),
    ],
)
def test_what_a_person_corrected_can_be_told_from_what_a_model_claims(claims, number):
    assert correction(claims) == number


def test_an_author_says_no_more_than_was_told():
    assert as_dict(Author(handle="resident")) == {"handle": "resident"}


def test_every_kind_is_its_own_word_on_the_wire():
    assert {msgspec.json.encode(kind).decode() for kind in Kind} == {f'"{kind.value}"' for kind in Kind}


def test_a_moment_survives_the_wire_whatever_its_zone():
    east = datetime.fromisoformat("2026-03-01T17:00:00+05:00")
    back = msgspec.json.decode(encode(make.post(1, created_at=east)), type=Post)
    assert back.created_at == make.NOON
