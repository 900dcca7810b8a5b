"""What a theme is called: by its posts' own words, whole and in their own spelling, and by nobody's name or address. All texts are invented."""

import time
import tomllib

import pytest

from core.deployment import LANGUAGES
from core.spelling import normal
from enrich.themes_name import SMALL_WORDS, phrases, small_words
from enrich.themes_words import read, term_number


def never(term: int) -> float:
    """Nothing was ever said before."""
    return 0.0


@pytest.mark.parametrize(
    "texts, first",
    [
        (["the street lamp is dark", "street lamp out again"], "street lamp"),
        (["Көше шамы жанбайды", "көше шамы сөнді", "Көше шамы қайда"], "Көше шамы"),  # as most write it
        (["фонарь во дворе погас", "во дворе темно, фонарь погас"], "погас"),
        (["مُشْكِلَةُ الإنارَةِ في حينا", "مُشْكِلَةُ الإنارَةِ كبيرة"], "مُشْكِلَةُ الإنارَةِ"),  # vowel signs part no word
        (["چراغ\u200cهای خیابان خاموش است", "چراغ\u200cهای خیابان سوخت"], "چراغ\u200cهای خیابان"),  # nor does the joiner within one
        (["سيول #حفر_الباطن", "سيول #حفرالباطن الآن"], "#حفر_الباطن"),  # spellings of one hashtag count together
        (["cafe\u0301 road is flooded", "flooded: cafe\u0301 road"], "cafe\u0301 road"),  # an accent that is written apart
    ],
)
def test_a_theme_is_named_in_its_posts_own_words(texts, first):
    names = phrases(texts, never)
    assert first in names[:2], names


@pytest.mark.parametrize(
    "told",
    ["@olga_petrova_77", "RT @olga_petrova_77:", "https://t.co/Abc12xyz", "t.co/Abc12xyz", "www.example.org", "olga.petrova@example.org", "&amp;", ".@olga_petrova_77"],
)  # fmt: skip
def test_no_handle_mail_or_address_names_a_theme(told):
    names = " ".join(phrases([f"{told} the pump leaks {told}", f"{told} leaks the pump"], never)).lower()
    assert "pump" in names or "leaks" in names
    assert not any(part in names for part in ("olga", "petrova", "http", "abc12", "example", "amp ", "www")), names


@pytest.mark.parametrize(
    "texts, name",
    [
        (["the drain is filled with plastic", "street filled with plastic too"], "plastic"),
        (["please clear this garbage", "when will you clear this garbage"], "garbage"),
        (["هذا الجسر بين المدينة والمطار", "بين المدينة وهذا الجسر"], "المدينة"),
        (["این چاله را پر کنید", "باز هم این چاله"], "چاله"),
        (["когда уже починят мост", "мост когда уже откроют"], "мост"),
        (["бұл көпір қашан ашылады", "қашан бұл көпір"], "көпір"),
    ],
)
def test_no_theme_is_named_by_words_that_only_join_others(texts, name):
    """Not by one, and not by a pair that begins or ends with one: "clear this" names nothing."""
    names = phrases(texts, never)
    assert name in " ".join(names)
    assert not {*" ".join(names).split()} & {"this", "with", "بين", "هذا", "این", "باز", "когда", "уже", "бұл", "қашан"}, names


def test_where_nothing_else_was_said_the_small_words_name_it():
    assert phrases(["what is this", "this again"], never)[0] == "this"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_its_small_words_and_none_of_them_is_a_word_of_a_topic(language):
    told = tomllib.loads(SMALL_WORDS.read_text(encoding="utf-8"))[language].split()
    lines = (SMALL_WORDS.parent / language / "topic_words.tsv").read_text(encoding="utf-8").splitlines()[1:]
    small, topics = {normal(word) for word in told}, {normal(line.split("\t")[1]) for line in lines}
    assert len(small) > 60 and small <= small_words()
    assert not small & topics


def test_words_on_both_sides_of_a_handle_are_no_pair():
    assert "dark @lane lamp" not in phrases(["dark @lane lamp"] * 2, never)
    assert "dark lamp" not in phrases(["dark @lane lamp"] * 2, never)


def test_what_is_usual_names_nothing_while_there_is_something_telling():
    usual = {term_number("please"): 0.9, term_number("water"): 0.001}
    assert phrases(["please water", "water please now"], lambda term: usual.get(term, 0.0))[0] != "please"


@pytest.mark.parametrize("word", ["#حفر_الباطن", "می\u200cسوزد", "مُشْكِلَةُ", "Көшелер"])
def test_a_word_of_a_name_is_looked_up_under_the_term_that_posts_are_remembered_by(word):
    """Otherwise what everybody always says would seem never to have been said."""
    asked = []
    phrases([word], lambda term: asked.append(term) or 0.0)
    assert set(asked) <= set(read(word)[0])


@pytest.mark.parametrize("texts", [[], [""], ["🙂 !!", "…"], ["@a @b"], ["ab"], ["1234 567"]])
def test_without_a_word_there_is_no_name(texts):
    assert phrases(texts, never) == []


def test_a_very_long_text_is_named_in_a_moment():
    began = time.process_time()
    phrases(["x" * 200_000 + " " + "a@" * 50_000, "&" * 200_000], never)
    assert time.process_time() - began < 2
