"""Which of two observations of a post stands, whatever the order they come in."""

from datetime import timedelta
from functools import reduce
from itertools import permutations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.post import Author, Claim, Post, Told, corrected_by, encode, tombstone
from store.merge import is_same, merged
from tests.make import NOON, claim, post

FEW = st.one_of(st.none(), st.integers(0, 2))
observations = st.builds(
    lambda minutes, text, source, **told: post(1, text=text, source=source, observed_at=NOON + timedelta(minutes=minutes), **told),
    st.integers(0, 3), st.sampled_from(["dark", "still dark", "light"]), st.sampled_from(["x.search.1", "x.mentions.city"]), likes=FEW, views=FEW,
    url=st.sampled_from([None, "https://x.example/1", "https://x.example/2"]), author=st.sampled_from([None, Author(id="x:u1"), Author(id="x:u1", name="R")]),
    intent=st.sampled_from([None, claim("complaint"), claim("thanks"), *(Claim(label=label, by=corrected_by(n)) for n, label in enumerate(("news", "other"), 1))]),
    topics=st.sampled_from([(), (claim("roads"),), (Claim(label="water", by=corrected_by(3)),)]),
)  # fmt: skip
understood_alike = observations.map(lambda seen: msgspec.structs.replace(seen, intent=None, topics=()))
deletions = st.tuples(understood_alike, st.one_of(st.none(), st.integers(0, 5))).map(
    lambda told: told[0] if told[1] is None else msgspec.structs.replace(told[0], deleted_at=NOON + timedelta(minutes=told[1]))
)


def kept(seen: list[Post]) -> Post:
    return reduce(merged, seen, None)


@given(observations, observations)
def test_two_observations_give_the_same_in_either_order(one, other):
    assert kept([one, other]) == kept([other, one])


@given(observations, observations, observations)
def test_three_observations_give_the_same_however_they_are_grouped(one, other, third):
    assert merged(merged(one, other), third) == merged(one, merged(other, third))


@given(deletions, deletions, deletions)
def test_with_deletions_among_them_too(one, other, third):
    assert merged(one, other) == merged(other, one)
    assert merged(merged(one, other), third) == merged(one, merged(other, third))


@given(deletions, deletions)
def test_merging_what_is_merged_already_changes_nothing(one, other):
    whole = merged(one, other)
    assert merged(whole, one) == merged(other, whole) == merged(whole, whole) == whole


@given(deletions, deletions)
def test_what_was_merged_survives_being_written_down(one, other):
    whole = merged(one, other)
    assert msgspec.json.decode(encode(whole), type=Post) == whole


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_number_the_newest_look_leaves_untold_is_the_last_one_told(order):
    seen = [at(0, likes=3), at(5, likes=5), at(9, text="light again")]
    last = kept([seen[n] for n in order])
    assert (last.likes, last.text, last.told_earlier) == (5, "light again", (Told("likes", NOON + timedelta(minutes=5)),))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_numbers_told_around_a_deletion_are_those_told_last(order):
    seen = [at(0, likes=3), msgspec.structs.replace(at(0), deleted_at=NOON + timedelta(minutes=2)), at(9, likes=8)]
    last = kept([seen[n] for n in order])
    assert (last.likes, last.text, last.author, last.deleted_at) == (8, "", None, NOON + timedelta(minutes=2))


def test_nothing_is_remembered_of_what_the_newest_look_tells():
    assert kept([at(0, likes=3, views=1), at(5, likes=4, views=2)]).told_earlier == ()
    assert [told.what for told in kept([at(0, likes=3, views=1), at(5, likes=4)]).told_earlier] == ["views"]


@given(st.lists(observations, min_size=1, max_size=5))
def test_seeing_everything_again_changes_nothing(seen):
    once = kept(seen)
    assert merged(once, once) == once


@given(st.lists(observations, min_size=1, max_size=5))
def test_the_newest_text_stands_and_no_earlier_one_is_lost(seen):
    last = kept(seen)
    newest = max(o.observed_at for o in seen)
    assert last.text in {o.text for o in seen if o.observed_at == newest}
    assert {last.text, *(v.text for v in last.versions)} == {o.text for o in seen}


def test_a_number_not_told_later_is_taken_from_before():
    assert merged(post(1, likes=3), post(1, views=9, observed_at=NOON + timedelta(days=1))).likes == 3


def test_zero_is_a_number():
    assert merged(post(1, likes=3), post(1, likes=0, observed_at=NOON + timedelta(days=1))).likes == 0


def test_nothing_brings_back_what_was_deleted():
    gone = tombstone(post(1, likes=3), NOON + timedelta(hours=1))
    again = merged(gone, post(1, text="still dark", observed_at=NOON + timedelta(days=3)))
    assert is_same(gone, again)
    assert (again.text, again.author, again.url, again.versions, again.likes, again.deleted_at) == ("", None, None, (), 3, gone.deleted_at)


def test_words_made_ready_for_search_are_no_news():
    known, again = post(1), post(1, normal="the lamp in lane 1 is dark")
    assert is_same(known, again)
    assert is_same(merged(known, again), known)
    later = post(1, likes=3, normal="the lamp in lane 1 is dark")
    assert merged(known, later).likes == merged(later, known).likes


def at(minutes, **told):
    return post(1, observed_at=NOON + timedelta(minutes=minutes), **told)


