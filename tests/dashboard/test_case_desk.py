"""What a person finds on the case pages beside the queue: outbox, news, words kept ready, assignment, duplicates, campaigns."""

from __future__ import annotations

import msgspec
import pytest
from streamlit.testing.v1 import AppTest

from cases import (
    ambassadors,
    answering,
    broadcasting,
    campaigns,
    desk,
    guide,
    outbox,
    proposals,
    sending,
    subscribing,
    users,
    wording,
    work,
    workflow,
)
from cases.identity import case_id
from cases.outbox import State
from cases.roles import Person, Right, Role, may
from cases.store import CaseStore
from core.case import Status
from core.deployment import Deployment
from core.errors import PlatformProblem
from core.post import Author, Claim
from tests.dashboard import factory
from tests.dashboard.test_complaints import EN, FIRST, PASSWORD, cases, city, offered, page, plans, press, told  # noqa: F401  (two are fixtures)

BOSS = Person(name="supervisor", role=Role.SUPERVISOR)
OFFICER = Person(name="officer", role=Role.OFFICER)
ASKS = Claim(label="inquiry", confidence=0.9)
CAREFUL = "\n[desk]\napprove_answers = true\n"
CAMPAIGN = '\n[[campaigns]]\nid = "mayor"\nname = { en = "I am mayor" }\nhashtags = ["IAmMayor"]\nambassadors = 3\n'


def keys(at: AppTest) -> set[str]:
    return {b.key for b in at.button if b.key}


def configured(city: Deployment, tmp_path, more: str) -> None:  # noqa: F811
    """The city's file with more in it."""
    path = tmp_path / "city.toml"
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")


@pytest.fixture
def asked(cases: CaseStore, city: Deployment) -> str:  # noqa: F811
    """A question that can be answered at once; returns its case."""
    desk.receive([told(9004, intent=ASKS, author=Author(id="x:u4"))], city, cases, factory.NOW, 2)
    return case_id("x:9004")


# The outbox


class Fails:
    """A platform that refuses once."""

    platform = "x"

    def __init__(self, kind: str, then: str) -> None:
        self.problem: PlatformProblem | None = PlatformProblem(kind, "x: the answer is too long for X", then)

    def send(self, answer: outbox.Answer) -> sending.Sent:
        problem, self.problem = self.problem, None
        if problem:
            raise problem
        return sending.Sent(native_id="7", url="https://x.com/i/web/status/7")


def test_a_failed_answer_is_told_with_its_reason_and_tried_again(cases: CaseStore, city: Deployment, asked: str) -> None:  # noqa: F811
    platform = {"x": Fails("too long", "skip")}
    written = answering.write(cases, OFFICER, asked, "It opens at eight.", factory.NOW, city)
    sending.send_ready(cases, platform, factory.NOW, city)
    at = page("officer", part="outbox")
    assert [c for c in at.caption if "the answer is too long for X" in c.value]
    press(at, f"again_{written.id}")
    sending.send_ready(cases, platform, factory.NOW, city)
    assert (outbox.of_case(cases, asked)[0].state, cases.get(asked).status) == (State.SENT, Status.ANSWERED)


@pytest.mark.parametrize(("button", "state"), [("was_sent", State.SENT), ("was_not_sent", State.READY)])
def test_what_may_have_gone_out_is_settled_by_a_person_who_looked(
    cases: CaseStore, city: Deployment, asked: str, button: str, state: State  # noqa: F811
) -> None:  # fmt: skip
    written = answering.write(cases, OFFICER, asked, "It opens at eight.", factory.NOW, city)
    sending.send_ready(cases, {"x": Fails("no receipt", "stop")}, factory.NOW, city)
    assert f"{button}_{written.id}" not in keys(page("officer", part="outbox"))  # that is for those who may let answers out
    press(page("supervisor", part="outbox"), f"{button}_{written.id}")
    assert outbox.of_case(cases, asked)[0].state == state


def test_a_second_person_lets_an_answer_out_from_the_outbox(cases: CaseStore, city: Deployment, asked: str) -> None:  # noqa: F811
    careful = msgspec.structs.replace(city, desk=msgspec.structs.replace(city.desk, approve_answers=True))
    mine = answering.write(cases, BOSS, asked, "I wrote this.", factory.NOW, careful, False)
    hers = answering.write(cases, OFFICER, asked, "She wrote this.", factory.NOW, careful, False)
    at = page("supervisor", part="outbox")
    assert f"approve_{mine.id}" not in keys(at)
    press(at, f"approve_{hers.id}")
    assert {a.id: a.state for a in outbox.of_case(cases, asked)} == {mine.id: State.DRAFT, hers.id: State.READY}


