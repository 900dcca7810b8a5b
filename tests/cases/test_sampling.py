"""The labelled sample: who may label, what is kept, how many are wanted, and which labels still speak for today's models."""

from datetime import timedelta

import pytest

from cases import sampling
from cases.roles import Person, Role
from cases.sampling import FIRST, WEEKLY, Sampled, positions, trusted, wanted
from core.errors import AskedWrongly, NotAllowed, Stale
from core.post import Claim
from tests.cases.factory import OFFICER, SUNDAY_NOON, complaint

AT = SUNDAY_NOON
FELT = Claim(label="neutral", confidence=0.6, by="sentiment-en@1")


def line(number=1, label="negative", by="sentiment-en@1", at=AT, language="en"):
    return Sampled(
        post=f"x:{number}", label=label, answer="neutral", answered_by=by, language=language, topics=(), written_at=AT, who="olya", at=at
    )


def test_a_label_is_kept_with_the_answer_it_is_held_against_and_who_gave_it(store):
    post = complaint(sentiment=FELT, language=Claim(label="en"), topics=(Claim(label="water"), Claim(label="roads")))
    sampling.label(store, OFFICER, post, "negative", AT)
    (kept,) = sampling.labels(store)
    assert kept == Sampled(
        post=post.id, label="negative", answer="neutral", answered_by="sentiment-en@1", language="en", topics=("water", "roads"),
        written_at=post.created_at, who=OFFICER.name, at=AT,
    )  # fmt: skip


def test_the_audit_says_who_labelled_and_never_the_text(store):
    post = complaint(sentiment=FELT)
    sampling.label(store, OFFICER, post, "positive", AT)
    (noted,) = store.audit(about=post.id)
    assert (noted.who, noted.what, noted.detail) == (OFFICER.name, "labelled", "positive")
    assert post.text not in repr(noted)


def test_a_post_is_labelled_once(store):
    post = complaint(sentiment=FELT)
    sampling.label(store, OFFICER, post, "negative", AT)
    with pytest.raises(Stale):
        sampling.label(store, Person(name="other", role=Role.OFFICER), post, "neutral", AT)
    assert [kept.label for kept in sampling.labels(store)] == ["negative"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.DEPARTMENT, Role.ANALYST])
def test_who_may_not_triage_may_not_label(store, role):
    with pytest.raises(NotAllowed):
        sampling.label(store, Person(name="somebody", role=role), complaint(sentiment=FELT), "negative", AT)
    assert sampling.labels(store) == []


def test_a_label_nobody_knows_and_a_post_no_model_read_are_refused(store):
    with pytest.raises(AskedWrongly):
        sampling.label(store, OFFICER, complaint(sentiment=FELT), "angry", AT)
    with pytest.raises(AskedWrongly):
        sampling.label(store, OFFICER, complaint(sentiment=None), "negative", AT)


def test_a_post_of_which_nobody_can_tell_is_kept_and_counts_for_nothing(store):
    sampling.label(store, OFFICER, complaint(sentiment=FELT), "", AT)
    done = sampling.labels(store)
    assert [kept.label for kept in done] == [""]
    assert trusted(done) == []
    assert wanted(done, AT) == FIRST


@pytest.mark.parametrize(
    ("done", "now", "left"),
    [
        (0, AT, FIRST),
        (FIRST - 1, AT, 1),
        (FIRST, AT, 0),  # more than a week's share was labelled just now
        (FIRST, AT + timedelta(days=8), WEEKLY),  # a new week
    ],
)
def test_150_to_begin_then_30_a_week(done, now, left):
    assert wanted([line(n) for n in range(done)], now) == left


def test_labels_of_an_older_model_no_longer_speak():
    old, new = line(1), line(2, by="sentiment-en@2", at=AT + timedelta(days=1))
    other = line(3, by="sentiment-ru@1", language="ru")
    assert trusted([old, other, new]) == [other, new]


def test_a_sample_is_drawn_by_its_seed_and_holds_nobody_twice():
    drawn = positions("city 2025-05-01", 1000, 150)
    assert drawn == positions("city 2025-05-01", 1000, 150) != positions("city 2025-05-02", 1000, 150)
    assert len(set(drawn)) == 150 and min(drawn) >= 0 and max(drawn) < 1000
    assert sorted(positions("city", 5, 150)) == [0, 1, 2, 3, 4]


def test_every_post_is_as_likely_to_be_drawn():
    times = [0] * 20
    for seed in range(400):
        for place in positions(str(seed), 20, 5):
            times[place] += 1
    assert min(times) > 60 and max(times) < 140  # 100 expected, spread below 9
