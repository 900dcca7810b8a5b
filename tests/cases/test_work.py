"""People's verbs: the right is checked, the change is whole, the audit knows, and the routing learns."""

from datetime import timedelta

import pytest

from cases import assigning, desk, entering, triage, work
from cases.entering import Entry
from cases.history import derived
from cases.identity import case_id
from cases.lessons import lessons
from cases.query import FindCases
from cases.roles import Person, Role
from cases.routing import LEARNED_FROM, Tally, route
from core.case import Status
from core.deployment import Desk
from core.errors import AskedWrongly, NotAllowed, Stale
from core.post import Author, Claim, Kind
from tests.cases.factory import CITY, OFFICER, SUNDAY_NOON, SUPERVISOR, VERIFIER, WORKER, case, complaint

NOW = SUNDAY_NOON + timedelta(hours=1)
ANALYST = Person(name="ana", role=Role.ANALYST)
ADMIN = Person(name="adam", role=Role.ADMINISTRATOR)


@pytest.fixture
def one(store):
    store.put_many([derived(case(), CITY)])
    return store


def lines(store, about):
    return [(line.who, line.what, line.detail) for line in store.audit(about)]


def test_every_look_at_a_case_stands_in_the_audit(one):
    assert work.read(one, OFFICER, "c-1", NOW).citizen == "x:u1"
    assert lines(one, "c-1") == [("olya", "read", "")]


def test_an_analyst_sees_the_text_and_never_the_person(one):
    seen = work.read(one, ANALYST, "c-1", NOW)
    assert (seen.citizen, seen.others, seen.summary) == (None, (), "the bin in lane 1 is full")
    assert work.queue(one, ANALYST, FindCases(), NOW).cases[0].citizen is None


def test_a_viewer_sees_no_case(one):
    viewer = Person(name="vic", role=Role.VIEWER)
    for ask in (lambda: work.read(one, viewer, "c-1", NOW), lambda: work.queue(one, viewer, FindCases(), NOW)):
        with pytest.raises(NotAllowed):
            ask()


def test_a_departments_person_sees_only_what_was_referred_to_it(one):
    with pytest.raises(NotAllowed, match="c-1 is not referred to cleaning"):
        work.read(one, WORKER, "c-1", NOW)
    assert work.queue(one, WORKER, FindCases(), NOW).total == 0
    work.move(one, OFFICER, "c-1", 1, Status.REFERRED, "", NOW, CITY, "cleaning")
    assert work.read(one, WORKER, "c-1", NOW).status == Status.REFERRED
    assert work.queue(one, WORKER, FindCases(), NOW).total == 1
    roads = Person(name="rosa", role=Role.DEPARTMENT, departments=("roads",))
    with pytest.raises(NotAllowed):
        work.move(one, roads, "c-1", 2, Status.IN_HAND, "", NOW, CITY)


def test_a_move_and_its_audit_line_are_one(one):
    work.move(one, OFFICER, "c-1", 1, Status.REJECTED, "spam", NOW, CITY)
    assert lines(one, "c-1") == [("olya", "changed", "→ rejected")]
    with pytest.raises(Stale):
        work.move(one, VERIFIER, "c-1", 1, Status.VERIFIED, "", NOW, CITY)
    assert len(lines(one, "c-1")) == 1


def test_a_move_is_undone_within_a_minute(one):
    work.move(one, OFFICER, "c-1", 1, Status.REJECTED, "spam", NOW, CITY)
    assert work.undo(one, OFFICER, "c-1", NOW + timedelta(seconds=30), CITY).status == Status.RECEIVED


def test_waiting_and_hearing(one):
    assert work.wait(one, OFFICER, "c-1", 1, "which lane?", NOW, CITY).waiting_since == NOW
    assert work.heard(one, OFFICER, "c-1", 2, "he rang", NOW, CITY).waiting_since is None
    with pytest.raises(NotAllowed):
        work.wait(one, ANALYST, "c-1", 3, "", NOW, CITY)