@pytest.mark.parametrize("minutes", [-90, 0, 90])
def test_a_tombstone_empties_what_is_known_whenever_it_was_seen(minutes):
    gone = merged(at(0, likes=3), msgspec.structs.replace(at(minutes), deleted_at=NOON + timedelta(minutes=minutes)))
    assert (gone.text, gone.author, gone.likes, gone.deleted_at) == ("", None, 3, NOON + timedelta(minutes=minutes))
    assert gone.observed_at == NOON + timedelta(minutes=max(minutes, 0))


def test_a_second_deletion_does_not_move_the_first():
    gone = merged(post(1), at(1, deleted_at=NOON + timedelta(hours=1)))
    assert merged(gone, at(1, deleted_at=NOON + timedelta(days=1))) == gone


EARLIER = {"author": Author(id="x:u1"), "url": "https://x.example/1", "account": "x:city", "parent_id": "x:0", "conversation_id": "x:0"}


@pytest.mark.parametrize(("field", "told"), EARLIER.items())
@pytest.mark.parametrize("in_order", [True, False])
def test_what_the_later_look_does_not_tell_is_taken_from_the_earlier(field, told, in_order):
    silent = dict.fromkeys(EARLIER)
    seen = [at(0, **(silent | {field: told})), at(5, **silent)]
    assert getattr(kept(seen if in_order else seen[::-1]), field) == told


@pytest.mark.parametrize("in_order", [True, False])
def test_what_the_later_look_tells_otherwise_stands(in_order):
    seen = [at(0, url="https://x.example/old", likes=9), at(5, url="https://x.example/new", likes=2)]
    last = kept(seen if in_order else seen[::-1])
    assert (last.url, last.likes) == ("https://x.example/new", 2)


def said(number, label):
    return Claim(label=label, by=corrected_by(number))


# earlier and later claim → which stands
CLAIMS = [
    (claim("roads"), claim("water"), "water"),
    (said(1, "roads"), claim("water"), "roads"),  # a person over a model
    (claim("water"), said(1, "roads"), "roads"),
    (said(1, "roads"), said(2, "water"), "water"),
    (said(2, "water"), said(1, "roads"), "water"),  # the later correction, however old the look that carries it
    (said(3, "roads"), None, "roads"),
    (None, claim("water"), "water"),
]


@pytest.mark.parametrize("field", ["language", "sentiment", "intent", "topics", "places"])
@pytest.mark.parametrize(("first", "second", "stands"), CLAIMS)
@pytest.mark.parametrize("in_order", [True, False])
def test_what_a_person_said_stands_over_what_a_model_claims(field, first, second, stands, in_order):
    several = field in ("topics", "places")
    seen = [at(n, **{field: (() if one is None else (one,)) if several else one}) for n, one in enumerate((first, second))]
    found = getattr(kept(seen if in_order else seen[::-1]), field)
    assert (found[0] if several else found).label == stands


# claims of one time, or of one correction → the greater in bytes, whichever came first
TIES = [(claim("roads"), claim("water"), "water"), (said(2, "roads"), said(2, "water"), "water"), (said(1, "water"), claim("zoo"), "water"), (None, claim("roads"), "roads")]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "stands"), TIES)
@pytest.mark.parametrize("in_order", [True, False])
def test_of_claims_that_nothing_parts_the_same_stands_in_either_order(first, second, stands, in_order):
    seen = [at(1, intent=first), at(1, intent=second)]
    assert kept(seen if in_order else seen[::-1]).intent.label == stands


@pytest.mark.parametrize("in_order", [True, False])
def test_of_two_readings_of_one_correction_the_same_stands_whichever_was_seen_later(in_order):
    labels = ("roads", "water") if in_order else ("water", "roads")
    assert kept([at(n, topics=(said(4, label),)) for n, label in enumerate(labels)]).topics[0].label == "water"


# texts in the order they were seen → the earlier ones that are kept, oldest first
TEXTS = [
    (["a"], []),
    (["a", "a"], []),
    (["a", "b"], ["a"]),
    (["a", "b", "c"], ["a", "b"]),
    (["a", "b", "a"], ["b"]),  # back to what it was
]


@pytest.mark.parametrize(("texts", "versions"), TEXTS)
@pytest.mark.parametrize("in_order", [True, False])
def test_earlier_texts_are_versions(texts, versions, in_order):
    seen = [at(n, text=text) for n, text in enumerate(texts)]
    last = kept(seen if in_order else seen[::-1])
    assert (last.text, [v.text for v in last.versions]) == (texts[-1], versions)
    assert [v.observed_at for v in last.versions] == sorted(v.observed_at for v in last.versions)


@given(observations, observations, st.sampled_from([None, 0, 1]))
def test_in_whatever_order_a_deletion_comes_nothing_of_the_texts_is_left(one, other, deleted):
    seen = [one, other]
    if deleted is not None:
        seen[deleted] = tombstone(seen[deleted], NOON)
    last = kept(seen)
    assert (last.deleted_at is None) == (deleted is None)
    if deleted is not None:
        assert (last.text, last.versions, last.author) == ("", (), None)


# what differs → whether that says anything new
NEWS = [({"observed_at": NOON + timedelta(days=1)}, False), ({"told_earlier": (Told("likes", NOON),)}, False), ({"source": "x.search.1"}, False), ({"normal": "words"}, False), ({"likes": 0}, True), ({"text": "other"}, True), ({"sentiment": claim("negative")}, True)]  # fmt: skip


@pytest.mark.parametrize(("told", "is_news"), NEWS)
def test_what_is_news(told, is_news):
    assert is_same(post(1), post(1, **told)) is not is_news
