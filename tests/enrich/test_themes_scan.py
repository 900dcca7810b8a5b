"""What the scan must hold whatever it is shown: likeness between nothing and all, evidence from shares and not from numbers."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from enrich.themes_cells import WINDOWS, Table, new_table, ratio_of, ratios
from enrich.themes_counts import Observation, counts
from enrich.themes_index import settle
from enrich.themes_judge import Scanner
from enrich.themes_memory import Memory
from enrich.themes_scan import AGREE, ALIKE, NOTHING, SIZES, evidence, weigh

START = datetime(2025, 3, 3, tzinfo=UTC)
CAP, BOUND, DOUBT = 300.0, 25.0, 0.5
USUAL = np.random.default_rng(8).gamma(0.5, 60 / np.arange(1, 12)[:, None, None] ** 2, (11, 3, 3))  # the more alike the rarer


def remembered(texts: list[str], per_hour: int = 60) -> tuple[Memory, list[int]]:
    """A memory that holds these texts, one a minute; the row of each."""
    memory, rows = Memory(5000, 28), []
    for n, text in enumerate(texts):
        at = START + timedelta(hours=n / per_hour)
        digest = counts([Observation(id=f"x:{n:06d}", at=at, text=text)]).digests[0]
        rows.append(memory.add(digest, at.timestamp() / 3600))
        memory.settle(rows[-1])
    return memory, rows


def test_a_word_that_was_everywhere_and_grew_rare_makes_no_post_more_than_alike():
    common = ["garbage" if n % 6 == 0 else f"lamp{n % 40} bus{n % 50} tree{n % 60}" for n in range(2700)]
    rarer = [f"water{n % 70} road{n % 80} park{n % 90}" for n in range(1500)]
    memory, rows = remembered([*common, *rarer, "garbage", "garbage again"])
    scanner = Scanner(memory, 300.0, 25.0, 0.5, 50.0)
    for i in rows[-2:]:
        scanner.look(i)
        assert 0.0 < scanner.alike[memory.first : i].max() <= 1.0
        scanner.gather(i, [rows[-2] if i == rows[-1] else rows[0], i])
        assert scanner.alike[memory.first : i].max() <= 1.0


def test_posts_are_counted_by_their_cells_however_quickly():
    dice = np.random.default_rng(5)
    memory, rows = remembered([f"pipe{dice.integers(9)} lamp{dice.integers(40)} tree{dice.integers(40)}" for _ in range(900)])
    c, i = memory.columns, rows[-1]
    c.topic[:i], c.place[:i], c.weight[:i] = dice.integers(0, 4, i), dice.integers(0, 3, i), 2.0 ** dice.integers(0, 3, i)
    for c.topic[i], c.place[i] in ((1, 2), (0, 1), (3, 0)):
        scanner = Scanner(memory, 300.0, 25.0, 0.5, 50.0)
        scanner.look(i)
        window, cell = scanner.cells(i, np.arange(i))
        counted = np.zeros((len(WINDOWS) + 1, 99))
        np.add.at(counted, (window, cell), c.weight[:i])
        assert (scanner.recent.reshape(-1, 99) == counted[: memory.windows]).all()
        assert (scanner.usual.ravel() == counted[memory.windows :].sum(axis=0)).all()


def test_a_term_is_found_in_settled_posts_and_in_the_newest_alike():
    texts = [f"pipe{n % 7} lamp{n % 11} tree{n % 13}" for n in range(300)]
    memory, rows = remembered([*texts, "pipe3 lamp3 tree3"])
    scanner = Scanner(memory, 300.0, 25.0, 0.5, 50.0)
    scanner.look(rows[-1])
    waiting = scanner.alike[: rows[-1]].copy()
    settle(memory.columns, memory.first, rows[-1], memory.index, False)
    scanner.look(rows[-1])
    assert np.allclose(waiting, scanner.alike[: rows[-1]])
    assert set(np.flatnonzero(waiting)) == {n for n in range(300) if 3 in (n % 7, n % 11, n % 13)}


def weighed(usual: np.ndarray = USUAL) -> Table:
    table = new_table()
    weigh(usual, np.full((11, 3, 3), 0.001), ALIKE / ALIKE.sum(), AGREE, CAP, DOUBT, table)
    return table


def told(recent: np.ndarray, table: Table, has_place: bool = True, bound: float = BOUND) -> float:
    return float(evidence(recent, table, SIZES, has_place, bound, np.zeros(3)))


@pytest.mark.parametrize("times", [0.2, 1.0, 2.5, 20.0])
def test_a_rise_or_a_fall_of_everything_is_evidence_of_nothing(times: float):
    recent = np.zeros((len(WINDOWS), 11, 3, 3))
    recent[3] = np.round(USUAL * times)
    assert told(recent, weighed()) < 0


@pytest.mark.parametrize("window", range(len(WINDOWS)))
def test_alike_posts_are_the_more_evidence_the_more_they_are(window: int):
    seen = []
    for n in (1, 2, 4, 8, 16):
        recent = np.zeros((len(WINDOWS), 11, 3, 3))
        recent[window, 0, 1, 1], recent[window, 7, 0, 0] = 30, n
        seen.append(told(recent, weighed()))
    assert seen == sorted(seen) and seen[-1] > 5


@pytest.mark.parametrize("bound", [3.0, BOUND])
def test_one_post_however_alike_adds_no_more_than_the_bound_allows(bound: float):
    usual, recent = np.zeros((11, 3, 3)), np.zeros((len(WINDOWS), 11, 3, 3))
    usual[0] = 200.0  # never was anything alike
    table = weighed(usual)
    recent[0, 0, 1, 1] = 10
    without = told(recent, table, bound=bound)
    recent[0, 7, 0, 0] = 1
    assert ratios(table, 1).max() > 50
    assert without < told(recent, table, bound=bound) <= without + np.log1p(bound)


def test_without_a_place_what_place_would_say_is_not_asked():
    usual, recent = np.zeros((11, 3, 3)), np.zeros((len(WINDOWS), 11, 3, 3))
    usual[0, 1, 1], usual[0, 0, 1], usual[0, 1, 0], usual[0, 0, 0] = 500, 60, 60, 4
    recent[2, 0, 1, 1], recent[2, 0, 0, 0] = 30, 12  # they share topic and place, and not a word
    assert told(recent, weighed(usual)) > 0 > told(recent, weighed(usual), has_place=False)


def test_fewer_than_two_posts_are_no_evidence():
    recent = np.zeros((len(WINDOWS), 11, 3, 3))
    assert told(recent, weighed()) == NOTHING
    recent[0, 10, 0, 0] = 1
    assert told(recent, weighed()) == NOTHING


def test_nothing_is_judged_before_there_is_a_history_nor_of_a_post_without_words():
    memory, rows = remembered([f"pipe{n % 7} lamp{n % 11}" for n in range(300)])
    scanner = Scanner(memory, CAP, BOUND, DOUBT, 50.0)
    assert scanner.look(rows[-1]) == NOTHING  # five hours: all is recent
    memory, rows = remembered([f"pipe{n % 7} lamp{n % 11}" for n in range(80)], per_hour=0.4)
    scanner = Scanner(memory, CAP, BOUND, DOUBT, 50.0)
    assert scanner.look(rows[-1]) == NOTHING  # some forty are older than four days, and fifty are asked for
    memory, rows = remembered([*(f"pipe{n % 7} lamp{n % 11}" for n in range(300)), "…"], per_hour=2)
    scanner = Scanner(memory, CAP, BOUND, DOUBT, 50.0)
    assert scanner.look(rows[-1]) == NOTHING != scanner.look(rows[-2])


def test_no_ratio_is_beyond_the_cap_below_nothing_or_for_words_hardly_shared():
    for usual in (USUAL, np.zeros((11, 3, 3)), np.eye(11, 9).reshape(11, 3, 3) * 1e6):
        table = weighed(usual)
        for kind in range(3):
            found = ratios(table, kind)
            assert np.isfinite(found).all() and (found > 0).all() and found.max() <= CAP
            assert [ratio_of(table, kind, c // 9, c // 3 % 3, c % 3) for c in range(99)] == found.tolist()
        assert table.words[:2, 2].max() <= 1.0