def test_correcting_what_a_case_is_about_proposes_the_department_anew(one):
    new = work.classify(one, OFFICER, "c-1", 1, "roads", "quay", NOW, CITY)
    assert (new.category, new.place, new.department) == ("roads", "quay", "harbour")
    assert new.routed_because == "table: topic roads, place port → harbour"
    with pytest.raises(AskedWrongly, match="topic potholes: is not known"):
        work.classify(one, OFFICER, "c-1", 2, "potholes", None, NOW, CITY)


def test_an_officer_takes_a_case_and_only_a_supervisor_gives_one_away(one):
    assert work.assign(one, OFFICER, "c-1", 1, "olya", NOW, CITY).assignee == "olya"
    with pytest.raises(NotAllowed):
        work.assign(one, OFFICER, "c-1", 2, "omar", NOW, CITY)
    assert work.assign(one, SUPERVISOR, "c-1", 2, None, NOW, CITY).assignee is None


def test_the_register_takes_suggestions_only(store):
    store.put_many([derived(case(1, intent="suggestion"), CITY), derived(case(2), CITY)])
    assert work.consider(store, SUPERVISOR, "c-1", 1, "adopted", "next spring", NOW, CITY).considered == "adopted"
    with pytest.raises(AskedWrongly, match="only suggestions"):
        work.consider(store, SUPERVISOR, "c-2", 1, "adopted", "", NOW, CITY)
    with pytest.raises(NotAllowed):
        work.consider(store, OFFICER, "c-1", 2, "adopted", "", NOW, CITY)


# Routing


@pytest.mark.parametrize(
    ("topic", "place", "department"),
    [
        ("roads", "port", "harbour"),  # the line with both wins
        ("roads", "quay", "harbour"),  # the quay lies in the port
        ("roads", "hill", "roads"),
        ("roads", None, "roads"),
        ("waste", "port", "cleaning"),
        ("lighting", "port", None),  # no line: a person refers it
        (None, None, None),
    ],
)
def test_a_matter_is_routed_to(topic, place, department):
    routed = route(topic, place, CITY)
    assert routed.department == department
    assert routed.because


@pytest.mark.parametrize(
    ("tallies", "department"),
    [
        ({}, "roads"),
        ({"roads": Tally(returned=3), "harbour": Tally(kept=2)}, "roads"),  # too little to learn from
        ({"roads": Tally(returned=2), "harbour": Tally(kept=9)}, "roads"),
        ({"roads": Tally(kept=5, returned=3), "harbour": Tally(kept=9)}, "roads"),  # roads keeps most of them
        ({"roads": Tally(returned=3), "harbour": Tally(kept=3)}, "harbour"),
    ],
)
def test_returned_referrals_teach_the_table(tallies, department):
    routed = route("roads", "hill", CITY, {("roads", "hill"): tallies})
    assert routed.department == department
    assert routed.because.startswith("learned" if department == "harbour" else "table")


def test_a_return_or_a_solution_that_is_undone_has_taught_nothing(store):
    store.put_many([derived(case(1), CITY)])
    moves = ((Status.REFERRED, OFFICER), (Status.IN_HAND, SUPERVISOR), (Status.DONE, SUPERVISOR), None, (Status.VERIFIED, SUPERVISOR), None)
    for n, move in enumerate(moves):
        at = NOW + timedelta(seconds=n)
        if move is None:
            work.undo(store, SUPERVISOR, "c-1", at, CITY)
        else:
            work.move(store, move[1], "c-1", None, move[0], "not ours", at, CITY, "cleaning" if move[0] == Status.REFERRED else None)
    with store.reading() as db:
        assert lessons(db) == {}
    work.move(store, SUPERVISOR, "c-1", None, Status.DONE, "", NOW + timedelta(seconds=9), CITY)
    with store.reading() as db:
        assert lessons(db) == {("waste", None): {"cleaning": Tally(kept=1)}}


