"""Reading what a platform told: counts, times, ids and nothing at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from collectors import told
from core.post import LONGEST_ID

NOON = datetime(2026, 4, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(("value", "number"), [
    (0, 0), ("0", 0), ("190", 190), (8087, 8087), (3.0, 3), (" 12 ", 12), ("١٢٣", 123), ("۴۵", 45),
    (None, None), ("", None), ("12k", None), (-1, None), ("-1", None), (True, None), ([], None), ({}, None), (float("nan"), None),
    (float("inf"), None), (2**63 - 1, 2**63 - 1), (10**400, None), ("9" * 5000, None),
])  # fmt: skip
def test_a_count_is_what_was_told_or_nothing(value: Any, number: int | None) -> None:
    assert told.number(value) == number


@pytest.mark.parametrize("value", [
    "2026-04-06T12:00:00Z", "2026-04-06T12:00:00+0000", "2026-04-06T15:00:00+03:00", "2026-04-06T12:00:00.000Z", "2026-04-06 12:00:00",
    "2026-04-06T12:00:00.000000000Z", "٢٠٢٦-٠٤-٠٦T١٢:٠٠:٠٠+00:00", "۲۰۲۶-۰۴-۰۶ ۱۲:۰۰:۰۰", 1_775_476_800, "1775476800", 1_775_476_800_000, 1_775_476_800.0,
])  # fmt: skip
def test_one_moment_in_all_its_forms(value: Any) -> None:
    assert told.moment(value) == NOON and told.moment(value).tzinfo is UTC


@pytest.mark.parametrize("value", ["tomorrow", "2026-13-01", [], {}, 10**30, float("nan"), "9" * 40, "2026-04-06T25:00:00Z"])
def test_what_is_no_time_says_so_and_never_repeats_it(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^a time that is") as raised:
        told.moment(value)
    assert "tomorrow" not in str(raised.value)


@pytest.mark.parametrize("value", [None, "", False])
def test_no_time_is_no_time(value: Any) -> None:
    assert told.moment(value) is None


@given(some.one_of(some.none(), some.booleans(), some.integers(), some.floats(), some.text(), some.lists(some.integers())))
def test_nothing_that_json_can_hold_breaks_a_reading(value: Any) -> None:
    assert told.number(value) is None or told.number(value) >= 0
    assert told.rows(value) == [] and isinstance(told.table(value), dict)
    assert told.native(value) is None or told.native(value) == str(value)
    try:
        read = told.moment(value)
    except ValueError:
        return
    assert read is None or read.tzinfo is UTC


def test_a_nameless_message_has_one_id_and_another_message_another() -> None:
    first = told.stable_id("x", "x:1", "2026", "hello")
    assert first == told.stable_id("x", "x:1", "2026", "hello") and first.startswith("x:")
    assert (
        len(
            {
                first,
                told.stable_id("x", None, "2026", "hello"),
                told.stable_id("x", "x:1", "2026hello", ""),
                told.stable_id("y", "x:1", "2026", "hello"),
            }
        )
        == 4
    )


@pytest.mark.parametrize("letter", ["a", "й"])
def test_an_id_that_an_engine_can_keep_stays_and_a_longer_one_becomes_one_made_of_it(letter: str) -> None:
    most = (LONGEST_ID - len("x:")) // len(letter.encode())
    assert told.post_id("x", letter * most) == f"x:{letter * most}"
    longer = told.post_id("x", letter * (most + 1))
    assert longer == told.post_id("x", letter * (most + 1)) != told.post_id("x", letter * (most + 2))
    assert longer.startswith("x:") and len(longer.encode()) <= LONGEST_ID
