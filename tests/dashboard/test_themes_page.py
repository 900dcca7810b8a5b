"""The map of topics and places: coloured by what is usual, and never empty where there are posts."""

import pytest

from cases.theme_judgements import Judged
from core.theme import State, Theme
from dashboard.pages.themes import _strength, ordered, varied
from dashboard.sums import Rise
from dashboard.theme_judging import Judgements
from tests.make import NOON, post


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


def test_a_text_that_was_retold_is_evidence_once() -> None:
    """A repost, the same with a word changed, and what the pipeline knew as a copy say nothing new."""
    first = post(1, text="since morning no water in the whole lane of the fig trees")
    again = [
        post(2, text="RT @olga since morning no water in the whole lane of the fig trees"),
        post(3, text="since morning no water in the whole LANE of the olive trees"),
        post(4, text="copied in other words", copy_of=first.id),
    ]
    assert varied([first, *again, post(5, text="buckets again")], 3) == [first, post(5, text="buckets again")]


def test_themes_of_complaints_can_be_looked_at_alone_and_what_was_muted_stands_last() -> None:
    made = [
        Theme(id=id, name=id, first_seen=NOON, raised_at=NOON, updated_at=NOON, is_complaint=id[0] == "c", state=State(state))
        for id, state in (("c-over", "over"), ("fair", "rising"), ("c-muted", "rising"), ("c-new", "height"))
    ]
    judged = Judgements(person=None, of={"c-muted": Judged(muted_until=NOON)}, right=0, judged=0)
    assert [t.id for t in ordered(made, judged, False)] == ["fair", "c-new", "c-over", "c-muted"]
    assert [t.id for t in ordered(made, judged, True)] == ["c-new", "c-over", "c-muted"]


@pytest.mark.parametrize("texts", [[], ["a"], ["a", "a"]])
def test_few_posts_are_shown_as_they_are(texts: list[str]) -> None:
    assert [p.text for p in varied([post(n, text=text) for n, text in enumerate(texts)], 3)] == list(dict.fromkeys(texts))
