"""The Complaints page: figures for everybody, work for those who signed in, each within their role."""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import msgspec
import pytest
from streamlit.testing.v1 import AppTest

from cases import desk, guide, outbox, users, wording, work
from cases.identity import case_id
from cases.roles import Person, Role
from cases.store import CaseStore, open_cases
from core.case import Status
from core.deployment import Deployment
from core.deployment_file import load
from core.post import Claim, Post
from core.settings import Settings, read
from dashboard import signing
from dashboard.words import words
from store.base import Batch
from store.embedded import EmbeddedStore
from tests.cases.factory import case, complaint
from tests.dashboard import factory
from tests.dashboard.test_pages import APP

PASSWORD = "a very long password"
HOSTILE = "the bin [x](javascript:alert(1)) <script>alert(1)</script> **now**"
EN = words("en")


def told(number: int, **more: object) -> Post:
    at = factory.NOW - timedelta(hours=3, minutes=number - 9000)
    return complaint(number, created_at=at, observed_at=at, **({"text": HOSTILE} | more))


POSTS = (
    told(9001),
    told(9002, intent=Claim(label="suggestion", confidence=0.9)),
    told(9003, intent=Claim(label="complaint", confidence=0.5)),
)
FIRST = case_id("x:9001")


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    """A city of its own with departments, three posts, their cases and an account of each role."""
    text = (
        factory.DEPLOYMENT
        + '\n[[departments]]\nid = "cleaning"\nemail = "cleaning@town.example"\nname = { en = "Cleaning", ar = "النظافة" }\n[[routing]]\ntopic = "waste"\ndepartment = "cleaning"\n'
    )
    (tmp_path / "city.toml").write_text(text, encoding="utf-8")
    for key, value in {"SADA_DATA": tmp_path, "SADA_DEPLOYMENT": tmp_path / "city.toml", "SADA_NOW": factory.NOW.isoformat()}.items():
        monkeypatch.setenv(key, str(value))
    about = load(tmp_path / "city.toml")
    posts = EmbeddedStore(tmp_path / "posts.db", about.timezone)
    posts.save(Batch(posts=POSTS))
    posts.close()
    return about


@pytest.fixture
def cases(city: Deployment, tmp_path: Path) -> CaseStore:
    store = open_cases(Settings(data=tmp_path))
    desk.receive(POSTS, city, store, factory.NOW - timedelta(hours=1), 1)
    for role in (Role.OFFICER, Role.VERIFIER, Role.SUPERVISOR, Role.ANALYST, Role.VIEWER, Role.ADMINISTRATOR):
        users.add(store, role.value, role, (), PASSWORD, factory.NOW, "test")
    users.add(store, "department", Role.DEPARTMENT, ("cleaning",), PASSWORD, factory.NOW, "test", city)
    return store


