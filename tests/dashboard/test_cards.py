"""What stands on a card: numbers whose colour says good or bad for people, and strangers' words that stay words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.post import METRICS, Author, Claim, Kind, Span, tombstone
from core.settings import Settings
from core.theme import State
from dashboard import cards
from dashboard.filters import View
from dashboard.frame import Desk
from dashboard.words import words
from tests.dashboard import factory
from tests.make import post

ASK: Any = None  # nothing is asked of a store here


def desk(lang: str = "en") -> Desk:
    return Desk(Settings(), factory.deployment(), words(lang), View(lang=lang), factory.NOW, ASK)


def told(**about: object) -> Any:
    return post(1, **({"created_at": factory.NOW - timedelta(minutes=5)} | about))


@pytest.mark.parametrize(("here", "was", "good", "rises"), [
    ({"negative": 30, "neutral": 70}, {"negative": 50, "neutral": 50}, True, False),  # fewer negative posts are good
    ({"negative": 60, "positive": 40}, {"negative": 50, "positive": 50}, False, True),
    ({"negative": 50, "positive": 50}, {"negative": 5, "positive": 5}, None, None),
    ({"negative": 50, "positive": 50}, {}, None, None),  # nothing to compare with
])  # fmt: skip
def test_more_negative_posts_are_never_shown_as_good(
    here: dict[str, int], was: dict[str, int], good: bool | None, rises: bool | None
) -> None:
    number = cards.negative(desk(), here, was, ())
    assert (number.good, number.rises) == (good, rises)


def test_posts_whose_sentiment_is_not_known_are_no_part_of_the_share() -> None:
    alone = cards.negative(desk(), {"negative": 1, "positive": 1}, {}, ()).value
    assert cards.negative(desk(), {"negative": 1, "positive": 1, "unsure": 90, "": 90}, {}, ()).value == alone
    assert alone.startswith("50%")


def test_without_any_known_sentiment_there_is_no_share() -> None:
    assert cards.negative(desk(), {"unsure": 4, "": 9}, {}, ()).value == "–"


@pytest.mark.parametrize(("url", "is_shown"), [
    ("https://example.org/a?b=c", True), ("http://example.org", True), ("HTTPS://example.org", True),
    ("javascript:alert(1)", False), ("data:text/html,x", False), ("//example.org", False), ("example.org", False), ("https://", False),
    ("http://[::1", False), ("file:///etc/passwd", False), ("", False), (None, False),
])  # fmt: skip
def test_only_an_address_of_a_web_page_is_a_link(url: str | None, is_shown: bool) -> None:
    assert cards.safe_address(url) == (url if is_shown else None)


def test_personal_data_are_named_in_the_readers_language_wherever_they_stand() -> None:
    text = "0500000000 call me a@b.example or X9"
    private = (Span(0, 10, "phone"), Span(19, 30, "email"), Span(34, 36, "a kind nobody knows"))
    assert cards.masked(told(text=text, private=private), desk()) == "[phone number] call me [e-mail address] or [personal data]"
    assert "0500000000" not in cards.masked(told(text=text, private=private), desk("ar"))


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_post_has_its_sign(kind: Kind) -> None:
    assert f":material/{cards.KIND_ICONS[kind.value]}:" in cards._heading(desk(), told(kind=kind))


def test_an_authors_name_is_no_markup_and_a_post_without_author_is_somebodys() -> None:
    said = cards._heading(desk(), told(author=Author(id="x:1", name="**B** [x](http://e.example) :red[y]", handle="a_b")))
    assert "\\*\\*B\\*\\*" in said
    assert "\\[x\\]" in said
    assert "**Somebody**" in cards._heading(desk(), told(author=None))


def test_a_platform_nobody_knows_is_named_as_it_is() -> None:
    assert "mastodon" in cards._heading(desk(), told(platform="mastodon"))


def test_a_badge_always_has_a_word_and_other_is_no_kind_of_message() -> None:
    said = cards._badges(
        desk(),
        told(sentiment=Claim(label="negative"), intent=Claim(label="other"), topics=(Claim(label="water"),), places=(Claim(label="hill"),)),
    )
    assert ":red-badge[negative]" in said
    assert "Water" in said
    assert "The Hill" in said
    assert "other" not in said


def test_what_a_person_corrected_is_marked() -> None:
    assert "corrected by a person" in cards._badges(desk(), told(intent=Claim(label="thanks", by="person@3")))
    assert "corrected" not in cards._badges(desk(), told(intent=Claim(label="thanks", by="model@3")))


def test_numbers_that_were_not_told_are_not_shown_and_zero_is() -> None:
    assert cards._metrics(desk(), told(likes=0, views=None)) == ":material/favorite: 0"
    assert cards._metrics(desk(), told()) == ""
    assert set(cards.ICONS) == set(METRICS)


def test_a_deleted_post_has_no_text_to_show() -> None:
    assert cards.masked(tombstone(told(text="0500000000", private=(Span(0, 10, "phone"),)), factory.NOW), desk()) == ""


def test_every_state_of_a_theme_has_its_sign() -> None:
    assert set(cards.STATES) == {state.value for state in State}


def test_a_long_text_is_cut_at_a_line_of_a_theme() -> None:
    assert cards._short("a\n b\t c") == "a b c"
    assert len(cards._short("x" * 500)) == 140


def test_what_the_deployment_does_not_know_is_named_as_it_is() -> None:
    here = desk()
    assert [here.account("x:unknown"), here.place("moon"), here.topic("moon"), here.branch("moon")] == ["x:unknown", "moon", "moon", "moon"]
    assert here.place("") == here.topic("") == words("en")("filter.without")
