"""A batch belongs to one officer; what is left lying goes back; nobody is answered by two."""

import threading
from datetime import timedelta

import pytest

from cases import holding, work
from cases.history import derived
from cases.query import FindCases
from cases.roles import Person, Role
from core.case import Status
from core.errors import NotAllowed, Stale
from tests.cases.factory import CITY, OFFICER, SUNDAY_NOON, VERIFIER, WORKER, case

OTHER = Person(name="omar", role=Role.OFFICER)
NOW = SUNDAY_NOON + timedelta(hours=1)


def ids(cases):
    return [c.id for c in cases]


def test_two_officers_never_hold_the_same_case(store):
    store.put_many([case(n, answer_due=case(n).opened_at) for n in range(1, 31)])
    mine, theirs = holding.take(store, OFFICER, NOW), holding.take(store, OTHER, NOW)
    assert (ids(mine), ids(theirs)) == ([f"c-{n}" for n in range(1, 21)], [f"c-{n}" for n in range(21, 31)])


def test_taking_again_gives_the_same_batch_filled_up(store):
    store.put_many([case(n) for n in range(1, 31)])
    holding.take(store, OFFICER, NOW, most=5)
    assert len(holding.take(store, OFFICER, NOW, most=5)) == 5
    holding.give_back(store, OFFICER, ("c-1", "c-2"))
    assert len(holding.take(store, OFFICER, NOW)) == 20


def test_a_citizen_with_whom_somebody_is_busy_is_left_to_him(store):
    store.put_many(
        [case(1, citizen="x:u1"), case(2, citizen="x:u2"), case(3, citizen="x:u1"), case(4, citizen=None), case(5, citizen=None)]
    )
    holding.take(store, OFFICER, NOW, most=1)
    assert ids(holding.take(store, OTHER, NOW)) == ["c-2", "c-4", "c-5"]


def test_nobody_else_sees_or_moves_what_is_held(store):
    store.put_many([case(1), case(2)])
    holding.take(store, OFFICER, NOW, most=1)
    assert ids(work.queue(store, OTHER, FindCases(), NOW).cases) == ["c-2"]
    assert work.queue(store, OTHER, FindCases(), NOW).total == 1
    assert work.queue(store, OFFICER, FindCases(), NOW).total == 2
    with pytest.raises(Stale, match="c-1 is in olya's batch until 10:10:00 UTC; take another one"):
        work.move(store, OTHER, "c-1", 1, Status.REJECTED, "spam", NOW, CITY)


def test_what_is_idle_for_ten_minutes_is_free_again(store):
    store.put_many([case(1)])
    holding.take(store, OFFICER, NOW)
    assert holding.take(store, OTHER, NOW + timedelta(minutes=9, seconds=59)) == ()
    assert ids(holding.take(store, OTHER, NOW + timedelta(minutes=10))) == ["c-1"]


def test_whoever_works_keeps_his_batch(store):
    store.put_many([derived(case(n), CITY) for n in (1, 2)])
    holding.take(store, OFFICER, NOW)
    work.annotate(store, OFFICER, "c-1", "rang him", NOW + timedelta(minutes=9), CITY)
    assert holding.take(store, OTHER, NOW + timedelta(minutes=18)) == ()
    assert ids(work.held_by(store, OFFICER, NOW + timedelta(minutes=18))) == ["c-1", "c-2"]


def test_only_those_who_work_the_queue_take_from_it(store):
    with pytest.raises(NotAllowed):
        holding.take(store, WORKER, NOW)


@pytest.mark.parametrize("officers", [20])
def test_twenty_officers_at_once_lose_nothing_and_never_hold_the_same(store, officers):
    """Each takes a batch of five, rejects all of it and takes the next, until the queue is empty."""
    later = SUNDAY_NOON + timedelta(hours=6)
    many = [derived(case(n, citizen=f"x:u{n % 90}"), CITY) for n in range(300)]
    store.put_many(many)
    held, lock, problems, done = {}, threading.Lock(), [], []

    def work_on(person):
        try:
            while batch := holding.take(store, person, later, most=5):
                with lock:
                    twice = [c.id for c in batch if held.get(c.id, person.name) != person.name]
                    citizens = {c.citizen for c in batch} & {c for n, cs in held_citizens.items() if n != person.name for c in cs}
                    problems.extend([*twice, *citizens])
                    held.update({c.id: person.name for c in batch})
                    held_citizens[person.name] = {c.citizen for c in batch}
                for c in batch:
                    work.move(store, person, c.id, c.version, Status.REJECTED, "a load test", later, CITY)
                    done.append(c.id)
                with lock:
                    held_citizens[person.name] = set()
                holding.give_back(store, person)
        except Exception as error:
            problems.append(repr(error))

    held_citizens: dict[str, set] = {}
    threads = [threading.Thread(target=work_on, args=(Person(name=f"officer{n}", role=Role.OFFICER),)) for n in range(officers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    leftover = holding.take(store, VERIFIER, later, most=300)
    for c in leftover:  # the last officers may have left a busy citizen's cases
        work.move(store, VERIFIER, c.id, c.version, Status.REJECTED, "a load test", later, CITY)
        done.append(c.id)
    assert problems == []
    assert sorted(done) == sorted(c.id for c in many)
    assert all(c.status == Status.REJECTED and c.version == 2 and len(c.steps) == 2 for c in store.all())
    assert len([line for line in store.audit(limit=1000) if line.what == "changed"]) == 300
