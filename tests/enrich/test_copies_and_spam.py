"""Near-duplicate groups, advertising, one text from many accounts."""

from core.spelling import normal
from enrich.copies import groups
from enrich.normalize import model_text
from enrich.pipeline import understand
from enrich.spam import advertising
from tests.enrich.conftest import post

LONG = "the whole district has had no water since early this morning and nobody at the office picks up the telephone"


def marks(*texts):
    return groups(tuple(model_text(normal(t)) for t in texts))


def test_copies_in_other_dress_share_a_mark():
    a, b, c = marks(LONG, LONG.upper(), LONG + " https://example.org/1")
    assert a == b and a is not None
    assert c is not None


def test_other_texts_have_other_marks():
    a, b = marks(LONG, "the new park by the river is lovely and the children enjoy the swings there every evening")
    assert a != b


def test_what_many_say_shortly_is_nobodys_copy():
    assert marks("still not fixed", "same here", "") == [None, None, None]


def test_the_mark_is_the_same_in_any_batch():
    assert marks(LONG)[0] == marks("x", LONG)[1]


def test_offers_with_a_number_to_call_are_advertising(knowledge):
    seen = understand([post("سداد قروض وتمويل شخصي للتواصل واتس 0500000011 https://example.org")], knowledge)[0]
    assert seen.spam.label == "spam"
    assert seen.spam.by


def test_a_complaint_with_a_number_is_not():
    assert advertising(model_text(normal("the market sells rotten fruit, call me on 12345")), ()) is None


def test_one_text_from_three_accounts_is_coordinated(knowledge):
    three = understand([post(LONG, i, f"x:{i}") for i in range(3)], knowledge)
    assert {p.spam.label for p in three} == {"coordinated"}
    assert understand([post(LONG, 1, "x:1"), post(LONG, 2, "x:1"), post(LONG, 3, "x:1")], knowledge)[0].spam is None
