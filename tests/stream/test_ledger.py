from datetime import timedelta

import pytest

from collectors.base import Source
from store.base import Gap, Pass
from stream.ledger import lost, red_lights, shape
from tests.make import NOON

SOURCE = Source(id="x.mentions.city", platform="x", what="mentions", every_minutes=5)
MINUTES = timedelta(minutes=5)


def line(number, **told):
    """A pass so many cadences ago."""
    at = NOON - number * MINUTES
    usual = {
        "id": str(number),
        "source": SOURCE.id,
        "platform": "x",
        "started": at,
        "finished": at,
        "returned": 2,
        "stored": 2,
        "cursor_after": str(-number),
    }
    return Pass(**(usual | told))


def lights(passes):
    return " ".join(red_lights(SOURCE, passes, NOON))


def test_a_ledger_line_has_the_names_programs_rely_on():
    told = shape(line(1, gaps=(Gap(since=NOON, until=NOON, cause="800 only"),)))
    assert set(told) >= {"source", "platform", "started", "finished", "window", "pages", "returned", "stored", "duplicates", "refused", "gaps",
                         "waited_s", "spend", "cursor_before", "cursor_after", "state", "error"}  # fmt: skip
    assert told["gaps"] == [{"from": "2026-03-01T12:00:00Z", "to": "2026-03-01T12:00:00Z", "cause": "800 only"}]


def test_a_source_that_works_has_no_red_light():
    assert lights([line(n) for n in range(1, 20)]) == ""


@pytest.mark.parametrize(("passes", "says"), [
    ([line(n) for n in range(4, 20)], "was last heard 20 minutes ago, though it is asked every 5 minutes"),
    ([line(n, state="failed", error="x: did not answer in time") for n in range(1, 4)], "no pass has come to its end yet"),
    ([line(n, state="partial", cursor_after="7", stored=0, duplicates=2) for n in range(1, 5)], "its cursor has not moved in 3 passes"),
    ([line(n, returned=0, stored=0) for n in range(1, 7)] + [line(n) for n in range(7, 20)], "is silent since 6 passes, though it is normally busy"),
    ([line(1, gaps=(Gap(since=NOON, until=NOON, cause="the platform repeated a page"),))], "the platform repeated a page"),
])  # fmt: skip
def test_what_is_a_red_light(passes, says):
    assert says in lights(passes)


def test_the_last_call_having_worked_is_not_health():
    """Every call answers 200 and brings nothing, since hours, from a busy source."""
    assert lights([line(n, returned=0, stored=0) for n in range(1, 7)] + [line(n) for n in range(7, 20)]) != ""


def test_a_quiet_source_may_be_quiet():
    assert lights([line(n, returned=0, stored=0) for n in range(1, 20)]) == ""


@pytest.mark.parametrize(("stored", "duplicates", "says"), [
    (3, 197, "x.mentions.city.reconcile: 3 of 200 posts of the last days had been missed (1.5%); they are stored now"), (0, 200, None), (0, 0, None),
])  # fmt: skip
def test_what_the_nightly_comparison_found_is_told(stored, duplicates, says):
    night = line(1, source="x.mentions.city.reconcile", stored=stored, duplicates=duplicates)
    assert lost([night]) == says and shape(night)["share_missing"] == (None if not duplicates else stored / 200)
