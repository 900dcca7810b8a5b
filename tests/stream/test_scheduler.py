import threading
from datetime import UTC, datetime, timedelta

import pytest

from collectors.base import Source
from store.base import Pass
from stream.scheduler import RARELY, SOONEST, TRIES, Scheduler, backoff, first_time, next_time
from tests.make import NOON

SOURCE = Source(id="x.mentions.city", platform="x", what="mentions", every_minutes=5)
MINUTE = timedelta(minutes=1)


def done(state="ok", **told):
    return Pass(id="p", source=SOURCE.id, platform="x", started=NOON, state=state, **told)


@pytest.mark.parametrize(("last", "failures", "wait"), [
    (done(), 0, 4 * MINUTE),                                              # five minutes after the last began
    (done("partial"), 0, 4 * MINUTE),
    (done("waiting", next_at=NOON + timedelta(minutes=15)), 0, 14 * MINUTE),  # what the platform told, not the cadence
    (done("waiting", next_at=NOON - timedelta(minutes=15)), 0, SOONEST),  # a wrong clock must not make us hammer
    (done("stopped", next_at=NOON + timedelta(days=9)), 0, timedelta(days=9) - MINUTE),
    (done("stopped"), 0, RARELY),
    (done("credential"), 0, RARELY),                                      # heals by itself once the credential does
    (done("failed"), 1, SOONEST),
    (done("failed"), 4, 8 * SOONEST),
    (done("failed"), TRIES + 1, RARELY),                                  # a retry that gives up hammering
])  # fmt: skip
def test_when_a_source_is_polled_again(last, failures, wait):
    assert next_time(SOURCE, last, failures, NOON + MINUTE) - (NOON + MINUTE) == wait


def test_a_slow_pass_is_not_followed_at_once():
    assert next_time(SOURCE, done(), 0, NOON + timedelta(hours=1)) == NOON + timedelta(hours=1) + SOONEST


def test_waits_between_tries_grow_and_are_bounded():
    waits = [backoff(n) for n in range(1, 40)]
    assert waits == sorted(waits) and waits[0] == SOONEST and waits[-1] == RARELY


@pytest.mark.parametrize(("last", "at"), [
    (None, NOON), (done("running"), NOON), (done("failed"), NOON), (done("credential"), NOON), (done("stopped"), NOON),
    (done("ok"), NOON + 5 * MINUTE), (done("waiting", next_at=NOON + timedelta(hours=2)), NOON + timedelta(hours=2)),
    (done("stopped", next_at=NOON + timedelta(days=3)), NOON + timedelta(days=3)),
])  # fmt: skip
def test_a_restart_keeps_the_limits_the_platform_set(last, at):
    assert first_time(SOURCE, last, NOON) == at


def test_a_source_that_breaks_leaves_the_others_alone():
    heard = threading.Event()

    def poll(source):
        if source.id == "broken":
            raise KeyError("a mistake")
        heard.set()
        return done()

    broken, sound = Source(id="broken", platform="x", what="own"), SOURCE
    scheduler = Scheduler([broken, sound], poll, lambda: datetime.now(UTC))
    scheduler.start()
    assert heard.wait(60)
    assert scheduler.lives()  # both are polled again
    scheduler.stop()
    assert not scheduler.lives()


class Hours:
    """A clock that moves only while the scheduler waits, and how long it waited each time."""

    def __init__(self, turns):
        self.at, self.turns, self.waits = NOON, turns, []

    def __call__(self):
        return self.at

    def wait(self, seconds):
        """As threading.Event's; True, that is stopped, after so many turns."""
        self.waits.append(timedelta(seconds=seconds))
        self.at += timedelta(seconds=seconds)
        return len(self.waits) > self.turns

    def set(self):
        self.turns = 0


def lived(told, turns=None, first=None):
    """The waits of a source whose passes end as told (an exception: the pass broke), the last again and again."""
    hours, asked = Hours(turns or len(told)), []

    def poll(source):
        asked.append(source)
        ended = told[min(len(asked), len(told)) - 1]
        if isinstance(ended, Exception):
            raise ended
        return Pass(id="p", source=source.id, platform="x", started=hours.at, **ended)

    scheduler = Scheduler([SOURCE], poll, hours, first)
    scheduler._stopped = hours
    scheduler._keep_polling(SOURCE)
    assert asked == [SOURCE] * hours.turns
    return hours.waits


OK, FAILED = {"state": "ok"}, {"state": "failed"}
CADENCE, ONCE, TWICE = 5 * MINUTE, SOONEST, 2 * SOONEST

# how passes ended → how long was waited before each and after the last
LIVES = [
    ([OK, OK], [timedelta(0), CADENCE, CADENCE]),
    ([FAILED, FAILED, OK, FAILED], [timedelta(0), ONCE, TWICE, CADENCE, ONCE]),  # one that succeeds begins the count anew
    ([KeyError("x"), KeyError("x"), OK], [timedelta(0), ONCE, TWICE, CADENCE]),  # a pass that broke is a failure
    ([FAILED, KeyError("x"), FAILED], [timedelta(0), ONCE, TWICE, 4 * SOONEST]),
    ([{"state": "credential"}, OK], [timedelta(0), RARELY, CADENCE]),
    ([FAILED, {"state": "waiting", "next_at": NOON + timedelta(hours=2)}, FAILED], [timedelta(0), ONCE, timedelta(hours=2) - ONCE, ONCE]),
]


@pytest.mark.parametrize(("told", "waits"), LIVES)
def test_a_sources_life_between_its_passes(told, waits):
    assert lived(told) == waits


def test_the_first_wait_is_the_one_that_was_kept_over_a_restart():
    assert lived([OK], first=lambda source: NOON + timedelta(hours=2))[0] == timedelta(hours=2)


def test_after_eight_failures_it_is_tried_every_six_hours_and_said(caplog):
    waits = lived([FAILED], turns=TRIES + 2)
    assert waits[-3:] == [backoff(TRIES), RARELY, RARELY]
    assert [line.getMessage() for line in caplog.records] == [
        f"{SOURCE.id}: failed {n} times in a row; it is tried every 6 hours now" for n in (TRIES + 1, TRIES + 2)
    ]


@pytest.mark.parametrize(("failures", "wait"), [(0, 15), (1, 15), (2, 30), (3, 60), (8, 32 * 60), (9, 6 * 3600), (90, 6 * 3600)])
def test_how_long_is_waited_after_so_many_failures(failures, wait):
    assert backoff(failures) == timedelta(seconds=wait)


def test_a_pass_that_broke_is_named_without_what_it_held(caplog):
    lived([ValueError("the citizen wrote this")])
    assert [line.getMessage() for line in caplog.records] == [f"{SOURCE.id}: the pass broke (ValueError); it is tried again later"]


def test_whoever_stops_waits_for_the_page_that_is_being_stored():
    begun, let_go, ended = threading.Event(), threading.Event(), threading.Event()

    def poll(source):
        begun.set()
        let_go.wait(60)
        ended.set()
        return done()

    scheduler = Scheduler([SOURCE], poll, lambda: datetime.now(UTC))
    scheduler.start()
    assert begun.wait(60)
    scheduler.stop(0)  # not a moment
    assert not ended.is_set()
    threading.Timer(0.05, let_go.set).start()
    scheduler.stop(60)
    assert ended.is_set()
    assert not any(thread.is_alive() for thread in scheduler._threads)