def test_the_desk_routes_by_what_departments_did(store):
    def solve(n, department):
        for to, who in ((Status.REFERRED, OFFICER), (Status.IN_HAND, SUPERVISOR), (Status.DONE, SUPERVISOR)):
            work.move(store, who, f"c-{n}", None, to, "", NOW, CITY, department if to == Status.REFERRED else None)

    store.put_many([derived(case(n, category="lighting", department=None), CITY) for n in range(LEARNED_FROM)])
    for n in range(LEARNED_FROM):
        solve(n, "harbour")
    desk.receive([complaint(50, topics=(Claim(label="lighting", confidence=0.9),))], CITY, store, NOW, 1)
    new = next(c for c in store.all() if c.status == Status.RECEIVED)
    assert (new.department, new.routed_because) == (
        "harbour",
        "learned: 3 cases of topic lighting, place any were kept there; no line in the table",
    )


# Triage


def test_a_person_decides_what_the_desk_was_unsure_of(store):
    unsure = [complaint(n, intent=Claim(label="complaint", confidence=0.4)) for n in (1, 2, 3)]
    desk.receive(unsure, CITY, store, NOW, 1)
    found, total = triage.waiting(store, OFFICER)
    assert ([w.post for w in found], total, found[0].percent) == (["x:3", "x:2", "x:1"], 3, 40)
    opened = triage.open_case(store, OFFICER, unsure[0], "inquiry", NOW, CITY)
    triage.dismiss(store, OFFICER, "x:2", NOW)
    joined = triage.join(store, OFFICER, unsure[2], opened.id, NOW, CITY)
    assert (opened.intent, joined.posts, triage.waiting(store, OFFICER)) == ("inquiry", ("x:1", "x:3"), ([], 0))
    assert triage.open_case(store, VERIFIER, unsure[0], "complaint", NOW, CITY).id == opened.id  # it has one already
    with pytest.raises(Stale):
        triage.dismiss(store, VERIFIER, "x:2", NOW)
    with pytest.raises(AskedWrongly, match="belongs to case"):
        triage.join(store, OFFICER, unsure[2], opened.id, NOW, CITY)


def test_what_was_decided_does_not_come_back(store):
    post = complaint(1, intent=Claim(label="complaint", confidence=0.4))
    desk.receive([post], CITY, store, NOW, 1)
    triage.dismiss(store, OFFICER, "x:1", NOW)
    desk.receive([post], CITY, store, NOW, 2)
    assert triage.waiting(store, OFFICER) == ([], 0)


@pytest.mark.parametrize("person", [ANALYST, WORKER])
def test_triage_is_for_the_desk(person, store):
    with pytest.raises(NotAllowed):
        triage.waiting(store, person)


# Assignment


@pytest.mark.parametrize(
    ("how", "shared"),
    [
        ("hand", {}),
        ("round_robin", {"c-1": "omar", "c-2": "olya", "c-3": "omar"}),  # it goes on after the one case olya has
        ("load", {"c-1": "omar", "c-2": "olya", "c-3": "omar"}),
    ],
)
def test_cases_are_shared_out(how, shared):
    assert assigning.share_out(["c-1", "c-2", "c-3"], ["olya", "omar"], how, {"olya": 1}, 1) == shared


def test_what_is_nobodys_is_assigned(store):
    import msgspec

    by_load = msgspec.structs.replace(CITY, desk=Desk(assign="load"))
    store.put_many([derived(case(n), CITY) for n in range(6)])
    work.assign(store, SUPERVISOR, "c-0", None, "olya", NOW, CITY)
    assert len(assigning.assign_waiting(store, SUPERVISOR, ["olya", "omar"], NOW, by_load)) == 5
    assert sorted(c.assignee for c in store.all()) == ["olya"] * 3 + ["omar"] * 3
    with pytest.raises(AskedWrongly, match="by hand here"):
        assigning.assign_waiting(store, SUPERVISOR, ["olya"], NOW, CITY)


def test_a_shift_leaves_word_for_the_next(store):
    assigning.hand_over(store, OFFICER, "the quay floods tonight", NOW)
    assert [h.text for h in assigning.last_handovers(store, VERIFIER)] == ["the quay floods tonight"]
    with pytest.raises(AskedWrongly):
        assigning.hand_over(store, OFFICER, " ", NOW)


