"""Behind every page stand its queries and the numbers they answer with; a file of them says what the store says."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import msgspec
import pytest

from cases.store import CaseStore
from core.account import AccountSample
from dashboard import behind, exports
from dashboard.data import Asker
from store.base import Batch
from store.embedded import EmbeddedStore
from store.memory import MemoryStore
from store.query import AccountHistory, CountPosts, Filter, FindPosts, WeekHours
from tests.dashboard.staff import page
from tests.make import NOON, post

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)


def lines(store: MemoryStore, question: CountPosts | WeekHours | AccountHistory, name: str) -> list[list[str]]:
    """The file as a spreadsheet reads it; `name` keeps the cached answers of two tests apart."""
    made = behind.as_csv(Asker(store, name), question).decode()  # type: ignore[arg-type]
    assert made.startswith(exports.BOM)
    return list(csv.reader(io.StringIO(made.removeprefix(exports.BOM))))


@pytest.fixture
def town() -> MemoryStore:
    made = MemoryStore()
    made.save(Batch(posts=(post(1, likes=3), post(2), post(3, source='=cmd|" /C calc"!A0')), account_samples=(
        AccountSample(account="x:city", at=NINE, followers=120), AccountSample(account="x:city", at=NOON, views=7))))  # fmt: skip
    return made


def test_counts_are_written_under_what_they_are_counted_by(town: MemoryStore) -> None:
    head, *found = lines(town, CountPosts(by=("platform", "kind")), "counts")
    assert head == ["platform", "kind", "posts", "interactions"]
    assert sum(int(row[2]) for row in found) == 3 and sum(int(row[3]) for row in found) == 3


def test_a_count_over_time_says_when_each_stretch_begins(town: MemoryStore) -> None:
    head, first, *_ = lines(town, CountPosts(bucket="hour"), "time")
    assert head == ["start", "posts", "interactions"] and datetime.fromisoformat(first[0]).utcoffset() is not None


def test_what_a_platform_did_not_tell_is_empty_and_not_nought(town: MemoryStore) -> None:
    assert lines(town, AccountHistory(), "history")[1:] == [
        ["x:city", NINE.isoformat(), "120", "", "", ""], ["x:city", NOON.isoformat(), "", "", "", "7"],
    ]  # fmt: skip


def test_an_hour_of_the_week_is_a_line(town: MemoryStore) -> None:
    head, *found = lines(town, WeekHours(), "hours")
    assert head == ["weekday", "hour", "posts", "interactions", "views", "seen"]
    assert sum(int(row[2]) for row in found) == 3


def test_no_name_of_a_source_runs_as_a_formula(town: MemoryStore) -> None:
    assert {row[0][:1] for row in lines(town, CountPosts(by=("source",)), "formula")[1:]} <= {"x", "'"}


def test_nothing_found_is_a_file_with_its_head() -> None:
    assert lines(MemoryStore(), CountPosts(by=("topic",)), "empty") == [["topic", "posts", "interactions"]]


# On the pages


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ledger", ["FROM passes"]),
        ("plans", ["FROM plans", "GROUP BY cases.category, cases.place"]),
        ("complaints", ["FROM cases ORDER BY cases.opened_at", "cases/report.py"]),
        ("themes", ["x:1"]),
        ("themes", ["FROM themes WHERE raised >="]),
        ("now", ["FROM themes WHERE raised >="]),
        ("brief", ["FROM themes WHERE raised >="]),
    ],
)
def test_the_query_behind_is_shown(staffed: CaseStore, store: EmbeddedStore, name: str, says: list[str]) -> None:
    if says == ["x:1"]:
        says = [store.themes()[0].evidence[0]]
    shown = " ".join(" ".join(code.value for code in page(staffed, name).code).split())
    assert not [part for part in says if part not in shown]


def test_every_count_of_a_page_can_be_taken_along_and_posts_cannot(staffed: CaseStore) -> None:
    offered = {button.proto.id.split("numbers_")[-1] for button in page(staffed, "now").get("download_button")}
    assert {"volume", "before", "topics", "usual_1"} <= offered and "newest" not in offered


def test_the_file_holds_what_the_store_says(store: EmbeddedStore) -> None:
    question = CountPosts(filter=Filter(kinds=("own",)), by=("account",))
    made = csv.DictReader(io.StringIO(behind.as_csv(Asker(store, "city"), question).decode().removeprefix(exports.BOM)))
    assert {(row["account"], int(row["posts"]), int(row["interactions"])) for row in made} == {
        (c.keys[0], c.posts, c.interactions) for c in store.count(question)
    }


def test_only_numbers_are_files() -> None:
    assert FindPosts not in behind.COUNTED and all(issubclass(kind, msgspec.Struct) for kind in behind.COUNTED)
