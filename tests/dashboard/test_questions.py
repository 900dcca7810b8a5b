"""What each page asks: the view's filters in every question, equal stretches to compare with, and nothing of other pages."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import msgspec
import pytest

from dashboard import questions
from dashboard.filters import View
from dashboard.periods import USUAL, window
from store.query import AccountHistory, CountPosts, FindPosts, Found
from tests.dashboard import factory

CITY, ZONE = factory.deployment(), "Asia/Riyadh"
VIEW = View(platform=("x",), topic=("water",), place=("hill",), tongue=("ar",))
PAGES = {"now": questions.now, "engagement": questions.engagement, "themes": questions.themes, "posts": questions.posts}


def here(period: str = "7d"):  # type: ignore[no-untyped-def]
    return window(period, factory.NOW, ZONE)


@pytest.mark.parametrize("page", PAGES)
def test_every_question_of_posts_is_narrowed_by_the_whole_view(page: str) -> None:
    for name, question in questions.every(PAGES[page](VIEW, CITY, here())):
        if not isinstance(question, AccountHistory):
            f = question.filter
            assert (f.platforms, f.topics, f.places, f.languages) == (("x",), ("water",), ("hill",), ("ar",)), name


@pytest.mark.parametrize("period", ["1h", "24h", "7d", "90d"])
def test_what_is_compared_is_as_long_as_what_has_passed_of_the_period(period: str) -> None:
    asked, now = questions.now(View(), CITY, here(period)), here(period)
    assert now.since is not None
    for question in (asked.before, *asked.usual):
        assert question.filter.until - question.filter.since == now.now - now.since  # type: ignore[operator]
    assert len(asked.usual) == USUAL


def test_periods_of_the_usual_follow_one_another_without_a_gap() -> None:
    asked = questions.themes(View(), CITY, here("24h"))
    starts = [q.filter.since for q in asked.usual]
    assert all(later - earlier == timedelta(days=1) for later, earlier in pairwise(starts))  # type: ignore[operator]


def test_engagement_asks_of_own_posts_and_what_is_written_below_them_and_calls_no_young_post_the_worst() -> None:
    asked = questions.engagement(View(), CITY, here("30d"))
    for name, question in questions.every(asked):
        if not isinstance(question, AccountHistory):
            assert question.filter.kinds == (("comment", "reply") if name == "answers" else ("own",))
    assert asked.worst.filter.until == factory.NOW - questions.RIPE
    assert asked.accounts == tuple(a.key for a in CITY.accounts)


def test_a_branch_without_an_account_there_has_no_posts_and_not_all() -> None:
    asked = questions.posts(View(branch=("north",), account=("facebook:rivertown.page",)), CITY, here())
    assert asked.found.filter.accounts == ("",)


def test_growth_is_of_the_accounts_of_the_platforms_chosen() -> None:
    asked = questions.growth(View(platform=("instagram",)), CITY, here("30d"))
    assert asked.history.accounts == asked.own.filter.accounts == ("instagram:rivertown.pics",)
    assert questions.growth(View(), CITY, here("30d")).history.accounts == ()


def test_the_posts_of_a_theme_are_those_and_no_filter_hides_one() -> None:
    asked = questions.posts(VIEW, CITY, here(), ids=("x:1", "x:2"))
    assert msgspec.structs.asdict(asked.found.filter) == msgspec.structs.asdict(asked.counts.filter)
    assert (asked.found.filter.ids, asked.found.filter.topics, asked.found.filter.since) == (("x:1", "x:2"), (), None)


def test_a_bars_own_time_stands_over_the_period() -> None:
    since, until = factory.NOW - timedelta(hours=3), factory.NOW - timedelta(hours=2)
    asked = questions.posts(View(since=since, until=until), CITY, here("30d"))
    assert (asked.found.filter.since, asked.found.filter.until) == (since, until)


def test_each_screen_of_posts_begins_where_the_last_ended() -> None:
    offsets = [questions.posts(View(page=n), CITY, here()).found.offset for n in (1, 2, 3)]
    assert offsets == [0, questions.PAGE_SIZE, 2 * questions.PAGE_SIZE]


@pytest.mark.parametrize(("q", "exact", "counted"), [("", False, True), ("", True, True), ("water", True, True), ("water", False, False)])
def test_words_that_too_many_posts_have_are_found_but_not_counted(q: str, exact: bool, counted: bool) -> None:
    assert questions.is_countable(View(q=q), Found(posts=(), total=1, total_is_exact=exact)) is counted


def test_every_question_has_a_name_of_its_own() -> None:
    asked = questions.every(questions.themes(View(), CITY, here()))
    names = [name for name, _ in asked]
    assert len(set(names)) == len(names) == 3 + 2 * USUAL
    assert all(isinstance(question, CountPosts | FindPosts) for _, question in asked)
