from datetime import timedelta

import msgspec
import pytest

from collectors.base import Answer, Source
from core.deployment import Deployment, OfficialAccount
from core.post import EngagementSample, Kind
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

    def sources(self, deployment):
        return []

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


# Which platforms are looked at again, and with what budget


class Silent:
    """A platform that cannot look again."""

    PLATFORM = "x"


def town(*accounts):
    return msgspec.structs.replace(TOWN, accounts=accounts)


def of(platform="x", handle="city", **told):
    return OfficialAccount(platform=platform, handle=handle, **told)


# collector, deployment → the sources, each with its budget
SOURCES = [
    (Platform(()), TOWN, [("x.again", None)]),
    (Platform(()), town(), []),
    (Platform(()), town(of("telegram")), []),
    (Silent(), TOWN, []),
    (Platform(()), town(of(monthly_reads=100), of(handle="parks", monthly_reads=50), of("telegram", monthly_reads=7)), [("x.again", 150)]),
    (Platform(()), town(of(monthly_reads=100), of(handle="parks")), [("x.again", 100)]),  # who names no limit adds none
    (Platform(()), town(of(monthly_reads=0)), [("x.again", 0)]),
]


@pytest.mark.parametrize(("collector", "deployment", "found"), SOURCES)
def test_one_source_a_platform_that_can_look_again(collector, deployment, found):
    told = repoll.sources(collector, deployment)
    assert [(source.id, source.budget) for source in told] == found
    assert {(source.what, source.every_minutes) for source in told} <= {(repoll.AGAIN, 15)}


def test_the_ages_are_those_that_were_promised():
    own = [age / HOUR for age in repoll.OWN_AGES]
    quarters, hours = [n / 4 for n in range(1, 9)], [float(n) for n in range(3, 25)]
    days, weeks = [24.0 * n for n in range(2, 15)], [168.0 * n for n in range(3, 13)]
    assert own == quarters + hours + days + weeks
    assert 84 * 24 <= own[-1] <= 90 * 24


def test_too_many_posts_at_once_leave_a_gap_and_are_cut():
    class Full(MemoryStore):
        def posts(self, which):
            return iter([aged(n, QUARTER + timedelta(minutes=1)) for n in range(repoll.MOST + 5)] if which.kinds else ())

    class Counting(Platform):
        def refresh(self, client, source, posts, now):
            self.asked.append(len(posts))
            yield Answer()

    platform, place = Counting(()), Place(at=NOON - QUARTER)
    first, *others = repoll.answers(Full(), platform, None, AGAIN, TOWN, place, NOON)
    assert (first.gap.since, first.gap.until) == (place.at, NOON) and str(repoll.MOST) in first.gap.cause
    assert platform.asked == [repoll.MOST]
    assert [answer.gap for answer in others] == [None, None]


def test_as_many_as_can_be_looked_at_leave_no_gap():
    class Full(MemoryStore):
        def posts(self, which):
            return iter([aged(n, QUARTER + timedelta(minutes=1)) for n in range(repoll.MOST)] if which.kinds else ())

    found = list(repoll.answers(Full(), Platform(()), None, AGAIN, TOWN, Place(at=NOON - QUARTER), NOON))
    assert [answer.gap for answer in found] == [None, None]


def test_a_post_under_suspicion_is_looked_at_when_it_is_ripe_and_not_before():
    store = stored(aged(1, 40 * DAY), aged(2, 40 * DAY), aged(3, 40 * DAY))
    place = Place(at=NOON - QUARTER, suspects={"x:1": NOON - HOUR, "x:2": NOON - HOUR + timedelta(seconds=1), "x:gone": NOON - DAY})
    assert {p.id for p in due_posts(store, "x", place, NOON)} == {"x:1"}


def test_a_post_that_is_due_for_several_reasons_is_looked_at_once():
    store = stored(aged(1, DAY + timedelta(minutes=5), kind=Kind.OWN))
    place = Place(at=NOON - QUARTER, suspects={"x:1": NOON - DAY})
    assert [p.id for p in due_posts(store, "x", place, NOON)] == ["x:1"]


def test_a_post_of_another_platform_is_not_asked_for_here():
    store = stored(aged(1, QUARTER + timedelta(minutes=1), kind=Kind.OWN, id="facebook:1", platform="facebook"))
    assert due(store) == set()


def test_only_so_many_suspicions_are_kept_the_newest():
    suspects = {f"x:{n}": NOON + timedelta(seconds=n) for n in range(repoll.MOST_SUSPECTS + 3)}
    kept = repoll._latest(suspects)
    assert len(kept) == repoll.MOST_SUSPECTS
    assert "x:2" not in kept and "x:3" in kept


def test_a_second_suspicion_does_not_begin_the_hour_anew():
    suspects, gone = judge({"x:2": NOON}, Answer(missing=("x:2",)), NOON + timedelta(minutes=59))
    assert (suspects, gone) == ({"x:2": NOON}, ())
    assert judge(suspects, Answer(missing=("x:2",)), NOON + timedelta(minutes=60)) == ({}, ("x:2",))


def test_numbers_alone_end_a_suspicion():
    told = Answer(samples=(EngagementSample(post_id="x:2", at=NOON, likes=1),))
    assert judge({"x:2": NOON, "x:3": NOON}, told, NOON) == ({"x:3": NOON}, ())


def test_the_place_survives_being_written_down():
    place = Place(at=NOON, suspects={"x:1": NOON - HOUR})
    assert repoll.read(msgspec.json.encode(place).decode(), NOON + DAY) == place
    assert repoll.read(None, NOON) == Place(at=NOON - QUARTER)


def test_posts_of_an_account_that_left_the_deployment_are_looked_at_without_one():
    store = stored(
        aged(1, QUARTER + timedelta(minutes=1), kind=Kind.OWN, account="x:former"), aged(2, QUARTER + timedelta(minutes=2), kind=Kind.OWN)
    )
    platform = Platform({"x:1", "x:2"})
    line = repoll.poll(store, platform, None, AGAIN, TOWN, lambda posts: posts, lambda: NOON)
    assert (sorted(platform.asked, key=str), line.returned, line.state) == ([None, "city"], 2, "ok")
