"""Nobody is answered twice; what may have gone out is never sent again by itself."""

from datetime import timedelta

import msgspec
import pytest

from cases import answering, desk, holding, outbox, sending, wording
from cases.identity import case_id
from cases.outbox import State
from cases.roles import Person, Role
from cases.sending import Sent
from cases.wording import Canned
from core.case import Status
from core.deployment import Desk
from core.errors import AskedWrongly, NotAllowed, PlatformProblem, Stale
from core.post import Author, Claim
from tests.cases.factory import CITY, OFFICER, SUNDAY_NOON, SUPERVISOR, VERIFIER, complaint

NOW = SUNDAY_NOON + timedelta(hours=1)
LATER = NOW + timedelta(minutes=5)
ASKS = Claim(label="inquiry", confidence=0.9)
CAREFUL = msgspec.structs.replace(CITY, desk=Desk(approve_answers=True))
ID = case_id("x:1")


class Platform:
    """Takes answers, unless told to fail; remembers what it took."""

    def __init__(self, platform="x", fails=()):
        self.platform, self.fails, self.took = platform, list(fails), []

    def send(self, answer):
        if self.fails:
            raise self.fails.pop(0)
        self.took.append(answer)
        return Sent(native_id=str(len(self.took)), url="https://x.example/1")


class Died(BaseException):
    """The process ends in the middle."""


@pytest.fixture
def asked(store):
    desk.receive([complaint(1, intent=ASKS)], CITY, store, NOW, 1)
    return store


def write(store, text="It opens at eight.", person=OFFICER, deployment=CITY, **more):
    return answering.write(store, person, ID, text, NOW, deployment, **more)


def send(store, platform, at=LATER):
    return sending.send_ready(store, {platform.platform: platform}, at, CITY)


def test_an_answer_goes_out_once_and_the_case_is_answered(asked):
    x = Platform()
    written = write(asked)
    assert (written.state, written.reply_to, written.account) == (State.READY, "x:1", "x:city")
    assert [a.state for a in send(asked, x)] == [State.SENT]
    assert send(asked, x) == []
    case = asked.get(ID)
    assert (len(x.took), case.status, case.first_answer_at, case.answer_link) == (1, Status.ANSWERED, LATER, "https://x.example/1")
    assert case.steps[-1].who == "olya"


def test_without_a_sender_nothing_is_sent(asked):
    write(asked)
    assert sending.send_ready(asked, {}, LATER, CITY) == []
    assert asked.get(ID).status == Status.RECEIVED


def test_the_same_answer_is_not_written_twice(asked):
    write(asked, finishes=False)
    with pytest.raises(AskedWrongly, match="nobody is told the same twice"):
        write(asked, finishes=False)


def test_word_in_between_is_a_first_answer_and_moves_nothing(asked):
    write(asked, finishes=False)
    send(asked, Platform())
    case = asked.get(ID)
    assert (case.status, case.first_answer_at, case.steps[-1].what) == (Status.RECEIVED, LATER, "answered")


def test_a_complaint_gets_its_answer_only_when_it_is_confirmed(store):
    desk.receive([complaint(1)], CITY, store, NOW, 1)
    with pytest.raises(AskedWrongly, match="too early for the answer"):
        write(store)


def test_a_second_person_lets_it_go_out_where_that_is_asked_for(asked):
    draft = write(asked, deployment=CAREFUL)
    x = Platform()
    assert (draft.state, send(asked, x)) == (State.DRAFT, [])
    with pytest.raises(NotAllowed):
        answering.approve(asked, OFFICER, draft.id, NOW)
    assert answering.approve(asked, SUPERVISOR, draft.id, NOW).approved_by == "sami"
    assert len(send(asked, x)) == 1


def test_nobody_lets_his_own_answer_go_out(asked):
    draft = write(asked, person=SUPERVISOR, deployment=CAREFUL)
    with pytest.raises(NotAllowed, match="somebody else must let it go out"):
        answering.approve(asked, SUPERVISOR, draft.id, NOW)


