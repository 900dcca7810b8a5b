"""Whom an answer replies to, in whose name, and for how long: what was begun in private never comes out in public."""

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import update

from cases import answering, desk, sending, triage
from cases.identity import case_id
from cases.outbox import Answer, State
from cases.tables import case_posts
from core.deployment import Desk, OfficialAccount
from core.post import Author, Claim, Kind
from tests.cases.factory import CITY, OFFICER, SUNDAY_NOON, complaint

NOW = SUNDAY_NOON + timedelta(hours=1)
ASKS = Claim(label="inquiry", confidence=0.9)
EAST = msgspec.structs.replace(
    CITY, accounts=(CITY.accounts[0], OfficialAccount(platform="x", handle="east", id="77", branch="east", keys="EAST"))
)
WEST = msgspec.structs.replace(
    EAST, accounts=(*EAST.accounts, OfficialAccount(platform="x", handle="west")), desk=Desk(speak_as=("x:west",))
)


def said(number, **more):
    """The same citizen, once more in the same conversation."""
    return complaint(number, **({"author": Author(id="x:u1"), "conversation_id": "x:1", "intent": ASKS if number == 1 else None} | more))


def written(store, *posts, deployment=CITY, **more):
    """The answer to the case of the first post, once all were received."""
    desk.receive(posts, deployment, store, NOW, 1)
    return answering.write(store, OFFICER, case_id(posts[0].id), "It opens at eight.", NOW, deployment, **more)


@pytest.mark.parametrize(("addressed", "deployment", "speaks"), [
    ("x:city", EAST, "x:city"), ("x:east", EAST, "x:east"), ("x:77", EAST, "x:east"), (None, EAST, "x:city"),
    ("x:city", WEST, "x:west"), ("x:east", WEST, "x:east"), (None, WEST, "x:west"),
])  # fmt: skip
def test_the_account_that_was_addressed_speaks_if_it_has_keys_of_its_own(store, addressed, deployment, speaks):
    assert written(store, said(1, account=addressed), deployment=deployment).account == speaks
    assert answering.speaks_to(store, store.get(case_id("x:1")), deployment) == speaks


def test_who_was_addressed_last_answers(store):
    assert written(store, said(1, account="x:city"), said(2, account="x:east"), deployment=EAST).account == "x:east"


def test_a_case_that_a_person_opened_knows_whom_it_was_addressed_to(store):
    case = triage.open_case(store, OFFICER, said(1, account="x:east"), "inquiry", NOW, EAST)
    assert answering.write(store, OFFICER, case.id, "It opens at eight.", NOW, EAST).account == "x:east"


@pytest.mark.parametrize(("kinds", "replies_to", "direct"), [
    ((Kind.MENTION,), "x:1", False), ((Kind.MENTION, Kind.REPLY), "x:2", False), ((Kind.DIRECT,), "x:1", True), ((Kind.DIRECT, Kind.DIRECT), "x:2", True),
    ((Kind.DIRECT, Kind.MENTION), "x:1", True), ((Kind.MENTION, Kind.DIRECT), "x:2", True), ((Kind.MENTION, Kind.DIRECT, Kind.REPLY), "x:2", True),
])  # fmt: skip
def test_what_was_begun_in_private_is_answered_there_whatever_was_said_in_public_since(store, kinds, replies_to, direct):
    answer = written(store, *(said(n, kind=kind) for n, kind in enumerate(kinds, 1)))
    assert (answer.reply_to, answer.direct, answer.last_heard) == (replies_to, direct, complaint(int(replies_to[2:])).created_at)


def test_where_it_is_not_known_whether_it_was_private_the_public_word_is_not_answered(store):
    desk.receive([said(1), said(2)], CITY, store, NOW, 1)
    with store.writing() as db:  # as an earlier version left it
        db.execute(update(case_posts).where(case_posts.c.post == "x:1").values(private=None, account=None))
    answer = answering.write(store, OFFICER, case_id("x:1"), "It opens at eight.", NOW, EAST)
    assert (answer.reply_to, answer.direct, answer.account) == ("x:1", False, "x:city")


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
def test_a_private_answer_to_what_was_private_is_no_private_answer_to_a_comment(store, platform):
    answer = written(store, said(1, platform=platform, kind=Kind.DIRECT), privately=True)
    assert (answer.direct, answer.privately) == (True, False)


@pytest.mark.parametrize(("platform", "told", "days", "in_time"), [
    ("facebook", {"direct": True}, 6.9, True), ("facebook", {"direct": True}, 7.1, False), ("instagram", {"direct": True}, 7.1, False),
    ("instagram", {"privately": True}, 7.1, False), ("facebook", {"privately": True}, 6.9, True),
    ("facebook", {}, 300, True), ("x", {"direct": True}, 300, True), ("telegram", {"direct": True}, 300, True),
    ("whatsapp", {"direct": True}, 0.9, True), ("whatsapp", {"direct": True}, 1.1, False), ("whatsapp", {"template": "t"}, 1.1, True), (None, {}, 300, True),
])  # fmt: skip
def test_how_long_an_inbox_stays_open(platform, told, days, in_time):
    answer = Answer(
        id="a", case_id="c", text="…", written_by="olya", written_at=NOW, state=State.READY, platform=platform, last_heard=NOW, **told
    )
    assert (sending.too_late(answer, NOW + timedelta(days=days)) is None) is in_time


def test_an_answer_that_comes_too_late_for_the_inbox_is_not_tried_and_says_what_to_do(store):
    written(store, said(1, platform="facebook", kind=Kind.DIRECT))
    (answer,) = sending.send_ready(store, {"facebook": object()}, NOW + timedelta(days=8), CITY)
    assert answer.state == State.FAILED and "answer by telephone" in answer.problem
