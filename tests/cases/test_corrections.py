"""Corrections: who may make them, what is kept of them, and what becomes of the post."""

from datetime import timedelta

import pytest

from cases import corrections
from cases.corrections import corrected
from cases.roles import Person, Right, Role, may
from core.errors import AskedWrongly, NotAllowed
from core.post import Claim, correction, tombstone
from store.merge import merged
from tests.cases.factory import CITY, OFFICER, SUNDAY_NOON, complaint

AT = SUNDAY_NOON
FELT = Claim(label="neutral", confidence=0.6, by="model@1")


def say(store, post, **said):
    return corrections.correct(store, OFFICER, post, said, AT, CITY)


def of(store, post):
    return corrections.of(store, [post.id]).get(post.id, ())


def test_a_correction_is_kept_with_who_said_so_and_what_was_claimed_before(store):
    post = complaint(sentiment=FELT)
    assert say(store, post, sentiment=("negative",)) == 1
    (kept,) = of(store, post)
    assert (kept.field, kept.labels, kept.was, kept.was_by, kept.who, kept.at) == (
        "sentiment",
        ("negative",),
        ("neutral",),
        "model@1",
        "olya",
        AT,
    )


def test_the_audit_names_the_post_and_the_fields_and_no_text(store):
    say(store, complaint(), sentiment=("negative",), topics=("roads", "lighting"))
    (line,) = store.audit("x:1")
    assert (line.who, line.what, line.detail) == ("olya", "corrected", "sentiment, topics")


def test_what_is_so_already_is_no_correction(store):
    assert say(store, complaint(), intent=("complaint",), topics=("waste",)) == 0
    assert (of(store, complaint()), store.audit()) == ((), [])


def test_the_last_word_on_a_field_holds_and_other_fields_stay(store):
    post = complaint()
    say(store, post, intent=("inquiry",), topics=("roads",))
    say(store, corrected(post, of(store, post)), intent=("suggestion",))
    said = {c.field: c.labels for c in of(store, post)}
    assert said == {"intent": ("suggestion",), "topics": ("roads",)}


def test_many_posts_are_asked_for_at_once_and_only_the_corrected_come_back(store):
    for number in (3, 700):
        say(store, complaint(number), intent=("inquiry",))
    assert sorted(corrections.of(store, [f"x:{n}" for n in range(1200)])) == ["x:3", "x:700"]


@pytest.mark.parametrize(("said", "why"), [
    ({"sentiment": ("angry",)}, "there is no 'angry'"),
    ({"topics": ("waste", "moon")}, "there is no 'moon'"),
    ({"places": ("nowhere",)}, "there is no 'nowhere'"),
    ({"language": ("ar", "en")}, "exactly one"),
    ({"intent": ()}, "exactly one"),
])  # fmt: skip
def test_a_label_that_cannot_be_is_refused_and_nothing_is_kept(store, said, why):
    with pytest.raises(AskedWrongly, match=why):
        say(store, complaint(), **({"sentiment": ("negative",)} | said))
    assert corrections.after(store, 0) == []


@pytest.mark.parametrize("role", Role)
def test_who_may_triage_may_correct(sqlite_store, role):
    person = Person(name="p", role=role)
    if may(person, Right.TRIAGE):
        assert corrections.correct(sqlite_store, person, complaint(), {"intent": ("thanks",)}, AT, CITY) == 1
    else:
        with pytest.raises(NotAllowed):
            corrections.correct(sqlite_store, person, complaint(), {"intent": ("thanks",)}, AT, CITY)


def test_a_corrected_post_claims_what_people_say_and_names_nobody(store):
    post = complaint(sentiment=FELT)
    say(store, post, sentiment=("negative",), topics=(), places=("quay", "hill"), language=("ar",))
    new = corrected(post, of(store, post))
    assert (new.sentiment.label, new.topics, [c.label for c in new.places], new.language.label) == ("negative", (), ["quay", "hill"], "ar")
    assert new.sentiment.by.startswith("person@")
    assert "olya" not in str(new)
    assert new.intent == post.intent


def test_a_deleted_post_is_not_touched(store):
    post = complaint()
    say(store, post, intent=("thanks",))
    gone = tombstone(post, AT)
    assert corrected(gone, of(store, post)) == gone


def test_corrections_come_in_order_and_in_parts(store):
    for number in range(1, 6):
        say(store, complaint(number), intent=("thanks",))
    first = corrections.after(store, 0, limit=3)
    rest = corrections.after(store, first[-1].number)
    assert [c.post for c in (*first, *rest)] == [f"x:{n}" for n in range(1, 6)]
    corrections.place(store, rest[-1].number)
    assert store.place(corrections.FOLLOWER) == rest[-1].number


def test_a_later_observation_does_not_undo_what_a_person_said(store):
    post = complaint(sentiment=FELT)
    say(store, post, sentiment=("negative",))
    stands = merged(post, corrected(post, of(store, post)))
    later = complaint(sentiment=FELT, likes=9, observed_at=post.observed_at + timedelta(days=1))
    for kept in (merged(stands, later), merged(later, stands)):
        assert (kept.sentiment.label, kept.likes) == ("negative", 9)


def test_of_two_corrections_the_later_stands_in_whatever_order_they_come():
    first, second = (complaint(intent=Claim(label=label, by=f"person@{n}")) for n, label in ((9, "thanks"), (10, "news")))
    assert merged(first, second).intent == merged(second, first).intent == second.intent


@pytest.mark.parametrize(("by", "number"), [("person@12", 12), ("person@", 0), ("person@x", 0), ("model@3", 0), ("", 0), ("person@-4", 0)])
def test_a_claim_says_which_correction_it_comes_from(by, number):
    assert correction(Claim(label="x", by=by)) == correction((Claim(label="x", by=by),)) == number
    assert correction(None) == correction(()) == 0
