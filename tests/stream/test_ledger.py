import io
from datetime import timedelta

import pytest
from rich.console import Console

from collectors.base import Source
from store.base import Gap, Pass
from stream.ledger import drawn, lost, red_lights, shape
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


# The edges of each light

EMPTY = {"returned": 0, "stored": 0}


def heard(ago, **told):
    """One pass that ended so long ago."""
    return [line(0, started=NOON - ago - timedelta(minutes=1), finished=NOON - ago, **told)]


@pytest.mark.parametrize(("ago", "says"), [
    (timedelta(minutes=15), ""),  # three cadences are borne
    (timedelta(minutes=15, seconds=1), "15 minutes ago"),
    (timedelta(minutes=119), "119 minutes ago"),
    (timedelta(hours=2), "2 hours ago"),
    (timedelta(hours=47), "47 hours ago"),
    (timedelta(hours=48), "2 days ago"),
    (timedelta(days=30), "30 days ago"),
])  # fmt: skip
def test_how_late_is_late_and_how_it_is_said(ago, says):
    assert (says in lights(heard(ago))) and bool(lights(heard(ago))) is bool(says)


def test_a_pass_that_still_runs_or_failed_is_not_taken_for_news():
    old = heard(timedelta(hours=3))
    assert "3 hours ago" in lights([line(1, state="running", finished=None), *old])
    assert "3 hours ago" in lights([line(1, state="failed"), line(2, state="waiting"), *old])
    assert lights([line(1, state="partial"), *old]) == ""
    assert "3 hours ago" in lights([line(1, state="partial", error="x: this is not there any more (HTTP 404)"), *old])


def test_a_pass_that_never_said_when_it_ended_is_as_old_as_its_beginning():
    assert "20 minutes ago" in lights([line(4, finished=None)])


def test_a_source_that_never_ran_has_nothing_wrong_and_one_that_only_runs_neither():
    assert lights([]) == ""
    assert lights([line(1, state="running", finished=None)]) == ""


@pytest.mark.parametrize(("passes", "stuck"), [
    ([line(n, cursor_after="7") for n in range(1, 4)], True),
    ([line(n, cursor_after="7") for n in range(1, 3)], False),  # two are too few to say so
    ([line(1, cursor_after="8"), *(line(n, cursor_after="7") for n in range(2, 5))], False),
    ([line(n, cursor_after=None) for n in range(1, 4)], True),  # it never had one
    ([line(1, **EMPTY, cursor_after="7"), *(line(n, cursor_after="7") for n in range(2, 5))], True),
    ([*(line(n, **EMPTY, cursor_after="7") for n in range(1, 4)), *(line(n, cursor_after="7") for n in range(4, 7))], False),  # long ago
    ([line(n, stored=0, duplicates=2, cursor_after="7") for n in range(1, 9)], False),  # nothing new came: nothing to move for
    ([line(n, state="partial", stored=0, cursor_after="7") for n in range(1, 3)], False),
])  # fmt: skip
def test_when_a_cursor_is_stuck(passes, stuck):
    assert ("cursor has not moved" in lights(passes)) is stuck


@pytest.mark.parametrize(("quiet", "busy", "empty", "silent"), [
    (6, 10, 0, True), (5, 10, 0, False), (6, 9, 0, False),  # too short to know either
    (6, 9, 1, True), (6, 8, 2, False),  # nine in ten of the ten before are busy, eight are not
])  # fmt: skip
def test_when_silence_is_not_normal(quiet, busy, empty, silent):
    kinds = [EMPTY] * quiet + [{}] * busy + [EMPTY] * empty
    assert ("is silent" in lights([line(n, **told) for n, told in enumerate(kinds, 1)])) is silent


def test_a_repeated_page_of_yesterday_is_no_light_of_today():
    gap = Gap(since=NOON, until=NOON, cause="the platform repeated a page")
    assert "repeated" not in lights([line(1), line(2, gaps=(gap,))])
    assert "repeated" not in lights([line(1, gaps=(Gap(since=NOON, until=NOON, cause="more than 800 posts"),))])


def test_several_lights_are_several_sentences_each_with_the_source():
    gap = Gap(since=NOON, until=NOON, cause="the platform repeated a page")
    found = red_lights(SOURCE, [line(n, cursor_after="7", gaps=(gap,)) for n in range(5, 9)], NOON)
    assert len(found) == 3 and all(one.startswith(f"{SOURCE.id}: ") for one in found)


def test_only_the_last_night_that_compared_anything_is_told():
    nights = [
        line(n, source="x.mentions.city.reconcile", stored=stored, duplicates=known)
        for n, (stored, known) in enumerate([(0, 0), (1, 9), (9, 1)], 1)
    ]
    assert "1 of 10" in lost(nights)
    assert lost(nights[:1]) is None
    assert lost([]) is None


def test_a_line_says_what_was_not_told_as_nothing():
    told = shape(Pass(id="p", source="s", platform="x", started=NOON))
    assert [told[name] for name in ("finished", "cursor_before", "cursor_after", "error", "next_at", "share_missing")] == [None] * 6
    assert told["window"] == {"from": None, "to": None}


def test_the_table_of_a_terminal_names_source_state_and_what_was_said():
    page = io.StringIO()
    gap = Gap(since=NOON, until=NOON, cause="more than 800 posts")
    Console(file=page, width=200).print(
        drawn([line(1, refused=2), line(2, state="failed", error="x: did not answer"), line(3, gaps=(gap, gap))])
    )
    shown = page.getvalue().splitlines()
    assert "2 new of 2, 2 refused" in shown[1] and "did not answer" in shown[2] and "more than 800 posts; more than 800 posts" in shown[3]
