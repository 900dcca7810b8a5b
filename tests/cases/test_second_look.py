"""What one person wrote another lets out: no way round it, and no word a citizen took back comes out by it."""

from datetime import timedelta

import msgspec
import pytest

from cases import answering, desk, outbox, sending, users
from cases.forgetting import HIDDEN
from cases.identity import case_id
from cases.outbox import State
from cases.roles import Role
from cases.sending import Sent
from core.deployment import Desk
from core.errors import AskedWrongly, NotAllowed, PlatformProblem
from core.post import Claim, tombstone
from tests.cases.factory import CITY, OFFICER, SUNDAY_NOON, SUPERVISOR, complaint

NOW = SUNDAY_NOON + timedelta(hours=1)
LATER = NOW + timedelta(minutes=5)
CAREFUL = msgspec.structs.replace(CITY, desk=Desk(approve_answers=True))
POST = complaint(1, intent=Claim(label="inquiry", confidence=0.9), text="the counter at the harbour was shut again today")
ID = case_id(POST.id)
QUOTING = "You wrote that the counter at the harbour was shut. It opens at eight."


class Platform:
    """Takes answers; `meanwhile` happens while it does, then it may fail."""

    platform = "x"

    def __init__(self, meanwhile=lambda: None, fails=None):
        self.meanwhile, self.fails, self.took = meanwhile, fails, []

    def send(self, answer):
        self.meanwhile()
        if self.fails:
            raise self.fails
        self.took.append(answer.text)
        return Sent(native_id="1")


@pytest.fixture
def asked(sqlite_store):
    desk.receive([POST], CITY, sqlite_store, NOW, 1)
    return sqlite_store


def take_back(store):
    desk.receive([tombstone(POST, LATER)], CITY, store, LATER, 2)


def stands(store):
    (answer,) = outbox.of_case(store, ID)
    return answer.state, answer.text


def test_an_answer_that_failed_before_anybody_let_it_out_waits_for_that_when_it_is_tried_again(asked):
    draft = answering.write(asked, OFFICER, ID, "It opens at eight.", NOW, CAREFUL)
    with asked.writing() as db:
        outbox.keep(db, msgspec.structs.replace(draft, state=State.FAILED))
    x = Platform()
    assert sending.again(asked, OFFICER, draft.id, LATER, CAREFUL).state == State.DRAFT
    assert sending.send_ready(asked, {"x": x}, LATER, CAREFUL) == [] == x.took
    answering.approve(asked, SUPERVISOR, draft.id, LATER)
    sending.send_ready(asked, {"x": x}, LATER, CAREFUL)
    assert x.took == ["It opens at eight."]


def test_one_that_was_let_out_is_tried_again_without_being_let_out_twice(asked):
    draft = answering.write(asked, OFFICER, ID, "It opens at eight.", NOW, CAREFUL)
    answering.approve(asked, SUPERVISOR, draft.id, NOW)
    sending.send_ready(asked, {"x": Platform(fails=PlatformProblem("hidden", "x: gone", "skip"))}, LATER, CAREFUL)
    assert sending.again(asked, OFFICER, draft.id, LATER, CAREFUL).state == State.READY


@pytest.mark.parametrize("deployment", [CITY, CAREFUL])
def test_an_answer_whose_words_a_deletion_took_is_written_anew_and_not_tried_again(asked, deployment):
    written = answering.write(asked, OFFICER, ID, QUOTING, NOW, deployment)
    take_back(asked)
    assert stands(asked) == (State.FAILED, f"You wrote that {HIDDEN}. It opens at eight.")
    with pytest.raises(AskedWrongly, match="write another"):
        sending.again(asked, OFFICER, written.id, LATER, deployment)


def test_words_taken_back_while_an_answer_is_under_way_do_not_come_back_with_its_receipt(asked):
    answering.write(asked, OFFICER, ID, QUOTING, NOW, CITY)
    sending.send_ready(asked, {"x": Platform(lambda: take_back(asked))}, LATER, CITY)
    state, text = stands(asked)
    assert state == State.SENT and "harbour" not in text


def test_words_taken_back_while_an_attempt_fails_are_not_tried_again(asked):
    answering.write(asked, OFFICER, ID, QUOTING, NOW, CITY)
    x = Platform(lambda: take_back(asked), PlatformProblem("cut connection", "x: cut", "retry"))
    sending.send_ready(asked, {"x": x}, LATER, CITY)
    state, text = stands(asked)
    assert state == State.FAILED and "harbour" not in text
    assert sending.send_ready(asked, {"x": Platform()}, LATER + timedelta(days=1), CITY) == []


@pytest.mark.parametrize("other", ["Sami", "SAMI", "ｓａｍｉ", "sa\u200bmi"])
def test_one_person_has_no_second_account_under_the_same_name_in_other_letters(sqlite_store, other):
    users.add(sqlite_store, "sami", Role.SUPERVISOR, (), None, NOW, "admin")
    with pytest.raises(AskedWrongly, match="one of this name already"):
        users.add(sqlite_store, other, Role.SUPERVISOR, (), None, NOW, "admin")


@pytest.mark.parametrize("name", [" sami", "sami ", "\tsami"])
def test_no_name_has_spaces_at_its_ends(sqlite_store, name):
    with pytest.raises(AskedWrongly, match="no space at their ends"):
        users.add(sqlite_store, name, Role.SUPERVISOR, (), None, NOW, "admin")


def test_the_providers_spelling_of_a_name_opens_the_account_there_is_and_makes_no_other(sqlite_store):
    users.add(sqlite_store, "Sami@City.example", Role.SUPERVISOR, (), None, NOW, "admin")
    token = users.trust(sqlite_store, "sami@city.example", NOW, granted=users.Granted(role=Role.SUPERVISOR), is_mapped=True)
    assert users.whose(sqlite_store, token, NOW).name == "Sami@City.example"
    assert [user.name for user in users.everybody(sqlite_store)] == ["Sami@City.example"]
    users.disable(sqlite_store, "Sami@City.example", NOW, "admin")
    with pytest.raises(NotAllowed):
        users.trust(sqlite_store, "sami@city.example", NOW)
