"""Posts become cases once; what belongs together joins; what is unsure waits for a person; what was deleted is forgotten."""

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select

from cases import desk, opening, work, workflow
from cases.history import derived
from cases.identity import case_id
from cases.roles import Role
from cases.tables import case_posts, triage
from core.case import Status
from core.errors import StoreFailed
from core.post import Author, Claim, Kind, Span, tombstone
from tests.cases.factory import CITY, SUNDAY_NOON, SUPERVISOR, complaint

NOW = SUNDAY_NOON + timedelta(hours=1)


@pytest.fixture
def take(store):
    numbers = iter(range(1, 1000))
    return lambda *posts, now=NOW: desk.receive(posts, CITY, store, now, next(numbers))


def claim(label, confidence=0.9):
    return Claim(label=label, confidence=confidence, by="test@1")


def only(store):
    (case,) = store.all()
    return case


def waiting_posts(store):
    with store.reading() as db:
        return list(db.scalars(select(triage.c.post)))


def test_a_sure_complaint_opens_a_case_with_its_clocks(store, take):
    assert take(complaint(1, places=(claim("quay"),))).opened == 1
    case = only(store)
    assert (case.id, case.status, case.category, case.place, case.citizen) == (case_id("x:1"), Status.RECEIVED, "waste", "quay", "x:u1")
    assert (case.opened_at, case.department, case.version) == (complaint(1).created_at, "cleaning", 1)
    assert case.routed_because == "table: topic waste, place any → cleaning"
    assert case.answer_due and case.closing_due


def test_the_same_posts_again_change_nothing(store, take):
    posts = [complaint(n) for n in range(1, 5)]
    take(*posts)
    before = list(store.all())
    assert take(*posts) == desk.Received()
    assert list(store.all()) == before


@pytest.mark.parametrize(
    ("post", "becomes"),
    [
        (complaint(intent=claim("inquiry")), (1, 0)),
        (complaint(intent=claim("suggestion")), (1, 0)),
        (complaint(intent=claim("thanks")), (0, 0)),
        (complaint(intent=None), (0, 0)),
        (complaint(intent=claim("complaint", 0.69)), (0, 1)),  # below the deployment's 0.7: a person decides
        (complaint(intent=claim("complaint", None)), (0, 1)),  # nobody said how sure
        (complaint(kind=Kind.OWN), (0, 0)),
        (complaint(kind=Kind.CALL, intent=None), (1, 0)),  # somebody rang: always a case
        (complaint(kind=Kind.REPORT, intent=claim("other", 0.5)), (1, 0)),
        (complaint(spam=claim("spam")), (0, 0)),
        (complaint(created_at=NOW - timedelta(days=15)), (0, 0)),  # history opens no cases
    ],
)  # fmt: skip
def test_what_becomes_of_a_post(post, becomes, store, take):
    received = take(post)
    assert (received.opened, received.to_triage) == becomes
    assert len(waiting_posts(store)) == becomes[1]


def test_a_form_that_names_topic_and_place_is_believed_over_the_model(store, take):
    take(complaint(kind=Kind.REPORT, topic_told="roads", place_told="quay", places=(claim("hill"),)))
    assert (only(store).category, only(store).place, only(store).department) == ("roads", "quay", "harbour")


@pytest.mark.parametrize(
    "second",
    [
        complaint(2, parent_id="x:1"),  # somebody answers the post: me too
        complaint(2, author=Author(id="x:u1"), conversation_id="x:1", intent=claim("other")),  # the citizen goes on
        complaint(2, author=Author(id="x:u1"), created_at=complaint(1).created_at + timedelta(days=9)),  # again on the same topic
        complaint(2, copy_of="group-7"),  # a retold copy
        complaint(2, author=Author(id="x:u1"), conversation_id="x:1", intent=claim("complaint", 0.5)),  # unsure, but plainly here
    ],
)
def test_what_belongs_together_joins(second, store, take):
    take(complaint(1, copy_of="group-7"))
    received = take(second, now=NOW + timedelta(days=9))
    assert (received.opened, received.joined, received.to_triage) == (0, 1, 0)
    case = only(store)
    assert (case.posts, case.steps[-1].what) == (("x:1", "x:2"), "joined")
    assert case.others == (() if second.author.id == "x:u1" else ("x:u2",))


@pytest.mark.parametrize(
    "second",
    [
        complaint(2),  # another citizen, nothing shared
        complaint(2, conversation_id="x:1"),  # another citizen below the same official post, on a matter of their own
        complaint(2, author=Author(id="x:u1"), topics=(claim("roads"),)),  # the same citizen on another matter
        complaint(2, parent_id="x:1", topics=(claim("lighting"),)),  # an answer that complains of something else
        complaint(2, author=Author(id="x:u1"), created_at=complaint(1).created_at + timedelta(days=15)),  # long ago
        complaint(2, copy_of="group-7", places=(claim("hill"),)),  # the same words about another place
    ],
)
def test_what_is_another_matter_opens_its_own_case(second, store, take):
    take(complaint(1, copy_of="group-7", places=(claim("port"),)))
    assert take(second, now=second.created_at + timedelta(hours=1)).opened == 1


