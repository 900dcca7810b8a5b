"""A year of 17,534 invented reports by category, as the eastern province's operation tells them: the table is exact, and says how sure it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scipy.stats import binomtest
from typer.testing import CliRunner

from cases.commands import app
from cases.store import open_cases
from core.case import Case, Status
from core.deployment import DemoCategory
from core.deployment_file import file_of, load
from core.settings import Settings

PROVINCE = load(file_of("eastern-province"))
YEAR = datetime(2025, 1, 1, tzinfo=UTC) - timedelta(hours=3)  # midnight in Dammam
NEXT_YEAR = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(hours=3)
WANTED = ["category", "label", "received", "handled", "share_handled", "closed", "share_closed", "median_hours_first_answer",
          "median_hours_to_close", "overdue"]  # fmt: skip


def categories() -> tuple[DemoCategory, ...]:
    assert PROVINCE.demo is not None
    return PROVINCE.demo.categories


def counts(category: DemoCategory) -> tuple[int, int]:
    """(handled, closed)"""
    return round(category.received * category.share_handled), round(category.received * (category.share_closed or 0))


def made() -> Iterator[Case]:
    """Every report of the year, spread over it; and what must not be counted among them."""
    for category in categories():
        handled, closed = counts(category)
        for n in range(category.received):
            at = YEAR + (NEXT_YEAR - YEAR) * n / category.received
            status = Status.CLOSED if n < closed else Status.NOT_FIXED if n < handled else Status.IN_HAND
            yield _case(f"{category.topic}-{n}", at, status, category.topic)
    for n in range(40):
        yield _case(f"before-{n}", YEAR - timedelta(seconds=n + 1), Status.CLOSED, "parks")
        yield _case(f"after-{n}", NEXT_YEAR + timedelta(seconds=n), Status.IN_HAND, "parks")
        yield _case(f"idea-{n}", YEAR + timedelta(days=n), Status.ANSWERED, "parks", intent="suggestion")
        yield _case(f"again-{n}", YEAR + timedelta(days=n), Status.REJECTED, "parks", duplicate_of=f"parks-{n}")


def _case(id: str, at: datetime, status: Status, category: str, **more: str) -> Case:
    hours = {Status.CLOSED: 50, Status.NOT_FIXED: 90}.get(status)
    done = at + timedelta(hours=hours) if hours else None
    told = {"intent": "complaint", "citizen": f"phone:{id}"} | more
    return Case(id=id, status=status, opened_at=at, category=category, handled_at=done, closed_at=done,
                first_answer_at=at + timedelta(hours=4) if status == Status.CLOSED else None, **told)  # fmt: skip


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("year")
    store = open_cases(Settings(data=folder))
    store.put_many(made())
    store.close()
    return folder


@pytest.fixture
def table(year: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What `sada report categories` says of that year."""
    monkeypatch.setenv("SADA_DATA", str(year))
    for key in ("SADA_TEST_POSTGRES", "SADA_POSTGRES"):
        monkeypatch.delenv(key, raising=False)
    words = ["report", "categories", "--deployment", "eastern-province", "--since", "2025-01-01", "--until", "2025-12-31", "--json"]
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0
    return list(json.loads(done.stdout))


def test_the_table_is_the_operations_own(table: list[dict[str, object]]) -> None:
    assert sum(row["received"] for row in table) == 17_534  # type: ignore[misc]
    told = {row["category"]: (row["received"], row["handled"], row["closed"]) for row in table}
    assert told == {c.topic: (c.received, *counts(c)) for c in categories()}
    assert [row["received"] for row in table] == sorted((c.received for c in categories()), reverse=True)


def test_its_shape_is_what_programs_rely_on(table: list[dict[str, object]]) -> None:
    for row in table:
        assert [key for key in WANTED if key not in row] == [] and row["label"] and row["label"] != row["category"]
        assert (row["median_hours_first_answer"], row["median_hours_to_close"]) == (4, 50)  # of those answered; of those solved


def test_each_share_is_that_of_its_counts_and_stands_in_wilsons_interval(table: list[dict[str, object]]) -> None:
    for row in table:
        for what in ("handled", "closed"):
            part, whole = int(str(row[what])), int(str(row["received"]))
            low, high = binomtest(part, whole).proportion_ci(method="wilson")
            assert row[f"share_{what}"] == round(part / whole, 4)
            assert row[f"{what}_interval"] == pytest.approx([low, high], abs=1e-4)
            assert high - low < 0.085  # parks has 564 reports: four points to each side and no more


def test_what_was_closed_without_being_fixed_is_handled_and_never_solved(table: list[dict[str, object]]) -> None:
    for row in table:
        assert row["not_fixed"] == int(str(row["handled"])) - int(str(row["closed"])) > 0


def test_every_category_is_large_enough_for_a_rank_and_equal_shares_have_the_same(table: list[dict[str, object]]) -> None:
    ranks = {str(row["category"]): row["rank"] for row in table}
    shares = {c.topic: round(counts(c)[0] / c.received, 4) for c in categories()}
    assert ranks == {key: 1 + sum(other > share for other in shares.values()) for key, share in shares.items()}
    assert len(set(ranks.values())) < len(ranks)  # two pairs of categories handled the same share


def test_a_weeks_table_ranks_nobody_by_a_handful(year: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SADA_DATA", str(year))
    words = ["report", "categories", "--deployment", "eastern-province", "--since", "2025-03-01", "--until", "2025-03-07", "--json"]
    week = {row["category"]: row for row in json.loads(CliRunner().invoke(app, words, catch_exceptions=False).stdout)}
    assert {key: row["rank"] is None for key, row in week.items()} == {key: row["received"] < 30 for key, row in week.items()}
    low, high = week["parks"]["handled_interval"]
    assert week["parks"]["received"] < 30 and high - low > 0.2
