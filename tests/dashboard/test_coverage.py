"""How each stretch of a source's time went: read, failed, known to be incomplete, or not asked at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from dashboard.pages import ledger
from dashboard.pages.ledger import BLIND, FAILED, READ
from store.base import Gap, Pass

NINE = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
AT = [NINE, NINE + HOUR, NINE + 2 * HOUR]
UNTIL = NINE + 3 * HOUR


def read(hours: float, state: str = "ok", source: str = "x") -> Pass:
    return Pass(id=f"{source}{hours}{state}", source=source, platform="x", started=NINE + hours * HOUR, state=state)


@pytest.mark.parametrize(
    ("passes", "went"),
    [
        ([], [None, None, None]),
        ([read(0.5), read(2)], [READ, None, READ]),  # the first moment of a stretch belongs to it
        ([read(0.5, "partial")], [READ, None, None]),
        ([read(0.2, "failed")], [FAILED, None, None]),
        ([read(0.2, "failed"), read(0.6)], [READ, None, None]),  # what failed and was then read is read
        ([read(1.5, "credential")], [None, FAILED, None]),
        ([read(3)], [None, None, None]),  # the end is no part of it
        ([read(0.5, source="y")], [None, None, None]),
    ],
)
def test_a_stretch_went_as_its_passes_did(passes: list[Pass], went: list[int | None]) -> None:
    assert ledger.covered("x", AT, UNTIL, passes, ()) == went


def test_a_stretch_whose_list_was_not_there_was_not_read() -> None:
    passes = [msgspec.structs.replace(read(0.5, "partial"), error="the list is not there")]
    assert ledger.covered("x", AT, UNTIL, passes, ()) == [FAILED, None, None]


@pytest.mark.parametrize(
    ("since", "until", "went"),
    [
        (0.5, 1.5, [BLIND, BLIND, READ]),
        (1, 2, [READ, BLIND, READ]),  # a gap that only touches a stretch takes nothing of it
        (-5, 9, [BLIND, BLIND, BLIND]),
        (-5, 0, [READ, READ, READ]),
    ],
)
def test_what_a_gap_touches_is_blind_however_it_was_read(since: float, until: float, went: list[int]) -> None:
    gap = Gap(since=NINE + since * HOUR, until=NINE + until * HOUR, cause="rate limit")
    passes = [read(0.5), read(1.5), read(2.5)]
    assert ledger.covered("x", AT, UNTIL, passes, [("x", gap)]) == went
    assert ledger.covered("x", AT, UNTIL, passes, [("y", gap)]) == [READ, READ, READ]


def test_rows_leave_out_the_word_that_every_source_begins_with() -> None:
    assert ledger._short(["demo.x.own.city", "demo.flickr.own.city"]) == ["x.own.city", "flickr.own.city"]
    assert ledger._short(["x.own.city", "flickr.own.city"]) == ["x.own.city", "flickr.own.city"]
    assert ledger._short(["news", "news"]) == ["news", "news"]


def test_a_long_name_leaves_room_for_its_row() -> None:
    (name, other) = ledger._short([f"x.mention.{'city' * 9}", "facebook.own.city"])
    assert len(name) == 24 and name.startswith("x.mention.city") and name.endswith("…") and other == "facebook.own.city"