def test_posts_of_one_batch_join_each_other_too(store, take):
    assert take(complaint(1), complaint(2, parent_id="x:1"), complaint(3, parent_id="x:2")) == desk.Received(opened=1, joined=2)
    assert only(store).posts == ("x:1", "x:2", "x:3")


def test_the_citizen_we_wait_for_is_heard(store, take):
    take(complaint(1))
    id = case_id("x:1")
    store.change(id, 1, lambda c: workflow.wait(c, "olya", NOW, "which lane?", CITY))
    take(complaint(2, author=Author(id="x:u1"), conversation_id="x:1", intent=claim("other")), now=NOW + timedelta(hours=1))
    assert (only(store).waiting_since, only(store).steps[-1].what) == (None, "heard")


def test_a_citizen_who_complains_again_after_the_end_reopens(store, take):
    take(complaint(1))
    for to in (Status.REFERRED, Status.IN_HAND, Status.NOT_FIXED):
        store.change(case_id("x:1"), None, lambda c, to=to: workflow.move(c, to, "sami", Role.SUPERVISOR, NOW, "why", CITY, "cleaning"))
    take(complaint(2, author=Author(id="x:u1"), conversation_id="x:1"), now=NOW + timedelta(hours=1))
    assert (only(store).status, only(store).reopened, only(store).steps[-1].who) == (Status.REOPENED, 1, "x:u1")


def ended(store, status=Status.NOT_FIXED, at=NOW):
    way = {Status.REJECTED: (Status.REJECTED,)}.get(status, (Status.REFERRED, Status.IN_HAND, Status.NOT_FIXED))
    for to in way:
        store.change(case_id("x:1"), None, lambda c, to=to: workflow.move(c, to, "sami", Role.SUPERVISOR, at, "why", CITY, "cleaning"))


@pytest.mark.parametrize("status", [Status.NOT_FIXED, Status.REJECTED])
@pytest.mark.parametrize("again", [
    complaint(9, author=Author(id="x:u1"), conversation_id="x:1"), complaint(9, author=Author(id="x:u2"), conversation_id="x:1"),
    complaint(9, author=Author(id="x:u2"), intent=claim("inquiry")),
])  # fmt: skip
def test_whoever_told_of_a_case_reopens_it_by_asking_again(store, take, status, again):
    take(complaint(1), complaint(2, parent_id="x:1", conversation_id="x:1"))
    ended(store, status)
    take(again, now=NOW + timedelta(hours=1))
    assert (only(store).status, only(store).steps[-1].who) == (Status.REOPENED, again.author.id)


@pytest.mark.parametrize("said", [claim("other"), claim("thanks"), claim("inquiry", 0.5)])
def test_who_asks_for_nothing_after_the_end_reopens_nothing(store, take, said):
    take(complaint(1))
    ended(store)
    take(complaint(2, author=Author(id="x:u1"), conversation_id="x:1", intent=said), now=NOW + timedelta(hours=1))
    assert only(store).status == Status.NOT_FIXED


@pytest.mark.parametrize("link", [{"copy_of": "group-7"}, {"parent_id": "x:1"}])
def test_what_somebody_new_asks_for_after_the_end_is_a_case_of_its_own(store, take, link):
    take(complaint(1, copy_of="group-7"))
    ended(store)
    late = complaint(2, **link)
    assert take(late, now=NOW + timedelta(hours=1)).joined == 1  # written while it was still worked on, and collected late
    assert take(complaint(3, created_at=NOW + timedelta(minutes=1), **link), now=NOW + timedelta(hours=2)).opened == 1


def test_what_is_said_of_a_duplicates_duplicate_is_said_of_the_last_original(store, take):
    take(complaint(1), complaint(2), complaint(3))
    ids = [case_id(f"x:{n}") for n in (1, 2, 3)]
    for duplicate, original in ((0, 1), (1, 2)):
        work.duplicate(store, SUPERVISOR, ids[duplicate], None, ids[original], NOW, CITY)
    take(complaint(4, parent_id="x:1"), now=NOW + timedelta(hours=1))
    assert store.get(ids[2]).posts == ("x:3", "x:4")


def test_an_author_who_reopened_somebody_elses_case_and_deleted_it_is_named_no_more(store, take):
    take(complaint(1), complaint(2, parent_id="x:1"))
    ended(store)
    again = complaint(9, author=Author(id="x:u2"), parent_id="x:1")
    take(again, now=NOW + timedelta(hours=1))
    assert only(store).steps[-1].who == "x:u2"
    take(tombstone(again, NOW), tombstone(complaint(2, parent_id="x:1"), NOW), now=NOW + timedelta(hours=2))
    assert "x:u2" not in {step.who for step in only(store).steps} and only(store).citizen == "x:u1"