def test_a_process_that_dies_while_sending_sends_nothing_twice(asked):
    class Dies(Platform):
        def send(self, answer):
            super().send(answer)
            raise Died

    x = Dies()
    written = write(asked)
    with pytest.raises(Died):
        send(asked, x)
    assert send(asked, x) == []
    assert sending.recover(asked) == 1
    assert send(asked, x) == []
    assert (len(x.took), outbox.of_case(asked, ID)[0].state) == (1, State.UNKNOWN)
    sending.resolve(asked, SUPERVISOR, written.id, True, LATER, CITY)
    assert (outbox.of_case(asked, ID)[0].state, asked.get(ID).status) == (State.SENT, Status.ANSWERED)


def test_what_did_not_go_out_is_sent_when_a_person_says_so(asked):
    class Dies(Platform):
        def send(self, answer):
            raise Died

    written = write(asked)
    with pytest.raises(Died):
        send(asked, Dies())
    sending.recover(asked)
    sending.resolve(asked, SUPERVISOR, written.id, False, LATER, CITY)
    assert [a.state for a in send(asked, Platform())] == [State.SENT]


@pytest.mark.parametrize(
    ("kind", "then", "states"),
    [
        ("limit", "retry", [State.READY, State.SENT]),
        ("limit", "wait", [State.READY, State.SENT]),
        ("token expired", "credential", [State.READY, State.SENT]),
        ("blocked", "stop", [State.FAILED]),
        ("gone", "skip", [State.FAILED]),
        ("no receipt", "stop", [State.UNKNOWN]),
    ],
)
def test_only_what_surely_did_not_go_out_is_tried_again(kind, then, states, asked):
    x = Platform(fails=[PlatformProblem(kind, "x: wait a little", then)])
    write(asked)
    assert [a.state for n in range(3) for a in send(asked, x, LATER + n * timedelta(hours=1))] == states
    assert outbox.of_case(asked, ID)[0].problem == (None if State.SENT in states else "x: wait a little")


def test_it_waits_as_long_as_the_platform_says(asked):
    until = LATER + timedelta(minutes=40)
    x = Platform(fails=[PlatformProblem("limit", "x: wait", "wait", until)])
    write(asked)
    send(asked, x)
    assert send(asked, x, until - timedelta(seconds=1)) == []
    assert [a.state for a in send(asked, x, until)] == [State.SENT]


def test_pauses_grow_and_trying_ends(asked):
    x = Platform(fails=[PlatformProblem("down", "x: is down", "retry")] * 99)
    write(asked)
    tried = {n: a[0].state for n in range(40) if (a := send(asked, x, LATER + n * timedelta(minutes=1)))}
    assert list(tried) == [0, 1, 3, 7, 15]
    assert list(tried.values()) == [State.READY] * (sending.MOST_TRIES - 1) + [State.FAILED]


def test_an_expired_token_is_told_and_uses_no_attempt_up(asked):
    x = Platform(fails=[PlatformProblem("token expired", "x: the token has expired", "credential")] * 50)
    write(asked)
    for n in range(60):
        (outcome,) = send(asked, x, LATER + n * sending.NO_TOKEN_PAUSE)
        assert n >= 50 or (outcome.state, outcome.tries, outcome.problem) == (State.READY, 0, "x: the token has expired")
        if outcome.state == State.SENT:
            break
    assert len(x.took) == 1


def test_what_waits_its_turn_does_not_keep_others_from_theirs(store):
    desk.receive([complaint(n, intent=ASKS, place_told=None) for n in range(1, 4)], CITY, store, NOW, 1)
    x = Platform(fails=[PlatformProblem("down", "x: is down", "retry")])
    for n in (1, 2):
        answering.write(store, OFFICER, case_id(f"x:{n}"), "It opens at eight.", NOW + timedelta(seconds=n), CITY)
    assert sending.send_ready(store, {"x": x}, LATER, CITY, limit=1)[0].state == State.READY
    assert [a.case_id for a in sending.send_ready(store, {"x": x}, LATER, CITY, limit=1)] == [case_id("x:2")]


