"""Near-duplicate groups, advertising, one text from many accounts."""

import pytest

from core.post import Span
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


@pytest.mark.parametrize(
    "text",
    [
        "كود خصم X10 شحن مجاني https://example.org",
        "زيادة متابعين حقيقيين بأرخص الأسعار",
        "تسديد قروض تواصل واتساب 0500000011",
        "buy followers cheap https://example.org https://example.net https://example.com #a #b #c #d #e #f",
    ],
)
def test_offers_are_told_in_any_dress(text):
    assert advertising(model_text(normal(text)), (Span(0, 1, "phone"),)).label == "spam"


@pytest.mark.parametrize(
    "text",
    [
        "رقم البلاغ 4512 ولا رد، هذا رقمي 0500000011",
        "سعر الخصم في السوق كذب",  # of a discount, not an offer
        "Верните деньги за капремонт, мой телефон 8 700 000 00 11",
        "see https://example.org/photo of the hole",
        "",
    ],
)
def test_citizens_with_a_number_or_a_link_are_no_advertisers(text):
    assert advertising(model_text(normal(text)), (Span(0, 1, "phone"),)) is None


def test_the_more_an_offer_offers_the_surer_it_is_spam():
    one = advertising(model_text(normal("كود خصم شحن مجاني")), ())
    more = advertising(model_text(normal("كود خصم شحن مجاني زيادة متابعين متابعين حقيقيين سداد قروض")), ())
    assert 0.5 < one.confidence < more.confidence <= 0.95


def test_two_accounts_or_nobody_known_are_no_campaign(knowledge):
    assert {p.spam for p in understand([post(LONG, i, f"x:{i % 2}") for i in range(6)], knowledge)} == {None}
    assert {p.spam for p in understand([post(LONG, i) for i in range(6)], knowledge)} == {None}


def test_advertising_by_several_accounts_stays_advertising(knowledge):
    offer = "سداد قروض وتمويل شخصي للتواصل واتس 0500000011 في جميع مناطق المدينة وبأسرع وقت https://example.org"
    assert {p.spam.label for p in understand([post(offer, i, f"x:{i}") for i in range(4)], knowledge)} == {"spam"}


def test_a_name_or_a_number_more_leaves_most_copies_together():
    names = ("Fern", "Mill", "Dock", "Elm", "Oak", "Lake", "Hill", "Park", "Bay", "Glen")
    told = [f"{LONG} says our neighbour from number twelve in {name}" for name in names]
    assert len(set(marks(*told))) <= 4
