"""What an author deleted survives in no table: neither their words nor who they were, whoever repeated them."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from cases import answering, assigning, campaigns, desk, events, holding, marking, sending, subscribing, triage, wording, work
from cases.alert_tables import alerts as alerts
from cases.forgetting import AGREE, HIDDEN, marks, packed, unpacked, without_quotes
from cases.identity import case_id
from cases.outbox import State, of_case
from cases.tables import case_posts, metadata
from cases.wording import Canned
from core.case import Status
from core.deployment import Campaign, Desk
from core.errors import AskedWrongly
from core.post import Author, Claim, Version, tombstone
from store.base import Batch
from store.memory import MemoryStore
from stream.following import mark_old
from tests.cases.factory import CITY, OFFICER, SUNDAY_NOON, SUPERVISOR, VERIFIER, complaint

NOW = SUNDAY_NOON + timedelta(hours=1)
SAID = "The Zerquibolt lamp outside my daughter's window has been dark for nine nights #brighter"
MARKS = ("Zerquibolt", "zerquibolt", "nine nights", "resident-marvolina", "Marvolina", "x:u-marvolina")
MARVOLINA = Author(id="x:u-marvolina", handle="resident-marvolina", name="Marvolina")
BRIGHT = msgspec.structs.replace(
    CITY, campaigns=(Campaign(id="bright", name={}, hashtags=("brighter",)),), desk=Desk(approve_answers=False)
)
ASKS = Claim(label="inquiry", confidence=0.9, by="test@1")
ID = case_id("x:1")


def said(number, **more):
    return complaint(number, **({"text": SAID, "author": MARVOLINA, "conversation_id": "x:1", "intent": ASKS} | more))


def everything(store):
    """Every value of every table, as the bytes of its file would have them."""
    with store.reading() as db:
        for table in metadata.sorted_tables:
            for row in db.execute(select(table)):
                for column, value in row._mapping.items():
                    yield f"{table.name}.{column}", value if isinstance(value, bytes) else str(value).encode()


def found(store):
    return {(where, mark) for where, value in everything(store) for mark in MARKS if mark.encode() in value}


@pytest.fixture
def lived(store):
    """A case that went through all that the desk does with a citizen's words and name."""
    posts = [
        said(1), said(2, intent=None), said(3, conversation_id="x:other", intent=Claim(label="complaint", confidence=0.4, by="test@1"), topics=()),
        said(4, intent=Claim(label="suggestion", confidence=0.9, by="test@1"), topics=(), conversation_id="x:third"),
    ]  # fmt: skip
    desk.receive(posts, BRIGHT, store, NOW, 1)
    campaigns.receive(posts, BRIGHT, store, NOW, 1)
    triage.looked(store, OFFICER, ["x:1"], NOW)
    holding.take(store, OFFICER, NOW)
    work.annotate(store, OFFICER, ID, "he says: has been dark for nine nights, I think so too", NOW, BRIGHT)
    answering.write(store, OFFICER, ID, f"You wrote: “{SAID}”. We come tomorrow.", NOW, BRIGHT)
    sending.send_ready(store, {"x": Takes()}, NOW, BRIGHT)
    desk.receive(
        [said(5, intent=Claim(label="complaint", confidence=0.9, by="test@1"), topics=())], BRIGHT, store, NOW + timedelta(hours=1), 2
    )
    yield store, [*posts, said(5)]


class Takes:
    platform = "x"

    def send(self, answer):
        return sending.Sent(native_id="7")


def take_back(store, posts):
    gone = [tombstone(post, NOW + timedelta(hours=2)) for post in posts]
    desk.receive(gone, BRIGHT, store, NOW + timedelta(hours=2), 9)
    campaigns.receive(gone, BRIGHT, store, NOW + timedelta(hours=2), 9)


def test_before_it_is_deleted_it_is_there(lived):
    tables = {where.split(".")[0] for where, _ in found(lived[0])}
    assert {"cases", "case_posts", "answers", "voices", "proposals"} <= tables
    assert any(step.who == MARVOLINA.id for step in lived[0].get(ID).steps)  # reopened by the citizen


def test_afterwards_no_table_has_the_words_or_the_author(lived):
    store, posts = lived
    take_back(store, posts)
    assert found(store) == set()


