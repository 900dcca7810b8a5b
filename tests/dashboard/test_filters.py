"""The address bar says the whole view, and nothing an address says can break a page."""

from datetime import UTC, datetime

import pytest

from dashboard.filters import View, accounts_of, address, as_filter, carried, read, write
from tests.dashboard.factory import deployment

CITY = deployment()
FULL = View(
    lang="fa", period="7d", platform=("x",), account=("x:rivertown",), branch=("north",), tongue=("ar", ""), topic=("water", ""), place=("olive",),
    sentiment=("negative",), intent=("complaint",), kind=("own",), source=("x:rivertown",), since=datetime(2026, 11, 1, tzinfo=UTC),
    until=datetime(2026, 11, 2, tzinfo=UTC), q="انقطاع المياه", theme="t-1", order="most", base="views", scale="indexed", page=3,
)  # fmt: skip


def test_an_address_read_back_is_the_same_view() -> None:
    assert read(write(FULL), CITY) == FULL


def test_an_empty_address_is_the_deployments_first_language_and_no_filter() -> None:
    assert read({}, CITY) == View(lang="ar")
    assert write(View(lang="ar")) == {"lang": ["ar"]}


@pytest.mark.parametrize(
    ("params", "name", "expected"),
    [
        ({"topic": ["water", "nonsense"]}, "topic", ("water",)),  # an id that is no longer there is left out
        ({"topic": ["water،roads"]}, "topic", ("water", "roads")),  # Arabic comma
        ({"topic": ["water؛ roads,parks"]}, "topic", ("water", "roads", "parks")),  # Arabic semicolon, blank, Latin comma
        ({"topic": ["water", "water"]}, "topic", ("water",)),
        ({"tongue": ["none"]}, "tongue", ("",)),  # posts without a language
        ({"page": ["٣"]}, "page", 3),
        ({"page": ["۱۲"]}, "page", 12),
        ({"page": ["0"]}, "page", 1),
        ({"page": ["-5"]}, "page", 1),
        ({"page": ["²"]}, "page", 1),  # a digit to Python's isdigit, not to int
        ({"page": ["9999999999"]}, "page", 1),
        ({"lang": ["xx"]}, "lang", "ar"),
        ({"order": ["drop table"]}, "order", ""),
        ({"since": ["yesterday"]}, "since", None),
        ({"since": ["2026-11-01T00:00:00"]}, "since", None),  # naive: no moment
        ({"since": ["2026-11-01T00:00:00 00:00"]}, "since", datetime(2026, 11, 1, tzinfo=UTC)),  # + was read as a blank
        ({"q": ["a" * 999]}, "q", "a" * 200),
    ],
)
def test_what_an_address_says_is_taken_as_far_as_it_makes_sense(params: dict, name: str, expected: object) -> None:
    assert getattr(read(params, CITY), name) == expected


def test_another_page_keeps_language_and_filters_but_not_search_or_order() -> None:
    kept = carried(FULL)
    assert (kept.lang, kept.topic, kept.place, kept.branch) == (FULL.lang, FULL.topic, FULL.place, FULL.branch)
    assert (kept.q, kept.order, kept.page, kept.since, kept.theme) == ("", "", 1, None, "")


def test_a_branch_means_its_accounts() -> None:
    assert accounts_of(View(branch=("south",)), CITY) == ("facebook:rivertown.page", "instagram:rivertown.pics")
    assert accounts_of(View(branch=("south",), account=("facebook:rivertown.page",)), CITY) == ("facebook:rivertown.page",)


def test_a_branch_and_an_account_outside_it_mean_nothing_and_not_everything() -> None:
    assert accounts_of(View(branch=("north",), account=("facebook:rivertown.page",)), CITY) == ("",)


def test_a_view_becomes_the_stores_filter() -> None:
    asked = as_filter(FULL, CITY)
    assert (asked.platforms, asked.accounts, asked.languages, asked.topics, asked.search) == (
        ("x",),
        ("x:rivertown",),
        ("ar", ""),
        ("water", ""),
        FULL.q,
    )


def test_an_address_holds_ids_and_never_labels() -> None:
    assert address("posts", View(lang="ar", topic=("water",))) == "posts?lang=ar&topic=water"