def page(role: str = "", **address: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params.update({"lang": "en"})
    if role:
        at.session_state["token"] = users.trust(open_cases(read(os.environ)), role, factory.NOW)  # as if signed in
    at.run()
    at.switch_page("pages/complaints.py")
    at.query_params.update({"lang": "en"} | address)
    at.run()
    assert not at.exception, at.exception[0].value
    return at


def press(at: AppTest, said: str) -> AppTest:
    """Press the button that says so, or that has this key."""
    next(b for b in at.button if b.key == said or b.label == said).click().run()
    assert not at.exception, at.exception[0].value
    return at


def offered(at: AppTest) -> set[str]:
    return {b.key.removeprefix("move_") for b in at.button if b.key and b.key.startswith("move_")}


@pytest.mark.usefixtures("cases")
def test_figures_are_for_everybody_and_cases_are_not() -> None:
    at = page()
    assert {m.label: m.value for m in at.metric} == {"Open": "2", "Overdue": "0", "Waiting for the citizen": "0", "Answered in target": "–"}
    assert not [t for t in at.text if "bin" in t.value]
    assert not [b for b in at.button if b.key and b.key.startswith("open_")]


class Anywhere:
    """Every address is on this machine."""

    def __contains__(self, _: object) -> bool:
        return True


def test_on_this_machine_the_first_administrators_password_is_shown_once(
    city: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "LOCAL", Anywhere())
    password = page().code[0].value
    assert password not in [code.value for code in page().code]  # another window sees none
    assert users.sign_in(open_cases(Settings(data=tmp_path)), users.ADMINISTRATOR, password, factory.NOW)


def test_from_elsewhere_no_account_is_made(city: Deployment, tmp_path: Path) -> None:
    at = page()
    assert EN("sign_in.none") in [i.value for i in at.info]
    assert users.everybody(open_cases(Settings(data=tmp_path))) == []


@pytest.mark.usefixtures("cases")
def test_figures_can_be_kept_behind_signing_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SADA_VIEW_WITHOUT_SIGN_IN", "no")
    assert not page().metric
    assert len(page("viewer").metric) == 4


@pytest.mark.usefixtures("cases")
def test_name_and_password_open_the_desk() -> None:
    at = page()
    at.text_input(key="sign_in_name").input("officer")
    at.text_input(key="sign_in_password").input(PASSWORD)
    press(at, EN("sign_in.do"))
    assert [b for b in at.button if b.key == f"open_{FIRST}"]
    assert "sign_in_password" not in at.session_state or not at.session_state["sign_in_password"]
    press(at, "sign_out")
    assert not [b for b in at.button if b.key == f"open_{FIRST}"]


@pytest.mark.usefixtures("cases")
def test_a_wrong_password_is_told_and_opens_nothing() -> None:
    at = page()
    at.text_input(key="sign_in_name").input("officer")
    at.text_input(key="sign_in_password").input("guess")
    press(at, EN("sign_in.do"))
    assert "name or password is wrong" in at.error[0].value
    assert not [b for b in at.button if b.key and b.key.startswith("open_")]


@pytest.mark.usefixtures("cases")
@pytest.mark.parametrize(
    ("role", "parts"),
    [
        ("viewer", []),  # one part needs no choice
        ("officer", ["queue", "triage", "enter", "register", "outbox", "table"]),
        ("verifier", ["queue", "triage", "enter", "register", "table"]),
        ("department", ["queue", "register", "table"]),
        ("supervisor", ["queue", "triage", "enter", "register", "outbox", "table", "news", "words", "audit"]),
        ("analyst", ["queue", "register", "table"]),
        ("administrator", ["queue", "triage", "enter", "register", "table", "words", "people", "audit"]),
    ],
)
def test_a_role_sees_its_parts(role: str, parts: list[str]) -> None:
    at = page(role)
    chosen = [g for g in at.button_group if g.key == "choose_part"]
    assert [str(o) for g in chosen for o in g.options] == [EN(f"part.{p}") for p in parts]


@pytest.mark.usefixtures("cases")
@pytest.mark.parametrize(
    ("role", "moves"),
    [("officer", {"rejected", "referred"}), ("verifier", {"verified", "rejected", "referred"}), ("supervisor", {"verified", "rejected", "referred"}),
     ("analyst", set()), ("administrator", set())],
)  # fmt: skip
def test_a_role_is_offered_its_moves(role: str, moves: set[str]) -> None:
    assert offered(page(role, case=FIRST)) == moves


@pytest.mark.usefixtures("cases")
@pytest.mark.parametrize(("role", "seen"), [("officer", True), ("analyst", False)])
def test_only_some_see_the_posts_with_their_authors(role: str, seen: bool) -> None:
    at = page(role, case=FIRST)
    assert bool([c for c in at.caption if "resident9001" in c.value]) is seen


@pytest.mark.usefixtures("cases")
def test_a_department_sees_nothing_before_it_is_referred() -> None:
    at = page("department", case=FIRST)
    assert "is not referred to cleaning" in at.error[0].value
    assert not [b for b in at.button if b.key and b.key.startswith("open_")]


@pytest.mark.usefixtures("cases")
def test_a_strangers_text_stays_text() -> None:
    at = page("officer", case=FIRST)
    assert [t for t in at.text if "<script>" in t.value]
    assert not [m for m in at.markdown if "javascript" in m.value or "<script>" in m.value]


def test_a_case_goes_the_whole_way_through_four_hands(cases: CaseStore) -> None:
    press(page("verifier", case=FIRST), "move_verified")
    officer = page("officer", case=FIRST)
    assert officer.selectbox(key="case_department").value == "cleaning"
    press(officer, "move_referred")
    department = page("department", case=FIRST)
    press(department, "move_in_hand")
    press(department, "move_done")
    assert offered(department) == set()
    verifier = page("verifier", case=FIRST)
    press(verifier, "move_confirmed")
    officer = page("officer", case=FIRST)
    officer.text_area(key="answer_text").input("The bin was emptied.")
    press(officer, "answer_elsewhere")
    press(officer, "move_closed")
    case = cases.get(FIRST)
    assert (case.status, [s.who for s in case.steps]) == (
        Status.CLOSED, ["desk", "verifier", "officer", "department", "department", "verifier", "officer", "officer"])  # fmt: skip
    assert [line.what for line in cases.audit(FIRST)].count("read") == 5  # one look each, however often a page draws itself


def test_a_move_without_its_reason_says_so_and_moves_nothing(cases: CaseStore) -> None:
    at = press(page("officer", case=FIRST), "move_rejected")
    assert "needs a reason" in at.error[0].value
    assert cases.get(FIRST).status == Status.RECEIVED


def test_who_comes_too_late_is_told_what_changed(cases: CaseStore) -> None:
    late = page("officer", case=FIRST)
    press(page("verifier", case=FIRST), "move_verified")
    press(late, "move_referred")
    assert "was changed meanwhile" in late.error[0].value and "verifier at" in late.error[0].value
    assert cases.get(FIRST).status == Status.VERIFIED


def test_a_batch_is_taken_and_given_back(cases: CaseStore) -> None:
    at = press(page("officer"), "take_batch")
    assert [c for c in at.caption if c.value == "In your batch: 2"]
    assert not [b for b in page("verifier").button if b.key and b.key.startswith("open_")]
    press(at, "give_back")
    assert [b for b in page("verifier").button if b.key == f"open_{FIRST}"]


def test_what_was_unsure_becomes_a_case_by_a_persons_word(cases: CaseStore) -> None:
    at = page("officer", part="triage")
    press(at, "complaint_x:9003")
    assert cases.get(case_id("x:9003")).intent == "complaint"
    assert not [b for b in at.button if b.key == "complaint_x:9003"]


def test_a_call_is_written_down(cases: CaseStore) -> None:
    at = page("officer", part="enter")
    at.text_area(key="entry_text").input("the lamp at the harbour is dark")
    at.selectbox(key="entry_category").select("lighting")
    press(at, EN("entry.keep"))
    assert [c.category for c in cases.all() if c.platform == "phone"] == ["lighting"]


def test_the_register_takes_a_suggestions_outcome(cases: CaseStore) -> None:
    suggestion = case_id("x:9002")
    press(page("supervisor", part="register"), f"adopted_{suggestion}")
    assert cases.get(suggestion).considered == "adopted"


def test_an_administrator_adds_an_account(cases: CaseStore) -> None:
    at = page("administrator", part="people")
    at.text_input(key="account_name").input("olya")
    at.text_input(key="account_password").input(PASSWORD)
    press(at, EN("people.add"))
    assert "olya" in [u.name for u in users.everybody(cases)]


@pytest.mark.usefixtures("cases")
@pytest.mark.parametrize("by", ["category", "department", "branch", "place", "channel"])
def test_the_table_is_made_by(by: str) -> None:
    at = page("viewer")
    at.button_group(key="table_by").set_value(by).run()
    assert not at.exception and not at.error
    assert list(at.table[0].value.columns)[:2] == [EN(f"table.{by}"), "Received"]


def test_what_was_answered_in_target_and_the_table_follow_the_filters(cases: CaseStore) -> None:
    due = factory.NOW - timedelta(days=1)
    cases.put_many([
        case(501, category="waste", answer_due=due, first_answer_at=due - timedelta(hours=1)),
        case(502, category="water", answer_due=due, first_answer_at=due + timedelta(hours=1)),
        case(503, category="water", platform="facebook", answer_due=due, first_answer_at=due - timedelta(hours=1)),
    ])  # fmt: skip
    asked = ({}, {"topic": "waste"}, {"topic": "water"}, {"topic": "water", "platform": "x"})
    shown = [next(m.value for m in page(**which).metric if m.label == "Answered in target") for which in asked]  # type: ignore[arg-type]
    assert shown == ["67%", "100%", "50%", "0%"]
    rows = page("analyst", part="table", topic="water", platform="x").table[0].value
    assert list(rows["Received"]) == ["1", "1"]  # the topic and the total
    behind = " ".join(code.value for code in page(topic="water").code)
    assert "cases.category IN ('water')" in behind


def test_the_table_is_of_the_cases_opened_in_a_time(cases: CaseStore) -> None:
    cases.put_many([msgspec.structs.replace(cases.get(FIRST), id="old", posts=(), opened_at=factory.NOW - timedelta(days=200))])
    received = {}
    for within in ("all", "7d", "1y"):
        at = page("viewer")
        at.button_group(key="table_opened").set_value(within).run()
        received[within] = int(at.table[0].value["Received"].iloc[-1])
    assert received["1y"] == received["all"] == received["7d"] + 1


def test_a_department_without_accounts_comes_by_its_link_to_one_case(cases: CaseStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SADA_DASHBOARD_URL", "https://hears.example")
    officer = page("officer", case=FIRST)
    press(officer, "move_referred")
    press(officer, "link_make")
    address = officer.code[0].value
    assert address.startswith("https://hears.example/complaints?")
    to, _, text = officer.get("link_button")[0].proto.url.partition("?")
    assert (to, parse_qs(text)["body"]) == ("mailto:cleaning%40town.example", [address])
    assert FIRST in parse_qs(text)["subject"][0] and "bin" not in text
    token = parse_qs(address.split("?")[1])["link"][0]
    at = page(link=token)
    assert offered(at) == {"in_hand", "verified", "not_fixed"}
    press(at, "move_in_hand")
    assert (cases.get(FIRST).status, cases.get(FIRST).steps[-1].who) == (Status.IN_HAND, "link:cleaning")
    assert not [b for b in at.button if b.key and b.key.startswith("open_")]
    press(officer, "link_revoke")
    assert "does not open anything" in page(link=token).error[0].value


def test_a_question_is_offered_the_guide_and_words_kept_ready(cases: CaseStore, city: Deployment) -> None:
    boss = Person(name="sami", role=Role.SUPERVISOR)
    guide.keep(
        cases, boss, guide.Procedure(id="bin", language="en", name="A new bin", steps=("Ask for it",), days=3, words=("bin",)), factory.NOW
    )
    wording.keep(cases, boss, wording.Canned(id="thanks", language="en", text="Thank you ({case})."), factory.NOW)
    desk.receive([told(9004, intent=Claim(label="inquiry", confidence=0.9))], city, cases, factory.NOW, 2)
    id = case_id("x:9004")
    at = page("officer", case=id)
    press(at, "guide_bin")
    assert at.text_area(key="answer_text").value == "A new bin\n1. Ask for it\nTakes 3 working days"
    at.selectbox(key="answer_canned").select("thanks").run()
    assert at.text_area(key="answer_text").value == f"Thank you ({id})."
    press(at, "answer_elsewhere")
    assert cases.get(id).status == Status.ANSWERED


def test_answers_are_sent_only_where_that_is_switched_on(cases: CaseStore, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not [b for b in page("officer", case=FIRST).button if b.key == "answer_send"]
    monkeypatch.setenv("SADA_SEND_ANSWERS", "yes")
    at = page("officer", case=FIRST)
    at.text_area(key="answer_text").input("We are on it.")
    press(at, "answer_send")
    (answer,) = outbox.of_case(cases, FIRST)
    assert (answer.state, answer.finishes, cases.get(FIRST).first_answer_at) == (outbox.State.READY, False, None)


def plans(role: str = "", **address: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params.update({"lang": "en"})
    if role:
        at.session_state["token"] = users.trust(open_cases(read(os.environ)), role, factory.NOW)
    at.run()
    at.switch_page("pages/plans.py")
    at.query_params.update({"lang": "en"} | address)
    at.run()
    assert not at.exception, at.exception[0].value
    return at


@pytest.mark.usefixtures("cases")
def test_a_published_plan_is_seen_by_everybody() -> None:
    at = plans("supervisor")
    at.text_input(key="plan_title").input("More bins")
    press(at, EN("plans.publish"))
    everybody = plans()
    assert [m for m in everybody.markdown if "More bins" in m.value]
    assert not [t for t in everybody.text_input if t.key == "plan_title"]


@pytest.mark.usefixtures("cases")
def test_a_procedure_is_found_by_what_people_call_it() -> None:
    at = plans("supervisor", part="guide")
    at.text_input(key="procedure_name").input("Shop licence")
    at.text_area(key="procedure_steps").input("Apply\nPay")
    at.text_input(key="procedure_words").input("market trade")
    press(at, EN("plans.publish"))
    at = plans(part="guide")
    at.text_input(key="guide_search").input("how do I open in the market").run()
    assert [t.value.splitlines()[0] for t in at.text if "Apply" in t.value] == ["Shop licence"]


@pytest.mark.usefixtures("cases")
def test_a_case_is_chosen_from_the_queue_and_stands_in_the_address() -> None:
    at = press(page("officer"), f"open_{FIRST}")
    assert at.query_params["case"] == [FIRST] or at.query_params["case"] == FIRST
    assert offered(at) == {"rejected", "referred"}


def links(at: AppTest) -> list[tuple[str, dict[str, list[str]]]]:
    """Where each link of the page's numbers leads, by its words and in order."""
    return [(link.proto.label, parse_qs(link.proto.query_string)) for link in at.get("page_link")]


def test_those_who_wait_for_the_citizen_and_the_share_in_target_open_what_they_count(cases: CaseStore, city: Deployment) -> None:
    work.wait(cases, Person(name="supervisor", role=Role.SUPERVISOR), FIRST, None, "which street?", factory.NOW, city)
    at = page("supervisor")
    assert next(m.value for m in at.metric if m.label == EN("complaints.waiting")) == "1"
    asked = [query for said, query in links(at) if said in (EN("now.cases"), EN("part.table"))]
    assert [q.get("show", q["part"]) for q in asked] == [["all"], ["overdue"], ["waiting"], ["table"]]
    waiting = page("supervisor", part="queue", show="waiting")
    assert [b.key for b in waiting.button if b.key and b.key.startswith("open_")] == [f"open_{FIRST}"]


def test_whom_the_queue_is_closed_to_gets_no_link_to_it(cases: CaseStore) -> None:
    assert not [said for said, _ in links(page()) if said == EN("now.cases")]
