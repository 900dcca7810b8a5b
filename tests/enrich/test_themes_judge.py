"""From a suspicious post to what is listed: who is counted, who is left out, and what a second group has to say in it."""

from collections.abc import Sequence

import numpy as np
import pytest

from enrich.themes import Observation, ThemeSettings, counts
from enrich.themes_judge import Finding, Scanner, agreed, find, main, recent_rows, weekly_share
from enrich.themes_life import hours_of
from enrich.themes_memory import Memory
from tests.enrich.test_themes import BURST, burst, mixed, post, usual

SET = ThemeSettings()
FLAGS = np.array([True, True, True, False, False])


class Watched:
    """A memory of 9,000 posts and a scanner; every post is looked at as in service."""

    def __init__(self, posts: Sequence[Observation], own: str = "") -> None:
        self.memory = Memory(SET.posts, SET.days)
        self.scanner = Scanner(self.memory, SET.cap, SET.bound, SET.doubt, enough=50.0)
        self.row_of: dict[str, int] = {}
        for digest in counts(posts, frozenset({own})).digests:
            i = self.memory.add(digest, hours_of(digest.post.at))
            self.memory.score[i] = self.scanner.look(i)
            self.memory.settle(i)
            self.row_of[digest.post.id] = i

    def rows(self, posts: Sequence[Observation]) -> list[int]:
        return [self.row_of[one.id] for one in posts]

    def find(self, i: int) -> tuple[Finding | None, list[int]]:
        self.scanner.look(i)
        finding, company = find(self.scanner, i, SET.least, SET.weekly_share)
        return finding, company.tolist()


@pytest.fixture(scope="module")
def bridge() -> tuple[Watched, list[int]]:
    """Sixteen ordinary days, and ten people on one footbridge in the end."""
    told = burst(16 * 24 - 8.0)
    watched = Watched([one for one in mixed(usual(), told) if one.at <= told[-1].at])
    return watched, watched.rows(told)


def test_what_is_found_is_the_burst_oldest_first_and_the_anchor_last(bridge: tuple[Watched, list[int]]):
    watched, rows = bridge
    finding, company = watched.find(rows[-1])
    assert finding is not None and finding.rows == sorted(finding.rows) and finding.rows[-1] == rows[-1]
    assert len(set(rows) & set(finding.rows)) >= len(rows) - 1 and len(set(rows) & set(company)) >= len(rows) - 2
    assert len(set(finding.rows) - set(rows)) <= 2 and finding.voices >= len(rows) - 1


def test_it_is_found_by_its_fourth_post(bridge: tuple[Watched, list[int]]):
    watched, rows = bridge
    finding, _ = watched.find(rows[3])
    assert finding is not None and set(finding.rows) & set(rows[:3]) and max(finding.rows) == rows[3]


def test_an_ordinary_post_finds_nothing_of_the_burst(bridge: tuple[Watched, list[int]]):
    watched, rows = bridge
    between = [i for i in range(rows[0] + 1, rows[-1]) if i not in rows]
    for i in between:
        finding, _ = watched.find(i)
        assert finding is None or len(set(finding.rows) & set(rows)) < len(finding.rows) / 2


def test_posts_of_a_known_theme_are_company_and_not_listed(bridge: tuple[Watched, list[int]]):
    watched, rows = bridge
    known = rows[:9]
    watched.memory.theme[known] = 3
    try:
        finding, company = watched.find(rows[-1])
    finally:
        watched.memory.theme[known] = -1
    assert finding is None and len(set(known) & set(company)) > len(known) / 2


def test_what_the_organisation_says_itself_is_never_listed():
    told = burst(16 * 24 - 8.0)
    own = [post(16 * 24 - 7.9 + n, text, "office", "roads", "p3") for n, text in enumerate(BURST[:5])]
    watched = Watched([one for one in mixed(usual(), told, own) if one.at <= told[-1].at], "office")
    finding, company = watched.find(watched.row_of[told[-1].id])
    assert finding is not None
    assert not set(watched.rows([one for one in own if one.at <= told[-1].at])) & {*finding.rows, *company}


