"""What the scan must hold whatever it is shown: likeness between nothing and all, evidence from shares and not from numbers."""

from datetime import UTC, datetime, timedelta

import numpy as np

from enrich.themes_cells import WINDOWS
from enrich.themes_counts import Observation, counts
from enrich.themes_index import settle
from enrich.themes_judge import Scanner
from enrich.themes_memory import Memory

START = datetime(2025, 3, 3, tzinfo=UTC)


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
