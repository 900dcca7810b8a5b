"""Spellings and forms of a word meet in one term; names are the phrases people said; one text is known when retold."""

import pytest

from enrich.themes import Observation, counts
from enrich.themes_name import phrases
from enrich.themes_voices import echoes, is_one_text, retold, shares
from enrich.themes_words import read, reposted, stem
from tests.enrich.test_themes import BURST, START


@pytest.mark.parametrize(
    "one, other",
    [
        ("#حفر_الطريق", "#حفرالطريق_الان"),  # a hashtag's joined and parted spelling
        ("والشارع", "الشارع"),  # Arabic joined words
        ("освещение", "освещения"),  # Russian cases
        ("streetlights", "streetlight"),
        ("көшедегі", "көшеде"),  # Kazakh endings
        ("خیابان‌ها", "خيابان"),  # Persian plural, two keyboards
    ],
)
def test_forms_of_a_word_share_a_term(one: str, other: str):
    assert set(read(one)[0]) & set(read(other)[0])


def test_different_words_share_none():
    assert not set(read("water pipe broken")[0]) & set(read("playground swings missing")[0])


def test_an_article_alone_is_not_cut_from_a_short_word():
    assert stem("الو") == "الو"


@pytest.mark.parametrize("text, handle", [("RT @City: well", "city"), ("rt @a b", "a"), ("art @a", None), ("hello", None)])
def test_a_repost_speaks_for_whom_it_repeats(text: str, handle: str | None):
    assert reposted(text) == handle


def test_a_name_is_what_they_say_and_others_do_not():
    names = phrases(BURST, lambda term: 0.3 if term in read("the")[0] else 0.0001)
    assert "footbridge" in names[0].lower() or "canal" in names[0].lower()


def digests(texts: list[str], author: str = "a{}"):
    return counts([Observation(id=f"{n:03d}", at=START, text=text, author=author.format(n)) for n, text in enumerate(texts)]).digests


def test_an_author_speaks_once():
    all_one = digests(BURST[:4], "same")
    assert echoes(all_one[0], all_one[1:]) == [True] * 3


def test_people_of_one_mind_are_not_one_text():
    assert not is_one_text(digests(BURST)) and not any(retold(shares(digests(BURST))))


def test_a_text_with_a_word_changed_here_and_there_is_one_text():
    words = ["please", "tell", "the", "mayor", "that", "our", "school", "has", "had", "no", "heating", "for", "a", "month"]
    copies = [" ".join(w for k, w in enumerate(words) if k not in (n, n + 5)) for n in range(8)]
    assert is_one_text(digests(copies))
    assert sum(retold(shares(digests(copies)))) == 7


@pytest.mark.parametrize(
    "one, other, share",
    [
        ("water is out again", "water is out again today", 1.0),
        ("water is out again", "light is out again today", 0.75),
        ("water is out again tonight", "water is out again tonight we hear", 1.0),
        ("water is out again tonight", "light is out again tonight", 0.8),
        ("no water", "no water", 1.0),
        ("no water", "no water today", 0.0),  # of very short texts only the same one
        ("", "", 1.0),
        ("", "no water", 0.0),
    ],
)
def test_what_two_texts_share_is_a_share_of_the_shorter(one: str, other: str, share: float):
    shared = shares(digests([one, other]))
    assert shared[0, 1] == shared[1, 0] == pytest.approx(share)
    assert shared[0, 0] == shared[1, 1] == 0.0
