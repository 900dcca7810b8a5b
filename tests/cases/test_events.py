"""Events noted on a day: who may, what is kept, and that they can be taken away again; in every engine."""

from datetime import date, timedelta

import pytest

from cases import events
from cases.events import LONGEST, MOST_A_DAY
from cases.roles import Person, Right, Role, may
from core.errors import AskedWrongly, NotAllowed
from tests.cases.factory import OFFICER, SUNDAY_NOON

AT = SUNDAY_NOON
DAY = date(2026, 3, 14)
EVER = (date(2000, 1, 1), date(2100, 1, 1))


def test_an_event_is_kept_with_its_day_and_who_noted_it(store):
    events.put(store, OFFICER, DAY, "  the water main\n burst ", AT)
    (kept,) = events.between(store, DAY, DAY)
    assert (kept.day, kept.text, kept.who, kept.at) == (DAY, "the water main burst", OFFICER.name, AT)


def test_events_are_found_by_their_days_both_ends_included_in_order(store):
    for offset in (2, 0, 1, 5, -1):
        events.put(store, OFFICER, DAY + timedelta(days=offset), f"day {offset}", AT)
    assert [e.text for e in events.between(store, DAY, DAY + timedelta(days=2))] == ["day 0", "day 1", "day 2"]


def test_a_removed_event_is_gone_and_may_be_removed_twice(store):
    events.put(store, OFFICER, DAY, "noted by mistake", AT)
    events.put(store, OFFICER, DAY, "stays", AT)
    (wrong, _) = events.between(store, *EVER)
    events.remove(store, OFFICER, wrong.number, AT)
    events.remove(store, OFFICER, wrong.number, AT)
    assert [e.text for e in events.between(store, *EVER)] == ["stays"]


def test_the_audit_tells_who_noted_and_removed_on_which_day_but_not_the_text(store):
    events.put(store, OFFICER, DAY, "a secret visit", AT)
    events.remove(store, OFFICER, events.between(store, *EVER)[0].number, AT + timedelta(minutes=1))
    lines = store.audit(about="2026-03-14")
    assert [(line.who, line.what) for line in lines] == [(OFFICER.name, "event_removed"), (OFFICER.name, "event_noted")]
    assert "secret" not in repr(lines)


@pytest.mark.parametrize("role", [role for role in Role if not may(Person(name="x", role=role), Right.TRIAGE)])
def test_who_may_not_triage_may_neither_note_nor_remove(store, role):
    events.put(store, OFFICER, DAY, "stays", AT)
    somebody = Person(name="somebody", role=role)
    with pytest.raises(NotAllowed):
        events.put(store, somebody, DAY, "mine", AT)
    with pytest.raises(NotAllowed):
        events.remove(store, somebody, events.between(store, *EVER)[0].number, AT)
    assert [e.text for e in events.between(store, *EVER)] == ["stays"]


@pytest.mark.parametrize("text", ["", "  \n ", "x" * (LONGEST + 1)])
def test_nothing_and_too_much_are_refused(sqlite_store, text):
    with pytest.raises(AskedWrongly):
        events.put(sqlite_store, OFFICER, DAY, text, AT)
    assert events.between(sqlite_store, *EVER) == []


def test_the_same_event_is_noted_once_a_day(sqlite_store):
    events.put(sqlite_store, OFFICER, DAY, "opening", AT)
    events.put(sqlite_store, OFFICER, DAY + timedelta(days=1), "opening", AT)
    with pytest.raises(AskedWrongly, match="already"):
        events.put(sqlite_store, OFFICER, DAY, " opening ", AT)
    assert len(events.between(sqlite_store, *EVER)) == 2


def test_a_day_holds_only_as_many_events_as_can_be_told_apart(sqlite_store):
    for number in range(MOST_A_DAY):
        events.put(sqlite_store, OFFICER, DAY, f"event {number}", AT)
    with pytest.raises(AskedWrongly, match="remove one first"):
        events.put(sqlite_store, OFFICER, DAY, "one more", AT)


def test_a_text_of_the_longest_length_in_arabic_is_kept_whole(store):
    text = "ح" * LONGEST
    events.put(store, OFFICER, DAY, text, AT)
    assert events.between(store, DAY, DAY)[0].text == text


def test_the_sql_that_is_shown_finds_the_events(store):
    events.put(store, OFFICER, DAY, "opening", AT)
    with store.reading() as db:
        assert len(db.exec_driver_sql(events.explain(store, DAY, DAY)).all()) == 1
        assert db.exec_driver_sql(events.explain(store, DAY - timedelta(days=3), DAY - timedelta(days=1))).all() == []