def test_it_is_shown_which_account_speaks(cases: CaseStore, city: Deployment, asked: str, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setenv("SADA_SEND_ANSWERS", "yes")
    speaks = EN("outbox.speaks", account="⁨Rivertown on X⁩")
    assert speaks in [c.value for c in page("officer", part="queue", case=asked).caption]
    answering.write(cases, OFFICER, asked, "It opens at eight.", factory.NOW, city)
    assert [c for c in page("officer", part="outbox").caption if speaks in c.value]


def test_from_the_outbox_one_comes_to_the_case(cases: CaseStore, city: Deployment, asked: str) -> None:  # noqa: F811
    written = answering.write(cases, OFFICER, asked, "It opens at eight.", factory.NOW, city)
    at = press(page("officer", part="outbox"), f"case_of_{written.id}")
    assert asked in at.query_params["case"] and "answer_elsewhere" in keys(at)


@pytest.mark.usefixtures("cases")
@pytest.mark.parametrize(("said", "is_told"), [("no", True), ("yes", False)])
def test_it_is_told_where_nothing_goes_out(monkeypatch: pytest.MonkeyPatch, said: str, is_told: bool) -> None:
    monkeypatch.setenv("SADA_SEND_ANSWERS", said)
    assert (EN("outbox.off") in [i.value for i in page("officer", part="outbox").info]) is is_told


# The answer box


def test_what_was_typed_for_one_citizen_is_not_said_to_the_next(asked: str) -> None:
    at = page("officer", case=FIRST)
    at.text_area(key="answer_text").input("Dear neighbour of lane 9001").run()
    at.query_params["case"] = asked
    at.run()
    assert at.text_area(key="answer_text").value == ""


def test_words_kept_ready_come_in_the_citizens_language(cases: CaseStore, city: Deployment) -> None:  # noqa: F811
    for language, text in (("en", "Thank you."), ("ar", "شكراً لك.")):
        wording.keep(cases, BOSS, wording.Canned(id=f"thanks-{language}", language=language, text=text), factory.NOW)
    desk.receive([told(9005, intent=ASKS, language=Claim(label="ar", confidence=0.9))], city, cases, factory.NOW, 3)
    at = page("officer", case=case_id("x:9001"))
    assert at.selectbox(key="answer_canned").options == ["thanks-en"]
    # the store of posts does not know 9005, so its language is not known and the page's stands for it
    assert page("officer", case=case_id("x:9005")).selectbox(key="answer_canned").options == ["thanks-en"]


def test_an_approved_template_goes_only_with_its_own_words(
    cases: CaseStore, city: Deployment, asked: str, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    monkeypatch.setenv("SADA_SEND_ANSWERS", "yes")
    wording.keep(cases, BOSS, wording.Canned(id="open", language="en", text="We open at eight.", template="open_hours/en"), factory.NOW)
    for changed in (False, True):
        at = page("officer", case=asked)
        at.selectbox(key="answer_canned").select("open").run()
        if changed:
            at.text_area(key="answer_text").input("We open at nine.")
        at.checkbox(key="answer_ends_True").uncheck()
        press(at, "answer_send")
    told_ = {a.text: a.template for a in outbox.of_case(cases, asked)}
    assert told_ == {"We open at eight.": "open_hours/en", "We open at nine.": None}


def test_a_comment_can_be_answered_privately_where_there_is_an_inbox(
    cases: CaseStore, city: Deployment, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    monkeypatch.setenv("SADA_SEND_ANSWERS", "yes")
    desk.receive([told(9006, id="facebook:9006", platform="facebook", intent=ASKS)], city, cases, factory.NOW, 3)
    id = case_id("facebook:9006")
    at = page("officer", case=id)
    at.checkbox(key="answer_privately").check()
    at.text_area(key="answer_text").input("Please send us your number here.")
    press(at, "answer_send")
    assert outbox.of_case(cases, id)[0].privately
    assert not [c for c in page("officer", case=FIRST).checkbox if c.key == "answer_privately"]


# News


def test_news_are_written_let_out_by_another_and_their_ledger_is_shown(
    cases: CaseStore, city: Deployment, tmp_path  # noqa: F811
) -> None:  # fmt: skip
    configured(city, tmp_path, CAREFUL)
    for n in (1, 2):
        subscribing.subscribe(cases, "whatsapp", f"whatsapp:{n}", "form", factory.NOW)
    at = page("supervisor", part="news")
    at.text_area(key="news_text").input("The park opens on Friday.")
    press(at, EN("news.write", count=2))
    (news,) = broadcasting.every(cases, BOSS)
    assert news.approved_by is None and f"approve_{news.id}" not in keys(at)
    users.add(cases, "sara", Role.SUPERVISOR, (), PASSWORD, factory.NOW, "test")
    at = press(page("sara", part="news"), f"approve_{news.id}")
    row = at.table[0].value.iloc[0].to_dict()
    assert (row[EN("news.waiting")], row[EN("news.read")]) == ("2", "0")


@pytest.mark.usefixtures("cases")
def test_without_readers_no_news_are_written() -> None:
    at = page("supervisor", part="news")
    assert next(b for b in at.button if b.label == EN("news.write", count=0)).disabled


def test_consent_on_paper_and_its_end_are_written_down(cases: CaseStore) -> None:  # noqa: F811
    at = page("supervisor", part="news")
    at.text_input(key="subscriber_number").input("966 555")
    at.text_input(key="subscriber_how").input("form 12")
    press(at, "subscriber_in")
    assert subscribing.subscribed(cases) == {"whatsapp": 1}
    at.text_input(key="subscriber_number").input("966555")
    press(at, "subscriber_out")
    assert subscribing.subscribed(cases) == {}


# Words kept ready


def test_a_text_is_kept_changed_and_taken_away(cases: CaseStore) -> None:  # noqa: F811
    at = page("supervisor", part="words")
    at.text_input(key="kept_id").input("thanks")
    at.text_area(key="kept_text").input("Thank you.")
    at.selectbox(key="kept_category").select("lighting")
    press(at, EN("kept.keep"))
    press(at, "kept_change_thanks")
    assert at.selectbox(key="kept_category").value == "lighting"
    at.text_area(key="kept_text").input("Thank you ({case}).")
    press(at, EN("kept.keep"))
    assert [(t.id, t.text, t.category) for t in wording.every(cases)] == [("thanks", "Thank you ({case}).", "lighting")]
    press(at, "kept_forget_thanks")
    assert wording.every(cases) == []


# Assignment and duplicates


def test_a_case_is_given_to_an_officer_by_who_may(cases: CaseStore) -> None:  # noqa: F811
    assert "assign_give" not in keys(page("officer", case=FIRST))
    at = page("supervisor", case=FIRST)
    choice = at.selectbox(key=f"assign_to_{FIRST}")
    assert choice.options == ["officer", "supervisor", "verifier"]
    choice.select("officer")
    press(at, "assign_give")
    assert cases.get(FIRST).assignee == "officer"
    mine = page("officer", show="mine")
    assert [b.key for b in mine.button if b.key and b.key.startswith("open_")] == [f"open_{FIRST}"]


@pytest.mark.parametrize("how", ["round_robin", "load"])
def test_what_is_nobodys_is_shared_out_among_those_on_duty(cases: CaseStore, city: Deployment, tmp_path, how: str) -> None:  # noqa: F811
    configured(city, tmp_path, f'\n[desk]\nassign = "{how}"\n')
    at = page("supervisor")
    at.multiselect(key="on_duty").select("officer").select("verifier")
    press(at, "share_out")
    assert {c.assignee for c in cases.all()} == {"officer", "verifier"}
    assert "share_out" not in keys(page("officer"))


def test_a_duplicate_is_chosen_among_the_likely_ones(cases: CaseStore, city: Deployment) -> None:  # noqa: F811
    desk.receive([told(9007, author=Author(id="x:u7"), copy_of=None, place_told="olive"), told(9008, author=Author(id="x:u8"), place_told="olive")],
                 city, cases, factory.NOW, 3)  # fmt: skip
    first, second = case_id("x:9007"), case_id("x:9008")
    at = page("officer", case=second)
    at.selectbox(key=f"original_{second}").select_index(0)
    press(at, "is_duplicate")
    told_ = cases.get(second)
    assert (told_.status, told_.duplicate_of) == (Status.REJECTED, first)


def test_an_unsure_post_is_put_to_a_case_that_is_there(cases: CaseStore) -> None:  # noqa: F811
    at = page("officer", part="triage")
    at.text_input(key="join_to_x:9003").input(FIRST)
    press(at, "join_x:9003")
    assert cases.get(FIRST).posts == ("x:9001", "x:9003")


def test_the_queue_names_the_guide_entry_that_fits_a_question(cases: CaseStore, asked: str) -> None:  # noqa: F811
    guide.keep(cases, BOSS, guide.Procedure(id="bin", language="en", name="A new bin", steps=("Ask",), words=("bin",)), factory.NOW)
    at = page("officer", show="inquiry")
    assert [b.key for b in at.button if b.key and b.key.startswith("open_")] == [f"open_{asked}"]
    assert [c for c in at.caption if "A new bin" in c.value]


def test_who_looks_at_what_waits_for_a_decision_stands_in_the_audit_once(cases: CaseStore) -> None:  # noqa: F811
    at = page("officer", part="triage")
    at.run()
    assert [(line.who, line.what) for line in cases.audit("x:9003")] == [("officer", "read")]


# Campaigns


def test_anybody_signs_up_and_stands_on_the_page_when_somebody_has_looked(cases: CaseStore, city: Deployment, tmp_path) -> None:  # noqa: F811
    configured(city, tmp_path, CAMPAIGN)
    at = plans(part="campaigns")
    at.text_input(key="ambassador_mayor_name").input("Neighbour Nine")
    at.selectbox(key="ambassador_mayor_place").select("olive")
    at.text_input(key="ambassador_mayor_account").input("@resident9")
    press(at, "ambassador_mayor_do")
    assert "tick the box" in at.error[0].value and ambassadors.reach(cases, "mayor") == []
    at.checkbox(key="ambassador_mayor_consent").check()
    press(at, "ambassador_mayor_do")
    assert not [t for t in plans(part="campaigns").table if "Neighbour Nine" in t.value.to_csv()]
    press(plans("supervisor", part="campaigns"), "accept_mayor_x:@resident9")
    assert [t for t in plans(part="campaigns").table if "Neighbour Nine" in t.value.to_csv()]


def test_the_public_page_says_how_to_vote(cases: CaseStore, city: Deployment, tmp_path) -> None:  # noqa: F811
    configured(city, tmp_path, CAMPAIGN)
    store_of = proposals.propose(
        cases, msgspec.convert({"id": "mayor", "name": {}}, campaigns.Campaign), "olive", "more trees", "x:u1", factory.NOW
    )
    at = plans(part="campaigns")
    assert [c for c in at.caption if proposals.code(store_of) in c.value]
    assert [c for c in at.caption if "IAmMayor" in c.value and "One person, one vote" in c.value]


# Each part belongs to a right


@pytest.mark.usefixtures("cases")
@pytest.mark.parametrize("role", ["viewer", "officer", "verifier", "department", "supervisor", "analyst", "administrator"])
@pytest.mark.parametrize(("part", "sign"), [("outbox", "outbox.empty"), ("news", "news.empty"), ("words", "kept.empty")])
def test_a_part_asked_for_by_its_address_stays_shut_without_its_right(role: str, part: str, sign: str) -> None:
    at = page(role, part=part)
    may = {"outbox": {"officer", "supervisor"}, "news": {"supervisor"}, "words": {"supervisor", "administrator"}}[part]
    assert bool([m for m in at.markdown if EN(sign) in m.value]) is (role in may)


# Roles: each right, and each move of a case that was referred, where a person meets them

RIGHTS_MET = {  # right → what is on the page of a case for whoever has it
    "hold": "take_batch", "answer": "answer_elsewhere", "assign": "assign_give", "link": "link_make", "triage": "case_wait",
}  # fmt: skip
ROLES = ("viewer", "officer", "verifier", "department", "supervisor", "analyst", "administrator")


@pytest.mark.parametrize("role", ROLES)
def test_a_case_offers_each_role_what_the_table_of_rights_and_moves_says(cases: CaseStore, city: Deployment, role: str) -> None:  # noqa: F811
    work.move(cases, OFFICER, FIRST, None, Status.REFERRED, "", factory.NOW, city, "cleaning")
    at, person = page(role, case=FIRST), Person(name=role, role=Role(role), departments=("cleaning",))
    met = {right for right, key in RIGHTS_MET.items() if key in keys(at)}
    assert met == {right for right in RIGHTS_MET if may(person, Right(right))}
    sees = may(person, Right.CASES)
    assert offered(at) == ({to.value for to in workflow.moves(cases.get(FIRST), role, Role(role), city)} if sees else set())
    assert bool([c for c in at.caption if "resident9001" in c.value]) is may(person, Right.PERSON)


@pytest.mark.usefixtures("cases")
@pytest.mark.parametrize("role", ROLES)
def test_a_table_is_taken_away_only_by_who_may_export(role: str) -> None:
    at = page(role, part="table")
    assert bool(at.get("download_button")) is may(Person(name=role, role=Role(role)), Right.EXPORT)