def test_what_was_done_is_still_told(lived):
    store, posts = lived
    before = store.get(ID)
    take_back(store, posts)
    case, (answer,) = store.get(ID), of_case(store, ID)
    assert [(s.at, s.now, s.what) for s in case.steps][: len(before.steps)] == [(s.at, s.now, s.what) for s in before.steps]
    assert (answer.text, answer.state) == (f"You wrote: “{HIDDEN}”. We come tomorrow.", State.SENT)
    assert f"he says: {HIDDEN}, I think so too" in [step.why for step in case.steps]
    assert [line.who for line in store.audit(ID)] == ["olya"] * len(store.audit(ID)) != []


def test_an_answer_that_repeats_what_was_deleted_does_not_go_out(store):
    desk.receive([said(1)], BRIGHT, store, NOW, 1)
    answering.write(store, OFFICER, ID, f"“{SAID}” – we come tomorrow.", NOW, BRIGHT)
    take_back(store, [said(1)])
    assert sending.send_ready(store, {"x": Takes()}, NOW, BRIGHT) == []
    assert [(a.state, "write another" in a.problem) for a in of_case(store, ID)] == [(State.FAILED, True)]


def test_an_answer_in_words_of_our_own_stays_as_it_was(store):
    desk.receive([said(1)], BRIGHT, store, NOW, 1)
    written = answering.write(store, OFFICER, ID, "The lamp outside is mended tomorrow.", NOW, BRIGHT)
    take_back(store, [said(1)])
    assert of_case(store, ID) == [written]


def test_what_a_neighbour_said_of_the_same_stays(store):
    neighbour = complaint(2, parent_id="x:1", conversation_id="x:1", author=Author(id="x:u9"))
    desk.receive([said(1), neighbour], BRIGHT, store, NOW, 1)
    take_back(store, [said(1)])
    assert (store.get(ID).others, store.get(ID).posts) == (("x:u9",), ("x:1", "x:2"))


def test_deleting_twice_or_before_anything_was_done_changes_nothing_more(store):
    desk.receive([said(1)], BRIGHT, store, NOW, 1)
    take_back(store, [said(1)])
    once = store.get(ID)
    take_back(store, [said(1), said(44)])
    assert store.get(ID) == once and found(store) == set()


@pytest.mark.parametrize(("text", "said", "shown"), [
    ("we heard: the bin in lane nine is full, and come", "the bin in lane nine is full", "we heard: •••, and come"),
    ("The Bin, in LANE nine: is full!", "the bin in lane nine is full", "•••!"),
    ("the bin is full in lane nine", "the bin in lane nine is full", "the bin is full in lane nine"),  # our own words of the same matter
    ("in lane nine is full we empty it; in lane nine is full", "the bin in lane nine is full", "••• we empty it; •••"),
    ("الحاوية في الشارع ممتلئه منذ أسبوع وسنفرغها", "الحاويه في الشارع ممتلئة منذ اسبوع", "••• وسنفرغها"),
    ("no water, he wrote", "No water!", "•••, he wrote"), ("water", "No water!", "water"), ("anything", "", "anything"), ("", "no water", ""), ("x", "!?", "x"),
])  # fmt: skip
def test_what_counts_as_repeated(text, said, shown):
    assert without_quotes(text, marks(said)) == shown


LONG = " ".join(f"word{n}" for n in range(200))
LATER = "it went out again last night and nobody came to look at it"


@pytest.mark.parametrize("post", [
    said(2, text=LATER, intent=None), complaint(2, text=LATER, parent_id="x:1", author=Author(id="x:u9")), said(2, text=LATER, author=None, parent_id="x:1"),
])  # fmt: skip
def test_what_repeats_a_post_that_joined_later_is_hidden_too(store, post):
    desk.receive([said(1)], BRIGHT, store, NOW, 1)
    desk.receive([post], BRIGHT, store, NOW, 2)
    work.annotate(store, OFFICER, ID, f"rang him: {LATER}, he said", NOW, BRIGHT)
    answering.write(store, OFFICER, ID, f"You wrote “{LATER}”. We come tomorrow.", NOW, BRIGHT)
    take_back(store, [post])
    (answer,) = of_case(store, ID)
    assert (answer.text, answer.state) == (f"You wrote “{HIDDEN}”. We come tomorrow.", State.FAILED)
    assert store.get(ID).steps[-2].why == f"rang him: {HIDDEN}, he said"
    assert store.get(ID).summary == SAID


