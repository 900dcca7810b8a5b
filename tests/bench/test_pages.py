"""The measurement of the pages asks what the pages ask, and says what programs rely on."""

import importlib
from pathlib import Path

import pytest

from bench import pages
from store.embedded import EmbeddedStore


@pytest.mark.parametrize("page", pages.PERIODS)
def test_every_period_a_page_offers_is_measured(page: str) -> None:
    assert importlib.import_module(f"dashboard.pages.{page}").PERIODS[-len(pages.PERIODS[page]) :] == pages.PERIODS[page]


def test_the_report_has_the_figures_programs_rely_on() -> None:
    found = pages.run(small=300, large=900)
    assert {"bench", "machine", "versions", "runs", "median"} <= found.keys()
    median = found["median"]
    assert isinstance(median, dict)
    assert (median["rows"], set(median["slowest_ms"])) == (900, set(pages.PERIODS))
    assert all(ms > 0 for ms in median["slowest_ms"].values())
    assert median["growth_100k_to_1m"] == max(median["growth_by_page"].values())


@pytest.mark.parametrize("page", pages.PERIODS)
def test_the_invented_posts_answer_every_question(page: str, tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path / "posts.db", pages.ZONE)
    pages.fill(store, 4000)
    asked = {name: question for name, question in pages.every(store, page) if name.startswith(f"{pages.PERIODS[page][-1]}/all/")}
    assert asked
    assert [name for name, question in asked.items() if not pages.answer(store, question)] == []


def test_the_same_seed_makes_the_same_posts() -> None:
    assert list(pages.posts(50)) == list(pages.posts(50))
