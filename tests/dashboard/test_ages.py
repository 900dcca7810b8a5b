"""The foot's line of sources: how often each is to be heard, which are named, and which a filter leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from core.settings import Settings
from dashboard import foot
from dashboard.filters import View
from dashboard.frame import Desk
from dashboard.words import words
from store.base import Pass
from tests.dashboard import factory

NOW, CITY = factory.NOW, factory.deployment()


class Told:
    """A store that knows passes and newest posts only."""

    def __init__(self, passes: Sequence[Pass], newest: dict[str, datetime]) -> None:
        self._passes, self._newest = list(passes), newest

    def passes(self, source: str | None = None, limit: int = 100) -> list[Pass]:
        return [p for p in self._passes if source in (None, p.source)][:limit]

    def newest(self) -> dict[str, datetime]:
        return self._newest


def read(source: str, minutes: int) -> Pass:
    at = NOW - timedelta(minutes=minutes)
    return Pass(id=f"{source}@{minutes}", source=source, platform=source.partition(".")[0], started=at, finished=at)


def desk(passes: Sequence[Pass] = (), newest: dict[str, datetime] | None = None, **view: Any) -> Desk:
    ask: Any = Told(passes, newest or {})
    return Desk(Settings(), CITY, words("en"), View(lang="en", **view), NOW, ask)


@pytest.mark.parametrize(("starts", "minutes"), [
    ([], 15), ([0], 15), ([0, 60, 120], 15),  # too few readings show no rhythm
    ([0, 60, 120, 180], 60), ([0, 60, 120, 180, 1000], 60),  # one long pause is no rhythm
    ([0, 1, 2, 3], 5),  # never said to be shorter than five minutes
])  # fmt: skip
def test_a_rhythm_is_learnt_from_readings_where_nobody_says_one(starts: list[int], minutes: int) -> None:
    passes = [read("x.mentions.rivertown", m) for m in starts]
    assert foot.cadence(CITY, "x.mentions.rivertown", passes) == timedelta(minutes=minutes)


def test_the_deployments_own_rhythm_stands_over_what_was_learnt() -> None:
    account = msgspec.structs.replace(CITY.accounts[0], every_minutes=120)
    about = msgspec.structs.replace(CITY, accounts=(account, *CITY.accounts[1:]))
    passes = [read("x.mentions.rivertown", m) for m in (0, 10, 20, 30)]
    assert foot.cadence(about, "x.mentions.rivertown", passes) == timedelta(hours=2)
    assert foot.cadence(about, "facebook.page.rivertown.page", passes) == timedelta(minutes=10)


def test_few_sources_are_all_named_with_their_age() -> None:
    here = desk([read("x.a", 5)], {"import.b": NOW - timedelta(hours=3)})
    said = foot._ages(here, foot.all_health(here))
    assert said == [":green-badge[x\\.a · in time · 5 minutes ago]", ":gray-badge[import\\.b · imported · 3 hours ago]"]


def test_of_many_sources_the_silent_and_late_are_named_first_and_the_others_counted() -> None:
    here = desk([*(read(f"x.good{n}", 5) for n in range(9)), read("x.late", 40), read("x.silent", 900)])
    said = foot._ages(here, foot.all_health(here))
    assert ["silent · silent" in said[0], "late · late" in said[1], said[2]] == [True, True, ":green-badge[9 · in time]"]


def test_a_source_that_was_never_heard_says_so() -> None:
    failed = msgspec.structs.replace(read("x.a", 5), finished=None, state="failed")
    here = desk([failed])
    assert words("en")("foot.never") in foot._ages(here, foot.all_health(here))[0]


def test_a_strangers_source_name_is_no_markup() -> None:
    here = desk([], {"import.**x**](http://e.example)": NOW})
    assert "**x**" not in foot._ages(here, foot.all_health(here))[0]


@pytest.mark.parametrize(("view", "sources"), [
    ({}, {"x.mentions.rivertown", "facebook.page.rivertown.page"}),
    ({"platform": ("x",)}, {"x.mentions.rivertown"}),
    ({"account": ("facebook:rivertown.page",)}, {"facebook.page.rivertown.page"}),
    ({"branch": ("north",)}, {"x.mentions.rivertown"}),
    ({"platform": ("youtube",)}, set()),
])  # fmt: skip
def test_gaps_of_sources_that_the_filters_leave_out_hatch_nothing(view: dict[str, Any], sources: set[str]) -> None:
    here = desk([read("x.mentions.rivertown", 5), read("facebook.page.rivertown.page", 5)], **view)
    assert {p.source for p in foot.passes_seen(here)} == sources
