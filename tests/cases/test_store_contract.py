"""What every store of cases must do, in each engine."""

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import update

from cases import engine, workflow
from cases.query import AuditLine, FindCases
from cases.store import open_cases
from cases.tables import audit
from core.case import Status
from core.errors import AskedWrongly, Stale, StoreFailed
from tests.cases.factory import CITY, SUNDAY_NOON, case

LATER = SUNDAY_NOON + timedelta(hours=1)


def noted(old):
    return workflow.noted(old, "olya", LATER, "seen", CITY)


def test_a_case_comes_back_as_it_was_put(store):
    put = case(answer_due=LATER, others=("x:u9",), reason="")
    assert store.put_many([put]) == 1
    assert store.get("c-1") == put


def test_putting_twice_changes_nothing(store):
    many = [case(n) for n in range(1, 30)]
    assert (store.put_many(many), store.put_many(many)) == (29, 0)
    assert list(store.all()) == many


def test_a_lower_version_never_replaces_what_people_did_since(store):
    store.put_many([case()])
    changed = store.change("c-1", 1, noted)
    store.put_many([case()])
    assert store.get("c-1") == changed


def test_a_higher_version_replaces(store):
    store.put_many([case()])
    store.put_many([case(version=3, summary="mended")])
    assert store.get("c-1").summary == "mended"


def test_nothing_is_kept_of_a_batch_that_fails_in_the_middle(store):
    def broken():
        yield case(1)
        raise ValueError

    with pytest.raises(ValueError):
        store.put_many(broken())
    assert list(store.all()) == []


def test_an_unknown_case_is_asked_wrongly(store):
    with pytest.raises(AskedWrongly, match="case c-9: there is none"):
        store.get("c-9")


def test_a_writer_who_read_an_older_version_is_told_what_changed(store):
    store.put_many([case()])
    store.change("c-1", 1, noted)
    with pytest.raises(Stale, match=r"changed meanwhile \(olya at 10:00:00 UTC: noted received → received\)"):
        store.change("c-1", 1, noted)
    assert store.get("c-1").version == 2


def test_a_change_that_is_refused_changes_nothing_and_audits_nothing(store):
    store.put_many([case()])

    def refused(_):
        raise AskedWrongly("no")

    with pytest.raises(AskedWrongly):
        store.change("c-1", 1, refused, AuditLine(at=LATER, who="olya", what="move", about="c-1"))
    assert store.get("c-1") == case()
    assert store.audit() == []


def test_the_queue_has_overdue_first_and_what_waits_for_the_citizen_last(store):
    late, soon, waits = (case(n, answer_due=SUNDAY_NOON + timedelta(hours=h)) for n, h in ((1, 9), (2, 2), (3, 1)))
    store.put_many([late, soon, msgspec.structs.replace(waits, waiting_since=LATER)])
    assert [c.id for c in store.find(FindCases()).cases] == ["c-2", "c-1", "c-3"]
    assert [c.id for c in store.find(FindCases(overdue_at=SUNDAY_NOON + timedelta(hours=3))).cases] == ["c-2"]


def test_what_falls_due_in_a_time_is_neither_overdue_before_it_nor_due_after(store):
    store.put_many([case(n, answer_due=SUNDAY_NOON + timedelta(hours=n)) for n in (1, 2, 3)] + [case(4)])
    due = FindCases(due_since=SUNDAY_NOON + timedelta(hours=2), overdue_at=SUNDAY_NOON + timedelta(hours=3))
    found = store.find(due)
    assert [c.id for c in found.cases] == ["c-2"] and found.total == 1


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        (FindCases(), ["c-1", "c-2"]),  # settled ones are not in the queue
        (FindCases(is_open=None), ["c-1", "c-2", "c-3"]),
        (FindCases(statuses=("referred",)), ["c-2"]),
        (FindCases(departments=("roads",)), ["c-2"]),
        (FindCases(categories=("waste", "roads")), ["c-1", "c-2"]),
        (FindCases(places=("port",)), ["c-1"]),
        (FindCases(citizen="x:u2"), ["c-2"]),
        (FindCases(assignee="olya"), ["c-1"]),
        (FindCases(order="newest", is_open=None), ["c-3", "c-2", "c-1"]),
        (FindCases(limit=1, offset=1), ["c-2"]),
        (FindCases(platforms=("telegram",)), []),
    ],
)
def test_cases_are_found_by(store, asked, ids):
    store.put_many([
        case(1, place="port", assignee="olya"),
        case(2, status=Status.REFERRED, category="roads", department="roads"),
        case(3, status=Status.CLOSED),
    ])  # fmt: skip
    assert [c.id for c in store.find(asked).cases] == ids


def test_the_total_is_of_all_pages(store):
    store.put_many([case(n) for n in range(1, 8)])
    found = store.find(FindCases(limit=3))
    assert (len(found.cases), found.total) == (3, 7)


def test_open_cases_are_counted(store):
    store.put_many([case(1, answer_due=SUNDAY_NOON), case(2, waiting_since=LATER), case(3, status=Status.CLOSED)])
    counted = store.counts(LATER)
    assert (counted.open, counted.overdue, counted.waiting_for_citizen, counted.by_status) == (2, 1, 2 - 1, {"received": 2})


def test_the_audit_can_only_be_added_to(store):
    store.note(AuditLine(at=LATER, who="olya", what="read", about="c-1"))
    for asked in (update(audit).values(who="nobody"), audit.delete()):
        with pytest.raises(StoreFailed, match="append-only"), engine.writing(store.database) as db:
            db.execute(asked)
    assert store.audit("c-1") == [AuditLine(at=LATER, who="olya", what="read", about="c-1")]


REPLACING = {
    "sqlite": ["INSERT OR REPLACE INTO audit SELECT number, at, 'nobody', what, about, detail FROM audit", "REPLACE INTO audit SELECT * FROM audit",
               "UPDATE OR IGNORE audit SET who = 'nobody'", "DELETE FROM audit"],
    "postgresql": ["INSERT INTO audit SELECT * FROM audit ON CONFLICT (number) DO UPDATE SET who = 'nobody'", "TRUNCATE audit",
                   "DELETE FROM ONLY audit", "WITH gone AS (DELETE FROM audit RETURNING *) SELECT count(*) FROM gone"],
}  # fmt: skip


def test_no_statement_of_the_applications_own_user_changes_the_audit(store):
    store.note(AuditLine(at=LATER, who="olya", what="read", about="c-1"))
    for statement in REPLACING[store.database.dialect.name]:
        with pytest.raises(StoreFailed, match="append-only"), engine.writing(store.database) as db:
            db.exec_driver_sql(statement)
    store.note(AuditLine(at=LATER, who="vera", what="read", about="c-1"))
    assert [line.who for line in store.audit("c-1")] == ["vera", "olya"]


def test_opening_again_finds_everything_and_migrates_nothing(engine_settings, store):
    store.put_many([case()])
    again = open_cases(engine_settings)
    assert again.get("c-1") == case()
    again.close()


def test_those_who_wait_for_the_citizen_are_found_and_are_as_many_as_are_counted(store):
    runs, waits, settled = (case(n, answer_due=SUNDAY_NOON + timedelta(hours=n)) for n in (1, 2, 3))
    asked = msgspec.structs.replace(waits, waiting_since=LATER)
    store.put_many([runs, asked, msgspec.structs.replace(settled, status=Status.CLOSED)])
    found = store.find(FindCases(is_still=True))
    assert [c.id for c in found.cases] == ["c-2"]
    assert found.total == store.counts(LATER).waiting_for_citizen == 1