def test_a_failed_answer_is_tried_anew_when_a_person_asks(asked):
    x = Platform(fails=[PlatformProblem("too long", "x: the answer is too long", "skip")])
    written = write(asked)
    send(asked, x)
    with pytest.raises(NotAllowed):
        sending.again(asked, VERIFIER, written.id, LATER, CITY)
    assert sending.again(asked, OFFICER, written.id, LATER, CITY).state == State.READY
    assert [a.state for a in send(asked, x)] == [State.SENT]
    with pytest.raises(AskedWrongly, match="none that is failed"):
        sending.again(asked, OFFICER, written.id, LATER, CITY)


@pytest.mark.parametrize(("platform", "privately"), [("facebook", True), ("instagram", True), ("x", False), ("whatsapp", False)])
def test_only_where_there_is_an_inbox_beside_the_comment_is_an_answer_private(platform, privately, store):
    desk.receive([complaint(1, platform=platform, intent=ASKS)], CITY, store, NOW, 1)
    assert write(store, privately=True).privately is privately


@pytest.mark.parametrize(
    ("hours", "template", "state"), [(23, None, State.SENT), (25, None, State.FAILED), (25, "closing_note", State.SENT)]
)
def test_whatsapp_takes_free_words_for_24_hours(hours, template, state, store):
    desk.receive([complaint(1, platform="whatsapp", intent=ASKS)], CITY, store, NOW, 1)
    write(store, template=template)
    (outcome,) = send(store, Platform("whatsapp"), complaint(1).created_at + timedelta(hours=hours))
    assert outcome.state == state


def test_the_citizens_last_message_is_answered(asked):
    desk.receive([complaint(2, author=Author(id="x:u1"), conversation_id="x:1", intent=None)], CITY, asked, NOW, 2)
    assert (write(asked).reply_to, write(asked, "and on Sundays at nine").last_heard) == ("x:2", complaint(2).created_at)


def test_what_somebody_else_holds_is_answered_by_him(asked):
    holding.take(asked, VERIFIER, NOW)
    with pytest.raises(Stale, match="in vera's batch"):
        write(asked)


def test_an_answer_given_elsewhere_is_kept_with_its_link(asked):
    with pytest.raises(AskedWrongly, match="must begin with http"):
        answering.elsewhere(asked, OFFICER, ID, "told him", "javascript:alert(1)", NOW, CITY)
    answering.elsewhere(asked, OFFICER, ID, "told him", "https://x.example/9", NOW, CITY)
    assert (asked.get(ID).status, asked.get(ID).answer_link) == (Status.ANSWERED, "https://x.example/9")


def test_only_those_who_speak_for_the_city_answer(asked):
    with pytest.raises(NotAllowed):
        write(asked, person=Person(name="adam", role=Role.ADMINISTRATOR))


# Words kept ready


def test_texts_kept_ready_fit_topic_language_and_state(asked):
    texts = [Canned(id="a", language="en", text="We are on it ({case})."), Canned(id="b", language="en", text="Bins", category="waste"),
             Canned(id="c", language="en", text="Roads", category="roads"), Canned(id="d", language="ar", text="نعمل عليها"),
             Canned(id="e", language="en", text="Bins now", category="waste", status="received")]  # fmt: skip
    for text in texts:
        wording.keep(asked, SUPERVISOR, text, NOW)
    found = wording.fitting(wording.every(asked), asked.get(ID), "en")
    assert [(t.id, t.text) for t in found] == [("e", "Bins now"), ("b", "Bins"), ("a", f"We are on it ({ID}).")]


def test_texts_are_kept_by_those_who_teach(asked):
    with pytest.raises(NotAllowed):
        wording.keep(asked, OFFICER, Canned(id="a", language="en", text="hello"), NOW)
