"""By which marks a theme is told from chance, and what the weights make of them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest

from enrich.themes_counts import Observation, counts
from enrich.themes_marks import Marks, Seen, marks_of
from enrich.themes_memory import Memory
from enrich.themes_verdict import BadWeights, Verdict, load, probability, shipped, told

START = datetime(2025, 3, 3, tzinfo=UTC)
SEEN = Seen(alone=3.0, group=5.0, sure=0.9, voices=1.0, weekly=0.0, level=4.0, window=3, kind=0)
TOLD = [
    "the lift in tower four is stuck",
    "lift stuck again on my floor",
    "nobody mends our lift, stuck since noon",
    "stuck in the lift for an hour",
]


def memory_of(texts: list[str], authors: list[str], places: list[str] | None = None, hours: float = 1.0) -> Memory:
    """A memory with a quiet week of known authors, then these posts, one every `hours`."""
    memory = Memory(2000, 28)
    usual = [(f"bus {n % 7} tree {n % 11}", f"known{n % 20}", "", n * 1.0) for n in range(160)]
    ours = [
        (text, author, (places or [""] * len(texts))[n], 160 + n * hours)
        for n, (text, author) in enumerate(zip(texts, authors, strict=True))
    ]
    for n, (text, author, place, at) in enumerate([*usual, *ours]):
        moment = START + timedelta(hours=at)
        digest = counts([Observation(id=f"x:{n:05d}", at=moment, text=text, author=author, place=place)]).digests[0]
        memory.settle(memory.add(digest, moment.timestamp() / 3600))
    return memory


def marks(texts: list[str], authors: list[str], places: list[str] | None = None, hours: float = 1.0) -> Marks:
    memory = memory_of(texts, authors, places, hours)
    rows = list(range(memory.stop - len(texts), memory.stop))
    return marks_of(memory, rows, np.full(len(rows) - 1, 0.5), SEEN)


def test_voices_never_heard_before_are_told_from_known_ones():
    new, known = marks(TOLD, ["n1", "n2", "n3", "n4"]), marks(TOLD, ["known1", "known2", "known3", "known4"])
    assert new.fresh > 0.5 and known.fresh <= 0
    assert new.fresh_sure > new.fresh, "four say more than one"


def test_newcomers_who_repeat_one_another_are_doubted_more_than_those_whose_words_differ():
    newcomers = ["n1", "n2", "n3", "n4"]
    assert marks([TOLD[0]] * 4, newcomers).fresh > marks(TOLD, newcomers).fresh + 0.2


def test_where_everybody_is_new_a_new_voice_is_no_mark():
    memory = Memory(2000, 28)
    for n in range(60):
        at = START + timedelta(hours=n)
        digest = counts([Observation(id=f"x:{n:05d}", at=at, text=f"bus {n % 7} tree {n % 11}", author=f"once{n}")]).digests[0]
        memory.settle(memory.add(digest, at.timestamp() / 3600))
    assert abs(marks_of(memory, [56, 57, 58, 59], np.full(3, 0.5), SEEN).fresh) < 0.1


def test_without_authors_nothing_is_said_of_voices():
    assert marks(TOLD, [""] * 4).fresh == 0.0


def test_one_text_retold_is_told_from_four_tellings():
    one = "our mayor promised clean water by may and we got empty pipes"
    copies = [one, one.replace("clean", "good"), one.replace("pipes", "words"), one + " friends"]
    assert marks(copies, ["n1", "n2", "n3", "n4"]).told > 0.8 > 0.5 > marks(TOLD, ["n1", "n2", "n3", "n4"]).told


def test_what_came_in_a_day_and_in_six_hours_is_counted_as_what_came_in_all():
    quick, slow = marks(TOLD, ["n1", "n2", "n3", "n4"], hours=0.5), marks(TOLD, ["n1", "n2", "n3", "n4"], hours=10)
    assert quick.concentrated == 1.0 and slow.concentrated == pytest.approx(0.75)
    assert quick.now > slow.now and quick.span < slow.span and quick.gap < slow.gap
    assert quick.posts == slow.posts


def test_agreement_on_the_place_is_of_those_that_told_one():
    assert marks(TOLD, ["a", "b", "c", "d"], ["p1", "", "p1", "p1"]).place == 1.0
    assert marks(TOLD, ["a", "b", "c", "d"], ["p1", "p2", "p1", "p2"]).place == 0.5
    assert marks(TOLD, ["a", "b", "c", "d"], ["", "", "", "p1"]).place == -1.0, "one says nothing"


def a_verdict(**changed: object) -> Verdict:
    """One tree: is the group's evidence above 4, and then, are there more than e⁰·⁵ − 1 posts a day."""
    made = Verdict(
        marks=Marks._fields, streams=("invented",), start=0.0, calibrated=(0.0, 1.0),
        asks=((2, 0, Marks._fields.index("today")),), limits=((4.0, 0.0, 0.5),), gives=((-3.0, -2.0, 1.0, 3.0),),
    )  # fmt: skip
    return msgspec.structs.replace(made, **changed)


@pytest.mark.parametrize(
    ("group", "post", "today", "odds"),
    [(4.0, 0.0, 9.0, -3.0), (4.0, 1.0, 9.0, -2.0), (4.1, 1.0, 0.5, 1.0), (4.1, 1.0, 0.6, 3.0)],
)
def test_a_tree_asks_two_questions(group: float, post: float, today: float, odds: float):
    asked = Marks(*[0.0] * len(Marks._fields))._replace(group=group, post=post, today=today)
    assert probability(a_verdict(), asked) == pytest.approx(1 / (1 + np.exp(-odds)))


def test_what_people_are_told_is_calibrated_and_grows():
    verdict = a_verdict(calibrated=(-0.5, 0.8))
    assert told(verdict, 0.5) < 0.5 < told(verdict, 0.99) < told(verdict, 1.0) <= 1.0


def test_the_shipped_weights_fit_this_version_and_want_evidence():
    verdict = shipped()
    assert len(verdict.asks) == len(verdict.limits) == len(verdict.gives) and verdict.streams
    assert {mark for ask in verdict.asks for mark in ask} <= set(range(len(Marks._fields)))


@pytest.mark.parametrize("kept", [b"{}", b"no json", msgspec.json.encode(a_verdict(marks=("other",)))])
def test_weights_of_another_version_are_refused_with_a_way_out(tmp_path: Path, kept: bytes):
    (tmp_path / "themes.json").write_bytes(kept)
    with pytest.raises(BadWeights, match=r"enrich\.themes_learn"):
        load(tmp_path / "themes.json")


LONG = [
    "tower four has a lift that nobody mends",
    "stuck since noon with two small children inside",
    "my mother climbs nine floors because it is broken",
    "who is paid for looking after these machines",
]


def test_newcomers_of_a_few_words_cannot_show_that_their_words_differ():
    newcomers = ["n1", "n2", "n3", "n4"]
    brief = [" ".join(text.split()[:3]) for text in LONG]
    assert marks(LONG, newcomers).fresh <= 0.4 < 0.5 < marks(brief, newcomers).fresh
    assert marks(brief, ["known1", "known2", "known3", "known4"]).fresh <= 0