def test_one_author_who_repeats_himself_is_found_by_nobody():
    told = [post(16 * 24 - 8 + 0.5 * n, text, "loud", "roads", "p3") for n, text in enumerate(BURST)]
    watched = Watched(mixed(usual(), told))
    assert [watched.find(i)[0] for i in watched.rows(told)] == [None] * len(told)


def test_rows_without_texts_are_passed_over():
    watched = Watched(usual(days=6))
    i = watched.memory.stop - 1
    rows = recent_rows(watched.memory, i)
    hours = watched.memory.columns.hours
    assert rows[-1] == i - 1 and hours[i] - hours[rows[0]] <= watched.memory.longest
    watched.memory.digests[: i - 5] = [None] * (i - 5)
    assert recent_rows(watched.memory, i).tolist() == list(range(i - 5, i))
    watched.memory.columns.weight[i - 2] = 0.0
    assert i - 2 not in recent_rows(watched.memory, i)


@pytest.mark.parametrize("weeks, habit", [((), False), ((1,), False), ((1, 2), True), ((1, 2, 3), True)])
def test_what_came_so_in_earlier_weeks_at_these_hours_is_a_habit(weeks: tuple[int, ...], habit: bool):
    at = 24.0 * 24
    earlier = [burst(at - 168 * week) for week in weeks]
    told = burst(at)
    watched = Watched([one for one in mixed(usual(days=25), *earlier, told) if one.at <= told[-1].at])
    i = watched.row_of[told[-1].id]
    watched.scanner.look(i)
    rows = recent_rows(watched.memory, i)
    watched.scanner.among(watched.scanner.cells(i, rows), np.ones(len(rows), bool))
    assert (weekly_share(watched.scanner, i, 4) >= SET.weekly_share) is habit


@pytest.mark.parametrize(
    "first, second, listed",
    [
        ([1, 1, 1, 0, 0], [0.9, 0.9, 0.9, 0.1, 0.1], [1, 1, 1, 0, 0]),  # of one mind
        ([1, 1, 1, 0, 0], [0.9, 0.9, 0.6, 0.1, 0.1], [1, 1, 1, 0, 0]),  # the second is not sure, but holds it likely
        ([1, 1, 1, 0, 0], [0.9, 0.9, 0.4, 0.1, 0.1], [1, 1, 0, 0, 0]),  # the second rather doubts it
        ([1, 1, 1, 0, 0], [0.9, 0.9, 0.4, 0.8, 0.6], [1, 1, 0, 1, 0]),  # what it finds itself it must be sure of
        ([1, 1, 1, 0, 0], [0.9, 0.1, 0.1, 0.1, 0.1], [1, 1, 1, 0, 0]),  # a group that knows hardly anyone has no say
    ],
)
def test_what_the_second_group_doubts_is_not_listed(first: list[int], second: list[float], listed: list[int]):
    assert agreed(np.array(first, bool), np.array(second), np.ones(5, bool)).tolist() == [bool(n) for n in listed]


def test_only_posts_that_count_say_whether_enough_is_left():
    second = np.array([0.9, 0.9, 0.9, 0.1, 0.1])
    assert agreed(~FLAGS, second, FLAGS).tolist() == FLAGS.tolist()
    assert agreed(~FLAGS, second, ~FLAGS).all()


@pytest.mark.parametrize(
    "said, most", [([], 0), ([0, 0], 0), ([7], 7), ([7, 0, 0, 0], 7), ([7, 7, 8], 7), ([7, 8], 7), ([7, 8, 9], 0), ([8, 8, 7, 7, 9], 0)]
)
def test_what_half_of_those_who_told_it_say_is_said_of_all(said: list[int], most: int):
    assert main(np.array(said, np.int64), np.arange(len(said))) == most
