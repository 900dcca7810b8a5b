"""The map of topics and places: coloured by what is usual, and never empty where there are posts."""

import pytest

from dashboard.pages.themes import _strength, varied
from dashboard.sums import Rise
from tests.make import post


@pytest.mark.parametrize(("now", "usual", "strength"), [
    (7, 1.0, 2.0), (1, 3.0, -1.0), (3, 3.0, 0.0), (0, 3.0, -2.0),
    (9, None, 0.0),  # there were posts, and nothing earlier to compare with: shown, and not called a rise
    (0, None, None), (0, 0.2, None),  # nothing to show
])  # fmt: skip
def test_a_cell_is_coloured_by_how_many_times_the_usual_it_is(now: int, usual: float | None, strength: float | None) -> None:
    assert _strength(Rise(keys=("water", "hill"), now=now, usual=usual)) == strength


def test_where_a_topic_and_a_place_never_met_the_cell_is_empty() -> None:
    assert _strength(None) is None


def test_evidence_is_varied_and_no_text_comes_twice() -> None:
    texts = ["no water in the lane", "no water in the lane", "no water in our lane", "the pump is broken", "children carry buckets"]
    chosen = [p.text for p in varied([post(n, text=text) for n, text in enumerate(texts)], 3)]
    assert chosen == ["no water in the lane", "children carry buckets", "the pump is broken"]  # which shares "the" comes later


@pytest.mark.parametrize("texts", [[], ["a"], ["a", "a"]])
def test_few_posts_are_shown_as_they_are(texts: list[str]) -> None:
    assert [p.text for p in varied([post(n, text=text) for n, text in enumerate(texts)], 3)] == list(dict.fromkeys(texts))