def test_what_repeats_the_end_of_a_long_post_or_what_it_said_before_it_was_edited_is_hidden(store):
    desk.receive([said(1, text=LONG)], BRIGHT, store, NOW, 1)
    edited = said(1, text="all is well again, thank you very much", versions=(Version(text=LONG, observed_at=NOW),))
    desk.receive([edited], BRIGHT, store, NOW, 2)
    for quoted in (" ".join(LONG.split()[150:160]), "all is well again, thank you very much"):
        work.annotate(store, OFFICER, ID, f"he: {quoted}", NOW, BRIGHT)
    take_back(store, [edited])
    assert [step.why for step in store.get(ID).steps if step.what == "noted"] == [f"he: {HIDDEN}"] * 2


def test_words_that_a_neighbour_said_too_stay_until_the_last_of_them_deletes_them(store):
    neighbour = said(2, author=Author(id="x:u9"), parent_id="x:1")
    desk.receive([said(1), neighbour], BRIGHT, store, NOW, 1)
    work.annotate(store, OFFICER, ID, SAID, NOW, BRIGHT)
    take_back(store, [neighbour])
    assert store.get(ID).steps[-2].why == SAID
    take_back(store, [said(1)])
    assert HIDDEN in [step.why for step in store.get(ID).steps][2] and found(store) == set()


OTHER = case_id("x:9")


def neighbours(text="is the pool open on friday"):
    return complaint(9, text=text, conversation_id="x:9", author=Author(id="x:u9"), topics=(), intent=ASKS)


def other_answer(store):
    (answer,) = of_case(store, OTHER)
    return answer.text, answer.state


def test_a_quote_in_another_cases_answer_and_in_a_note_to_the_next_shift_is_hidden(store):
    desk.receive([said(1), neighbours()], BRIGHT, store, NOW, 1)
    answering.write(store, OFFICER, OTHER, f"Your neighbour wrote: “{SAID}”. We come tomorrow.", NOW, BRIGHT)
    assigning.hand_over(store, OFFICER, f"ring her, {SAID}, at nine", NOW)
    assigning.hand_over(store, OFFICER, "the lamp people come at nine", NOW)
    take_back(store, [said(1)])
    assert other_answer(store) == (f"Your neighbour wrote: “{HIDDEN}”. We come tomorrow.", State.FAILED)
    assert [note.text for note in assigning.last_handovers(store, OFFICER)] == [
        "the lamp people come at nine",
        f"ring her, {HIDDEN}, at nine",
    ]
    assert found(store) == set()


def test_a_quote_in_what_staff_noted_of_a_day_is_hidden_and_other_events_stay(store):
    desk.receive([said(1)], BRIGHT, store, NOW, 1)
    for text in (f"they say {SAID}"[:80], "a pipe burst in Hill Lane"):
        events.put(store, OFFICER, NOW.date(), text, NOW)
    take_back(store, [said(1)])
    assert [one.text for one in events.between(store, NOW.date(), NOW.date())] == [f"they say {HIDDEN}", "a pipe burst in Hill Lane"]


def test_an_answer_that_went_out_in_another_case_loses_the_words_and_stays_sent(store):
    desk.receive([said(1), neighbours()], BRIGHT, store, NOW, 1)
    answering.write(store, OFFICER, OTHER, f"“{SAID}” – we come tomorrow.", NOW, BRIGHT)
    sending.send_ready(store, {"x": Takes()}, NOW, BRIGHT)
    take_back(store, [said(1)])
    assert other_answer(store) == (f"“{HIDDEN}” – we come tomorrow.", State.SENT)


def test_what_the_other_cases_citizen_says_in_the_same_words_stays(store):
    desk.receive([said(1), neighbours(SAID)], BRIGHT, store, NOW, 1)
    answering.write(store, OFFICER, OTHER, f"You wrote: “{SAID}”.", NOW, BRIGHT)
    take_back(store, [said(1)])
    assert other_answer(store) == (f"You wrote: “{SAID}”.", State.READY)


def test_whoever_repeats_our_own_words_and_deletes_them_takes_nothing_from_other_answers(store):
    ours = "we have passed your report on to the department of lights"
    wording.keep(store, SUPERVISOR, Canned(id="thanks", language="en", text=f"Thank you, {ours}, {{case}}."), NOW)
    desk.receive([said(1, text=f"they say {ours} and nobody comes here at night"), neighbours()], BRIGHT, store, NOW, 1)
    answering.write(store, OFFICER, OTHER, f"Thank you, {ours}, {OTHER}.", NOW, BRIGHT)
    take_back(store, [said(1, text="")])
    assert other_answer(store) == (f"Thank you, {ours}, {OTHER}.", State.READY)


