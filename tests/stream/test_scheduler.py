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
    assert heard.wait(5)
    scheduler.stop()