# Telephone and counter


def test_a_call_is_written_down_once_as_post_and_case(store):
    entry = Entry(channel="phone", text="no light at the quay", category="roads", place="quay", name="R.", telephone="+966 50 000 00 00")
    made = entering.enter(store, OFFICER, entry, NOW, CITY)
    (post,) = entering.entered(store)
    assert (post.kind, post.topic_told, post.place_told, post.author.id) == (Kind.CALL, "roads", "quay", "phone:966500000000")
    assert (made.posts, made.department, made.platform, made.summary) == ((post.id,), "harbour", "phone", "no light at the quay")
    assert desk.receive([post], CITY, store, NOW, 1) == desk.Received()  # it comes round through the stream
    entering.stored(store, [post.id])
    assert (entering.entered(store), len(list(store.all()))) == ([], 1)


@pytest.mark.parametrize("wrong", [{"channel": "fax"}, {"text": "  "}, {"intent": "praise"}, {"category": "potholes"}, {"place": "moon"}])
def test_an_entry_that_is_not_complete_is_refused(wrong, store):
    with pytest.raises(AskedWrongly):
        entering.enter(store, OFFICER, Entry(**({"channel": "counter", "text": "the bin is full"} | wrong)), NOW, CITY)
    assert list(store.all()) == []


# Duplicates


def two_of_a_matter(store):
    desk.receive([complaint(1, place_told="port"), complaint(2, place_told="port")], CITY, store, NOW, 1)
    return case_id("x:1"), case_id("x:2")


def test_a_duplicate_is_rejected_with_its_original_and_can_be_taken_back(store):
    first, second = two_of_a_matter(store)
    assert [c.id for c in work.resembling(store, OFFICER, store.get(second))] == [first]
    told = work.duplicate(store, OFFICER, second, 1, first, NOW, CITY)
    assert (told.status, told.duplicate_of, told.reason) == (Status.REJECTED, first, f"duplicate of {first}")
    assert work.undo(store, OFFICER, second, NOW, CITY).duplicate_of is None
    work.duplicate(store, OFFICER, second, None, first, NOW, CITY)
    reopened = work.move(store, SUPERVISOR, second, None, Status.REOPENED, "it is another bin", NOW, CITY)
    assert (reopened.duplicate_of, reopened.status) == (None, Status.REOPENED)


def test_a_duplicate_needs_an_original_that_is_one(store):
    first, second = two_of_a_matter(store)
    with pytest.raises(AskedWrongly, match="the same case"):
        work.duplicate(store, OFFICER, first, None, first, NOW, CITY)
    with pytest.raises(AskedWrongly, match="there is none"):
        work.duplicate(store, OFFICER, first, None, "c-nowhere", NOW, CITY)
    work.duplicate(store, OFFICER, second, None, first, NOW, CITY)
    with pytest.raises(AskedWrongly, match="name that one"):
        work.duplicate(store, OFFICER, first, None, second, NOW, CITY)


def test_what_is_said_of_a_duplicate_later_joins_its_original(store):
    first, second = two_of_a_matter(store)
    work.duplicate(store, OFFICER, second, None, first, NOW, CITY)
    more = complaint(9, parent_id="x:2", conversation_id="x:2", author=Author(id="x:u2"), intent=None)
    desk.receive([more], CITY, store, NOW, 2)
    assert (store.get(first).posts, store.get(second).posts) == (("x:1", "x:9"), ("x:2",))


def test_a_deleted_duplicate_loses_its_own_text(store):
    first, second = two_of_a_matter(store)
    work.duplicate(store, OFFICER, second, None, first, NOW, CITY)
    desk.receive([complaint(2, text="", deleted_at=NOW, author=None)], CITY, store, NOW, 2)
    assert (store.get(second).summary, store.get(second).citizen, bool(store.get(first).summary)) == ("", None, True)