@pytest.mark.parametrize("text", ["no water", "water please come", "five words are enough here"])
def test_a_short_text_is_nobodys_quote_elsewhere_but_five_words_are(store, text):
    desk.receive([said(1, text=text), neighbours()], BRIGHT, store, NOW, 1)
    answering.write(store, OFFICER, OTHER, f"They said {text}, we come.", NOW, BRIGHT)
    take_back(store, [said(1, text="")])
    assert (HIDDEN in other_answer(store)[0]) == (len(text.split()) >= AGREE)


def reasons(store, case):
    return [(step.what, step.why) for step in store.get(case).steps]


def test_a_quote_in_the_reasons_of_another_case_is_hidden_and_a_line_of_its_history_says_that_it_was(store):
    desk.receive([said(1), neighbours()], BRIGHT, store, NOW, 1)
    work.annotate(store, OFFICER, OTHER, f"her neighbour: {SAID}, she says", NOW, BRIGHT)
    work.move(store, OFFICER, OTHER, None, Status.REJECTED, f"not ours: {SAID}", NOW, BRIGHT)
    before = store.get(OTHER)
    take_back(store, [said(1)])
    after = store.get(OTHER)
    assert reasons(store, OTHER)[-3:] == [("noted", f"her neighbour: {HIDDEN}, she says"), ("moved", f"not ours: {HIDDEN}"), ("erased", "")]
    assert (after.reason, after.status, after.version) == (f"not ours: {HIDDEN}", Status.REJECTED, before.version + 1)
    assert (after.closed_at, after.steps[-1].who) == (before.closed_at, "desk") and found(store) == set()


def test_a_reason_in_words_of_our_own_or_of_the_other_cases_citizen_stays_and_gets_no_line(store):
    desk.receive([said(1), neighbours(SAID), complaint(8, author=Author(id="x:u8"), conversation_id="x:8")], BRIGHT, store, NOW, 1)
    work.annotate(store, OFFICER, OTHER, f"she says: {SAID}", NOW, BRIGHT)
    work.annotate(store, OFFICER, case_id("x:8"), "the lamp outside is dark", NOW, BRIGHT)
    before = store.get(OTHER), store.get(case_id("x:8"))
    take_back(store, [said(1)])
    assert (store.get(OTHER), store.get(case_id("x:8"))) == before


def test_quotes_of_two_cases_in_each_others_reasons_are_hidden_when_both_are_deleted_at_once(store):
    first, second = said(1), neighbours(LATER)
    desk.receive([first, second], BRIGHT, store, NOW, 1)
    work.annotate(store, OFFICER, ID, f"as the other: {LATER}", NOW, BRIGHT)
    work.annotate(store, OFFICER, OTHER, f"as the other: {SAID}", NOW, BRIGHT)
    take_back(store, [first, second])
    assert [("noted", f"as the other: {HIDDEN}") in reasons(store, case) for case in (ID, OTHER)] == [True, True]
    assert found(store) == set()


def test_a_deletion_that_comes_twice_adds_no_second_line_to_another_case(store):
    desk.receive([said(1), neighbours()], BRIGHT, store, NOW, 1)
    work.annotate(store, OFFICER, OTHER, SAID, NOW, BRIGHT)
    take_back(store, [said(1)])
    once = store.get(OTHER)
    take_back(store, [said(1)])
    assert store.get(OTHER) == once


@pytest.mark.parametrize(("after", "is_hidden"), [(timedelta(days=29), True), (timedelta(days=31), False)])
def test_reasons_are_looked_through_for_a_month_after_it_was_written(store, after, is_hidden):
    desk.receive([said(1), neighbours()], BRIGHT, store, NOW, 1)
    work.annotate(store, OFFICER, OTHER, SAID, said(1).created_at + after, BRIGHT)
    desk.receive([tombstone(said(1), NOW + timedelta(days=60))], BRIGHT, store, NOW + timedelta(days=60), 9)
    assert (("noted", HIDDEN) in reasons(store, OTHER)) == is_hidden