def test_an_answer_of_the_organisation_on_the_platform_counts_as_the_first_answer(store, take):
    take(complaint(1))
    own = complaint(2, kind=Kind.OWN, parent_id="x:1", intent=None, url="https://x.example/2", created_at=NOW + timedelta(minutes=5))
    take(own, now=NOW + timedelta(minutes=6))
    take(own, now=NOW + timedelta(minutes=7))
    case = only(store)
    assert (case.first_answer_at, case.answer_link, len(case.steps)) == (own.created_at, "https://x.example/2", 2)


def test_an_edited_text_is_edited_in_the_case(store, take):
    take(complaint(1))
    take(complaint(1, text="the bin in lane 1 is full and it smells"))
    assert (only(store).summary, only(store).version) == ("the bin in lane 1 is full and it smells", 2)


def test_what_its_author_deleted_is_forgotten(store, take):
    told = complaint(1)
    take(told, complaint(2, parent_id="x:1"), complaint(3, intent=claim("complaint", 0.4)))
    gone = [tombstone(p, NOW) for p in (told, complaint(2, parent_id="x:1"), complaint(3))]
    assert take(*gone).erased == 3
    take(*gone)
    case = only(store)
    assert (case.summary, case.citizen, case.others, [s.what for s in case.steps]) == (
        "",
        None,
        (),
        ["moved", "joined", "erased", "erased"],
    )
    assert waiting_posts(store) == []
    with store.reading() as db:
        assert set(map(tuple, db.execute(select(case_posts.c.author, case_posts.c.conversation)))) == {(None, None)}


def test_personal_data_never_comes_into_the_summary():
    told = complaint(text="call me on 0555000111 about lane 4", private=(Span(start=11, end=21, kind="phone"),))
    assert opening.summary(told) == "call me on ••• about lane 4"
    assert len(opening.summary(complaint(text="w " * 999))) == opening.SUMMARY


def test_place_and_cases_become_durable_together_or_not_at_all(store):
    broken = msgspec.structs.replace(complaint(2), id=None)  # the engine refuses a case_posts line without a post
    with pytest.raises((StoreFailed, AttributeError)):
        desk.receive([complaint(1), broken], CITY, store, NOW, 7)
    assert (store.place(desk.FOLLOWER), list(store.all())) == (0, [])
    desk.receive([complaint(1)], CITY, store, NOW, 7)
    assert (store.place(desk.FOLLOWER), len(list(store.all()))) == (7, 1)


def test_a_cases_name_tells_nothing_of_the_post():
    assert case_id("whatsapp:77010000001") == case_id("whatsapp:77010000001") != case_id("whatsapp:77010000002")
    assert "7701" not in case_id("whatsapp:77010000001")


def copies(first, count):
    return [complaint(n, conversation_id=f"x:{n}", author=Author(id=f"x:u{n}"), copy_of="x:0") for n in range(first, first + count)]


def test_of_a_flood_of_copies_only_the_newest_are_read_again_and_all_join_one_case(store, monkeypatch):
    monkeypatch.setattr(desk, "OF_A_KIND", 3)
    for n in range(4):
        desk.receive(copies(n * 5, 5), CITY, store, NOW, n + 1)
    with store.reading() as db:
        assert [line.post for line in desk._lines(db, copies(99, 1))] == ["x:19", "x:18", "x:17"]
        assert len(desk._lines(db, copies(0, 2))) == 5  # those very posts, and the newest of their kind
    assert only(store).posts == tuple(f"x:{n}" for n in range(20))


def test_a_flood_of_one_author_does_not_hide_what_another_said_before(store, monkeypatch):
    monkeypatch.setattr(desk, "OF_A_KIND", 3)
    quiet = complaint(1, author=Author(id="x:quiet"), conversation_id="x:1")
    desk.receive([quiet], CITY, store, NOW, 1)
    desk.receive([complaint(n, author=Author(id="x:loud"), conversation_id=f"x:{n}") for n in range(10, 30)], CITY, store, NOW, 2)
    with store.reading() as db:
        both = [complaint(n, author=Author(id=f"x:{who}"), conversation_id="x:none") for n, who in ((50, "quiet"), (51, "loud"))]
        assert sorted(line.author for line in desk._lines(db, both)) == ["x:loud"] * 3 + ["x:quiet"]


def test_what_follows_from_a_history_is_the_same_whether_or_not_it_was_read_anew_for_a_joined_post(store):
    desk.receive(copies(0, 12), CITY, store, NOW, 1)
    assert derived(only(store), CITY) == only(store)
