"""What is done when the engine refuses a request as a whole: without a server, by a driver that answers as told."""

import json

import pytest

from core.errors import StoreFailed
from store.elastic_patience import LONGEST_WAIT, PATIENCE, Failure, asking, patiently, wait_seconds
from store.elastic_saving import Bulk, Get, Seek, Wait, saving
from tests.make import post

CREATED = {"create": {"status": 201}}


def driven(steps, answer):
    """Drive the steps with a function from a request to its answer; what they return, and what was asked."""
    asked = []
    try:
        request = next(steps)
        while True:
            asked.append(request)
            request = steps.send(answer(request))
    except StopIteration as done:
        return done.value, asked


def bulk(*ids):
    return Bulk(tuple(b'{"create":{"_id":"%b"}}\n{}\n' % id.encode() for id in ids))


def sent(request):
    return [json.loads(line.split(b"\n")[0])["create"]["_id"] for line in request.lines]


def refusing(wrong, status):
    """An engine that takes no request in which `wrong` stands."""

    def answer(request):
        if isinstance(request, Wait):
            return []
        return Failure(status, "too_much") if wrong in sent(request) else [CREATED] * len(sent(request))

    return answer


def test_what_is_answered_is_asked_once():
    assert driven(asking(Get(({"_id": "a"},))), lambda _: [{"found": False}]) == ([{"found": False}], [Get(({"_id": "a"},))])


@pytest.mark.parametrize("failure", [Failure(), Failure(429, "full"), Failure(503, "starting")])
def test_a_busy_or_absent_engine_is_asked_again_after_longer_and_longer_waits(failure):
    left = [failure, failure, failure]
    found, asked = driven(
        asking(Seek(("x:1",))), lambda request: [] if isinstance(request, Wait) else left.pop() if left else [{"_id": "x:1"}]
    )
    assert found == [{"_id": "x:1"}]
    assert [request.turn for request in asked if isinstance(request, Wait)] == [1, 2, 3]


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_what_would_be_answered_the_same_again_is_given_up_at_once(status):
    with pytest.raises(StoreFailed, match=f"answered {status}"):
        driven(asking(Get(())), lambda _: Failure(status, "no"))


@pytest.mark.parametrize("status", [400, 413])
def test_one_document_that_cannot_be_is_found_and_all_others_are_taken(status):
    ids = [f"x:{n}" for n in range(9)]
    found, asked = driven(asking(bulk(*ids)), refusing("x:6", status))
    told = [item["create"]["status"] for item in found]
    assert told == [400 if id == "x:6" else 201 for id in ids]
    assert len(asked) <= 9  # halves of halves, not one by one


def test_a_question_that_is_too_much_is_not_cut():
    with pytest.raises(StoreFailed, match="answered 400"):
        driven(asking(Get(({"_id": "a"}, {"_id": "b"}))), lambda _: Failure(400, "bad"))


def test_posts_are_saved_over_an_engine_that_stumbles():
    stumbles = [Failure(), Failure(429, "full")]

    def answer(request):
        if isinstance(request, Wait):
            return []
        return stumbles.pop() if stumbles else [CREATED] * len(request.lines)

    outcome, _ = driven(patiently(saving([post(1), post(2)])), answer)
    assert (outcome.saved.stored, outcome.refused) == (2, ())


def test_a_post_the_engine_never_takes_is_named_and_the_rest_is_stored():
    outcome, _ = driven(patiently(saving([post(n) for n in range(5)])), refusing("x:3", 413))
    assert outcome.saved.stored == 4
    assert [(refused.post.id, refused.why) for refused in outcome.refused] == [("x:3", "too_much")]


def test_nothing_to_save_asks_nothing():
    outcome, asked = driven(patiently(saving([])), lambda _: Failure())
    assert (outcome.saved.stored, asked) == (0, [])


def test_waits_double_up_to_the_longest_and_end():
    waits = [wait_seconds(turn) for turn in range(PATIENCE + 1)]
    assert all(0 < seconds <= LONGEST_WAIT for seconds in waits)
    assert waits[0] < 0.3
    assert waits[-1] >= LONGEST_WAIT / 2
    with pytest.raises(StoreFailed, match="nothing is lost"):
        wait_seconds(PATIENCE + 1)