@pytest.mark.parametrize(("after", "is_hidden"), [(timedelta(days=29), True), (timedelta(days=31), False)])
def test_answers_are_looked_through_for_a_month_after_it_was_written(store, after, is_hidden):
    desk.receive([said(1), neighbours()], BRIGHT, store, NOW, 1)
    answering.write(store, OFFICER, OTHER, SAID, said(1).created_at + after, BRIGHT)
    gone = tombstone(said(1), NOW + timedelta(days=60))
    desk.receive([gone], BRIGHT, store, NOW + timedelta(days=60), 9)
    assert (other_answer(store)[0] == HIDDEN) == is_hidden


def unmark(store):
    with store.writing() as db:
        db.execute(update(case_posts).values(marks=None))


def test_posts_that_joined_before_marks_were_kept_get_them_and_quotes_of_them_are_found(store):
    posts = [said(1), said(2, text=LATER, intent=None)]
    desk.receive(posts, BRIGHT, store, NOW, 1)
    work.annotate(store, OFFICER, ID, f"rang him: {LATER}, he said", NOW, BRIGHT)
    unmark(store)
    kept = MemoryStore()
    kept.save(Batch(posts=tuple(posts)))
    assert (mark_old(kept, store), mark_old(kept, store)) == (2, 0)
    take_back(store, [posts[1]])
    assert store.get(ID).steps[-2].why == f"rang him: {HIDDEN}, he said"


def test_a_post_that_is_deleted_or_there_no_more_is_marked_as_saying_nothing_and_not_asked_for_again(store):
    desk.receive([said(1), said(2, intent=None)], BRIGHT, store, NOW, 1)
    unmark(store)
    kept = MemoryStore()
    kept.save(Batch(posts=(tombstone(said(1), NOW),)))
    assert mark_old(kept, store) == 2 and marking.unmarked(store, 9) == []
    with store.reading() as db:
        assert {unpacked(known) for known in db.scalars(select(case_posts.c.marks))} == {frozenset()}


def test_what_was_deleted_meanwhile_gets_no_marks_any_more(store):
    desk.receive([said(1)], BRIGHT, store, NOW, 1)
    unmark(store)
    (id,) = marking.unmarked(store, 9)
    take_back(store, [said(1)])
    marking.mark(store, [id], [said(1)])
    with store.reading() as db:
        assert list(db.scalars(select(case_posts.c.marks))) == [b""]


def test_marks_tell_no_word_and_come_back_from_the_table_as_they_went():
    known = marks(SAID, "no water", "")
    assert unpacked(packed(known)) == known and unpacked(None) == unpacked(b"") == marks("", "!?") == frozenset()
    assert not any(word.encode() in packed(known) for word in (*SAID.lower().split(), "water"))


def test_a_post_that_was_deleted_while_a_page_showed_it_opens_no_case_and_joins_none(store):
    desk.receive([said(1)], BRIGHT, store, NOW, 1)
    gone = tombstone(said(7), NOW)
    for act in (
        lambda: triage.open_case(store, OFFICER, gone, "complaint", NOW, BRIGHT),
        lambda: triage.join(store, OFFICER, gone, ID, NOW, BRIGHT),
    ):
        with pytest.raises(AskedWrongly, match="deleted this post"):
            act()
    assert [case.posts for case in store.all()] == [("x:1",)]


WORDS = st.lists(st.sampled_from(["the", "bin", "in", "lane", "nine", "is", "full", "again"]), max_size=12)


@given(WORDS, WORDS, WORDS)
def test_wherever_it_is_repeated_no_run_of_it_stays_and_every_other_word_does(before, said, after):
    shown = without_quotes(" ".join([*before, *said, *after]), marks(" ".join(said)))
    run = min(AGREE, len(said))
    for part in shown.split(HIDDEN):
        kept = part.split()
        assert not run or not any(
            kept[n : n + run] == said[m : m + run] for n in range(len(kept) - run + 1) for m in range(len(said) - run + 1)
        )
    if not {*before, *after} & {*said}:
        assert shown.split() == [*before, *([HIDDEN] if said else []), *after]


def test_the_roles_of_those_who_did_it_are_not_forgotten(lived):
    store, posts = lived
    work.move(store, SUPERVISOR, ID, None, Status.REJECTED, "twice told", NOW + timedelta(hours=1, minutes=5), BRIGHT)
    take_back(store, posts)
    assert {"olya", "sami", "desk", "citizen"} == {step.who for step in store.get(ID).steps} and VERIFIER.name not in str(store.get(ID))
    assert subscribing.subscribed(store) == {}
