"""What the scan must hold whatever it is shown: likeness between nothing and all, evidence from shares and not from numbers."""

from datetime import UTC, datetime, timedelta

from enrich.themes_counts import Observation, counts
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
