from datetime import timedelta

import msgspec
import pytest

from collectors.base import Answer, Source
from core.deployment import Deployment, OfficialAccount
from core.post import Kind
from store.base import Batch
from store.memory import MemoryStore
from stream import repoll
from stream.repoll import DAY, HOUR, QUARTER, Place, due_posts, judge, windows
from tests.make import NOON, post

TOWN = Deployment(
    id="town", name={"en": "Town"}, timezone="UTC", languages=("en",), accounts=(OfficialAccount(platform="x", handle="city", id="1001"),)
)
AGAIN = Source(id="x.again", platform="x", what="again")


class Platform:
    """A platform that shows some posts and not others."""

    PLATFORM = "x"

    def __init__(self, visible):
        self.visible, self.asked = visible, []

    def refresh(self, client, source, posts, now):
        self.asked.append(source.handle)
        there = [p for p in posts if p.id in self.visible]
        yield Answer(
            posts=tuple(post(int(p.id[2:]), source=source.id, kind=Kind.MENTION, text=p.text, created_at=p.created_at, observed_at=now, likes=9) for p in there),
            missing=tuple(p.id for p in posts if p.id not in self.visible) if there else (), returned=len(there),
        )  # fmt: skip


def aged(number, age, **told):
    return post(number, created_at=NOON - age, observed_at=NOON - age, **told)


def stored(*posts):
    store = MemoryStore()
    store.save(Batch(posts=posts))
    return store


class Costly(Platform):
    """A platform that bills a read for each post looked at, and does not count itself."""

    def refresh(self, client, source, posts, now):
        for answer in super().refresh(client, source, posts, now):
            yield msgspec.structs.replace(answer, spend=len(posts))


def test_the_budget_of_second_looks_ends_them_before_the_next_account_is_asked():
    store = stored(
        aged(1, timedelta(minutes=20), kind=Kind.OWN, account="x:city"), aged(2, timedelta(minutes=20), kind=Kind.OWN, account="x:parks")
    )
    platform, source = Costly({"x:1", "x:2"}), msgspec.structs.replace(AGAIN, budget=1)
    line = repoll.poll(store, platform, None, source, TOWN, lambda posts: posts, lambda: NOON)
    again = repoll.poll(store, platform, None, source, TOWN, lambda posts: posts, lambda: NOON + timedelta(minutes=15))
    assert (line.spend, line.state, again.spend, again.state) == (1, "stopped", 0, "stopped") and "budget" in line.error
    assert len(platform.asked) == 1 and line.cursor_after is None


def due(store, minutes=15):
    return {p.id for p in due_posts(store, "x", Place(at=NOON - timedelta(minutes=minutes)), NOON)}


@pytest.mark.parametrize(("age", "own", "others"), [
    (timedelta(minutes=10), False, False), (timedelta(minutes=20), True, False), (timedelta(minutes=125), True, False),
    (timedelta(hours=3, minutes=5), True, False), (timedelta(hours=3, minutes=40), False, False), (DAY + timedelta(minutes=5), True, True),
    (DAY + timedelta(hours=5), False, False), (3 * DAY + timedelta(minutes=5), True, True), (17 * DAY + timedelta(minutes=5), False, False),
    (21 * DAY + timedelta(minutes=5), True, True), (91 * DAY + timedelta(minutes=5), False, False),
])  # fmt: skip
def test_posts_are_looked_at_again_at_their_ages(age, own, others):
    found = due(stored(aged(1, age, kind=Kind.OWN), aged(2, age)))
    assert ("x:1" in found, "x:2" in found) == (own, others)


def test_after_a_night_without_power_each_post_that_was_due_is_looked_at_once():
    posts = [aged(n, timedelta(minutes=30 * n), kind=Kind.OWN) for n in range(1, 40)]
    assert due(stored(*posts), minutes=10 * 60) == {p.id for p in posts}


def test_windows_that_overlap_become_one():
    found = windows([QUARTER, 2 * QUARTER, HOUR], NOON - QUARTER, NOON)
    assert found == [(NOON - 3 * QUARTER, NOON - QUARTER), (NOON - HOUR - QUARTER, NOON - HOUR)]


def test_deleted_posts_direct_messages_and_calls_are_not_looked_at():
    age = QUARTER + timedelta(minutes=1)
    store = stored(aged(1, age, kind=Kind.DIRECT), aged(2, DAY + age, kind=Kind.CALL), aged(3, age, kind=Kind.OWN, text=""))
    store.save(Batch(deleted=(("x:3", NOON),)))
    assert due(store) == set()


def test_missing_once_is_a_suspicion_missing_again_an_hour_later_is_a_deletion():
    seen = Answer(posts=(post(1),), missing=("x:2",))
    suspects, gone = judge({}, seen, NOON)
    assert (suspects, gone) == ({"x:2": NOON}, ())
    assert judge(suspects, seen, NOON + timedelta(minutes=30)) == ({"x:2": NOON}, ())
    assert judge(suspects, seen, NOON + timedelta(hours=1)) == ({}, ("x:2",))


def test_a_post_seen_again_is_under_no_suspicion():
    assert judge({"x:1": NOON}, Answer(posts=(post(1),)), NOON + HOUR) == ({}, ())


def test_numbers_are_renewed_under_the_name_by_which_a_post_first_came():
    store = stored(aged(1, QUARTER + timedelta(minutes=1), kind=Kind.OWN, likes=4))
    line = repoll.poll(store, Platform({"x:1"}), None, AGAIN, TOWN, lambda posts: posts, lambda: NOON)
    (now,) = store.get(["x:1"])
    assert (now.likes, now.kind, now.source, line.state, line.duplicates) == (9, Kind.OWN, "x.mentions.city", "ok", 1)


def test_a_deletion_is_found_by_two_looks_and_leaves_a_tombstone():
    store = stored(aged(1, QUARTER + timedelta(minutes=1), kind=Kind.OWN), aged(2, QUARTER + timedelta(minutes=2), kind=Kind.OWN))
    platform = Platform({"x:1"})
    for later in (timedelta(0), HOUR + timedelta(minutes=1)):
        repoll.poll(store, platform, None, AGAIN, TOWN, lambda posts: posts, lambda at=NOON + later: at)
    assert [p.text for p in store.get(["x:1", "x:2"])] == ["the lamp in lane 1 is dark", ""]
    assert platform.asked == ["city", "city"]


def test_where_nothing_at_all_is_seen_nothing_counts_as_deleted():
    store = stored(aged(1, QUARTER + timedelta(minutes=1), kind=Kind.OWN))
    for later in (timedelta(0), timedelta(hours=2), timedelta(hours=4)):
        repoll.poll(store, Platform(set()), None, AGAIN, TOWN, lambda posts: posts, lambda at=NOON + later: at)
    assert store.get(["x:1"])[0].deleted_at is None
